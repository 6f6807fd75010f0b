import fc from 'fast-check';
import type { PolicyEra, Rules } from '../../lib/policy/check';
import { addRole } from '../../lib/policy/edit';
import { findEntry, parsePolicyFile } from '../../lib/policy/file';
import { admissionOf } from '../../lib/policy/grant';
import { parseRule } from '../../lib/policy/parse';
import { restoreValue, takeRole, type Written } from '../../lib/policy/take-back';
import { numberOfRuns } from '../support/moments';
import { jsonFile, yamlFile } from '../support/policy-generators';

const rulesOf = (text: string, era: PolicyEra = 'newton'): Rules => ({
  era,
  service: 'neutron',
  defaultRule: 'default',
  byName: new Map([...parsePolicyFile(text, era).values].map(([name, value]) => [name, parseRule(value, era)])),
});
const add = (text: string, rule: string, role = 'member', effective?: string, era: PolicyEra = 'newton') =>
  addRole(parsePolicyFile(text, era), rulesOf(text, era), rule, role, effective);
const take = (text: string, rule: string, role: string, was: Written, era: PolicyEra = 'newton') =>
  takeRole(parsePolicyFile(text, era), rulesOf(text, era), rule, role, was)?.content;

/** Checks the text that is written, and that taking the grant back gives the bytes before. */
function both(text: string, rule: string, effective?: string, era: PolicyEra = 'newton'): string {
  const edit = add(text, rule, 'member', effective, era);
  const { before, written, frame } = edit;
  expect(admissionOf(rulesOf(edit.content, era), rule, 'member')).toBe('role');
  expect(take(edit.content, rule, 'member', { before, written: written ?? '', frame }, era)).toBe(text);
  return edit.content;
}

describe('one value is wrapped, and every other byte stays', () => {
  test.each([
    ['{\n\t"a": "x:y",\r\n\t"b" : "rule:a"\n}', '{\n\t"a": "x:y",\r\n\t"b" : "(rule:a) or role:member"\n}'],
    [
      '{"a": "x:y", "b": "rule:a", "b": "not rule:a"}',
      '{"a": "x:y", "b": "rule:a", "b": "(not rule:a) or role:member"}',
    ],
    ['{"b": "!"}', '{"b": "(!) or role:member"}'],
    ['{"b": [["rule:a"], ["x:y", "z:w"]]}', '{"b": [["rule:a"], ["x:y", "z:w"], ["role:member"]]}'],
    ['{"b": ["", []]}', '{"b": ["", [], ["role:member"]]}'],
    ['{"b": [\n  "rule:a"\n ]}', '{"b": [\n  "rule:a", ["role:member"]\n ]}'],
    ['\uFEFFb: rule:a', '\uFEFFb: (rule:a) or role:member'],
    ['# head\r\nb: rule:a # tail\r\nc: x:y\r\n', '# head\r\nb: (rule:a) or role:member # tail\r\nc: x:y\r\n'],
    ["b: 'is_admin:True'\n", "b: '(is_admin:True) or role:member'\n"],
    ['"b": >-\n  rule:a\n  or x:y\n\n# c\n', '"b": "(rule:a or x:y) or role:member"\n\n# c\n'],
    ['b: rule:a\n  or x:y\nc: z:w\n', 'b: "(rule:a or x:y) or role:member"\nc: z:w\n'],
    [
      'b:\n  - [rule:a] # one\n  - - x:y\n    - z:w # two\nc: d:e\n',
      'b:\n  - [rule:a] # one\n  - - x:y\n    - z:w # two\n  - ["role:member"]\nc: d:e\n',
    ],
    ['b: [[rule:a], ] # c\n', 'b: [[rule:a], ["role:member"], ] # c\n'],
    ['a: &x rule:z\nb: *x\nc: *x\n', 'a: &x rule:z\nb: "(rule:z) or role:member"\nc: *x\n'],
    ['<<: {b: rule:q}\na: x:y\n', '<<: {b: rule:q}\na: x:y\nb: (rule:q) or role:member\n'],
    ['{"b": "rule:a and\\u0020x:y"}', '{"b": "(rule:a and\\u0020x:y) or role:member"}'],
  ])('%j', (before, after) => {
    expect(both(before, 'b', 'rule:q')).toBe(after);
  });

  test('a member that may end the request early comes after the role', () => {
    const icehouse = (value: string) => both(`{"b": ${JSON.stringify(value)}}`, 'b', undefined, 'icehouse');
    expect(icehouse('is_admin:True or user_id:%(user_id)s')).toBe(
      '{"b": "role:member or (is_admin:True or user_id:%(user_id)s)"}',
    );
    expect(both('{"b": [["user_id:%(user_id)s"]]}', 'b', undefined, 'icehouse')).toBe(
      '{"b": [["role:member"], ["user_id:%(user_id)s"]]}',
    );
  });

  test('a second owner needs no second pair of parentheses, and leaves in either order', () => {
    const first = add('{"b": "rule:a"}', 'b', 'one');
    const second = add(first.content, 'b', 'two');
    expect(second.content).toBe('{"b": "(rule:a) or role:one or role:two"}');
    const was = [first, second].map(({ before, written }) => ({ before, written: written ?? '' })) as [
      Written,
      Written,
    ];
    const afterFirst = take(second.content, 'b', 'one', was[0]) ?? '';
    expect(afterFirst).toBe('{"b": "(rule:a) or role:two"}');
    expect(take(afterFirst, 'b', 'two', was[1])).toBe('{"b": "rule:a"}');
    expect(take(take(second.content, 'b', 'two', was[1]) ?? '', 'b', 'one', was[0])).toBe('{"b": "rule:a"}');
  });
});

describe('a rule that the file leaves out is put in as the file is written', () => {
  test.each([
    [
      '{\n    "a":  "x:y",\n    "c": "z:w"\n}\n',
      '{\n    "a":  "x:y",\n    "c": "z:w",\n    "b": "(rule:q) or role:member"\n}\n',
    ],
    ['{"a":"x:y"}', '{"a":"x:y","b":"(rule:q) or role:member"}'],
    ['{"a": "x:y", # c\n}', '{"a": "x:y", "b": "(rule:q) or role:member", # c\n}'],
    ['{}', '{\n    "b": "(rule:q) or role:member"\n}'],
    ['{\r\n}', '{\r\n    "b": "(rule:q) or role:member"\r\n}'],
    ['# only a comment', '# only a comment\n"b": "(rule:q) or role:member"'],
    ['', '"b": "(rule:q) or role:member"\n'],
    ["a: x:y\n'c': 'z:w'\n# end\n", "a: x:y\n'c': 'z:w'\n# end\n'b': '(rule:q) or role:member'\n"],
    ['a: x:y\r\nc: z:w\r\n', 'a: x:y\r\nc: z:w\r\nb: (rule:q) or role:member\r\n'],
    ['  a: x:y', '  a: x:y\n  b: (rule:q) or role:member'],
    ['a: |\n  x:y\n', 'a: |\n  x:y\nb: (rule:q) or role:member\n'],
  ])('%j', (before, after) => {
    expect(both(before, 'b', 'rule:q')).toBe(after);
  });

  test('a rule that admits nobody becomes the role alone, and two added roles leave in either order', () => {
    expect(both('{"a": "x:y"}', 'b')).toBe('{"a": "x:y", "b": "role:member"}');
    const first = add('{}', 'b', 'one');
    const second = add(first.content, 'c', 'two');
    const was = [first, second].map(({ before, written, frame }) => ({ before, written: written ?? '', frame })) as [
      Written,
      Written,
    ];
    expect(take(take(second.content, 'c', 'two', was[1]) ?? '', 'b', 'one', was[0])).toBe('{}');
    const withoutFirst = take(second.content, 'b', 'one', was[0]) ?? '';
    expect([...parsePolicyFile(withoutFirst, 'icehouse').values]).toEqual([['c', 'role:two']]);
    expect(JSON.parse(take(withoutFirst, 'c', 'two', was[1]) ?? '')).toEqual({});
  });

  test('a file that was made for it stays, without rules', () => {
    const json = { before: null, written: '"role:member"' };
    expect(take('{\n    "b": "role:member"\n}\n', 'b', 'member', json)).toBe('{}\n');
    expect(take('"b": "role:member"\n', 'b', 'member', json)).toBe('{}\n');
  });
});

test.each(['mem ber', 'a) or (b', 'x or role:y'])(
  'what would not be the role beside the rest is not written: %s',
  (role) => {
    expect(() => add('{"b": "role:x"}', 'b', role)).toThrow(`the role ${role} can't be put beside what b holds`);
  },
);

test('a rule that was in the file when it was read and is gone from the text is not written as the role alone', () => {
  const rules = rulesOf('{"b": "rule:a or role:x"}');
  expect(() => addRole(parsePolicyFile('{}', 'newton'), rules, 'b', 'member', undefined)).toThrow(
    "the role member can't be put beside what b holds",
  );
});

test('YAML as PyYAML reads it: tabs in quotes, comments and blocks, letters that are no booleans', () => {
  const values = (text: string) => [...parsePolicyFile(text, 'newton').values];
  expect(values('a: "x\ty" #\tc\nb: n\nc: Y\nd: no\ne: |\n  x\ty\n? f\n: g:h\n')).toEqual([
    ['a', 'x\ty'],
    ['b', 'n'],
    ['c', 'Y'],
    ['d', false],
    ['e', 'x\ty\n'],
    ['f', 'g:h'],
  ]);
});

const blank = fc.constantFrom('', '', ' ', '\t', '\n', '\r\n', '\r', '\n\t  ');
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((words) => JSON.stringify(words)),
  fc.constantFrom('"a"', '"__proto__"', '"\\\\"', '"\\""', '"]"', '"\\ud83d\\ude00"', '"\\/"', '"\u2028"'),
);
const { value: jsonValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom('0', '-0', '1.5e+9', '1e999', 'true', 'false', 'null'),
    fc
      .tuple(blank, fc.array(tie('value'), { maxLength: 3 }))
      .map(([gap, all]) => `[${gap}${all.join(`${gap},`)}${gap}]`),
    fc.tuple(blank, text, tie('value')).map(([gap, key, value]) => `{${gap}${key}${gap}:${value}}`),
  ),
}));
const jsonText = fc
  .tuple(blank, blank, fc.array(fc.tuple(text, jsonValue), { maxLength: 4 }))
  .map(
    ([gap, more, all]) =>
      `${more}{${gap}${all.map((pair) => pair.join(`${gap}:${more}`)).join(`${more},${gap}`)}${more}}${gap}`,
  );

test('in any JSON the place of each rule, value and item holds exactly that', () => {
  fc.assert(
    fc.property(jsonText, (content) => {
      const { entries, values, top } = parsePolicyFile(content, 'juno');
      const textAt = ({ start, end }: { readonly start: number; readonly end: number }): string =>
        content.slice(start, end);
      expect([...values]).toEqual(Object.entries(JSON.parse(content) as object));
      expect(new Map(entries.map(({ rule, holds }) => [rule, holds]))).toEqual(values);
      for (const { rule, key, value, holds, items } of entries) {
        expect([textAt(key), textAt(value)]).toEqual([textAt(key).trim(), textAt(value).trim()]);
        expect([JSON.parse(textAt(key)), JSON.parse(textAt(value))]).toEqual([rule, holds]);
        expect(items.map((item) => JSON.parse(textAt(item)) as unknown)).toEqual(Array.isArray(holds) ? holds : []);
      }
      expect(top.form === 'flow' && `{${textAt(top.inside)}}`).toBe(content.trim());
    }),
  );
});

test('JSON that holds a value deeper than allowed is refused, also where a later value of the name counts', () => {
  const deep = (levels: number): string => `{"a": ${'['.repeat(levels)}1${']'.repeat(levels)}, "a": ""}`;
  expect(parsePolicyFile(deep(48), 'juno').values.get('a')).toBe('');
  expect(() => parsePolicyFile(deep(49), 'juno')).toThrow('nested deeper than the 50 levels');
});

describe('changes that somebody made since stay, and only the role is removed', () => {
  const was = { before: '"rule:a"', written: '"(rule:a) or role:member"' };
  test.each([
    ['"(rule:a) or role:member or rule:z"', '"(rule:a) or rule:z"'],
    ['"rule:z or role:member"', '"rule:z"'],
    ['"role:member or rule:z"', '"rule:z"'],
    ['"((rule:a) or role:member) or rule:z"', '"((rule:a)) or rule:z"'],
    ['"role:member"', '"!"'],
    ['[["rule:z"], ["role:member"]]', '[["rule:z"]]'],
    ['["role:member", "rule:z"]', '["rule:z"]'],
    ['[["role:member"]]', '"!"'],
    ['"role:member2 or role:members"', undefined],
    ['"rule:a"', undefined],
  ])('%s', (now, left) => {
    const taken = take(`{"b": ${now}, "bb": "role:member or x:y"}`, 'b', 'member', was);
    expect(taken).toBe(left && `{"b": ${left}, "bb": "role:member or x:y"}`);
  });

  test.each(['((rule:a) or role:MEMBER) and x:y', 'rule:a or role:member or rule:z or role:Member', 'rule:ref'])(
    'where the role would stay in it, nothing is done: %s',
    (now) => {
      const text = `{"b": "${now}", "ref": "rule:a or role:member", "bb": "role:member or x:y"}`;
      expect(() => take(text, 'b', 'member', was)).toThrow('the role member would still stand in it');
    },
  );

  test('in YAML lists', () => {
    const list = (items: string) => `b:\n${items}c: d:e\n`;
    const line = '  - [rule:a] # one\n';
    const ours = '  - ["role:member"]\n';
    expect(take(list(line + ours + '  - [x:y]\n'), 'b', 'member', was)).toBe(list(line + '  - [x:y]\n'));
    expect(take(list(ours + line + '  - [x:y]\n'), 'b', 'member', was)).toBe(list(line + '  - [x:y]\n'));
    expect(take(list(line + ours), 'b', 'member', was)).toBe(list(line));
  });
});

test.each([
  ['a: &x rule:z\nb: *x\n', 'a', 'newton', /share the value of a by the anchor &x/],
  ['{"b": "rule:a and x:y or z:w"}', 'b', 'juno', /can't be read by this release/],
  ['{"b": "or"}', 'b', 'newton', /can't be read by this release/],
  ['null\n', 'b', 'newton', /can't be changed alone/],
] as const)('left alone: %j', (text, rule, era, message) => {
  expect(() => add(text, rule, 'member', undefined, era)).toThrow(message);
});

test.each([
  ['{"a": 1}x', 'juno', /not JSON/],
  ['\uFEFF{}', 'icehouse', /byte order mark/],
  ['[1]', 'newton', /no rules by name/],
  ['# c\na: b:c\n', 'mitaka', /not JSON/],
  ['{"a": "b:c",}', 'mitaka', /not JSON/],
  ['a:\tb:c\n', 'newton', /a tab at line 1, column 3/],
  ['x: y:z\na: b:c\t# c\n', 'newton', /a tab at line 2, column 7/],
  ['{a:\tb}', 'newton', /a tab/],
  ['a: !tag b:c\n', 'newton', /an unknown tag at line 1, column 4/],
  ['a: "b\x7f"\n', 'newton', /the character U\+007F at line 1, column 6/],
  ['# \u0001\na: b:c\n', 'newton', /the character U\+0001/],
  ['a: b\u2028c:d\n', 'newton', /the character U\+2028/],
  ['a: b:c\r\nd: e:f\r', 'newton', /the character U\+000D at line 2/],
  ['{"a": NaN}', 'newton', /the word NaN/],
  ['{"a": [-Infinity]}', 'newton', /the word -Infinity/],
  ['a: =\n', 'newton', /the word =/],
  ['{"a": "b:c", # x\n"d"\n: "e:f"}', 'newton', /a key whose colon is on another line at line 2/],
  [`${'k'.repeat(1030)}: b:c\n`, 'newton', /a key of more than 1024 characters/],
  ['[x]: b:c\n', 'newton', /a key that is no text/],
  ['a: b\n---\nc: d\n', 'newton', /not YAML/],
  ['a: "b\n', 'newton', /not YAML/],
] as const)('not readable: %j', (text, era, message) => {
  expect(() => parsePolicyFile(text, era)).toThrow(message);
});

test('a value comes back as it stood, also where the rule is gone', () => {
  const text = 'a: x:y\n';
  const file = parsePolicyFile(text, 'newton');
  const put = restoreValue(file, rulesOf(text), 'b', "'rule:q'").content;
  expect(put).toBe("a: x:y\nb: 'rule:q'\n");
  expect(restoreValue(parsePolicyFile(put, 'newton'), rulesOf(put), 'b', null).content).toBe(text);
  expect(restoreValue(file, rulesOf(text), 'b', null).content).toBe(text);
});

const name = fc.constantFrom('a', 'create_port', 'create_port:fixed_ips', 'b-c', 'member');

test.each([
  ['JSON', jsonFile, 'juno'],
  ['JSON', jsonFile, 'newton'],
  ['YAML', yamlFile, 'newton'],
] as const)(
  'any %s: nothing else changes, the role is granted, and taking back gives the bytes before (%#)',
  (_, texts, era) => {
    fc.assert(
      fc.property(texts, name, (text, rule) => {
        const rules = rulesOf(text, era);
        const file = parsePolicyFile(text, era);
        const old = rules.byName.get(rule);
        fc.pre(old?.is !== 'unparsed' && admissionOf(rules, rule, 'member') === 'no');
        const { content, before, written, frame } = addRole(file, rules, rule, 'member', 'rule:q');
        const after = parsePolicyFile(content, era);
        const rest = (read: typeof file) => [...read.values].filter(([key]) => key !== rule);
        expect(rest(after)).toEqual(rest(file));
        expect(admissionOf(rulesOf(content, era), rule, 'member')).toBe('role');
        const entry = findEntry(after, rule);
        expect(entry && after.text.slice(entry.value.start, entry.value.end)).toBe(written);
        expect(take(content, rule, 'member', { before, written: written ?? '', frame }, era)).toBe(text);
      }),
      { numRuns: numberOfRuns(40) },
    );
  },
);
