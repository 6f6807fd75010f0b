/**
 * The real host program behind a gate. The first request that contains a certain text waits before it begins, so that
 * its sender can be killed in the meantime. Then the request is either done, as on a host that continues alone, or
 * never begun.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeCompiledHost } from './compiled-host';

export class HostGate {
  /** The program's path, for the option `installed` of a host. */
  readonly path: string;
  private readonly file: (name: string) => string;

  /** @param folder where the program may be put */
  constructor(folder: string) {
    this.path = join(folder, 'gated-host');
    this.file = (name) => join(folder, `gate-${name}`);
    const code = writeCompiledHost(this.file('program'));
    writeFileSync(
      this.path,
      `#!/usr/bin/python3 -Es
import os, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
child = os.fork()
if child:
    code = os.waitpid(child, 0)[1] >> 8
    if os.path.exists('${this.file('answer')}'):
        open('${this.file('ended')}', 'w').close()
    sys.exit(code)
class Gate:
    def readline(self, most):
        return sys.stdin.buffer.readline(most)
    def read(self, size):
        request = sys.stdin.buffer.read(size)
        waited = open('${this.file('text')}', 'rb').read()
        if waited and waited in request and not os.path.exists('${this.file('reached')}'):
            signal.alarm(0)
            open('${this.file('reached')}', 'w').close()
            while not os.path.exists('${this.file('answer')}'):
                time.sleep(0.01)
            if open('${this.file('answer')}').read() == 'drop':
                os._exit(1)
        return request
exec(${code}, {'__name__': '__main__', 'sent': Gate()})
`,
      { mode: 0o755 },
    );
    this.close('');
  }

  /** @param text a part of the request's JSON; '': the gate stays open */
  close(text: string): void {
    for (const name of ['reached', 'answer', 'ended']) rmSync(this.file(name), { force: true });
    writeFileSync(this.file('text'), text);
  }

  /** Waits until a request is waiting at the gate. */
  reached = (): Promise<void> => this.until('reached');

  /**
   * Lets the waiting request go on, and waits until its fate is decided. @param fate `done`: the request is done;
   * `drop`: it never begins
   */
  open(fate: 'done' | 'drop'): Promise<void> {
    writeFileSync(this.file('new'), fate);
    renameSync(this.file('new'), this.file('answer'));
    return this.until('ended');
  }

  private async until(name: string): Promise<void> {
    while (!existsSync(this.file(name))) await sleep(10, undefined, { ref: false });
  }
}
