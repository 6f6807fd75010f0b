/**
 * Under which names one owner's rules of one family stand: the mark of today, or that of before, which two owners may share.
 *
 * Goal: nobody takes another's chain for their own, and what is in force stays so without a migration. How: the stored file
 * says in its header whose it and its chain are, and a chain without a file is whose constructs its rules name, all of them.
 * Names of before stay in use as long as there is anything under them. Given up: a chain of before that nothing ascribes to
 * anybody stays as it is, and every plan says so.
 */
import { fileHeader, formerMark, ownerMark } from '../../../lib/hosts/host';
import type { OwnChains } from '../../../lib/iptables/own-chain';
import { groupsOf } from './rule-groups';
import type { Family } from './rules';

export interface OwnNames {
  readonly chain: string;
  /** Of the stored file. */
  readonly path: string;
}

const namesOf = (stateFolder: string, mark: string, family: Family): OwnNames => ({
  chain: `stackward-${mark}`,
  path: `${stateFolder}/firewall-exception-${mark}.${family}`,
});

/** Of what is made now. */
export const newNames = (stateFolder: string, owner: string, family: Family): OwnNames =>
  namesOf(stateFolder, ownerMark(owner), family);

export const formerNames = (stateFolder: string, owner: string, family: Family): OwnNames =>
  namesOf(stateFolder, formerMark(owner), family);

/** Whom the header of a stored file names; undefined: there is no file, or none of stackward's. */
export function ownerIn(text: string | undefined): string | undefined {
  const [first = ''] = text?.split('\n', 1) ?? [];
  const lead = `# ${fileHeader('')}`;
  return first.startsWith(lead) ? first.slice(lead.length) : undefined;
}

/** What there is under names of before. */
export interface Former {
  readonly chains: OwnChains;
  /** Of the stored file of this family, and of those of both. */
  readonly owner: string | undefined;
  readonly ownersOfBoth: readonly string[];
}

/**
 * `ours`: the names of before are the owner's. `others`: another owner's, or there is nothing. `unclear`: there are rules, and
 * nothing says whose.
 * @param comments those of the owner's constructs
 */
export function whoseFormer(
  owner: string,
  { chains, owner: named, ownersOfBoth }: Former,
  comments: ReadonlySet<string>,
): 'ours' | 'others' | 'unclear' {
  if (named !== undefined) return named === owner ? 'ours' : 'others';
  if (!chains.mangle.exists && !chains.filter.exists) return 'others';
  const [first, ...more] = new Set(ownersOfBoth);
  if (first !== undefined && more.length === 0) return first === owner ? 'ours' : 'others';
  const found = [...groupsOf({ mangle: chains.mangle.rules, filter: chains.filter.rules }).keys()];
  return found.length > 0 && found.every((comment) => comments.has(comment)) ? 'ours' : 'unclear';
}
