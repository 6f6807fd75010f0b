/**
 * One chain of ours in one family, and how it is replaced.
 *
 * Goals: a foreign rule is never touched; what changed since it was seen makes the change fail; no packet meets a half-made chain.
 * How: one transaction of `iptables-restore -n` per table deletes the jump and every rule that was seen *by value*, then the
 * empty chain, and makes all of it anew. A rule that changed is not found; a rule that came leaves the chain not empty; a chain that
 * came can't be made with `-N`; each time the kernel keeps everything (tried on nft and legacy). A `:chain` line on a chain that is
 * there would flush it, foreign rules and all.
 * Given up: one transaction over two tables; there is none. Mangle goes first where filter is to accept a mark that it doesn't accept
 * yet, so that no mark of before counts; else filter, so that what it stops accepting, or accepts by itself from now on, has no gap.
 */
import { rulesOf, chainsOf, type Ruleset } from './ruleset';

/** Tables that hold chains of ours. */
export const ownTables = ['mangle', 'filter'] as const;
export type OwnTable = (typeof ownTables)[number];

/** Characters of one line that the host program takes: iptables-restore would read a line beyond 10,239 bytes as two. */
export const longestLine = 1024;

/** Rules that the host program puts into one chain: those of one owner in one table and family. It deletes up to three times as many. */
export const mostRules = 16_384;

/** Where the jump to a chain of ours stands. */
export const jumpFrom: Readonly<Record<OwnTable, string>> = { mangle: 'FORWARD', filter: 'neutron-filter-top' };

/** What there is of our chain in one table. */
export interface OwnChain {
  readonly exists: boolean;
  /** How many jumps lead to it from where they should. */
  readonly jumps: number;
  /** As printed, without `-A <chain>`. */
  readonly rules: readonly string[];
}

/** Of one family. */
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

/** A comment or a log prefix, whatever it holds. */
const quoted = /"(?:[^"\\]|\\.)*"/g;

/** Rules that lead to our chain and are no jump of ours; as `filter: -A INPUT -j stackward-…`. */
export function findForeignJumps(ruleset: Ruleset, chain: string): string[] {
  const leads = new RegExp(`(^| )(-j|-g) ${chain}( |$)`);
  return rulesOf(ruleset)
    .filter(({ table, chain: from, text }) => {
      const isOurs = text === `-j ${chain}` && ownTables.some((own) => own === table && jumpFrom[own] === from);
      return leads.test(text.replace(quoted, '""')) && !isOurs;
    })
    .map(({ table, chain: from, text }) => `${table}: -A ${from} ${text}`);
}

/** What our chain is to hold in one family, per table; a table without rules has no chain. */
export type OwnRules = Readonly<Record<OwnTable, readonly string[]>>;

/** That the chain is there, with its one jump; or that neither is. */
const isInPlace = (chain: OwnChain, rules: readonly string[]): boolean =>
  rules.length === 0
    ? !chain.exists && chain.jumps === 0
    : chain.jumps === 1 &&
      chain.rules.length === rules.length &&
      chain.rules.every((rule, index) => rule === rules[index]);

/** The text for `iptables-restore -n` that makes of what was seen what is wanted; '' if that is what is there. */
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

/** One text for `iptables-restore -n`, and what there is of the chain when it is done. */
export interface Replacement {
  readonly text: string;
  readonly after: OwnChains;
}

/**
 * The same, for a chain that holds more than one text may name: it is emptied in several transactions first, and from the first of
 * them on nothing leads to it. Rules go from the front: iptables looks for each from there, and finds it at once.
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

/** The text for `iptables-restore -n` that makes it where nothing leads to it: when a host starts. */
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
