/**
 * Stored files that are too large to be read. Older versions, which had no limit, wrote them. Pure.
 *
 * Nothing comes back from such a file when the host starts, and the next write of rules of its owner and family
 * replaces it. Only a file whose chain is not in the kernel, as after a restart, is left for this module.
 */
import { ownTables } from '../../../lib/iptables/own-chain';
import { commentOf } from '../../../lib/iptables/rule-comment';
import type { Sweep } from '../../../lib/contract/reconciler';
import type { Intent } from './intent';
import { isEmptyGroup } from './rule-groups';
import { families, nothing, type Family } from './rules';
import { isLarge, type LargeFile } from './stored-rules';
import { familyNames, type FirewallExceptionStep, kind, type OwnFamily, type OwnState, pathOf } from '../model';

export const describeLarge = ({ size }: LargeFile): string => `a file of ${size} bytes, more than is read`;

/** Removes such files for any stack of the owner, because the file restores nothing for another stack. */
export function largeFiles(
  owner: string,
  state: OwnState,
  { intents, sweep }: { readonly intents: readonly Intent[]; readonly sweep: readonly Sweep[] },
): FirewallExceptionStep[] {
  const swept = sweep.find((candidate) => candidate.owner === owner);
  const isWanted = (family: Family): boolean =>
    intents.some(({ rules }) => rules !== undefined && !isEmptyGroup(rules[family]));
  const found = families
    .filter((family) => !isWanted(family) && !hasRules(state[family]))
    .flatMap((family) => {
      const { names, stored } = state[family];
      return isLarge(stored.file) ? [{ family, names, file: stored.file }] : [];
    });
  const [first] = found;
  if (swept === undefined || first === undefined) return [];
  const { chain } = first.names;
  const id = `${kind}.${chain}`;
  const stack = swept.stacks === 'all' ? chain : (swept.stacks[0] ?? chain);
  return [
    {
      id,
      action: 'delete',
      owner,
      leftBy: { owner, stack },
      comment: commentOf(pathOf(id)),
      rules: nothing,
      subject: `stored rules of ${owner}`,
      because: 'an earlier version of stackward stored more rules than are read again',
      changes: found.map(({ family, file }) => ({
        attribute: `${familyNames[family]} rules at boot`,
        before: describeLarge(file),
        after: 'none',
        isComparable: false,
      })),
    },
  ];
}

const hasRules = ({ kernel }: OwnFamily): boolean => ownTables.some((table) => kernel[table].rules.length > 0);
