/**
 * The real host program, killed (SIGKILL, by itself) right before its n-th change of a file system, the kernel's flags below
 * /sys included: it runs with Python's calls that change something counted. Reads are not.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(__dirname, '../../host/stackward-host.py');
const calls = ['write', 'fsync', 'fchmod', 'fchown', 'utime', 'link', 'rename', 'unlink', 'mkdir', 'chmod', 'rmdir'];

export class HostFuse {
  /** To be given to a host as `installed`. */
  readonly path: string;
  private readonly counter: string;

  /** @param folder where the program may be put; it has no limits, as the one sent along */
  constructor(folder: string) {
    this.path = join(folder, 'stackward-host');
    this.counter = join(folder, 'fuse');
    writeFileSync(
      this.path,
      `#!/usr/bin/python3 -Es
import builtins, os, signal
counter = open('${this.counter}', 'r+')
left = int(counter.read())
def counted(call, changes=lambda *args: True):
    def count(*args, **named):
        global left
        if left > 0 and changes(*args):
            left -= 1
            counter.seek(0)
            counter.write(str(left).ljust(9))
            counter.flush()
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **named)
    return count
for name in ${JSON.stringify(calls)}:
    setattr(os, name, counted(getattr(os, name)))
source = open('${program}').read()
sent = os.fdopen(0, 'rb')
builtins.open = counted(open, lambda path, mode='r', *_: 'w' in mode)
exec(compile(source, '${program}', 'exec'))
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
