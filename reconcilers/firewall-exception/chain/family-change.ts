/**
 * The writes for one owner in one family, in order. Pure.
 *
 * Goal: a boot never restores more rules than stackward put into the kernel. A write that is refused or killed opens
 * nothing later.
 * How: first the stored file loses the rules that are removed or changed. Then the kernel is changed. Then the file
 * gets the new rules. Each write is a compare-and-swap.
 * Given up: a host that restarts between these writes comes back without the rules that were being changed, until the
 * next run.
 */
import { defined } from '../../../lib/basics/defined';
import { InvalidConfiguration } from '../../../lib/basics/errors';
import { maxStoredBytes } from '../../../lib/synth/exception-limits';
import type { HostWrite } from '../../../lib/hosts/host';
import { noChain, renderReplacements, type OwnChains, type OwnRules } from '../../../lib/iptables/own-chain';
import { sha256 } from '../../../lib/basics/sha256';
import { isEmptyGroup, isSameGroup, sharedGroups, withGroups } from './rule-groups';
import type { Family } from './rules';
import { newNames } from './own-names';
import { isLarge, nothingStored, renderStored, type StoredRules } from './stored-rules';
import { type FirewallExceptionObserved, type FirewallExceptionStep, kernelRules, type OwnFamily } from '../model';

export interface FamilyChange {
  readonly owner: string;
  readonly family: Family;
  /** Takes rules out of the file that must not come back; may be []. */
  readonly closing: readonly HostWrite[];
  /** Several for a chain with more rules than one transaction may name. Each leaves the chain as its `after`. */
  readonly kernel: readonly { readonly write: HostWrite; readonly after: OwnChains }[];
  /** Puts rules into the file that the kernel then has; may be []. */
  readonly storing: readonly HostWrite[];
  /** Undoes `closing` if the kernel was not changed after it. */
  readonly reopening: readonly HostWrite[];
  readonly before: OwnFamily;
  /** The stored rules after `closing`. */
  readonly between: StoredRules;
  /** The chain and the file after all writes. */
  readonly after: OwnFamily;
}

/**
 * The writes in order, one list for each request. Each transaction on a chain of tens of thousands of rules takes most
 * of the time that one request has, so it gets a request of its own. Nearly every change is one request.
 */
export function requestsOf({ closing, kernel, storing }: FamilyChange): readonly (readonly HostWrite[])[] {
  const parts = kernel.map(({ write }) => [write]);
  const last = parts.pop() ?? [];
  const requests = [...parts, [...last, ...storing]];
  return requests
    .map((writes, index) => (index === 0 ? [...closing, ...writes] : writes))
    .filter((writes) => writes.length > 0);
}

const nothingSeen = {
  kernel: { mangle: noChain, filter: noChain },
  stored: nothingStored,
  foreign: [],
} satisfies Partial<OwnFamily>;

export function changeOf(
  owner: string,
  family: Family,
  steps: readonly FirewallExceptionStep[],
  { owners, variant, stateFolder, lockFile }: FirewallExceptionObserved,
): FamilyChange {
  const before = owners.get(owner)?.[family] ?? { ...nothingSeen, names: newNames(stateFolder, owner, family) };
  const { chain, path } = before.names;
  const groups = new Map(
    steps.filter((step) => step.owner === owner).map((step) => [step.comment, step.rules[family]]),
  );
  const rules = withGroups(kernelRules(before), groups);
  const storedWith = (kept: OwnRules): StoredRules => {
    if (isEmptyGroup(kept)) return nothingStored;
    const content = Buffer.from(renderStored(owner, chain, variant[family], lockFile, kept));
    if (content.length > maxStoredBytes) throw tooLarge(owner, content.length);
    const file = { sha256: sha256(content), content: content.toString('base64') };
    const lock = lockFile === undefined ? {} : { lockFile };
    return { file, variant: variant[family], rules: kept, isWhole: true, isForeign: false, owner, ...lock };
  };
  const replacements = renderReplacements(chain, before.kernel, rules);
  const stored = storedWith(withGroups(before.stored.rules, groups));
  const kept = sharedGroups(before.stored.rules, stored.rules);
  const closes = replacements.length > 0 && !(before.stored.isWhole && isSameGroup(kept, before.stored.rules));
  const between = closes ? storedWith(kept) : before.stored;

  const restore = (text: string): HostWrite => ({
    verb: 'restore-tables',
    family: family === 'ipv4' ? 4 : 6,
    variant: variant[family],
    text,
    ...defined({ lockFile }),
  });
  return {
    owner,
    family,
    before,
    between,
    closing: swap(path, before.stored, between),
    kernel: replacements.map(({ text, after }) => ({ write: restore(text), after })),
    storing: swap(path, between, stored),
    reopening: swap(path, between, before.stored),
    after: { ...before, kernel: replacements.at(-1)?.after ?? before.kernel, stored },
  };
}

const tooLarge = (owner: string, bytes: number): InvalidConfiguration =>
  new InvalidConfiguration(
    `the stored rules of ${owner} would have ${bytes} bytes, and ${maxStoredBytes} are allowed; name fewer and wider prefixes`,
  );

function swap(path: string, { file: from }: StoredRules, { file: to }: StoredRules): HostWrite[] {
  // There is no other copy of a large file's content. So the file can be removed, but never put back or overwritten.
  if (from?.sha256 === to?.sha256 || isLarge(to)) return [];
  const gone: HostWrite[] = from === null ? [] : [{ verb: 'remove-file', path, expect: from.sha256 }];
  if (to === null) return gone;
  if (isLarge(from)) return [...gone, ...swap(path, nothingStored, { ...nothingStored, file: to })];
  const expect = from === null ? null : from.sha256;
  return [{ verb: 'swap-file', path, expect, content: to.content, mode: 0o600, makeFolder: true }];
}
