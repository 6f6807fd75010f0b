/**
 * The file from which our chains come back when the host starts: what iptables-restore -n takes, and in comments what
 * whoever writes next, or restores, must know.
 *
 *   # This file is kept by stackward for team-a
 *   # iptables: nft
 *   # lock: /var/lib/neutron/lock/neutron-iptables
 *   *filter
 *   …
 */
import { fileHeader, ownerMark, type HostFile, type TableVariant } from '../../lib/host';
import { findOwnChains, renderChains, type OwnRules } from '../../lib/iptables/own-chain';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { isEmptyGroup, withGroups } from './rule-groups';
import { noRules, type Family } from './rules';

export const chainOf = (owner: string): string => `stackward-${ownerMark(owner)}`;

export const storedPath = (stateFolder: string, owner: string, family: Family): string =>
  `${stateFolder}/firewall-exception-${ownerMark(owner)}.${family}`;

export interface StoredRules {
  /** Of the file; null: there is none. */
  readonly file: { readonly sha256: string; /** Base64. */ readonly content: string } | null;
  readonly variant: TableVariant | undefined;
  /** The agent's own, which a write must hold. Absent where the agent keeps what others write. */
  readonly lockFile?: string;
  /** Those of ours. */
  readonly rules: OwnRules;
  /** Nothing is in the file but these rules, as they are written here: what else it holds would come back at boot with them. */
  readonly isWhole: boolean;
  /** There is a file of this name that bears no header, or no rule, of ours. */
  readonly isForeign: boolean;
}

export const nothingStored: StoredRules = {
  ...{ file: null, variant: undefined, rules: noRules },
  ...{ isWhole: true, isForeign: false },
};

export function parseStored(file: HostFile, owner: string): StoredRules {
  if (!file.exists) return nothingStored;
  const text = Buffer.from(file.content, 'base64').toString('utf8');
  const chains = findOwnChains(parseRuleset(text), chainOf(owner));
  const rules = withGroups({ mangle: chains.mangle.rules, filter: chains.filter.rules }, new Map());
  const variant = /^# iptables: (nft|legacy|only)$/m.exec(text)?.[1] as TableVariant | undefined;
  const lockFile = /^# lock: (\/\S*)$/m.exec(text)?.[1];
  return {
    ...{ file, variant, rules },
    ...(lockFile === undefined ? {} : { lockFile }),
    isWhole: variant !== undefined && text === renderStored(owner, variant, lockFile, rules),
    isForeign: !text.startsWith(`# ${fileHeader(owner)}\n`) || isEmptyGroup(rules),
  };
}

export const renderStored = (
  owner: string,
  variant: TableVariant,
  lockFile: string | undefined,
  rules: OwnRules,
): string =>
  [
    `# ${fileHeader(owner)}\n`,
    `# iptables: ${variant}\n`,
    ...(lockFile === undefined ? [] : [`# lock: ${lockFile}\n`]),
    renderChains(chainOf(owner), rules),
  ].join('');
