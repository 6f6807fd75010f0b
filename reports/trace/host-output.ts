/** Takes the output of a command from the host program's answer, or the reason why there is none. Pure. */
import type { Outcome, ReaderOutput } from '../../lib/hosts/host';
import { failed, read, type Looked } from '../looked';
import { isUnknownThere, olderProgram } from '../../lib/hosts/older-program';

/** @param outcome undefined: the answer has none for this command */
export function outputOf(outcome: Outcome<ReaderOutput> | undefined, argv: readonly string[]): Looked<string> {
  const command = `\`${argv.join(' ')}\``;
  if (outcome === undefined) return failed(`${command} was not answered`);
  if (!outcome.ok)
    return failed(isUnknownThere(outcome) ? olderProgram(`does not run ${command}`) : outcome.error.message);
  const { code, stdout, stderr } = outcome.value;
  if (code === 0) return read(stdout);
  return failed(`${command} ended with ${code}: ${stderr.trim().split('\n').at(-1) || 'it said nothing'}`);
}
