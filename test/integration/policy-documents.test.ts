/**
 * Policy files with the marks that YAML puts around a document, and a grant in each of them: PyYAML, by which the services
 * read them, finds the rules that were there and the new one.
 */
import { addRole } from '../../lib/policy/edit';
import type { Rules, RuleValue } from '../../lib/policy/check';
import { parsePolicyFile, type PolicyFile } from '../../lib/policy/file';
import { parseRule } from '../../lib/policy/parse';
import { takeRole } from '../../lib/policy/take-back';
import { someOf } from '../support/moments';
import { askOslo, testWithOslo } from '../support/oslo-policy';

const rule = 'new_rule';
const granted = '(role:y) or role:member';

const heads = [
  ...['', '---\n', '--- # c\n', '# c\n---\n', '\ufeff', '\ufeff---\n', '\n\n', '--- ', '%FOO bar\n---\n'],
  ...['%YAML 1.1\n---\n', '%YAML 1.1 # c\n# d\n\n---\n', '%YAML 1.2\n---\n', '%TAG !e! tag:x,2000:\n---\n'],
  // PyYAML reads none of these.
  ...['%YAML 1.1\n', '%YAML 2.0\n---\n', '%YAML 1.1\n%YAML 1.1\n---\n', '---\n---\n', '...\n', '# c\n...\n---\n'],
];
const bodies = [
  ...['"a": "role:x"\n', 'a: role:x\n', "  'a': 'role:x'\n", '{"a": "role:x"}\n', '{}\n', '{\n}\n', '', '# c\n'],
  ...['a: >-\n  role:x\n', 'a: |+\n  role:x\n\n', 'a:\n- role:x\n', 'a: "yes"\nb: yes\nc: 010\n', 'a: b\n...x\n'],
  ...['"a": "x\n...\ny"\n', 'a: |\n  ...\n'],
];
const tails = [
  ...[
    '',
    '...\n',
    '... # c\n',
    '...\n# c\n',
    '...\n  # c\n',
    '...\n...\n',
    '# c\n...\n',
    '\n\n...\n\n',
    '...  \n',
    '...\t\n',
  ],
  // Part of the rules, or a second document.
  ...[
    '...# c\n',
    ' ...\n',
    '... x\n',
    '...\n---\n',
    '---\n',
    '...\nb: c\n',
    '...\n%YAML 1.1\n',
    '...\n\t# c\n',
    '...\n{}\n',
  ],
];

const written = heads.flatMap((head) =>
  bodies.flatMap((body) =>
    tails.flatMap((tail) => {
      const unix = `${head}${body}${tail}`;
      // Without its last line end a block's value is another one.
      const cut = body.includes('|') && tail === '' ? unix : unix.replace(/\n$/, '');
      return [unix, cut].flatMap((text) => [text, text.replaceAll('\n', '\r\n')]);
    }),
  ),
);
const texts = someOf([...new Set(written)]);

const rulesOf = (file: PolicyFile): Rules => ({
  era: 'newton',
  service: 'neutron',
  defaultRule: '',
  byName: new Map([...file.values].map(([name, value]) => [name, orNobody(value as RuleValue)])),
});

function orNobody(value: RuleValue): ReturnType<typeof parseRule> {
  try {
    return parseRule(value, 'newton');
  } catch {
    return { is: 'false' };
  }
}

function read(text: string): PolicyFile | null {
  try {
    return parsePolicyFile(text, 'newton');
  } catch {
    return null;
  }
}

const valuesOf = (text: string): object | null => {
  const file = read(text);
  return file && Object.fromEntries(file.values);
};

testWithOslo('a rule is put before the mark that ends a YAML document, and taken out again', () => {
  // A text alone is no rules: the service can't load it.
  const theirs = askOslo('newest', { files: texts }).files.map((file) => (typeof file === 'object' ? file : null));
  expect(texts.map((text) => ({ text, holds: valuesOf(text) }))).toEqual(
    texts.map((text, index) => ({ text, holds: theirs[index] })),
  );
  const sound = texts.filter((_, index) => theirs[index] !== null);
  expect(sound.length).toBeGreaterThan(texts.length / 5);
  const edits = sound.map((text) => {
    const file = parsePolicyFile(text, 'newton');
    return addRole(file, rulesOf(file), rule, 'member', 'role:y');
  });
  const after = edits.map(({ content }) => content);
  const held = theirs.filter((file) => file !== null);
  const named = (files: readonly unknown[]) => files.map((holds, index) => ({ text: sound[index], holds }));
  expect(named(askOslo('newest', { files: after }).files)).toEqual(
    named(held.map((file) => ({ ...file, [rule]: granted }))),
  );

  const takenBack = edits.map(({ content, written, frame }) => {
    const file = parsePolicyFile(content, 'newton');
    const was = { before: null, written: written ?? '' };
    const [framed, bare] = [{ ...was, frame }, was].map((record) =>
      takeRole(file, rulesOf(file), rule, 'member', record),
    );
    return { framed: framed?.content, bare: bare?.content ?? '' };
  });
  expect(takenBack.map(({ framed }) => framed)).toEqual(sound);
  // Without a record of what stood around it other bytes may be there, but no other rules.
  expect(named(askOslo('newest', { files: takenBack.map(({ bare }) => bare) }).files)).toEqual(named(held));
});
