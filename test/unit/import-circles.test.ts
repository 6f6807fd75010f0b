/** No file imports itself through others: each can be read, tested and moved with what it names alone. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const folders = ['adapters', 'cli', 'constructs', 'lib', 'reconcilers', 'reports', 'review', 'runbooks'];

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : path.endsWith('.ts') ? [path] : [];
  });

/** Imports of types count: who reads a file has to read them too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].flatMap(([, path = '']) => {
    const target = resolve(root, dirname(file), path);
    const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
    const found = relative(root, isFolder ? join(target, 'index.ts') : `${target}.ts`);
    return folders.includes(found.split('/')[0] ?? '') ? [found] : [];
  });
}

/** The files of one circle in their order, the first again at the end; undefined where there is none. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

test('a circle is found, and named in its order', () => {
  const imports = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(findCircle(imports)).toEqual(['b', 'c', 'd', 'b']);
});

test('no file of ours imports itself through others', () => {
  const files = folders.flatMap(filesIn);
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  expect(files.length).toBeGreaterThan(100);
  expect([...imports.values()].flat().filter((file) => !imports.has(file))).toEqual([]);
  expect(findCircle(imports)).toBeUndefined();
});
