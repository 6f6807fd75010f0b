/**
 * The file from which stackward's chains are restored when the host starts. It has the input of iptables-restore -n,
 * and in comments the facts that the next write or restore needs.
 *
 *     # This file is kept by stackward for team-a
 *     # iptables: nft
 *     # lock: /var/lib/neutron/lock/neutron-iptables
 *     *filter
 *     …
 */
import { defined } from '../../../lib/basics/defined';
import { fileHeader, type HostDigest, type HostFile, type TableVariant } from '../../../lib/hosts/host';
import { findOwnChains, renderChains, type OwnRules } from '../../../lib/iptables/own-chain';
import { parseRuleset } from '../../../lib/iptables/ruleset';
import { isEmptyGroup, withGroups } from './rule-groups';
import { ownerIn } from './own-names';
import { noRules } from './rules';

/**
 * A file larger than the host program reads, which an older stackward could write. Nothing of it comes back at boot.
 */
export type LargeFile = HostDigest & { readonly exists: true };

export type SeenFile = HostFile | LargeFile;

export interface StoredRules {
  /** Content and digest of the file; null: there is none. */
  readonly file: Stored | LargeFile | null;
  readonly variant: TableVariant | undefined;
  /** The agent's own lock, which a write must hold. Absent if the agent keeps rules that others write. */
  readonly lockFile?: string;
  /** The rules that stackward wrote. */
  readonly rules: OwnRules;
  /**
   * True if the file holds nothing but these rules, as stackward writes them. Anything else would come back at boot
   * with them.
   */
  readonly isWhole: boolean;
  /** True if the file bears no header of stackward, or no rule of it. */
  readonly isForeign: boolean;
  /** The owner that its header names. */
  readonly owner?: string;
}

interface Stored {
  readonly sha256: string;
  /** Base64. */
  readonly content: string;
}

export const isLarge = (file: StoredRules['file'] | SeenFile): file is LargeFile => file !== null && 'head' in file;

export const nothingStored: StoredRules = {
  file: null,
  variant: undefined,
  rules: noRules,
  isWhole: true,
  isForeign: false,
};

/** The first bytes of a large file. */
export const textOf = (file: SeenFile): string | undefined =>
  file.exists ? Buffer.from(isLarge(file) ? file.head : file.content, 'base64').toString('utf8') : undefined;

export function parseStored(file: SeenFile, owner: string, chain: string): StoredRules {
  const text = textOf(file);
  if (!file.exists || text === undefined) return nothingStored;
  const chains = findOwnChains(parseRuleset(text), chain);
  const rules = isLarge(file)
    ? noRules
    : withGroups({ mangle: chains.mangle.rules, filter: chains.filter.rules }, new Map());
  const variant = /^# iptables: (nft|legacy|only)$/m.exec(text)?.[1] as TableVariant | undefined;
  const lockFile = /^# lock: (\/\S*)$/m.exec(text)?.[1];
  const named = ownerIn(text);
  return {
    file,
    variant,
    rules,
    ...defined({ lockFile, owner: named }),
    isWhole: !isLarge(file) && variant !== undefined && text === renderStored(owner, chain, variant, lockFile, rules),
    isForeign: named !== owner || (isEmptyGroup(rules) && !isLarge(file)),
  };
}

export const renderStored = (
  owner: string,
  chain: string,
  variant: TableVariant,
  lockFile: string | undefined,
  rules: OwnRules,
): string =>
  [
    `# ${fileHeader(owner)}\n`,
    `# iptables: ${variant}\n`,
    ...(lockFile === undefined ? [] : [`# lock: ${lockFile}\n`]),
    renderChains(chain, rules),
  ].join('');
