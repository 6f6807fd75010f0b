import { findOwnChains, jumpFrom, ownTables, type OwnTable } from '../../../lib/iptables/own-chain';
import { rulesOf, type Ruleset } from '../../../lib/iptables/ruleset';
import { count } from '../../../lib/render/text';
import {
  chainOf,
  hasRules,
  type Family,
  type OwnPlaces,
  type OwnThings,
  type StoredExceptions,
  type StoredTables,
} from '../../own-things';
import { defineCheck, type Fine, type Result, type Trouble } from '../check';
import { judgeHosts, unreadFiles } from './own-hosts';

/** Rules that end a packet before it reaches stackward's jump. */
const ends = /(^| )-j (DROP|REJECT)( |$)/;

type Tables = OwnThings['tables'][Family];

interface Fault {
  readonly found: string;
  readonly evidence: readonly string[];
}

/** The rules of the chain that contains the jump, with their numbers. */
const numbered = (ruleset: Ruleset, table: OwnTable): readonly string[] =>
  rulesOf(ruleset)
    .filter((rule) => rule.table === table && rule.chain === jumpFrom[table])
    .map(({ text }, index) => `${index + 1}: ${text}`);

/** The fault in the chain of one table; undefined if the stored rules are in force. */
function faultIn(table: OwnTable, chain: string, wanted: readonly string[], { ruleset, hasHook }: Tables): Fault | undefined {
  if (wanted.length === 0) return undefined;
  const from = jumpFrom[table];
  const now = findOwnChains(ruleset, chain)[table];
  const stored = `${count(wanted.length, 'rule')} stored for the chain ${chain} of ${table}`;
  if (table === 'filter' && !hasHook)
    return { found: `There is no ${from}: Neutron’s agent did not start, or uses another iptables.`, evidence: [stored] };
  if (!now.exists) return { found: `The chain ${chain} of ${table} is gone, so nothing lets these packets pass.`, evidence: [stored] };
  const lines = numbered(ruleset, table);
  const jump = lines.findIndex((line) => line.endsWith(`: -j ${chain}`));
  if (jump < 0) return { found: `No jump leads from ${from} to the chain ${chain}.`, evidence: [stored, ...lines] };
  const before = lines.slice(0, jump).find((line) => ends.test(line));
  if (before !== undefined)
    return { found: `In ${from} a rule drops packets before they come to the exceptions.`, evidence: [before, lines[jump] ?? ''] };
  const missing = wanted.filter((rule) => !now.rules.includes(rule));
  const strange = now.rules.filter((rule) => !wanted.includes(rule));
  if (missing.length + strange.length > 0)
    return {
      found: `The chain ${chain} of ${table} holds other rules than stackward wrote.`,
      evidence: [...missing.map((rule) => `missing: ${rule}`), ...strange.map((rule) => `not stackward’s: ${rule}`)].slice(0, 20),
    };
  return undefined;
} // prettier-ignore

function judgeStored(host: string, { mark, family }: StoredTables, stored: StoredExceptions, tables: Tables): Result {
  const { owner = mark, chains } = stored;
  const subject = `exceptions of ${owner} (IPv${family}) on ${host}`;
  const faults = ownTables.flatMap((table) => faultIn(table, chainOf(mark), chains[table].rules, tables) ?? []);
  if (faults.length === 0) {
    const rules = ownTables.reduce((sum, table) => sum + chains[table].rules.length, 0);
    return { result: 'fine', subject, found: `${count(rules, 'rule')} in force` } satisfies Fine;
  }
  return {
    result: 'fault',
    subject,
    found: faults.map(({ found }) => found).join(' '),
    evidence: faults.flatMap(({ evidence }) => evidence),
    step: 'Run `stackward plan` for the code of this owner: it shows the difference, and apply puts the exceptions back. Nothing of the agent need be restarted.',
  } satisfies Trouble;
}

export const exceptionsInForce = defineCheck<OwnPlaces>({
  code: 'SW-8001',
  title: 'exceptions of stackward are not in force',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.ownThings(),
  judge: (own) =>
    judgeHosts(
      own,
      (host, { stored, tables }) => [
        ...stored.flatMap((file) =>
          file.content.isRead && hasRules(file.content.value)
            ? [judgeStored(host, file, file.content.value, tables[file.family])]
            : [],
        ),
        ...unreadFiles(host, stored),
      ],
      'no exceptions are stored',
    ),
  page: {
    means:
      'A host stores firewall exceptions of stackward, and its packet filter does not let these packets pass: the chain or the jump to it is gone, a rule before the jump drops the packets, or the chain holds other rules.',
    evidence:
      'The stored rules of each owner, and the chains as iptables-save prints them. The jump stands in `neutron-filter-top`, and in FORWARD of the table mangle.',
    alike:
      'The host, or its agent, has just started (SW-8005): then the chains come back soon. Or the host has two variants of iptables, nft and legacy: neither sees the rules of the other.',
    step: 'Plan and apply the code of that owner. The plan shows what is missing.',
    never:
      'Do not write the rules by hand into a chain of `neutron-…`: the agent deletes them with its next change. Do not flush a table.',
  },
});
