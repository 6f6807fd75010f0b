/** A program on the way to a host, such as ssh, that stays for many requests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { append } from '../../lib/basics/lists';
import { childEnvironment } from '../process/child-environment';
import { ProgramFrames, type Said } from './program-frames';

/** How a session ended. */
export interface Ended {
  readonly is: 'ended';
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** It printed more than `maxOutput` for one request, and was ended. */
  readonly tooMuch: boolean;
  /** It could not be started. */
  readonly error?: Error;
}

/** Bytes that are taken for one request. */
export const maxOutput = 32 << 20;
/** The host program gives up after 300 s. */
const idleMs = 240_000;
/** How long the output of a program that a signal ended is still read, and how long the host may take to end a session. */
const lastWordsMs = 200;
const goodbyeMs = 1_000;

export class Session {
  readonly #child: ChildProcess;
  readonly #frames = new ProgramFrames();
  readonly #said: Said[] = [];
  #ended: Ended | undefined;
  #wake = (): void => undefined;
  #stderr = '';
  #printed = 0;
  #fate = { timedOut: false, tooMuch: false };
  #isReady = false;
  /** By a clock that nobody sets. */
  #lastAnswer = 0;

  constructor(argv: readonly string[]) {
    const [program = '', ...args] = argv;
    // A group of its own, so that what it started can be killed with it.
    this.#child = spawn(program, args, { detached: true, env: childEnvironment() });
    const { stdin, stdout, stderr } = this.#child;
    stdout?.on('data', (data: Buffer) => {
      if (this.isTooMuch(data)) return;
      append(this.#said, this.#frames.push(data));
      this.#wake();
    });
    stderr?.on('data', (data: Buffer) => {
      if (!this.isTooMuch(data)) this.#stderr = (this.#stderr + data.toString()).slice(-1 << 16);
    });
    // A program that ends without reading its input is judged by its end.
    stdin?.on('error', () => undefined);
    this.#child.on('error', (error) => this.end(null, error));
    this.#child.on('exit', (_, signal) => signal !== null && setTimeout(() => this.kill(), lastWordsMs));
    this.#child.on('close', (code) => this.end(code));
  }

  /** Until the script runs there; else how it ended. */
  async connect(timeoutMs: number): Promise<Ended | undefined> {
    const said = await this.listen(timeoutMs, ({ is }) => (is === 'connected' ? is : undefined));
    return said === 'connected' ? undefined : said;
  }

  /** Whether it has answered before. */
  get isProven(): boolean {
    return this.#lastAnswer > 0;
  }

  /** The answer's JSON, the last before the program is ready or ends; else how it ended. */
  async ask(request: Buffer, timeoutMs: number): Promise<string | Ended> {
    this.#printed = 0;
    this.#isReady = false;
    this.#child.stdin?.write(request);
    let json: string | undefined;
    const said = await this.listen(timeoutMs, (next) => {
      if (next.is === 'answer') json = next.json;
      return next.is === 'ready' ? json : undefined;
    });
    this.#isReady = typeof said === 'string';
    if (json !== undefined) this.#lastAnswer = performance.now();
    return json ?? said;
  }

  /** Whether it takes another request. An older program ends after its answer. */
  async isReady(): Promise<boolean> {
    // The news of its end may wait behind what this side was busy with.
    await setImmediate();
    const { exitCode, signalCode } = this.#child;
    return this.#isReady && exitCode === null && signalCode === null && performance.now() - this.#lastAnswer < idleMs;
  }

  /** Ends the program's input; kills it where that doesn't end it. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.hold(true);
    const gone = once(this.#child, 'close');
    const timer = setTimeout(() => this.kill(), goodbyeMs);
    this.#child.stdin?.end();
    await gone;
    clearTimeout(timer);
  }

  /** What `take` makes of what it says, or how it ended. A session that nobody listens to keeps no process alive. */
  private async listen<T>(timeoutMs: number, take: (said: Said) => T | undefined): Promise<T | Ended> {
    const timer = setTimeout(() => {
      this.#fate.timedOut = true;
      this.kill();
    }, timeoutMs);
    this.hold(true);
    try {
      for (;;) {
        const said = this.#said.shift();
        const taken = said && take(said);
        if (taken !== undefined) return taken;
        if (said === undefined && this.#ended !== undefined) return this.#ended;
        if (said === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      this.hold(false);
    }
  }

  private hold(isHeld: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    // Pipes of a child are sockets.
    for (const handle of [this.#child, stdin, stdout, stderr] as unknown as (NodeJS.RefCounted | null)[])
      if (isHeld) handle?.ref();
      else handle?.unref();
  }

  private isTooMuch(data: Buffer): boolean {
    this.#printed += data.length;
    if (this.#printed <= maxOutput) return false;
    this.#fate.tooMuch = true;
    this.kill();
    return true;
  }

  private end(code: number | null, error?: Error): void {
    this.#ended ??= { is: 'ended', code, stderr: this.#stderr, ...this.#fate, ...(error && { error }) };
    this.#wake();
  }

  /** The pipes are closed too: whoever inherited them would keep this side waiting. */
  private kill(): void {
    try {
      if (this.#child.pid !== undefined && this.#ended === undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}
