/**
 * stackward's chain in one family, and how its rules are replaced.
 *
 * Goals: a foreign rule is never touched. If something changed since the chain was read, the change fails. No packet
 * meets a half-made chain.
 * How: `iptables-restore -n` gets one transaction per table. It deletes the jump and every rule that was read *by
 * value*, then the empty chain, and makes everything anew. If somebody changed a rule, the deletion doesn't find it. If
 * somebody added a rule, the chain isn't empty and can't be deleted. If somebody made the chain, `-N` fails. In each
 * case the kernel keeps everything (tried on nft and legacy). A `:chain` line for an existing chain would flush it with
 * its foreign rules, so none is written.
 * Given up: one transaction over both tables, because iptables has none. Mangle is written first if filter is going to
 * accept a mark that it doesn't accept yet, so that no older mark counts. Otherwise filter is written first, so that
 * there is no gap for packets that it stops accepting, or accepts without a mark from now on.
 */
import { rulesOf, chainsOf, type Ruleset } from './ruleset';

/** Tables in which stackward has a chain. */
export const ownTables = ['mangle', 'filter'] as const;
export type OwnTable = (typeof ownTables)[number];

/**
 * Characters of one line that the host program accepts: iptables-restore would read a line beyond 10,239 bytes as two
 * lines.
 */
export const longestLine = 1024;

/**
 * Rules of one owner in one table and family that the host program puts into a chain. It deletes up to three times as
 * many.
 */
export const mostRules = 16_384;

/** The chain from which a jump leads to stackward's chain. */
export const jumpFrom: Readonly<Record<OwnTable, string>> = { mangle: 'FORWARD', filter: 'neutron-filter-top' };

/** stackward's chain in one table, as it was read. */
export interface OwnChain {
  readonly exists: boolean;
  /** Number of jumps to it from the chain in `jumpFrom`. */
  readonly jumps: number;
  /** The rules as the kernel prints them, without `-A <chain>`. */
  readonly rules: readonly string[];
}

/** The chains of one family. */
export type OwnChains = Readonly<Record<OwnTable, OwnChain>>;

export const noChain: OwnChain = { exists: false, jumps: 0, rules: [] };

export const findOwnChains = (ruleset: Ruleset, chain: string): OwnChains => {
  const rules = rulesOf(ruleset);
  const chains = chainsOf(ruleset);
  const find = (table: OwnTable): OwnChain => ({
    exists: chains.has(`${table} ${chain}`),
    jumps: rules.filter((rule) => rule.table === table && rule.chain === jumpFrom[table] && rule.text === `-j ${chain}`)
      .length,
    rules: rules.filter((rule) => rule.table === table && rule.chain === chain).map((rule) => rule.text),
  });
  return { mangle: find('mangle'), filter: find('filter') };
};

/** A comment or a log prefix, whatever is in it. */
const quoted = /"(?:[^"\\]|\\.)*"/g;

/** Rules that lead to stackward's chain, except its own jump, such as `filter: -A INPUT -j stackward-…`. */
export function findForeignJumps(ruleset: Ruleset, chain: string): string[] {
  const leads = new RegExp(`(^| )(-j|-g) ${chain}( |$)`);
  return rulesOf(ruleset)
    .filter(({ table, chain: from, text }) => {
      const isOurs = text === `-j ${chain}` && ownTables.some((own) => own === table && jumpFrom[own] === from);
      return leads.test(text.replace(quoted, '""')) && !isOurs;
    })
    .map(({ table, chain: from, text }) => `${table}: -A ${from} ${text}`);
}

/** The rules that stackward's chain shall hold in one family, per table. A table without rules gets no chain. */
export type OwnRules = Readonly<Record<OwnTable, readonly string[]>>;

/** True if the chain is there with exactly one jump, or if neither is there and no rule is wanted. */
const isInPlace = (chain: OwnChain, rules: readonly string[]): boolean =>
  rules.length === 0
    ? !chain.exists && chain.jumps === 0
    : chain.jumps === 1 &&
      chain.rules.length === rules.length &&
      chain.rules.every((rule, index) => rule === rules[index]);

/**
 * The text for `iptables-restore -n` that turns the chains that were read into the wanted chains. '' if nothing
 * differs.
 */
export function renderReplacement(chain: string, seen: OwnChains, wanted: OwnRules): string {
  const isInForce = (rule: string): boolean => seen.filter.jumps > 0 && seen.filter.rules.includes(rule);
  const acceptsAnew = wanted.filter.some((rule) => rule.includes('-m mark --mark ') && !isInForce(rule));
  const order: readonly OwnTable[] = acceptsAnew ? ['mangle', 'filter'] : ['filter', 'mangle'];
  return order
    .filter((table) => !isInPlace(seen[table], wanted[table]))
    .map((table) =>
      renderTable(table, [
        ...removal(table, chain, seen[table]),
        ...making(`-N ${chain}`, table, chain, wanted[table]),
      ]),
    )
    .join('');
}

/** One text for `iptables-restore -n`, and the chain as it is afterwards. */
export interface Replacement {
  readonly text: string;
  readonly after: OwnChains;
}

/**
 * Like renderReplacement, for a chain with more rules than one text may name. Several transactions empty the chain
 * first; from the first of them on, no jump leads to it. Rules are deleted from the front, because iptables searches
 * from there.
 */
export function renderReplacements(chain: string, seen: OwnChains, wanted: OwnRules): Replacement[] {
  const replacements: Replacement[] = [];
  let left = seen;
  for (const table of ['filter', 'mangle'] as const)
    while (left[table].rules.length > mostRules) {
      const { jumps, rules } = left[table];
      const part = { exists: false, jumps, rules: rules.slice(0, mostRules) };
      left = { ...left, [table]: { exists: true, jumps: 0, rules: rules.slice(mostRules) } };
      replacements.push({ text: renderTable(table, removal(table, chain, part)), after: left });
    }
  const text = renderReplacement(chain, left, wanted);
  return text === '' ? replacements : [...replacements, { text, after: chainsWith(wanted) }];
}

const chainsWith = ({ mangle, filter }: OwnRules): OwnChains => ({
  mangle: chainWith(mangle),
  filter: chainWith(filter),
});

const chainWith = (rules: readonly string[]): OwnChain =>
  rules.length === 0 ? noChain : { exists: true, jumps: 1, rules };

/** The text for `iptables-restore -n` that makes the chains when a host starts and no jump leads to them yet. */
export const renderChains = (chain: string, rules: OwnRules): string =>
  ownTables
    .filter((table) => rules[table].length > 0)
    .map((table) => renderTable(table, making(`:${chain} - [0:0]`, table, chain, rules[table])))
    .join('');

const renderTable = (table: OwnTable, lines: readonly string[]): string =>
  [`*${table}`, ...lines, 'COMMIT', ''].join('\n');

const removal = (table: OwnTable, chain: string, { exists, jumps, rules }: OwnChain): string[] => [
  ...Array<string>(jumps).fill(`-D ${jumpFrom[table]} -j ${chain}`),
  ...rules.map((rule) => `-D ${chain} ${rule}`),
  ...(exists ? [`-X ${chain}`] : []),
];

const making = (start: string, table: OwnTable, chain: string, rules: readonly string[]): string[] =>
  rules.length === 0 ? [] : [start, ...rules.map((rule) => `-A ${chain} ${rule}`), `-A ${jumpFrom[table]} -j ${chain}`];
