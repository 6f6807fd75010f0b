/**
 * The real host program, killed (SIGKILL, by itself) right before its n-th change of a file system: it runs with the calls of
 * Python's `os` that change something counted. Reads are not.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(__dirname, '../../host/stackward-host.py');
const calls = ['write', 'fsync', 'fchmod', 'fchown', 'utime', 'link', 'rename', 'unlink', 'mkdir'];

export class HostFuse {
  /** To be given to a host as `installed`. */
  readonly path: string;
  private readonly counter: string;

  /** @param folder where the program may be put; it may write anything below `/` */
  constructor(folder: string) {
    this.path = join(folder, 'stackward-host');
    this.counter = join(folder, 'fuse');
    writeFileSync(`${this.path}.limits`, JSON.stringify({ read: ['/'], write: ['/'] }));
    writeFileSync(
      this.path,
      `#!/usr/bin/python3 -Es
import os, signal
left = int(open('${this.counter}').read())
def counted(call):
    def count(*args, **named):
        global left
        left -= 1
        if left >= 0:
            with open('${this.counter}', 'w') as stream:
                stream.write(str(left))
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **named)
    return count
for name in ${JSON.stringify(calls)}:
    setattr(os, name, counted(getattr(os, name)))
exec(compile(open('${program}').read(), '${program}', 'exec'))
`,
      { mode: 0o755 },
    );
    this.set(0);
  }

  /** Counted over all runs from now on; 0: none is killed. */
  set(change: number): void {
    writeFileSync(this.counter, String(change));
  }
}
