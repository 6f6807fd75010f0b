/** Policy files as an attacker might write them: read, changed and taken back, with no other rule moved. */
import fc from 'fast-check';
import { StackwardError } from '../../lib/basics/errors';
import type { PolicyEra, Rules } from '../../lib/policy/check';
import { addRole } from '../../lib/policy/edit';
import { evaluateRule } from '../../lib/policy/evaluate';
import { parsePolicyFile, type PolicyFile } from '../../lib/policy/file';
import { parseRule } from '../../lib/policy/parse';
import { takeRole } from '../../lib/policy/take-back';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

const names = ['a', 'create_port', '__proto__', 'constructor', '<<', 'y', '1', 'a: b', "it's", '한'];
const name = fc.constantFrom(...names);
const quoted = fc.oneof(
  name.map((text) => JSON.stringify(text)),
  name.map((text) => `'${text.replaceAll("'", "''")}'`),
  name,
);
const check = fc.constantFrom(
  ...['role:a', 'role:member', 'rule:a', 'rule:create_port', '@', '!', 'not role:a', 'user_id:%(user_id)s', 'x', "'x'"],
  ...['role:a or role:b', '(role:a and rule:a) or role:member', 'http://x/%(a)s', '((role:a))', 'role:%(x)s', ''],
);
const text = fc.oneof(
  check.map((text) => JSON.stringify(text)),
  check.map((text) => `'${text.replaceAll("'", "''")}'`),
  check,
);
const odd = fc.constantFrom(
  ...[
    '&x "role:a"',
    '*x',
    '*y',
    '&x [*x]',
    '!!python/object:os.system x',
    '!!binary aGk=',
    '!!set {a}',
    '!!omap [a: b]',
    '!!str 1',
  ],
  ...[
    'null',
    '~',
    'yes',
    'n',
    '1e999',
    '0x1F',
    '190:20:30',
    '-0',
    '.inf',
    '.nan',
    '2001-01-01',
    '99999999999999999999999',
  ],
  ...[
    '|\n  role:a\n',
    '>-\n  role:a\n  or role:b\n',
    '"\\ud800"',
    '"\\u0000"',
    '"a\\\n  b"',
    '{}',
    '{a: b}',
    '[]',
    '[[]]',
    '\t',
    '# x',
    '%TAG',
  ],
  ...[
    '['.repeat(60) + ']'.repeat(60),
    `"${'('.repeat(150)}"`,
    `"${'not '.repeat(150)}role:a"`,
    '[["role:a"], ["role:b", "rule:a"]]',
  ],
);
const value = fc.oneof({ weight: 3, arbitrary: text }, { weight: 2, arbitrary: odd });
const pair = fc.tuple(quoted, fc.constantFrom(': ', ':', ' : ', ':\n  ', ':\t'), value);
const broken = fc.constantFrom(
  '',
  '---\n',
  '...\n',
  '\u00a0',
  '\ufeff',
  '\r\n',
  '%YAML 1.1\n---\n',
  '? a\n',
  '- a\n',
  '}',
  '\u2028',
);
const block = fc.array(pair, { maxLength: 6 }).map((all) => all.map((parts) => parts.join('')).join('\n') + '\n');
const flow = fc.array(pair, { maxLength: 6 }).map((all) => `{${all.map((parts) => parts.join('')).join(',\n ')}}`);
const json = fc
  .array(fc.tuple(name, fc.oneof(check, fc.jsonValue({ maxDepth: 3 }))), { maxLength: 6 })
  .map((all) => `{${all.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`);
const content = fc.oneof(
  fc.tuple(broken, block, broken).map((all) => all.join('')),
  fc.tuple(broken, flow, broken).map((all) => all.join('')),
  json,
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const era = fc.constantFrom<PolicyEra>('icehouse', 'juno', 'mitaka', 'newton');

/** Anything but a refusal in words ends the test. */
function orRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof StackwardError) return undefined;
    throw error;
  }
}

function rulesOf(file: PolicyFile, version: PolicyEra): Rules | undefined {
  return orRefused(() => ({
    era: version,
    service: 'neutron',
    defaultRule: 'default',
    byName: new Map([...file.values].map(([rule, value]) => [rule, parseRule(value, version)])),
  }));
}

const others = (file: PolicyFile, rule: string): unknown => [...file.values].filter(([key]) => key !== rule);

test(
  'a hostile file is refused in words, or a grant in it changes one rule and is taken back to the byte',
  () => {
    fc.assert(
      fc.property(content, era, name, (before, version, rule) => {
        const file = orRefused(() => parsePolicyFile(before, version));
        const rules = file && rulesOf(file, version);
        if (!file || !rules) return;
        evaluateRule(rules, rule, { user_id: 'u' }, { roles: ['member'] });
        const edit = orRefused(() => addRole(file, rules, rule, 'probe', 'role:admin'));
        if (edit?.written == null) return;
        const after = parsePolicyFile(edit.content, version);
        expect(others(after, rule)).toEqual(others(file, rule));
        const now = rulesOf(after, version) as Rules;
        const { before: was, written, frame } = edit;
        const back = orRefused(() => takeRole(after, now, rule, 'probe', { before: was, written, frame }));
        if (back) expect(back.content).toBe(before);
      }),
      fuzzing,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  },
  fuzzTimeoutMs,
);
