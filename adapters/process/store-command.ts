/** Runs the commands by which a store of journals is reached. They are lists of words, and no shell reads them. */
import { spawnSync } from 'node:child_process';
import { withoutSecrets } from '../../lib/basics/without-secrets';

const longestWords = 1000;

/**
 * @param words with placeholders such as `{file}`, which `values` replaces
 * @returns why it failed; undefined if it ended well
 */
export function runStoreCommand(
  words: readonly string[],
  values: Readonly<Record<string, string>>,
  limitMs: number,
): string | undefined {
  const [program = '', ...args] = words.map((word) =>
    word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  );
  const { status, stderr, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: limitMs,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  });
  if (error !== undefined) return `${program}: ${error.message}`;
  if (status === 0) return undefined;
  const said = withoutSecrets(`${stdout}\n${stderr}`).trim().split(/\s*\n\s*/).join(' | '); // prettier-ignore
  return `${program} ended with ${status ?? 'a signal'}${said === '' ? '' : `: ${said.slice(-longestWords)}`}`;
}
