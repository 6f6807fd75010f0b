/**
 * docs/cases.md has every case of the operator's notebook, and each has an answer that exists and a test that names it. The page's last
 * column and the table of README.md are made of both: `WRITE_PAGES=1` before the command of this test writes them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { program } from '../../cli/program';
import { checks } from '../../reports/doctor/checks/index';
import { ownChecks } from '../../reports/doctor/preflight/index';
import { runbooks } from '../../runbooks/registry';
import { casesOf, faultsOf, namingOf, testsOf, withTable, type Naming } from '../support/cases';

const root = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const list = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();

const cases = casesOf(read('docs/cases.md'));
const namings = list('test').flatMap((name): readonly Naming[] =>
  name.endsWith('.test.ts') && name !== 'unit/notebook.test.ts' ? [namingOf(name, read(`test/${name}`))] : [],
);

const names = new Set([
  ...list('reconcilers').filter((name) => /^[a-z-]+$/.test(name)),
  ...[...checks, ...ownChecks].map(({ code }) => code),
  ...[...read('constructs/index.ts').matchAll(/'\.\/(.+)'/g)].flatMap(([, file = '']) =>
    [...read(`constructs/${file}.ts`).matchAll(/^export (?:abstract )?class (\w+)/gm)].map(([, name = '']) => name),
  ),
]);

const { scripts } = JSON.parse(read('package.json')) as { scripts: object };

/** A command with its subcommand, runbook and options; a script; a kind, check or construct. */
function exists(name: string): boolean {
  const [tool, ...words] = name.split(' ');
  if (tool === 'npm') return words[0] === 'run' && words.slice(1).join(' ') in scripts;
  if (tool !== 'stackward') return names.has(name);
  let command = program();
  for (const word of words) {
    const inner = command.commands.find((each) => each.name() === word);
    const isOption = command.options.some(({ long }) => long === word);
    const isRunbook = command.name() === 'run' && runbooks.some((runbook) => runbook.name === word);
    if (inner === undefined && !isOption && !isRunbook) return false;
    command = inner ?? command;
  }
  return command.parent !== null;
}

test('the page has every day of the notebook that has a case', () => {
  const days = new Set(cases.flatMap(({ ids }) => ids.map((id) => id.slice(0, 4))));
  expect([...days].sort()).toEqual([
    ...['0717', '0919', '0925', '0926', '0927', '1006', '1007', '1009', '1010', '1011', '1012', '1013', '1014', '1019'],
    ...['1020', '1021', '1022', '1023', '1024', '1026', '1029', '1030', '1105', '1110', '1115', '1116', '1124', '1125'],
    ...['1203', '1223'],
  ]);
  expect(cases).toHaveLength(35);
});

test('every case has an answer that exists, and a test that names the case; no test names another case', () => {
  expect(faultsOf(cases, namings, exists)).toEqual([]);
});

test('the cases that nothing answers, or not in full, are these and no others: the lists may only become shorter', () => {
  const open = (how: string) => cases.flatMap(({ ids: [id], open }) => (open === how ? [id] : []));
  expect(open('all')).toEqual([]);
  expect(open('in part')).toEqual(['1011']);
});

const titleOf = (file: string): string => basename(file, '.test.ts');

test('the page names the tests of each case, and the README has the same cases', () => {
  const rows = cases.map((row) => {
    const tests = testsOf(row, namings).map((file) => `[${titleOf(file)}](../test/${file})`);
    return [row.ids.join(', '), row.trouble, row.answer, tests.join(', ')] as const;
  });
  const page = withTable(read('docs/cases.md'), ['case', 'trouble', 'answer', 'tests'], rows);
  const readme = withTable(
    read('README.md'),
    ['case', 'trouble', 'answer'],
    rows.map(([ids, trouble, answer]) => [ids, trouble, answer.replaceAll('](', '](docs/')]),
  );
  if (process.env.WRITE_PAGES === '1') {
    writeFileSync(join(root, 'docs/cases.md'), page);
    writeFileSync(join(root, 'README.md'), readme);
  }
  expect(read('docs/cases.md')).toBe(page);
  expect(read('README.md')).toBe(readme);
});

describe('a fault between the page and the tests is told', () => {
  const pageOf = (...rows: string[]): string =>
    ['<!-- prettier-ignore-start -->', '', '| case |', '| --- |', ...rows, '', '<!-- prettier-ignore-end -->'].join(
      '\n',
    );
  const where = '| 1022 a, 0717 | Where is it? | `stackward where` | |';
  const open = '| 1029 | How fast is it? | not yet | |';
  const sound = "test('it is found (case 0717)', () => {});";

  test.each<[string, string, string, string[]]>([
    ['none', pageOf(where, open), sound, []],
    ['none in the first comment of a file', pageOf(where), '/** Where (cases 1022 a, 0717). */', []],
    ['a case without a test', pageOf(where), '', ['1022 a: no test names it']],
    ['a case in a comment alone', pageOf(where), '\n// (case 0717)', ['1022 a: no test names it', 'x.test.ts: case 0717 is named at the end of no title']], // prettier-ignore
    ['a case that there is not', pageOf(where), `${sound}\ntest("x (case 1022 c)")`, ['x.test.ts: there is no case 1022 c']], // prettier-ignore
    ['two cases in the form of one', pageOf(where), '/** (case 1022 a, 0717) */', ['1022 a: no test names it', 'x.test.ts: there is no case "case 1022 a, 0717"']], // prettier-ignore
    ['a test of a case that is not answered', pageOf(open), "test('(case 1029)')", ['1029: the answer is "not yet", and x.test.ts proves one']], // prettier-ignore
    ['a case in two rows', pageOf(where, '| 0717 | x | `PolicyGrant` | |'), sound, ['0717 stands in two rows']],
    ['an answer without a name', pageOf('| 0717 | x | somehow | |'), sound, ['0717: the answer names nothing of stackward']], // prettier-ignore
    ['an odd name of a case', pageOf('| 0717, 17 July | x | `PolicyGrant` | |'), sound, ['"17 July" is not the name of a case']], // prettier-ignore
  ])('%s', (_, page, text, faults) => {
    expect(faultsOf(casesOf(page), [namingOf('x.test.ts', text)], exists)).toEqual(faults);
  });

  test.each([
    ['stackward', false],
    ['stackward wher', false],
    ['stackward where', true],
    ['stackward trace floating-ip', true],
    ['stackward trace floating', false],
    ['stackward plan --timezone', true],
    ['stackward plan --timzone', false],
    ['stackward run remove-compute', true],
    ['stackward run remove-host', false],
    ['PolicyGrant', true],
    ['PolicyGrants', false],
    ['policy-rule', true],
    ['policy-rules', false],
    ['SW-1010', true],
    ['SW-1019', false],
  ])('an answer may name "%s": %s', (name, is) => {
    expect(exists(name)).toBe(is);
  });
});
