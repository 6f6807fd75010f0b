/**
 * Splits the output of iptables-save into lines and keeps every byte: rules are text, and compared as text.
 *
 *   *filter
 *   :FORWARD DROP [0:0]
 *   :neutron-filter-top - [0:0]
 *   -A neutron-filter-top -s 203.0.113.10/32 -j ACCEPT
 *   COMMIT
 *
 * iptables 1.8.9; test/fixtures/iptables/ovs-09-foreign-everywhere-before.iptables-save.txt.
 */

export type TableLine =
  | { readonly is: 'table'; readonly name: string }
  /** `policy` is `-` for a chain that somebody made. `counters` are as printed, '' if there are none. */
  | { readonly is: 'chain'; readonly name: string; readonly policy: string; readonly counters: string }
  /**
   * `counters` is the `[4:336]` that `iptables-save -c` prints first, or ''. `text` is everything after the chain's
   * name.
   */
  | { readonly is: 'rule'; readonly chain: string; readonly text: string; readonly counters: string }
  | { readonly is: 'commit' }
  /** A comment, an empty line, or a line that this program doesn't know. */
  | { readonly is: 'other'; readonly text: string };

export type Ruleset = readonly TableLine[];

const unknown = (text: string): TableLine => ({ is: 'other', text });

function parseLine(line: string): TableLine {
  if (line === 'COMMIT') return { is: 'commit' };
  if (/^\*\S+$/.test(line)) return { is: 'table', name: line.slice(1) };
  const chain = /^:(\S+) (\S+)(?: (\[\d+:\d+\]))?$/.exec(line);
  if (chain) return { is: 'chain', name: chain[1] ?? '', policy: chain[2] ?? '', counters: chain[3] ?? '' };
  const rule = /^(?:(\[\d+:\d+\]) )?-A (\S+)(?: ([^\r\n]*))?$/.exec(line);
  if (!rule) return unknown(line);
  const found: TableLine = { is: 'rule', chain: rule[2] ?? '', text: rule[3] ?? '', counters: rule[1] ?? '' };
  return renderLine(found) === line ? found : unknown(line);
}

function renderLine(line: TableLine): string {
  switch (line.is) {
    case 'commit':
      return 'COMMIT';
    case 'table':
      return `*${line.name}`;
    case 'chain':
      return `:${line.name} ${line.policy}${line.counters && ` ${line.counters}`}`;
    case 'rule':
      return `${line.counters && `${line.counters} `}-A ${line.chain}${line.text && ` ${line.text}`}`;
    default:
      return line.text;
  }
}

/** Never throws: an unknown line is kept as it is. */
export const parseRuleset = (text: string): Ruleset => text.split('\n').map(parseLine);

/** The same bytes that were parsed. */
export const renderRuleset = (ruleset: Ruleset): string => ruleset.map(renderLine).join('\n');

/** A rule, and the table in which it is. */
export interface TableRule {
  readonly table: string;
  readonly chain: string;
  /** Everything after the chain's name: `-s 203.0.113.10/32 -j ACCEPT`. */
  readonly text: string;
}

/** Every rule, in order. */
export function rulesOf(ruleset: Ruleset): TableRule[] {
  const rules: TableRule[] = [];
  let table = '';
  for (const line of ruleset) {
    if (line.is === 'table') table = line.name;
    else if (line.is === 'rule') rules.push({ table, chain: line.chain, text: line.text });
  }
  return rules;
}

/** `<table> <chain>` of every chain. */
export function chainsOf(ruleset: Ruleset): ReadonlySet<string> {
  const chains = new Set<string>();
  let table = '';
  for (const line of ruleset) {
    if (line.is === 'table') table = line.name;
    else if (line.is === 'chain') chains.add(`${table} ${line.name}`);
  }
  return chains;
}
