/** The layout that docs/design.md tells: rooms of lib/, and one scheme of files for every kind. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const entriesOf = (folder: string) => readdirSync(join(root, folder), { withFileTypes: true });
const foldersOf = (folder: string): string[] =>
  entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const filesOf = (folder: string): string[] =>
  entriesOf(folder).flatMap((entry) => (entry.isFile() ? [entry.name.replace(/\.ts$/, '')] : []));

describe.each(foldersOf('reconcilers'))('the kind %s', (kind) => {
  const files = filesOf(`reconcilers/${kind}`);

  test('has every file that a kind needs, and none that the scheme does not name', () => {
    const needed = ['advance', 'apply', 'diff', 'index', 'locate', 'observe', 'spec'];
    const allowed = [...needed, 'effect', 'image', 'model', 'words'];
    expect(needed.filter((name) => !files.includes(name))).toEqual([]);
    expect(files.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  test('calls its diff from its index alone, so that what writes stands on its own', () => {
    const own = foldersOf(`reconcilers/${kind}`).flatMap((folder) =>
      filesOf(`reconcilers/${kind}/${folder}`).map((file) => `${folder}/${file}`),
    );
    const textOf = (file: string) => readFileSync(join(root, `reconcilers/${kind}/${file}.ts`), 'utf8');
    const importsDiff = /^import (?!type\b)[^;]* from '\.\.?\/diff';/m;
    expect([...files, ...own].filter((file) => importsDiff.test(textOf(file)))).toEqual(['index']);
  });

  test('has at most one folder, for what is its own', () => {
    expect(foldersOf(`reconcilers/${kind}`).length).toBeLessThanOrEqual(1);
  });
});

/** Room → the rooms that its files import. */
function roomsOfLib(): Map<string, Set<string>> {
  return new Map(
    foldersOf('lib').map((room) => {
      const imports = filesOf(`lib/${room}`).flatMap((file) => {
        const path = join(root, 'lib', room, `${file}.ts`);
        return [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)].flatMap(([, to = '']) => {
          const [imported = ''] = relative(join(root, 'lib'), resolve(dirname(path), to)).split('/');
          return imported === room || imported === '..' ? [] : [imported];
        });
      });
      return [room, new Set(imports)];
    }),
  );
}

test('no leftover of a merge or a patch is committed', () => {
  const committed = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
  expect(committed.length).toBeGreaterThan(1_000);
  expect(committed.filter((path) => /\.(orig|rej)$/.test(path))).toEqual([]);
});

const design = readFileSync(join(root, 'docs/design.md'), 'utf8');

test('docs/design.md names the rooms of lib/ in the order in which they may import each other', () => {
  const [, list = ''] = /only rooms that come before it in this list:\n((?: {2}- .*\n)+)/.exec(design) ?? [];
  const named = [...list.matchAll(/^ {2}- (.*?): /gm)].flatMap(([, names = '']) =>
    names.replaceAll('`', '').split(', '),
  );
  expect(named.toSorted()).toEqual(foldersOf('lib').toSorted());
  const early = [...roomsOfLib()].flatMap(([room, imports]) =>
    [...imports].filter((imported) => named.indexOf(imported) > named.indexOf(room)).map((late) => `${room} → ${late}`),
  );
  expect(early).toEqual([]);
});

test('docs/design.md links every decision once', () => {
  const linked = [...design.matchAll(/^- \[(\d+)\]\(adr\/(.*)\.md\): /gm)].map(([, number, file = '']) => {
    expect(Number(file.slice(0, 4))).toBe(Number(number));
    return file;
  });
  expect(linked).toEqual(
    filesOf('docs/adr')
      .map((file) => file.replace(/\.md$/, ''))
      .toSorted(),
  );
});

test('no file of lib/ stands outside of a room', () => {
  expect(filesOf('lib')).toEqual([]);
});

test('no room of lib/ imports itself through others', () => {
  const rooms = roomsOfLib();
  // A room that imports none of those left is taken out, until none is left.
  for (let before = -1; before !== rooms.size;) {
    before = rooms.size;
    for (const [room, imports] of rooms) if (![...imports].some((imported) => rooms.has(imported))) rooms.delete(room);
  }
  expect([...rooms.keys()]).toEqual([]);
});
