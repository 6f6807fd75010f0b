/** Runs programs and measures time and memory. Takes medians, because a machine is never quite idle. */
import { defined } from '../lib/basics/defined';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Usage {
  readonly seconds: number;
  readonly mebibytes: number;
}

/** @param allowed exit codes that do not count as a failure */
export async function runNode(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; allowed?: readonly number[] } = {},
): Promise<Usage> {
  const { cwd, env = process.env, allowed = [0] } = options;
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, ['--require', join(__dirname, 'report-usage.cjs'), ...args], {
    ...defined({ cwd }),
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let kibibytes = '';
  child.stderr?.on('data', (data) => (stderr += String(data)));
  child.stdio[3]?.on('data', (data) => (kibibytes += String(data)));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (!allowed.includes(code ?? -1)) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return { seconds: secondsSince(started), mebibytes: Number(kibibytes) / 1024 };
}

/**
 * Seconds that a program takes.
 * @throws Error with the program's output when it fails
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  cwd?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const started = process.hrtime.bigint();
  const child = spawn(command, args, { ...defined({ cwd }), env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += String(data)));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
  return secondsSince(started);
}

export const secondsSince = (started: bigint): number => Number(process.hrtime.bigint() - started) / 1e9;

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const medianUsage = (all: readonly Usage[]): Usage => ({
  seconds: median(all.map((usage) => usage.seconds)),
  mebibytes: median(all.map((usage) => usage.mebibytes)),
});

/** Runs `times` rounds of each in turn, so that a slow minute of the machine hits all alike. */
export async function inTurn<T extends readonly (() => Promise<unknown>)[]>(
  times: number,
  ...works: T
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>>[] }> {
  const results: unknown[][] = works.map(() => []);
  for (let round = 0; round < times; round++)
    for (const [index, work] of works.entries()) results[index]?.push(await work());
  return results as { [K in keyof T]: Awaited<ReturnType<T[K]>>[] };
}
