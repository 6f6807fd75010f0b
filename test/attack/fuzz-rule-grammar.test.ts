/** The grammar of rules has two speakers, rule-shape.ts and the host program: they know the same rules, and iptables takes them all. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { longestLine, mostRules, ownTables } from '../../lib/iptables/own-chain';
import {
  canonicalRule,
  familyOfRule,
  parseRule,
  renderRule,
} from '../../reconcilers/firewall-exception/chain/rule-shape';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';
import { callHostFunction } from '../support/host-functions';
import { findPython2 } from '../support/python2';
import { generatedRule, mutatedRule, oldSpelling, type GeneratedRule } from '../support/rule-arbitrary';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The longest name that the kernel allows for a chain. */
const chain = 'stackward-0a1b2c3d4e5f607182';

/** The reading of rule-shape.ts: the rule in one spelling, or null. */
function readHere({ table, family, text }: GeneratedRule): string | null {
  const rule = parseRule(table, text);
  if (rule === undefined) return null;
  const found = familyOfRule(rule);
  return found === undefined || found === family ? canonicalRule(renderRule(rule)) : null;
}

/** The text that the host program would hand to iptables-restore, or null. */
function readThere(rules: readonly GeneratedRule[], python?: string): (string | null)[] {
  const start = `-D ${chain} `;
  const calls = rules.map(({ table, family, text }) => [`*${table}\n${start}${text}\nCOMMIT\n`, family]);
  return callHostFunction<[string, string, string][] | { refused: string }>(
    'lambda text, family: read_tables(text, family, REPLACES)',
    calls,
    python,
  ).map((answer) => (Array.isArray(answer) ? (answer[0]?.[2].split('\n')[1]?.slice(start.length) ?? '') : null));
}

const pythons: readonly (readonly [string, string | undefined])[] = [
  ['Python 3', '/usr/bin/python3'],
  ['Python 2.7', findPython2('the grammar of rules')],
];

describe.each(pythons.filter(([, python]) => python !== undefined))('%s', (_, python) => {
  test(
    'every generated rule is read as the same rule on both sides, in every spelling of iptables',
    () => {
      const rules = fc.sample(generatedRule, { numRuns: fuzzCount, seed: fuzzSeed });
      const [here, there] = [rules.map(readHere), readThere(rules, python)];
      const carries = (rule: GeneratedRule): boolean =>
        / ::(ffff:)?[0-9a-f]*(:[0-9a-f]*)?\/(9[6-9]|1\d\d) /.test(` ${rule.text}`);
      for (const [index, rule] of rules.entries()) {
        expect([fuzzSeed, rule, there[index]]).toEqual([fuzzSeed, rule, here[index]]);
        if (here[index] === null) expect([rule, carries(rule)]).toEqual([rule, true]);
        else expect(here[index]).toBe(canonicalRule(rule.text));
      }
      expect(here.filter((answer) => answer !== null).length).toBeGreaterThan(fuzzCount * 0.9);
      const old = rules.map((rule) => ({ ...rule, text: oldSpelling(rule.text) }));
      expect([old.map(readHere), readThere(old, python)]).toEqual([here, here]);
    },
    fuzzTimeoutMs,
  );

  test(
    'both sides accept, or refuse, the same mutations of rules',
    () => {
      const rules = fc.sample(mutatedRule, { numRuns: fuzzCount, seed: fuzzSeed });
      const [here, there] = [rules.map(readHere), readThere(rules, python)];
      for (const [index, rule] of rules.entries())
        expect([fuzzSeed, rule, there[index]]).toEqual([fuzzSeed, rule, here[index]]);
      const refused = here.filter((answer) => answer === null).length;
      expect([refused > fuzzCount / 2, refused < fuzzCount]).toEqual([true, true]);
    },
    fuzzTimeoutMs,
  );
});

test('TypeScript and the host program have the same bounds for rules', () => {
  const program = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
  const [line, rules] = [/^LONGEST_LINE = (\d+)$/m, /^MOST_RULES = (\d+)$/m].map((pattern) =>
    Number(pattern.exec(program)?.[1]),
  );
  expect([line, rules]).toEqual([longestLine, mostRules]);
});

describe('iptables-restore accepts every rule that the grammar accepts, and the grammar reads what iptables-save prints as the same rule', () => {
  let namespace: Namespace;
  beforeAll(() => (namespace = makeNamespace()));
  afterAll(() => namespace.remove());

  test.each(['nft', 'legacy'] as const)('%s', (variant) => {
    const rules = fc
      .sample(generatedRule, { numRuns: 2_000, seed: fuzzSeed })
      .filter((rule) => readHere(rule) !== null);
    for (const family of [4, 6] as const) {
      const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${variant}`;
      const texts = ownTables.map((table) => rules.filter((rule) => rule.table === table && rule.family === family));
      const input = texts.map((found, index) =>
        [
          `*${ownTables[index]}`,
          `:${chain} - [0:0]`,
          ...found.map(({ text }) => `-A ${chain} ${text}`),
          'COMMIT',
          '',
        ].join('\n'),
      );
      namespace.feed(input.join(''), `${tool}-restore`, '-n');
      for (const [index, table] of ownTables.entries()) {
        const saved = namespace.run(`${tool}-save`, '-t', table).split('\n');
        const printed = saved
          .filter((line) => line.startsWith(`-A ${chain} `))
          .map((line) => line.slice(chain.length + 4));
        expect(printed.length).toBeGreaterThan(100);
        expect(printed.map((text) => readHere({ table, family, text }))).toEqual(texts[index]?.map(readHere));
      }
    }
  });
});
