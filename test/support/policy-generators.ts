/** Random rules as a person might write them, and files that contain them. */
import fc from 'fast-check';
import type { Attributes } from '../../lib/policy/evaluate';
import type { RuleValue } from '../../lib/policy/check';

export interface PolicyCase {
  readonly rules: Readonly<Record<string, RuleValue>>;
  readonly rule: string;
  readonly target: Attributes;
  readonly creds: readonly Attributes[];
}

const names = ['a', 'b', 'default', 'create_port:fixed_ips'] as const;
const plain = fc.constantFrom(
  ...[
    'role:member',
    'role:MEMBER',
    'role:member2',
    'role:admin',
    'rule:a',
    'rule:b',
    'rule:default',
    'rule:none',
    '@',
    '!',
  ],
  ...[
    'user_id:%(user_id)s',
    'project_id:%(project_id)s',
    'is_admin:True',
    'is_admin:1',
    'level:%(level)s',
    'user_id:u1',
  ],
);
const odd = fc.constantFrom(
  ...['True:%(flag)s', "'u1':%(user_id)s", '7:%(level)s', 'None:%(user_id)s', 'user.domain:%(domain)s', 'groups.id:g1'],
  ...[
    'member',
    "'quoted'",
    '"q:q"',
    ':',
    'role:',
    'and',
    'or',
    'not',
    '(',
    ')',
    '()',
    '((role:member',
    'x:%d',
    'x:%(user_id)',
    '%%:%%',
  ],
  ...[
    'role:%(wanted)s',
    'NOT',
    'Or',
    "'",
    'is-admin:1',
    'a.b.c:x',
    'role:member)',
    '(role:member)',
    'roles:member',
    'user_id.x:y',
  ],
);
const expression = fc.letrec<{ tree: string; operand: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('operand'),
    fc
      .tuple(fc.array(tie('operand'), { minLength: 2, maxLength: 3 }), fc.constantFrom(' or ', ' and '))
      .map(([all, word]) => all.join(word)),
    fc.tuple(tie('operand'), tie('operand'), tie('operand')).map(([a, b, c]) => `${a} and ${b} or ${c}`),
    fc.tuple(tie('operand'), tie('operand'), tie('operand')).map(([a, b, c]) => `${a} or ${b} and ${c}`),
  ),
  operand: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    plain,
    plain,
    tie('tree').map((inner) => `(${inner})`),
    tie('tree').map((inner) => `not (${inner})`),
    plain.map((inner) => `not ${inner}`),
  ),
})).tree;
const words = fc
  .tuple(
    fc.array(fc.oneof(plain, odd, fc.constantFrom('or', 'and', 'not')), { maxLength: 7 }),
    fc.constantFrom(' ', '  ', '\t', '\n'),
  )
  .map(([all, blank]) => all.join(blank));
const list = fc.array(fc.oneof(plain, fc.array(plain, { maxLength: 2 }), fc.constant('')), { maxLength: 3 });
const value: fc.Arbitrary<RuleValue> = fc.oneof(
  { weight: 5, arbitrary: expression },
  { weight: 3, arbitrary: words },
  { weight: 1, arbitrary: list },
);

const someOf = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });
const target = someOf({
  user_id: fc.constantFrom('u1', 'u2'),
  project_id: fc.constantFrom('p1', 'p2'),
  level: fc.constantFrom(7, 8),
  flag: fc.boolean(),
  domain: fc.constantFrom('d1', 'd2'),
  wanted: fc.constantFrom('member', 'admin'),
});
const credentials = fc
  .tuple(
    someOf({
      user_id: fc.constantFrom('u1', 'u2'),
      project_id: fc.constantFrom('p1', 'p2'),
      is_admin: fc.boolean(),
      level: fc.constantFrom(7, '7'),
      user: fc.record({ domain: fc.constantFrom('d1', 'd2') }),
      groups: fc.array(fc.record({ id: fc.constantFrom('g1', 'g2') }), { maxLength: 2 }),
    }),
    fc.subarray(['member', 'Member', 'member2', 'admin']),
  )
  .map(([rest, roles]) => ({ ...rest, roles }));

export const policyCase: fc.Arbitrary<PolicyCase> = fc.record({
  rules: fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  rule: fc.constantFrom(...names),
  target: target as fc.Arbitrary<Attributes>,
  creds: fc.array(credentials as fc.Arbitrary<Attributes>, { minLength: 4, maxLength: 4 }),
});

const fileName = fc.constantFrom('a', 'create_port', 'create_port:fixed_ips', 'b-c', 'member');
const fileCheck = fc.constantFrom(
  'rule:a',
  'role:member2',
  'is_admin:True',
  'tenant_id:%(tenant_id)s',
  '!',
  "'x y':%(z)s",
  '"',
);
const fileValue = fc.oneof(
  fc.array(fileCheck, { minLength: 1, maxLength: 4 }).map((all) => all.join(' or ')),
  fc.array(fc.array(fileCheck, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
);
const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '  \n\t');

/** JSON with blanks at any allowed place, and with names that come twice. */
export const jsonFile = fc
  .tuple(fc.array(fc.tuple(fileName, fileValue, blank, blank, blank), { maxLength: 6 }), blank, blank)
  .map(([all, head, tail]) => {
    const members = all.map(([key, value, a, b, c]) => `${a}${JSON.stringify(key)}${b}:${c}${JSON.stringify(value)}`);
    return `{${members.join(',')}${head}}${tail}`;
  });

const yamlValue = fc.tuple(fileValue, fc.nat(3)).map(([value, style]) => {
  if (typeof value !== 'string')
    return style < 2 ? JSON.stringify(value) : `\n${value.map((all) => `  - ${JSON.stringify(all)}`).join('\n')}`;
  if (style === 0) return JSON.stringify(value);
  if (style === 1) return `'${value.replaceAll("'", "''")}'`;
  if (style === 2) return `>-\n  ${value}`;
  return /^[a-z]/.test(value) ? value : JSON.stringify(value);
});
/** With every way to write a value, comments, and either line end. */
export const yamlFile = fc
  .tuple(
    fc.array(fc.tuple(fileName, yamlValue, fc.constantFrom('', '# c\n', '\n')), { maxLength: 6 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([all, isWhole, isDos]) => {
    const text = all.map(([key, value, after]) => `"${key}": ${value}\n${after}`).join('');
    const cut = isWhole ? text : text.trimEnd();
    return isDos ? cut.replaceAll('\n', '\r\n') : cut;
  });
