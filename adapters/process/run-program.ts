import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment';

export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** It printed more than `maxOutput`, and was ended. */
  readonly tooMuch: boolean;
}

/** Bytes of one answer. */
export const maxOutput = 32 << 20;

/** How long the output of a program that a signal ended is still read. */
const lastWordsMs = 200;

/**
 * Runs a program to its end, or kills it and its children after `timeoutMs`.
 * @throws the spawn's own error (ENOENT) when it can't be started
 */
export function runProgram(argv: readonly string[], input: Buffer, timeoutMs: number): Promise<Ended> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it started can be killed with it.
    const child = spawn(program, args, { detached: true, env: childEnvironment() });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    let timedOut = false;
    // The pipes are closed too: whoever inherited them (an ssh master that was handed them) would keep this side waiting.
    const cut = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => {
      timedOut = true;
      cut();
    }, timeoutMs);
    const keep = (kept: Buffer[]) => (data: Buffer) => {
      size += data.length;
      if (size <= maxOutput) kept.push(data);
      else cut();
    };
    child.stdout.on('data', keep(out));
    child.stderr.on('data', keep(errors));
    // A program that ends without reading its input is judged by its end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('exit', (_, signal) => {
      if (signal !== null) setTimeout(cut, lastWordsMs);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const [stdout, stderr] = [Buffer.concat(out), Buffer.concat(errors).toString()];
      resolve({ code, stdout, stderr, timedOut, tooMuch: size > maxOutput });
    });
  });
}
