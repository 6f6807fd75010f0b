/** The report of `stackward doctor` as its user's JSON. */
import type { CommandFolder } from './command';

export interface Told {
  readonly code: string;
  readonly result: string;
  readonly subject: string;
  readonly found?: string;
  readonly why?: string;
  readonly evidence?: readonly string[];
  readonly step?: string;
  readonly acknowledged?: object | null;
}

/** Runs the command, whose exit code has to be the one in its JSON. */
export async function examine(
  folder: CommandFolder,
  ...args: readonly string[]
): Promise<{ code: number | null; results: Told[] }> {
  const { code, stdout, stderr } = await folder.run([...args, '--json']);
  const { results, exitCode } = JSON.parse(stdout) as { results: Told[]; exitCode: number };
  expect([exitCode, stderr.replace(/^Down in \w+: \d+ heartbeats?\. Looking again in \d+ s\.\n/gm, '')]).toEqual([
    code,
    '',
  ]);
  return { code, results };
}

export const troublesOf = ({ results }: { results: readonly Told[] }): string[] =>
  results
    .filter(({ result }) => ['fault', 'risk'].includes(result))
    .map(({ code, result, subject }) => `${code} ${result} ${subject}`);
