/** docs/adding-a-kind.md: its code passes the compiler, and its kind passes the contract suite, as they stand on the page. */
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { blocksOf, mistakesIn, root } from '../support/documents';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Path from the project's folder → text. Each block names its file in its first line. */
const files = new Map(
  blocksOf('docs/adding-a-kind.md', 'typescript').map((text) => {
    const [, path = ''] = /^\/\/ (\S+)\n/.exec(text) ?? [];
    return [path, text] as const;
  }),
);

/** Modules of the page that were run. */
const run = new Map<string, object>();

function load(path: string): object {
  const known = run.get(path);
  if (known) return known;
  const exports = {};
  run.set(path, exports);
  const { outputText } = ts.transpileModule(files.get(path) ?? '', {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const requireFrom = (name: string): unknown => {
    const file = name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)) : undefined;
    const own = [`${file}.ts`, `${file}/index.ts`].find((candidate) => files.has(candidate));
    if (own !== undefined) return load(own);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module registry of Jest, which compiles TypeScript
    return require(file === undefined ? name : join(root, file));
  };
  new Function('require', 'exports', outputText)(requireFrom, exports);
  return exports;
}

test('the page "adding a kind" has every file of a kind, and the compiler finds no mistake in any', () => {
  const needed = ['spec', 'locate', 'observe', 'diff', 'advance', 'apply', 'index'];
  expect([...files.keys()]).toEqual(expect.arrayContaining(needed.map((name) => `reconcilers/host-notice/${name}.ts`)));
  expect(mistakesIn(new Map([...files].map(([path, text]) => [join(root, path), text])), 'tsconfig.json')).toEqual([]);
});

describe('the contract suite on the page "adding a kind"', () => {
  load('test/contract/kind-host-notice.test.ts');
});
