import { defined } from '../../lib/basics/defined';
import { withSince } from '../../lib/journal/drift';
import type { RecordedRun } from '../../lib/journal/run-record';
import type { Plan, PlannedStep } from '../../lib/run/plan';

const id = 'allocation-pool.shared/Red/AllocationPools';
const target = 'database:neutron';
const key = `${id}@${target}`;

const planOf = (attribute: string, before?: string): Plan =>
  ({ steps: [{ id, target, changes: [{ attribute, before, after: 'as the code says' }] }] }) as never;

type Outcome = 'applied' | 'failed' | 'skipped' | 'killed';
const run = (digits: string, after: string | undefined, outcome: Outcome = 'applied'): RecordedRun =>
  ({
    name: `20261120T140212.345Z-${digits}`,
    record: {
      startedAt: '2026-11-20T14:02:12.345Z',
      steps: [{ id, target, changes: [defined({ attribute: 'pools', before: 'then', after })] }],
    },
    results: new Map(outcome === 'killed' ? [] : [[key, { outcome }]]),
  }) as never;

const sinceIn = (plan: Plan, ...latestFirst: RecordedRun[]): PlannedStep['since'] =>
  withSince(plan, latestFirst).steps[0]?.since;

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
  withSince(planOf('pools', 'A'), runs());
  withSince({ ...planOf('pools'), steps: [] }, runs());
  expect(read).toBe(1);
});
