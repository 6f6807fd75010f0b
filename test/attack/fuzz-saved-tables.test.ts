/**
 * Texts of iptables-save and stored files in any state: no foreign rule is taken for stackward's, and no text ends the
 * program.
 */
import fc from 'fast-check';
import type { HostFile } from '../../lib/hosts/host';
import { findForeignJumps, findOwnChains, jumpFrom, ownTables } from '../../lib/iptables/own-chain';
import { parseRuleset, renderRuleset } from '../../lib/iptables/ruleset';
import { findPath } from '../../lib/iptables/rule-comment';
import { foreignRules, groupsOf } from '../../reconcilers/firewall-exception/chain/rule-groups';
import { parseStored, renderStored } from '../../reconcilers/firewall-exception/chain/stored-rules';
import { anyText } from '../support/any-text';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

const chain = 'stackward-96c2886c51d1dfb4';
const chains = fc.constantFrom(
  chain,
  'stackward-96c2886c',
  `${chain}0`,
  `x${chain}`,
  'FORWARD',
  'neutron-filter-top',
  'foo',
  'INPUT',
);
const comment = fc.constantFrom(
  ...[
    'stackward:acme/Branch',
    'stackward:acme/Branch%2F',
    'stackward:acme',
    'stackward:',
    'acme/Branch',
    'stackward:a\u0430/b',
  ],
  ...[
    '"stackward:acme/Branch"',
    '"stackward:acme/Branch',
    '"stackward:acme/\\"x"',
    `"-j ${chain}"`,
    "'stackward:acme/Branch'",
  ],
);
const way = ' -m physdev --physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged';
const part = fc.oneof(
  fc.constantFrom(
    '-s 10.99.0.0/24',
    '-s 10.99.0.0/33',
    '-d 10.77.0.0/24',
    way.trim(),
    '--modprobe=/bin/sh',
    '! -s 10.0.0.0/8',
    '-p tcp',
  ),
  comment.map((words) => `-m comment --comment ${words}`),
  fc.constantFrom(
    '-j ACCEPT',
    '-j RETURN',
    '-j DROP',
    '-g foo',
    `-j ${chain}`,
    '-j MARK --set-xmark 0x80000000/0x80000000',
  ),
);
const own = fc
  .tuple(fc.nat(255), fc.constantFrom('acme/Branch', 'acme/Other', 'other/X'))
  .map(([net, path]) => `-s 10.${net}.0.0/24${way} -m comment --comment "stackward:${path}" -j ACCEPT`);
const ruleText = fc.oneof(
  { weight: 1, arbitrary: own },
  { weight: 3, arbitrary: fc.array(part, { maxLength: 5 }).map((all) => all.join(' ')) },
);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(chains, ruleText).map(([name, text]) => `-A ${name} ${text}`) },
  { weight: 2, arbitrary: chains.map((name) => `-A neutron-filter-top -j ${name}`) },
  { weight: 2, arbitrary: chains.map((name) => `:${name} - [0:0]`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '*filter',
      '*mangle',
      '*nat',
      'COMMIT',
      '',
      '# x',
      '[1:2] -A foo -j DROP',
      '-A',
      ':',
      '*',
      '-X foo',
    ),
  },
  { weight: 1, arbitrary: anyText(30) },
);
const head = fc.constantFrom(
  ...[
    '# This file is kept by stackward for team-a',
    '# This file is kept by stackward for team-b',
    '# This file is kept by stackward for ',
    '',
  ],
);
const tables = fc.array(line, { maxLength: 25 }).map((all) => all.join('\n'));

const fileOf = (text: string): HostFile => ({
  exists: true,
  realPath: '/x',
  content: Buffer.from(text).toString('base64'),
  sha256: 'x',
  mode: 0o600,
  links: 1,
  owner: 'root',
  group: 'root',
  mtimeSeconds: 0,
  xattrs: {},
  managers: [],
});

/** The rules of our chain, found by nothing but the lines of the text. */
function rulesByLine(text: string): string[] {
  let table = '';
  return text.split('\n').flatMap((row) => {
    if (/^\*\S+$/.test(row)) table = row.slice(1);
    const isOurs = row === `-A ${chain}` || (row.startsWith(`-A ${chain} `) && row.length > chain.length + 4);
    return isOurs && !row.includes('\r') && ownTables.some((own) => own === table)
      ? [`${table} ${row.slice(chain.length + 4)}`]
      : [];
  });
}

test(
  "tables of any text give their bytes back, and each rule of stackward's chain is a construct's or is named as foreign",
  () => {
    fc.assert(
      fc.property(tables, (text) => {
        const ruleset = parseRuleset(text);
        expect(renderRuleset(ruleset)).toBe(text);
        const found = findOwnChains(ruleset, chain);
        const rules = { mangle: found.mangle.rules, filter: found.filter.rules };
        expect(ownTables.flatMap((table) => rules[table].map((rule) => `${table} ${rule}`)).sort()).toEqual(
          rulesByLine(text).sort(),
        );
        const grouped = [...groupsOf(rules)];
        for (const [comment, group] of grouped) {
          expect(findPath(comment)).toBeDefined();
          for (const table of ownTables)
            for (const rule of group[table])
              expect(rule).toMatch(/ -m comment --comment "?stackward:[^ ]+\/[^ ]+"? -j |^-m comment/);
        }
        const count = grouped.flatMap(([, group]) => ownTables.flatMap((table) => group[table])).length;
        expect(count + foreignRules(rules).length).toBe(rules.mangle.length + rules.filter.length);
        for (const jump of findForeignJumps(ruleset, chain)) {
          expect(jump).toContain(chain);
          for (const table of ownTables) expect(jump).not.toBe(`${table}: -A ${jumpFrom[table]} -j ${chain}`);
        }
      }),
      fuzzing,
    );
  },
  fuzzTimeoutMs,
);

test(
  "a stored file of any text is stackward's only with its header and a construct's rule, and whole only as it is written",
  () => {
    fc.assert(
      fc.property(head, tables, (first, rest) => {
        const text = `${first}\n# iptables: nft\n${rest}`;
        const stored = parseStored(fileOf(text), 'team-a', chain);
        if (!stored.isForeign) {
          expect(first).toBe('# This file is kept by stackward for team-a');
          expect(stored.rules.mangle.length + stored.rules.filter.length).toBeGreaterThan(0);
        }
        expect(foreignRules(stored.rules)).toEqual([]);
        expect(stored.isWhole).toBe(text === renderStored('team-a', chain, 'nft', stored.lockFile, stored.rules));
      }),
      fuzzing,
    );
  },
  fuzzTimeoutMs,
);
