/**
 * A lock on things of the lab that two suites must not change at the same time, such as the policy files of its
 * services.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { getLab } from './lab-cloud';

export class LabLock {
  private constructor(private readonly holder: ChildProcess) {}

  /** Waits until no other suite holds this lock. The kernel frees it when the suite's process ends, however it ends. */
  static async take(name: string): Promise<LabLock> {
    const folder = join(getLab().folder, 'locks');
    mkdirSync(folder, { recursive: true });
    // The holder lives until its standard input is closed.
    const holder = spawn('flock', [join(folder, name), 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    return new LabLock(holder);
  }

  async release(): Promise<void> {
    const ended = once(this.holder, 'close');
    this.holder.stdin?.end();
    await ended;
  }
}
