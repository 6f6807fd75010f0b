import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalFolder, readRun } from '../../adapters/files/journal-folder';
import { apply, plan } from '../../lib/run/engine';
import { recordOf } from '../../lib/journal/journal';
import { bind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import type { Reconciler, Step } from '../../lib/contract/reconciler';
import { memoryReaders, memoryWriters } from '../support/memory-kind';

/** `<owner> <path>` of what lies on one host, of records that may say anything. */
const leftoversKind = (things: Set<string>): Reconciler<object, object, null> => ({
  kind: 'thing',
  whenRemoved: 'it goes',
  ownership: 'key',
  parse: () => ({}),
  restore: () => ({}),
  identify: () => 'the thing',
  locate: () => Promise.resolve({ placements: [{ target: 'host:h1', wanted: [] }], findings: [] }),
  observe: () => Promise.resolve(null),
  diff: () => ({ steps: [...things].map(leftover), findings: [] }),
  image: () => ({}),
  advance: (observed) => observed,
  async *apply(steps) {
    for (const { id, leftBy } of steps) {
      things.delete(`${leftBy?.owner} ${id.slice('thing.'.length)}`);
      yield await Promise.resolve({ id, outcome: 'applied' } as const);
    }
  },
});

function leftover(thing: string): Step {
  const [owner = '', path = ''] = thing.split(' ');
  const leftBy = { owner, stack: path.split('/')[0] ?? '' };
  return { id: `thing.${path}`, action: 'delete', subject: path, changes: [], because: 'it is left over', leftBy };
}

const manifest = (owner: string, stack: string): Manifest => ({
  owner,
  stack,
  source: stack,
  resources: [],
  removed: [],
});
const manifests = [manifest('team-a', 'a'), manifest('team-b', 'b')];
const by = { host: 'h', pid: 1, identity: 'x' };
const head = { version: '1', command: 'destroy', by, startedAt: new Date() } as const;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stackward-owners-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['one path', ['team-b old/Port', 'team-a old/Port'], ['team-a old/Port']],
  ['one stack', ['team-a old/Port', 'team-b old/Net', 'team-a old/Net2'], ['team-a old/Port', 'team-a old/Net2']],
  ['a stack that the other owner has by now', ['team-a b/Port', 'team-b b/Port'], ['team-b b/Port']],
])(
  'two owners left things under %s: the first run takes those of one owner, and can be read again',
  async (_, left, first) => {
    const things = new Set(left);
    const kinds = [bind(leftoversKind(things))];
    const sweep = manifests.map(({ owner }) => ({ owner, stacks: 'all' as const }));
    for (const taken of [first, left.filter((thing) => !first.includes(thing))]) {
      const planned = await plan(manifests, kinds, memoryReaders, undefined, sweep);
      const journal = JournalFolder.begin(folder, recordOf(planned, manifests, head));
      const before = [...things];
      const report = await apply(planned, kinds, manifests, memoryReaders, memoryWriters, { sweep });
      expect(before.filter((thing) => !things.has(thing)).sort()).toEqual([...taken].sort());
      expect(report.results.map(({ outcome }) => outcome)).toEqual(taken.map(() => 'applied'));
      expect(report.problems).toEqual([]);
      expect(planned.problems.map(({ where }) => where).sort()).toEqual(
        before
          .filter((thing) => !taken.includes(thing))
          .map((thing) => `thing.${thing.split(' ')[1]}@host:h1`)
          .sort(),
      );
      const steps = readRun(folder, journal.path).record.steps;
      expect(steps.map(({ resource: { owner, path } }) => `${owner} ${path}`).sort()).toEqual([...taken].sort());
    }
    expect(things.size).toBe(0);
  },
);

test('a run whose record no rollback could read is not begun', async () => {
  const planned = await plan(manifests, [bind(leftoversKind(new Set(['team-a old/\u2028Port'])))], memoryReaders);
  expect(() => JournalFolder.begin(folder, recordOf(planned, manifests, head))).toThrow(
    /no journal that this stackward reads/,
  );
});
