/**
 * The tables after `iptables-restore -n` has read a text. Pure.
 *
 * Of iptables' commands this program knows those that stackward writes: `-N`, `:chain`, `-A`, `-D` with a whole rule, and
 * `-X`. A rule is compared as text, because the text was made from the tables that the same kernel printed.
 */
import { parseRule } from './rule';
import type { Table, Tables } from './tables';

type Chains = Map<string, { readonly policy: string; readonly rules: string[] }>;

/** Undefined if the kernel would refuse the text, or if it holds a command that this program doesn't know. */
export function restored(tables: Tables, text: string): Tables | undefined {
  const after = new Map<string, Table>(tables);
  let chains: Chains | undefined;
  for (const line of text.split('\n')) {
    const table = /^\*(\S+)$/.exec(line)?.[1];
    if (line === '' || line === 'COMMIT') chains = undefined;
    else if (table !== undefined) {
      const before = after.get(table);
      chains = copyOf(before?.chains ?? new Map());
      after.set(table, { chains, gap: before?.gap });
    } else if (chains === undefined || !run(line, chains)) return undefined;
  }
  return after;
}

const copyOf = (chains: Table['chains']): Chains =>
  new Map([...chains].map(([name, { policy, rules }]) => [name, { policy, rules: [...rules] }]));

const isLedTo = (name: string, chains: Chains): boolean =>
  [...chains.values()].some(({ rules }) => rules.some((rule) => parseRule(rule).target.name === name));

/** The targets that aren't chains have names of capital letters: ACCEPT, MARK, CT. */
function leadsSomewhere(rule: string, chains: Chains): boolean {
  const { name } = parseRule(rule).target;
  return name === undefined || chains.has(name) || /^[A-Z0-9]+$/.test(name);
}

/** False if the kernel would refuse the command. */
function run(line: string, chains: Chains): boolean {
  const [, command = '', name = '', rule = ''] = /^(:|-[NXAD] )(\S+)(?: (.*))?$/.exec(line) ?? [];
  const chain = chains.get(name);
  if (command === ':' || command === '-N ') {
    if (command === '-N ' && chain !== undefined) return false;
    chains.set(name, { policy: '-', rules: [] });
    return true;
  }
  if (chain === undefined) return false;
  if (command === '-X ') return chain.rules.length === 0 && !isLedTo(name, chains) && chains.delete(name);
  if (command === '-A ') return leadsSomewhere(rule, chains) && chain.rules.push(rule) > 0;
  const place = chain.rules.indexOf(rule);
  return command === '-D ' && place >= 0 && chain.rules.splice(place, 1).length === 1;
}
