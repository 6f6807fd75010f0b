/** The tables of iptables-save as chains that a packet can walk through. Pure, and never throws. */
import { parseRuleset } from '../iptables/ruleset';

export interface Chain {
  /** `ACCEPT` or `DROP`; `-` for a chain that is not built in. */
  readonly policy: string;
  /** The rules as printed, without `-A <chain>`. */
  readonly rules: readonly string[];
}

export interface Table {
  readonly chains: ReadonlyMap<string, Chain>;
  /** Why the kernel may have more chains than these. Undefined if these are all. */
  readonly gap: string | undefined;
}

export type Tables = ReadonlyMap<string, Table>;

interface Begun {
  readonly chains: Map<string, { policy: string; rules: string[] }>;
  gap: string | undefined;
}

/**
 * iptables prints this line instead of a table with rules that only `nft` can show (iptables 1.8.9, iptables/nft.c).
 */
const incompatible = /^# Table `(\S+)' is incompatible/;

export function parseTables(text: string): Tables {
  const tables = new Map<string, Begun>();
  const begin = (name: string): Begun => {
    const table = tables.get(name) ?? { chains: new Map(), gap: undefined };
    tables.set(name, table);
    return table;
  };
  const chainOf = ({ chains }: Begun, name: string): { policy: string; rules: string[] } => {
    const chain = chains.get(name) ?? { policy: '-', rules: [] };
    chains.set(name, chain);
    return chain;
  };
  let table: Begun | undefined;
  for (const line of parseRuleset(text)) {
    if (line.is === 'table') table = begin(line.name);
    else if (line.is === 'commit') table = undefined;
    else if (line.is === 'chain' && table) chainOf(table, line.name).policy = line.policy;
    else if (line.is === 'rule' && table) chainOf(table, line.chain).rules.push(line.text);
    else if (line.is === 'other') {
      const hidden = incompatible.exec(line.text)?.[1];
      if (hidden !== undefined) begin(hidden).gap = `the table ${hidden} has rules that iptables cannot show`;
      else if (table && !/^(#.*|\s*)$/.test(line.text)) table.gap = 'a line of iptables-save has an unknown form';
    }
  }
  return tables;
}
