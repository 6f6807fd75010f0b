/**
 * A model of `iptables-restore -n`, as far as stackward uses it. Each table is one transaction. A rule is deleted by
 * value. A chain can be deleted if it is empty and nothing leads to it. `:chain` makes or empties a chain; `-N` only
 * makes one. test/integration/iptables-kernel.test.ts shows that real kernels do the same.
 */
import { parseRuleset, renderRuleset, type Ruleset, type TableLine } from '../../lib/iptables/ruleset';

interface Table {
  readonly name: string;
  readonly chains: Map<string, { policy: string; rules: string[] }>;
}

export class RestoreRefused extends Error {}

/** Tables as text with everything else (comments, counters) left out. */
export function rulesAsText(tables: Ruleset): string {
  return renderRuleset(
    readTables(tables).flatMap((table): TableLine[] => [
      { is: 'table', name: table.name },
      ...[...table.chains].map(([name, { policy }]): TableLine => ({ is: 'chain', name, policy, counters: '' })),
      ...[...table.chains].flatMap(([chain, { rules }]) =>
        rules.map((text): TableLine => ({ is: 'rule', chain, text, counters: '' })),
      ),
      { is: 'commit' },
    ]),
  );
}

function readTables(ruleset: Ruleset): Table[] {
  const tables: Table[] = [];
  for (const line of ruleset) {
    const table = tables.at(-1);
    if (line.is === 'table') tables.push({ name: line.name, chains: new Map() });
    else if (line.is === 'chain') table?.chains.set(line.name, { policy: line.policy, rules: [] });
    else if (line.is === 'rule') table?.chains.get(line.chain)?.rules.push(line.text);
  }
  return tables;
}

/** @throws RestoreRefused; tables that were committed before keep their changes */
export function restore(before: Ruleset, text: string): Ruleset {
  let now = before;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    lines.push(line);
    if (line !== 'COMMIT') continue;
    now = commit(now, lines);
    lines = [];
  }
  return now;
}

function commit(before: Ruleset, lines: readonly string[]): Ruleset {
  const tables = readTables(before);
  const name = lines[0]?.slice(1) ?? '';
  let table = tables.find((candidate) => candidate.name === name);
  if (!table) tables.push((table = { name, chains: new Map() }));
  for (const line of lines.slice(1, -1)) change(table, line);
  for (const chain of table.chains.values())
    for (const rule of chain.rules) {
      const leadsTo = / -[jg] (stackward-\S+)/.exec(` ${rule}`)?.[1];
      if (leadsTo !== undefined && !table.chains.has(leadsTo)) throw new RestoreRefused(`no chain ${leadsTo}`);
    }
  return parseRuleset(rulesAsText(tables.flatMap(linesOf)));
}

const linesOf = ({ name, chains }: Table): TableLine[] => [
  { is: 'table', name },
  ...[...chains].map(([chain, { policy }]): TableLine => ({ is: 'chain', name: chain, policy, counters: '' })),
  ...[...chains].flatMap(([chain, { rules }]) =>
    rules.map((text): TableLine => ({ is: 'rule', chain, text, counters: '' })),
  ),
  { is: 'commit' },
];

function change({ chains }: Table, line: string): void {
  const [, command = '', name = '', rule = ''] = /^(-[ADNX]|:)\s?(\S+)(?: (.*))?$/.exec(line) ?? [];
  const chain = chains.get(name);
  if (command === '-N' && chain) throw new RestoreRefused(`${name} is there already`);
  if (command === ':' || command === '-N') chains.set(name, { policy: '-', rules: [] });
  else if (!chain) throw new RestoreRefused(`no chain ${name} for ${line}`);
  else if (command === '-A') chain.rules.push(rule);
  else if (command === '-D') {
    const position = chain.rules.indexOf(rule);
    if (position < 0) throw new RestoreRefused(`no such rule: ${line}`);
    chain.rules.splice(position, 1);
  } else {
    const isLedTo = [...chains.values()].some((candidate) =>
      candidate.rules.some((text) => text.endsWith(`-j ${name}`)),
    );
    if (chain.rules.length > 0 || isLedTo) throw new RestoreRefused(`${name} is not empty, or is led to`);
    chains.delete(name);
  }
}
