/** A policy file, and the rules in it, may be nested as deep as whoever wrote them likes: the answer is a sentence or a verdict. */
import { StackwardError } from '../../lib/basics/errors';
import { maxReferences, type Rules } from '../../lib/policy/check';
import { addRole } from '../../lib/policy/edit';
import { evaluateRule } from '../../lib/policy/evaluate';
import { parsePolicyFile } from '../../lib/policy/file';
import { admissionOf, mayRaise, referrersOf } from '../../lib/policy/grant';
import { parseRule } from '../../lib/policy/parse';

const read = (text: string) => parsePolicyFile(text, 'newton');
const deep = /nested deeper than the 50 levels that stackward reads of a policy file/;

test.each([
  ['lists of JSON', `{"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`, deep],
  ['lists of JSON, at a depth that the parser itself takes', `{"a": ${'['.repeat(300)}${']'.repeat(300)}}`, deep],
  ['lists of YAML', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, deep],
  ['lists within lists on one line', `a:\n${'- '.repeat(20_000)}x`, deep],
  ['maps within maps', Array.from({ length: 900 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'), deep],
  ['pairs within pairs in brackets', `[${'a: '.repeat(20_000)}]`, deep],
  ['explicit keys within brackets', `[${'? '.repeat(20_000)}x]`, deep],
  ['explicit keys within each other', `${'? '.repeat(20_000)}x`, deep],
  ['empty keys on one line', `${': '.repeat(20_000)}x`, deep],
  ['a list that holds itself', 'a: &a [*a]', deep],
  ['a map that holds itself', '&a {b: *a}', deep],
  ['anchors that multiply', `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]`).join('\n')}`, /its anchors can't be followed|more than 100000 values/], // prettier-ignore
  [
    'half a MiB of text',
    `# ${'x'.repeat(512 << 10)}`,
    /has 524290 characters, and stackward reads 524288 of a policy file/,
  ],
  ['an ordered map', 'a: !!omap [b: c]', /a set, or a list of pairs/],
  ['a binary value', 'a: !!binary aGVsbG8=', /a value that is no text/],
])('a policy file of %s is refused in one sentence', (_, text, words) => {
  let error: unknown;
  try {
    read(text);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(StackwardError);
  expect((error as Error).message).toMatch(words);
});

test('a policy file whose many rules share one text by an anchor is read', () => {
  const text = `a: &a "role:x"\n${Array.from({ length: 500 }, (_, index) => `r${index}: *a`).join('\n')}`;
  expect(read(text).values.get('r499')).toBe('role:x');
});

test('a rule named __proto__ or constructor is read like any other rule, in JSON and in YAML', () => {
  for (const text of ['{"__proto__": "role:x", "constructor": "role:y"}', '__proto__: role:x\nconstructor: role:y\n'])
    expect([...read(text).values]).toEqual([
      ['__proto__', 'role:x'],
      ['constructor', 'role:y'],
    ]);
});

test.each([
  ['parentheses', `${'('.repeat(20_000)}role:x${')'.repeat(20_000)}`],
  ['"not"', `${'not '.repeat(20_000)}role:x`],
])('a rule of 20,000 %s within each other is refused with the depth that is allowed', (_, text) => {
  expect(() => parseRule(text, 'newton')).toThrow(
    'a rule has more than 100 parentheses and "not" within each other; write it flatter',
  );
});

const rulesOf = (texts: readonly (readonly [string, string])[]): Rules => ({
  era: 'newton',
  service: 'neutron',
  defaultRule: 'default',
  byName: new Map(texts.map(([name, text]) => [name, parseRule(text, 'newton')])),
});
const member = { roles: ['member'] };

test('a chain of 9,000 rule references is evaluated by every question about rules', () => {
  const rules = rulesOf(
    Array.from(
      { length: 9000 },
      (_, index) => [`r${index}`, index < 8999 ? `rule:r${index + 1}` : 'role:member'] as const,
    ),
  );
  expect(evaluateRule(rules, 'r0', {}, member)).toBe('unknown');
  expect(evaluateRule(rules, `r${9000 - maxReferences}`, {}, member)).toBe('admitted');
  expect([admissionOf(rules, 'r0', 'member'), admissionOf(rules, 'r8900', 'member')]).toEqual(['no', 'role']);
  expect(mayRaise(rules, parseRule('rule:r0', 'newton'))).toBe(true);
  expect(referrersOf(rules, 'r8999')).toHaveLength(8999);
});

test('rules that each refer to the next one twice are evaluated once each', () => {
  const rules = rulesOf(
    Array.from({ length: 100 }, (_, index) => {
      const next = `rule:r${index + 1}`;
      return [`r${index}`, index < 99 ? `${next} and ${next}` : 'role:member'] as const;
    }),
  );
  expect(evaluateRule(rules, 'r0', {}, member)).toBe('admitted');
  expect(evaluateRule(rules, 'r0', {}, { roles: ['other'] })).toBe('denied');
  expect([admissionOf(rules, 'r0', 'member'), mayRaise(rules, parseRule('rule:r0', 'newton'))]).toEqual([
    'role',
    false,
  ]);
});

test('a grant is planned for a file whose rules each refer to the next one twice', () => {
  const text = JSON.stringify(
    Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`r${index}`, index < 59 ? `rule:r${index + 1} or rule:r${index + 1}` : 'role:a'])), // prettier-ignore
  );
  const file = read(text);
  const rules = rulesOf([...file.values].map(([name, value]) => [name, String(value)] as const));
  const { content } = addRole(file, rules, 'r0', 'member', undefined);
  expect(JSON.parse(content)).toEqual({ ...(JSON.parse(text) as object), r0: '(rule:r1 or rule:r1) or role:member' });
});
