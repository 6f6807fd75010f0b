/** A local process, such as ssh, that connects to a host. It keeps running and carries many requests. */
import { defined } from '../../lib/basics/defined';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
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
  /** The program printed more than `maxOutput` for one request, and was ended. */
  readonly tooMuch: boolean;
  /** The program could not be started. */
  readonly error?: Error;
}

/** Bytes of output that are accepted for one request. */
export const maxOutput = 32 << 20;
/** A session that is idle for longer is not used again. The host program itself ends after 300 s. */
const idleMs = 240_000;
/** Time for reading the output of a program that a signal ended, and time for the host to end a session. */
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
  /** When the last answer came, by `performance.now`, a clock that nobody can set. */
  #lastAnswer = 0;

  constructor(argv: readonly string[]) {
    const [program = '', ...args] = argv;
    // A process group of its own, so that its child processes can be killed with it.
    this.#child = spawn(program, args, { detached: true, env: childEnvironment() });
    const { stdin, stdout, stderr } = this.#child;
    stdout?.on('data', (data: Buffer) => {
      if (this.isTooMuch(data)) return;
      append(this.#said, this.#frames.push(data));
      this.#wake();
    });
    // A character may come in two pieces.
    const decoder = new StringDecoder('utf8');
    stderr?.on('data', (data: Buffer) => {
      if (!this.isTooMuch(data)) this.#stderr = (this.#stderr + decoder.write(data)).slice(-1 << 16);
    });
    // If a program ends without reading its input, its exit code tells what happened, and not the broken pipe.
    stdin?.on('error', () => undefined);
    this.#child.on('error', (error) => this.end(null, error));
    this.#child.on('exit', (_, signal) => signal !== null && setTimeout(() => this.kill(), lastWordsMs));
    this.#child.on('close', (code) => this.end(code));
  }

  /** Waits until the script runs on the host. Returns how the session ended if it ended before. */
  async connect(timeoutMs: number): Promise<Ended | undefined> {
    const said = await this.listen(timeoutMs, ({ is }) => (is === 'connected' ? is : undefined));
    return said === 'connected' ? undefined : said;
  }

  /** True if the session has answered a request. */
  get isProven(): boolean {
    return this.#lastAnswer > 0;
  }

  /** Returns the JSON of the last answer before the program is ready or ends, or else how the session ended. */
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

  /** True if the session takes another request. A program of an older release ends after its answer. */
  async isReady(): Promise<boolean> {
    // The event of the program's end may still be queued behind this process's own work.
    await setImmediate();
    const { exitCode, signalCode } = this.#child;
    return this.#isReady && exitCode === null && signalCode === null && performance.now() - this.#lastAnswer < idleMs;
  }

  /** Closes the program's input, and kills the program if it doesn't end. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.hold(true);
    const gone = once(this.#child, 'close');
    const timer = setTimeout(() => this.kill(), goodbyeMs);
    this.#child.stdin?.end();
    await gone;
    clearTimeout(timer);
  }

  /**
   * Returns the first result of `take` on the frames that come, or how the session ended. While nobody listens, the
   * session doesn't keep this process alive.
   */
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
    // The pipes to a child process are sockets.
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
    this.#ended ??= { is: 'ended', code, stderr: this.#stderr, ...this.#fate, ...defined({ error }) };
    this.#wake();
  }

  /**
   * Kills the process group and closes the pipes. A process that inherited the pipes would otherwise keep this side
   * waiting.
   */
  private kill(): void {
    try {
      if (this.#child.pid !== undefined && this.#ended === undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The process has just ended.
    }
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}
