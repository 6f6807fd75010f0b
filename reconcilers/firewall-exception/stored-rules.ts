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
import { noRules, type Family } from './rules';

export const chainOf = (owner: string): string => `stackward-${ownerMark(owner)}`;

export const storedPath = (stateFolder: string, owner: string, family: Family): string =>
  `${stateFolder}/firewall-exception-${ownerMark(owner)}.${family}`;

export interface StoredRules {
  /** Of the file; null: there is none. */
  readonly sha256: string | null;
  readonly variant: TableVariant | undefined;
  /** The agent's own, which a write must hold. Absent where the agent keeps what others write. */
  readonly lockFile?: string;
  readonly rules: OwnRules;
  /** There is a file of this name that isn't ours. */
  readonly isForeign: boolean;
}

export const nothingStored: StoredRules = { sha256: null, variant: undefined, rules: noRules, isForeign: false };

export function parseStored(file: HostFile, owner: string): StoredRules {
  if (!file.exists) return nothingStored;
  const text = Buffer.from(file.content, 'base64').toString('utf8');
  const chains = findOwnChains(parseRuleset(text), chainOf(owner));
  const variant = /^# iptables: (nft|legacy|only)$/m.exec(text)?.[1] as TableVariant | undefined;
  const lockFile = /^# lock: (\/\S*)$/m.exec(text)?.[1];
  return {
    sha256: file.sha256,
    variant,
    ...(lockFile === undefined ? {} : { lockFile }),
    rules: { mangle: chains.mangle.rules, filter: chains.filter.rules },
    isForeign: !text.startsWith(`# ${fileHeader(owner)}\n`),
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
