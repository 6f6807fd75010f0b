import { spawn } from 'node:child_process';

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
export const maxOutput = 64 << 20;

/**
 * Runs a program to its end, or kills it and its children after `timeoutMs`.
 * @throws the spawn's own error (ENOENT) when it can't be started
 */
export function runProgram(argv: readonly string[], input: Buffer, timeoutMs: number): Promise<Ended> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it started can be killed with it. LC_ALL: messages are read.
    const child = spawn(program, args, { detached: true, env: { ...process.env, LC_ALL: 'C' } });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    let timedOut = false;
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    const keep = (kept: Buffer[]) => (data: Buffer) => {
      size += data.length;
      if (size <= maxOutput) kept.push(data);
      else kill();
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
    child.on('close', (code) => {
      clearTimeout(timer);
      const [stdout, stderr] = [Buffer.concat(out), Buffer.concat(errors).toString()];
      resolve({ code, stdout, stderr, timedOut, tooMuch: size > maxOutput });
    });
  });
}
