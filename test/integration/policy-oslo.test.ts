/**
 * Compares stackward's reading of policies with the real oslo.policy of Liberty, Mitaka and 2025.1 from PyPI, and with
 * a second implementation of Icehouse's grammar, written from the description of that grammar. Both sides get the same
 * random rules and credentials, before and after a grant, and must give the same answer.
 */
import fc from 'fast-check';
import type { PolicyEra, Rules, RuleValue } from '../../lib/policy/check';
import { codeRules, type CodeRule } from '../../lib/policy/code-rules';
import { effectiveCheck } from '../../lib/policy/defaults';
import { addRole } from '../../lib/policy/edit';
import { evaluateRule, type Attributes } from '../../lib/policy/evaluate';
import { parsePolicyFile } from '../../lib/policy/file';
import { admissionOf } from '../../lib/policy/grant';
import { parseRule } from '../../lib/policy/parse';
import { askOslo as ask, osloVersions as versions, testWithOslo, type Verdict } from '../support/oslo-policy';
import { jsonFile, policyCase, yamlFile, type PolicyCase } from '../support/policy-generators';

function rulesOf(values: Readonly<Record<string, RuleValue>>, era: PolicyEra): Rules {
  const byName = new Map(Object.entries(values).map(([name, value]) => [name, parseRule(value, era)]));
  return { era, service: 'keystone', byName, defaultRule: 'default' };
}

/** The rules with the grant made; undefined if there is nothing to grant. */
function granted({ rules, rule }: PolicyCase, era: PolicyEra): Record<string, RuleValue> | undefined {
  const read = rulesOf(rules, era);
  const old = read.byName.get(rule);
  if (old?.is === 'unparsed' || admissionOf(read, rule, 'member') !== 'no') return undefined;
  const effective = 'default' in rules ? 'rule:default' : undefined;
  const { content } = addRole(parsePolicyFile(JSON.stringify(rules), era), read, rule, 'member', effective);
  return JSON.parse(content) as Record<string, RuleValue>;
}

const isMember = (creds: Attributes): boolean =>
  (creds['roles'] as readonly string[]).some((role) => role.toLowerCase() === 'member');

/**
 * Both sides on `count` rule sets, four credentials each; each library gets sets of its own. Answers how many were compared, by
 * what the library said, and how many of the sets differ.
 */
function compare(library: keyof typeof versions | 'icehouse', era: PolicyEra, count: number): Record<string, number> {
  const seed = 20141026 + [...Object.keys(versions), 'icehouse'].indexOf(library);
  const cases = fc.sample(policyCase, { numRuns: count, seed });
  const seen: Record<string, number> = { admitted: 0, denied: 0, error: 0, unknown: 0, grants: 0, already: 0 };
  const count1 = (what: string) => (seen[what] = (seen[what] ?? 0) + 1);
  const wrong: string[] = [];
  const sent = cases.map((random) => {
    const after = granted(random, era);
    return { ...random, sets: after ? [random.rules, after] : [random.rules], after };
  });
  const theirs = ask(library, { cases: sent }).cases;
  sent.forEach(({ sets, rule, target, creds, after, rules }, index) => {
    const same = (what: string, which: number, who: number, ours: unknown, verdict: unknown): void => {
      if (ours !== verdict)
        wrong.push(JSON.stringify({ what, values: sets[which], rule, target, who: creds[who], ours, verdict }));
    };
    sets.forEach((values, which) => {
      const verdicts = theirs[index]?.[which];
      if (!Array.isArray(verdicts)) throw new Error(`${JSON.stringify({ values, rule, target })}: ${String(verdicts)}`);
      const read = rulesOf(values, era);
      creds.forEach((credentials, who) => {
        const ours = evaluateRule(read, rule, target, credentials);
        count1(ours === 'unknown' ? ours : (verdicts[who] ?? ''));
        if (ours !== 'unknown') same('verdict', which, who, ours, verdicts[who]);
      });
    });
    const [before, now] = (theirs[index] ?? []) as Verdict[][];
    const admission = admissionOf(rulesOf(rules, era), rule, 'member');
    const isFree = after !== undefined && !refersToItself(after, rule);
    creds.forEach((credentials, who) => {
      if (admission === 'everyone' || (admission === 'role' && isMember(credentials))) {
        count1('already');
        same('granted already', 0, who, 'admitted', before?.[who]);
      }
      if (after === undefined) return;
      count1('grants');
      // Members are let in; for the others nothing is as it wasn't, but that what raised may come later.
      if (isMember(credentials)) same('member', 1, who, 'admitted', now?.[who]);
      else if (isFree) same('other', 1, who, before?.[who], now?.[who]);
    });
  });
  expect(wrong.slice(0, 5)).toEqual([]);
  return {
    ...seen,
    distinct: new Set(cases.map((random) => JSON.stringify([random.rules, random.rule, random.target, random.creds])))
      .size,
  };
}

/** Then the grant reaches the rule a second time, under a "not" too. */
const refersToItself = (rules: Readonly<Record<string, RuleValue>>, rule: string): boolean => {
  const follow = (name: string, path: readonly string[]): boolean => {
    const text = JSON.stringify(rules[name] ?? rules['default'] ?? '');
    return [...text.matchAll(/rule:([\w:]+)/g)].some(([, next = '']) => {
      const reached = next in rules ? next : 'default';
      return reached === rule || next === rule || (!path.includes(reached) && follow(reached, [...path, reached]));
    });
  };
  return follow(rule, []);
};

testWithOslo.each([
  ['newest', 'newton', 4_000],
  ['mitaka', 'mitaka', 2_000],
  ['juno', 'juno', 2_000],
] as const)('oslo.policy, %s: the same verdicts, before and after a grant', (library, era, count) => {
  const seen = compare(library, era, count);
  process.stdout.write(`oslo.policy ${versions[library]}: ${JSON.stringify(seen)}\n`);
  // With the five users of each case, over 30,000 answers of the real library in all.
  expect(seen['distinct']).toBeGreaterThan(count * 0.95);
  expect((seen['admitted'] ?? 0) + (seen['denied'] ?? 0) + (seen['error'] ?? 0)).toBeGreaterThan(count * 4);
  expect(seen['unknown']).toBeLessThan(count);
  for (const what of ['admitted', 'denied', 'error', 'grants', 'already'])
    expect(seen[what]).toBeGreaterThan(count / 20);
});

test("rules in Icehouse's grammar get the same verdicts from stackward and oslo.policy, before and after a grant", () => {
  const seen = compare('icehouse', 'icehouse', 1_500);
  process.stdout.write(`Icehouse: ${JSON.stringify(seen)}\n`);
  for (const what of ['admitted', 'denied', 'grants', 'already']) expect(seen[what]).toBeGreaterThan(75);
});

testWithOslo('stackward reads from a policy file what oslo.policy reads, before and after an edit', () => {
  const texts = fc.sample(fc.oneof(jsonFile, yamlFile), { numRuns: 800, seed: 20141026 });
  const edited = texts.flatMap((text) => {
    const file = parsePolicyFile(text, 'newton');
    const rules = rulesOf(Object.fromEntries(file.values) as Record<string, RuleValue>, 'newton');
    if (rules.byName.get('b-c')?.is === 'unparsed') return [];
    return [addRole(file, rules, 'b-c', 'member', 'rule:q').content];
  });
  const ours = [...texts, ...edited].map((text) => Object.fromEntries(parsePolicyFile(text, 'newton').values));
  expect(ask('newest', { files: [...texts, ...edited] }).files).toEqual(ours);
});

testWithOslo('stackward refuses a policy file that oslo.policy cannot read, and reads one that only looks so', () => {
  const broken = [
    'a:\tb:c\n',
    'a: b:c\t# c\n',
    '{a:\tb}',
    'a: !tag b:c\n',
    'a: "b\x7f"\n',
    '# \u0001\na: b:c\n',
    'a: =\n',
  ];
  const keys = [
    '{"a": "b:c", # x\n"d"\n: "e:f"}',
    `${'k'.repeat(1030)}: b:c\n`,
    '[x]: b:c\n',
    'a: b\u2028c:d\n',
    '// c\na: b:c\n',
  ];
  const sound = [
    'a: "x\ty" #\tc\n',
    'a: n\nb: Y\nc: no\n',
    'a: |\n  x\ty\n',
    '? a\n: b:c\n',
    'a: !!str b:c\n',
    'a: http://x/%(y)s\n',
  ];
  const ours = [...broken, ...keys, ...sound].map((text) => {
    try {
      return Object.fromEntries(parsePolicyFile(text, 'newton').values);
    } catch {
      return null;
    }
  });
  expect(ours.slice(0, -sound.length)).toEqual([...broken, ...keys].map(() => null));
  expect(ask('newest', { files: [...broken, ...keys, ...sound] }).files).toEqual(ours);
});

testWithOslo('everybody whom only the deprecated half of a default admits is still admitted after the grant', () => {
  const rule = 'create_port:fixed_ips:ip_address';
  const others = {
    context_is_admin: 'role:admin',
    context_is_advsvc: 'role:advsvc',
    network_owner: 'project_id:%(network:tenant_id)s',
    admin_or_network_owner: 'rule:context_is_admin or project_id:%(network:tenant_id)s',
  };
  const file = parsePolicyFile('', 'newton');
  const known = codeRules('neutron', 'wallaby')?.get(rule) as CodeRule;
  const write = (newAlone: boolean): string => {
    return addRole(file, rulesOf({}, 'newton'), rule, 'member', effectiveCheck(known, newAlone)).content;
  };
  const { check } = known;
  const asked = {
    rule,
    check,
    others,
    deprecated: 'rule:context_is_advsvc or rule:admin_or_network_owner',
    files: ['{}', write(false), write(true)],
    target: { project_id: 'p1', 'network:tenant_id': 'p9' },
    creds: [
      { roles: ['admin'], project_id: 'p2' },
      { roles: ['member'], project_id: 'p2' },
      { roles: ['reader'], project_id: 'p2' },
    ],
  };
  expect(ask('newest', { defaults: [asked] }).defaults).toEqual([
    [
      ['admitted', 'denied', 'denied'],
      ['admitted', 'admitted', 'denied'],
      // What an override of the new default alone would lose.
      ['denied', 'admitted', 'denied'],
    ],
  ]);
});
