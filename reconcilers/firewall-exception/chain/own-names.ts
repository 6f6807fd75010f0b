/**
 * The names of an owner's chain and stored file in one family. They contain the owner's mark: today's, or the former
 * shorter mark, which two owners may share.
 *
 * Goal: nobody takes another owner's chain for their own, and rules in force stay so without a migration.
 * How: the stored file's header names its owner. A chain without a file belongs to the owner whose constructs all of
 * its rules name. Former names stay in use as long as anything has them.
 * Given up: a chain with a former name whose owner can't be found stays as it is, and every plan says so.
 */
import { fileHeader, formerMark, ownerMark } from '../../../lib/hosts/host';
import type { OwnChains } from '../../../lib/iptables/own-chain';
import { groupsOf } from './rule-groups';
import type { Family } from './rules';

export interface OwnNames {
  readonly chain: string;
  /** Path of the stored file. */
  readonly path: string;
}

const namesOf = (stateFolder: string, mark: string, family: Family): OwnNames => ({
  chain: `stackward-${mark}`,
  path: `${stateFolder}/firewall-exception-${mark}.${family}`,
});

/** Names of everything that is made now. */
export const newNames = (stateFolder: string, owner: string, family: Family): OwnNames =>
  namesOf(stateFolder, ownerMark(owner), family);

export const formerNames = (stateFolder: string, owner: string, family: Family): OwnNames =>
  namesOf(stateFolder, formerMark(owner), family);

/**
 * The owner that the header of a stored file names. Undefined if there is no file, or a file that stackward didn't
 * write.
 */
export function ownerIn(text: string | undefined): string | undefined {
  const [first = ''] = text?.split('\n', 1) ?? [];
  const lead = `# ${fileHeader('')}`;
  return first.startsWith(lead) ? first.slice(lead.length) : undefined;
}

/** The things on the host under the former names. */
export interface Former {
  readonly chains: OwnChains;
  /** The owner in the stored file of this family, and the owners in the files of both families. */
  readonly owner: string | undefined;
  readonly ownersOfBoth: readonly string[];
}

/**
 * `ours`: the former names are this owner's. `others`: they are another owner's, or nothing has them. `unclear`: there
 * are rules, and nothing says whose they are.
 * @param comments of the owner's constructs
 */
export function tellWhoseFormer(
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
