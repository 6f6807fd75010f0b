/**
 * The real host program, stopped right before its n-th change. A change is any write to a file system, or to the
 * kernel's flags below /sys; the program runs with counted versions of Python's calls for these. Reads are not counted,
 * and neither is what the program sets of itself below /proc.
 * At that change the program is killed (by SIGKILL), or the file system becomes full or read-only for all later calls,
 * until `set` repairs it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostProgram, writeCompiledHost } from './compiled-host';

const calls = [
  'open',
  'write',
  'fsync',
  'fchmod',
  'fchown',
  'utime',
  'link',
  'rename',
  'unlink',
  'mkdir',
  'chmod',
  'rmdir',
];

export type Strike = 'kill' | 'ENOSPC' | 'EDQUOT' | 'EROFS';

export class HostFuse {
  /** The program's path, for the option `installed` of a host. */
  readonly path: string;
  private readonly counter: string;

  /** @param folder for the program. It has no limits, like the program sent along. */
  constructor(folder: string) {
    this.path = join(folder, 'stackward-host');
    this.counter = join(folder, 'fuse');
    const code = writeCompiledHost(join(folder, 'fuse-program'));
    writeFileSync(
      this.path,
      `#!/usr/bin/python3 -Es
import builtins, errno, os, signal, stat
counter = open('${this.counter}', 'r+')
strike = counter.read().split()[1]
def refuses(name, target):
    """Whether a file system in that state refuses this call: one that is full lets go of files, and flags are on none."""
    if isinstance(target, int):
        if not stat.S_ISREG(os.fstat(target).st_mode):
            return False
    elif os.fsencode(target).startswith(b'/sys/'):
        return False
    return name != 'fsync' and (strike == 'EROFS' or name in ('open', 'write', 'link', 'mkdir'))
def counted(name, call, changes=lambda *args: True):
    def count(*args, **named):
        global strike
        counter.seek(0)
        left, strike = counter.read().split()
        left = int(left)
        if not changes(*args) or (strike != 'kill' and not refuses(name, args[0])):
            return call(*args, **named)
        if left > 0:
            left -= 1
            if left == 0 and strike != 'kill':
                left = -1
            counter.seek(0)
            counter.write(('%d %s' % (left, strike)).ljust(24))
            counter.flush()
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        if left == -1:
            code = getattr(errno, strike)
            raise OSError(code, os.strerror(code), args[0])
        return call(*args, **named)
    return count
creates = lambda path, flags, *_: flags & os.O_CREAT
for name in ${JSON.stringify(calls)}:
    setattr(os, name, counted(name, getattr(os, name), creates if name == 'open' else lambda *args: True))
code = ${code}
source = open('${hostProgram}').read()
sent = os.fdopen(0, 'rb')
builtins.open = counted('open', open, lambda path, mode='r', *_: 'w' in mode and not str(path).startswith('/proc/'))
exec(code)
`,
      { mode: 0o755 },
    );
    this.set(0);
  }

  /**
   * Sets the change at which the program stops, counted over all runs from now on. 0: at no change, and the file system
   * works again.
   */
  set(change: number, strike: Strike = 'kill'): void {
    writeFileSync(this.counter, `${change} ${strike}`);
  }

  /** Whether a file system is full or read-only by now. */
  get isStruck(): boolean {
    return readFileSync(this.counter, 'utf8').startsWith('-1');
  }
}
