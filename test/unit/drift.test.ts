import { defined } from '../../lib/basics/defined';
import { addSince } from '../../lib/journal/drift';
import type { Change } from '../../lib/contract/reconciler';
import type { RecordedRun } from '../../lib/journal/run-record';
import type { Plan, PlannedStep } from '../../lib/run/plan';

const id = 'allocation-pool.shared/Red/AllocationPools';
const target = 'database:neutron';
const key = `${id}@${target}`;

const planOf = (attribute: string, before?: string, more: Partial<Change> = {}): Plan =>
  ({ warnings: [], steps: [{ id, target, changes: [{ attribute, before, after: 'as the code says', ...more }] }] }) as never; // prettier-ignore

/** What the code declares now. The runs of `run` were made by other code. */
const manifests = [
  { resources: [{ kind: 'allocation-pool', path: 'shared/Red/AllocationPools', spec: { pools: 'now' } }] },
] as never;

type Outcome = 'applied' | 'failed' | 'skipped' | 'killed';
const run = (
  digits: string,
  after: string | undefined,
  outcome: Outcome = 'applied',
  { pools = 'then', ...head }: { pools?: string; command?: string; rolledBack?: string; id?: string } = {},
): RecordedRun =>
  ({
    name: `20261120T140212.345Z-${digits}`,
    record: {
      startedAt: '2026-11-20T14:02:12.345Z',
      steps: [{ id, target, changes: [defined({ attribute: 'pools', before: 'then', after })], resource: { spec: { pools } }, ...defined({ id: head.id }) }], // prettier-ignore
      ...head,
    },
    results: new Map(outcome === 'killed' ? [] : [[key, { outcome }]]),
  }) as never;

const sinceIn = (plan: Plan, ...latestFirst: RecordedRun[]): PlannedStep['since'] =>
  addSince(plan, manifests, latestFirst).steps[0]?.since;

test.each<[string, PlannedStep['since'], Plan, RecordedRun[]]>([
  [
    'somebody else, when the thing is no longer as the last run left it',
    {
      isOutside: true,
      message: 'changed since 2026-11-20 14:02 UTC, run ab9cdc, by somebody else; that run left pools = A',
    },
    planOf('pools', 'B'),
    [run('ab9cdc', 'A'), run('000000', 'B')],
  ],
  [
    'somebody else, when the thing that the last run made is gone',
    {
      isOutside: true,
      message: 'changed since 2026-11-20 14:02 UTC, run ab9cdc, by somebody else; that run left pools = A',
    },
    planOf('pools'),
    [run('ab9cdc', 'A')],
  ],
  [
    'the code, when the thing is as the last run left it',
    { isOutside: false, message: 'as left at 2026-11-20 14:02 UTC, run ab9cdc; the code changed since' },
    planOf('pools', 'A'),
    [run('ab9cdc', 'A'), run('000000', 'B')],
  ],
  [
    'the code, when the last run removed the thing and it is still gone',
    { isOutside: false, message: 'as left at 2026-11-20 14:02 UTC, run ab9cdc; the code changed since' },
    planOf('pools'),
    [run('ab9cdc', undefined)],
  ],
  [
    'the run before, when the last run skipped the step',
    { isOutside: false, message: 'as left at 2026-11-20 14:02 UTC, run 000000; the code changed since' },
    planOf('pools', 'A'),
    [run('ab9cdc', 'B', 'skipped'), run('000000', 'A')],
  ],
  [
    'nobody, when the last run was a rollback and the code is the same',
    {
      isOutside: false,
      message: 'as left at 2026-11-20 14:02 UTC, run ab9cdc, which rolled back run 000000',
    },
    planOf('pools', 'A'),
    [
      run('ab9cdc', 'A', 'applied', { pools: 'now', rolledBack: '20261120T130212.345Z-000000' }),
      run('000000', 'B', 'applied', { pools: 'now' }),
    ],
  ],
  [
    'nobody, when the last run destroyed the thing',
    { isOutside: false, message: 'as left at 2026-11-20 14:02 UTC, run ab9cdc' },
    planOf('pools'),
    [run('ab9cdc', undefined, 'applied', { command: 'destroy' })],
  ],
  [
    'nobody, when the code is the same and something else asks for another value',
    { isOutside: false, message: 'as left at 2026-11-20 14:02 UTC, run ab9cdc' },
    planOf('pools', 'A'),
    [run('ab9cdc', 'A', 'applied', { pools: 'now' })],
  ],
  [
    'nobody, when a later run wrote that value for another construct',
    undefined,
    planOf('pools', 'B'),
    [run('ab9cdc', 'B', 'applied', { id: 'allocation-pool.shared/Blue/AllocationPools' }), run('000000', 'A')],
  ],
  ['nobody, when the texts can not be compared', undefined, planOf('pools', '***', { isComparable: false }), [run('ab9cdc', '(secret from $MQ)')]], // prettier-ignore
  ['nobody, when the last run may have written anything', undefined, planOf('pools', 'A'), [run('ab9cdc', 'B', 'failed'), run('000000', 'A')]], // prettier-ignore
  ['nobody, when the last run was killed', undefined, planOf('pools', 'A'), [run('ab9cdc', 'B', 'killed')]],
  ['nobody, when no run wrote that attribute', undefined, planOf('members', 'A'), [run('ab9cdc', 'A')]],
  ['nobody, when the journal is empty', undefined, planOf('pools', 'A'), []],
])('a difference is said to come from %s', (_, since, plan, runs) => {
  expect(sinceIn(plan, ...runs)).toEqual(since);
});

test('no more runs are read than the steps need', () => {
  let read = 0;
  function* runs() {
    for (const name of ['ab9cdc', '000000']) {
      read += 1;
      yield run(name, 'A');
    }
  }
  addSince(planOf('pools', 'A'), manifests, runs());
  addSince({ ...planOf('pools'), steps: [] }, manifests, runs());
  expect(read).toBe(1);
});

test('no run before an unreadable one is a witness, and a warning names the unreadable one', () => {
  const unread = { where: 'run 20261121T140212.345Z-ffffff', why: 'it is of another version' };
  const { steps, warnings } = addSince(planOf('pools', 'B'), manifests, [unread, run('ab9cdc', 'A')]);
  expect(steps[0]?.since).toBeUndefined();
  expect(warnings).toEqual([
    {
      where: 'run 20261121T140212.345Z-ffffff',
      message:
        "it can't be read, so nothing is said of who changed what it or an earlier run wrote: it is of another version",
    },
  ]);
  const known = addSince(planOf('pools', 'B'), manifests, [run('ab9cdc', 'A'), unread]);
  expect([known.steps[0]?.since?.isOutside, known.warnings]).toEqual([true, []]);
});
