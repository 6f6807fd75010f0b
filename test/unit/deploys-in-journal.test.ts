/** Deploys in a journal: whether a bundle was used before, and which stacks are applied. */
import { defined } from '../../lib/basics/defined';
import { appliedStacks } from '../../lib/journal/applied-stacks';
import { doneBefore, findRolledBack, lastBegun, usesOf } from '../../lib/journal/bundle-uses';
import type { DeployLine, RecordedDeploy } from '../../lib/journal/deploy-record';
import type { RecordedRun } from '../../lib/journal/run-record';

const head = {
  version: '0.1.0',
  by: { host: 'ci', pid: 1, identity: 'x' },
  startedAt: '2026-11-29T10:00:00.000Z',
};
const ended = { unreadable: 0, end: undefined };

type Line = readonly [stack: string, half: DeployLine['half'], outcome: DeployLine['outcome'], run?: string];

function deploy(name: string, bundle: string, lines: readonly Line[], command = 'deploy'): RecordedDeploy {
  const results = lines.map(([stack, half, outcome, run]): DeployLine => {
    return { time: head.startedAt, stack, half, outcome, ...defined({ run }) };
  });
  const engine = { name: 'terraform', version: '1.11.4' } as const;
  return {
    name,
    record: { ...head, command, formatVersion: '1.3', deploys: ['acme'], engine, bundle },
    results,
    ...ended,
  };
}

const run = (name: string, rolledBack?: string): RecordedRun => ({
  name,
  record: {
    ...head,
    command: rolledBack === undefined ? 'deploy' : 'rollback',
    formatVersion: '1.1',
    stacks: ['acme'],
    steps: [],
    ...defined({ rolledBack }),
  },
  results: new Map(),
  ...ended,
});

const cut = deploy('d1', 'mine', [['acme', 'terraform', 'begun'], ['acme', 'terraform', 'failed']]); // prettier-ignore
const whole = deploy('d2', 'mine', [
  ['acme', 'terraform', 'begun'],
  ['acme', 'terraform', 'done'],
  ['acme', 'stackward', 'begun', 'r1'],
  ['acme', 'stackward', 'done', 'r1'],
]);
const others = deploy('d3', 'other', [['acme', 'terraform', 'begun']]);

test('the deploys of one bundle tell who began a stack, and who did all of it', () => {
  const begun = usesOf('mine', [cut, run('r0'), others]);
  expect([lastBegun(begun, 'acme')?.name, doneBefore(begun, 'acme')]).toEqual(['d1', undefined]);
  const done = usesOf('mine', [cut, whole, others]);
  expect([lastBegun(done, 'acme')?.name, doneBefore(done, 'acme')?.name]).toEqual(['d2', 'd2']);
  expect([lastBegun(done, 'globex'), doneBefore(done, 'globex')]).toEqual([undefined, undefined]);
});

test('a bundle of which a run was rolled back is told with both runs, for the stack of that run alone', () => {
  const back = [cut, whole, run('r1'), run('r2', 'r1')];
  expect(findRolledBack(usesOf('mine', back), 'acme')).toBe(
    "stackward's half of acme was deployed from this bundle in run r1, and rolled back at 2026-11-29T10:00:00.000Z in run r2",
  );
  expect(findRolledBack(usesOf('mine', back), 'globex')).toBeUndefined();
  expect(findRolledBack(usesOf('other', back), 'acme')).toBeUndefined();
  expect(findRolledBack(usesOf('mine', [whole, run('r1')]), 'acme')).toBeUndefined();
});

test('a stack counts as applied from its deploy until a destroy ended, and a destroy that failed ends nothing', () => {
  const destroyed = (outcome: DeployLine['outcome']) => deploy('x1', 'none', [['acme', 'terraform', outcome]], 'destroy'); // prettier-ignore
  expect([...appliedStacks([cut, whole])]).toEqual([['acme', 'd2']]);
  expect([...appliedStacks([whole, destroyed('failed')])]).toEqual([['acme', 'd2']]);
  expect([...appliedStacks([whole, destroyed('done')])]).toEqual([]);
  expect([...appliedStacks([whole, destroyed('unchanged')])]).toEqual([]);
  expect([...appliedStacks([destroyed('done'), whole])]).toEqual([['acme', 'd2']]);
});
