// Asks services whether they can do their work.
import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from './command';
import type { Lab } from './environment';

/** Ready when anything but a server error comes back. A WSGI server takes the connection before its application is loaded, so an answer is what counts. */
export async function answersHttp(port: number, path = '/'): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  return response.status < 500;
}

/**
 * Asks the message broker who listens. A service that runs but has no consumer on its queue yet would never see a
 * message sent to it: a server then stays in BUILD for ever, with everything "up".
 */
export class Queues {
  readonly #lab: Lab;
  #child: ChildProcess | undefined;
  #waiting: ((line: string) => void)[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** True when at least one consumer listens on the queue. */
  async hasConsumer(queue: string): Promise<boolean> {
    const child = (this.#child ??= this.#start());
    const answer = new Promise<string>((resolve) => this.#waiting.push(resolve));
    child.stdin?.write(`${queue}\n`);
    return Number(await answer) > 0;
  }

  close(): void {
    this.#child?.stdin?.end();
  }

  #start(): ChildProcess {
    const { folder, ports, passwords } = this.#lab;
    const child = spawn('/usr/bin/python3', [join(folder, 'bin', 'queue_consumers.py')], {
      env: {
        ...childEnvironment(this.#lab),
        BROKER: `127.0.0.1:${String(ports.rabbit)}`,
        BROKER_USER: 'stack',
        BROKER_PASSWORD: passwords.services,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.(line));
    // Without the broker it ends: what was asked is answered with "nobody", and the next question starts another.
    child.on('close', () => {
      this.#child = undefined;
      for (const answer of this.#waiting.splice(0)) answer('0');
    });
    child.stdin.on('error', () => undefined);
    return child;
  }
}

export function acceptsTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.on('connect', () => {
      answer(true);
    });
    socket.on('error', () => {
      answer(false);
    });
  });
}
