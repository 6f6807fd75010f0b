/** Every TypeScript example of README.md and docs/ passes the compiler and synth as it stands; every link leads somewhere; every message of a page is one of the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Construct } from 'constructs';
import { parseConfiguration } from '../../cli/config';
import * as constructs from '../../constructs';
import { kinds } from '../../reconcilers/registry';
import {
  blocksOf,
  documents,
  examples,
  headingsOf,
  linksOf,
  mistakesIn,
  readDocument,
  root,
  synthesize,
} from '../support/documents';

test('the compiler finds no mistake in any example', () => {
  const files = new Map(
    examples().map(({ title, program }) => [join(root, `${title.replace(/\W/g, '-')}.ts`), program]),
  );
  expect(files.size).toBeGreaterThan(10);
  expect(mistakesIn(files, 'tsconfig.app.json')).toEqual([]);
});

test.each(examples())('$title synthesizes', ({ program }) => {
  expect(() => synthesize(program)).not.toThrow();
});

test('every link of a page leads to a file, and to a heading of it where it names one', () => {
  const dead = documents.flatMap((document) =>
    linksOf(document).filter(({ path, anchor }) => {
      if (!existsSync(path)) return true;
      return anchor !== undefined && !headingsOf(relative(root, path)).includes(anchor);
    }),
  );
  expect(dead).toEqual([]);
});

test('every message that the page of troubleshooting names stands in the code', () => {
  const folders = ['adapters', 'cli', 'constructs', 'host', 'lib', 'reconcilers', 'reports'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|py)$/.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8').replaceAll(/\\(['`])/g, '$1')),
  );
  const messages = [...readDocument('docs/troubleshooting.md').matchAll(/^### "(.*)"$/gm)].map(
    ([, words]) => words ?? '',
  );
  expect(messages.length).toBeGreaterThan(50);
  expect(messages.filter((words) => !files.some((text) => text.includes(words)))).toEqual([]);
});

test('the plan in the README is that of a page whose plan is run', () => {
  const kinds = documents.filter((document) => document.startsWith('docs/kinds/'));
  const plans = kinds.map((document) => blocksOf(document, 'console')[0]);
  expect(plans).toEqual(expect.arrayContaining(blocksOf('README.md', 'console')));
});

test('every YAML example is a stackward.yaml that the command takes', () => {
  const examples = documents.flatMap((document) => blocksOf(document, 'yaml').map((text) => ({ document, text })));
  expect(examples.length).toBeGreaterThan(2);
  const names = ['NEUTRON', 'NOVA', 'REPORT', 'VIEWS', 'BROKER'].map((name) => `STACKWARD_${name}_PASSWORD`);
  const env = Object.fromEntries(names.map((name) => [name, 'secret']));
  for (const { document, text } of examples) expect(() => parseConfiguration(text, document, env)).not.toThrow();
});

test('every construct that a program makes has a section with its name', () => {
  const madeByOthers = ['ImportedNetwork', 'Network', 'Subnet'];
  const classes = Object.entries(constructs).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof Construct ? [name] : [],
  );
  const headings = new Set(headingsOf('docs/constructs.md'));
  const missing = classes.filter((name) => !madeByOthers.includes(name) && !headings.has(name.toLowerCase()));
  expect([classes.length > 10, missing]).toEqual([true, []]);
});

test('every kind has a page, and the README leads there', () => {
  const links = new Set(linksOf('README.md').map(({ path }) => relative(root, path)));
  expect(kinds.map(({ kind }) => `docs/kinds/${kind}.md`).filter((page) => !links.has(page))).toEqual([]);
});
