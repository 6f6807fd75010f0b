/** The messages that Nova sends to one host of the lab, seen also while the host's own queue is gone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../../lab/command';
import type { Lab } from '../../lab/environment';

export class SentMessages {
  private readonly lines: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
  }

  /** Sees what is sent from now on. The exchange `nova` is there as soon as the lab's conductor has begun. */
  static start(lab: Lab, host: string): SentMessages {
    const env = {
      ...childEnvironment(lab),
      BROKER: `127.0.0.1:${lab.ports.rabbit}`,
      PASSWORD: lab.passwords.services,
      TOPIC: `compute.${host}`,
    };
    const program = join(__dirname, 'sent-messages.py');
    return new SentMessages(spawn('/usr/bin/python3', [program], { env, stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** The witness is bound to the exchange. */
  isBound(): boolean {
    return this.lines.includes('bound');
  }

  /** The order to build the server was sent to the host. */
  hasBuild(server: string): boolean {
    return this.lines.some((line) => line.includes('build_and_run_instance') && line.includes(server));
  }

  /**
   * The broker drops the queue of the host, as it does with one whose consumer was cut off for longer than the queue lives. What
   * is sent there until nova-compute makes it anew is lost, and nobody is told.
   *
   * @returns whether the queue is gone since the call; asked again until it is
   */
  dropQueue(): () => boolean {
    const before = this.lines.length;
    this.child.stdin?.write('drop\n');
    return () => this.lines.includes('dropped', before);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.stdin?.end();
    await ended;
  }
}
