/** When a saved plan may be applied, as earlier runs of the journal tell. */
import { findSecondUse } from '../../lib/journal/applied-before';
import type { Plan, PlannedStep } from '../../lib/run/plan';
import type { RecordedRun } from '../../lib/journal/run-record';
import { emptyPlan } from '../support/empty-plan';

const [digest, otherDigest] = ['a'.repeat(64), 'b'.repeat(64)];
type Outcome = 'applied' | 'unchanged' | 'failed' | 'skipped';

const planOf = (...ids: string[]): Plan => ({
  ...emptyPlan,
  steps: ids.map((id): PlannedStep => ({
    id,
    kind: 'cell',
    target: 'host:h1',
    action: 'update',
    subject: id,
    changes: [],
    because: '',
    before: {},
  })),
});

const runOf = (name: string, results: Readonly<Record<string, Outcome>>, more: Partial<RecordedRun['record']> = {}) =>
  ({
    name,
    record: {
      formatVersion: '1.1',
      version: '1',
      command: 'apply',
      by: { host: 'h', pid: 1, identity: 'x' },
      startedAt: `2026-01-0${name}T00:00:00.000Z`,
      stacks: [],
      steps: [],
      plan: digest,
      ...more,
    },
    results: new Map(Object.entries(results).map(([id, outcome]) => [`${id}@host:h1`, { outcome }])),
    unreadable: 0,
    end: undefined,
  }) satisfies RecordedRun;

const use = (planned: Plan, ...runs: RecordedRun[]) => findSecondUse(planned, digest, runs);

test.each<[string, Plan, RecordedRun[]]>([
  ['no run applied it', planOf('x'), []],
  ['runs applied other plans', planOf('x'), [runOf('1', { x: 'applied' }, { plan: otherDigest })]],
  ['the run failed at this step', planOf('x'), [runOf('1', { w: 'applied', x: 'failed' })]],
  ['the run skipped this step', planOf('x'), [runOf('1', { x: 'skipped' })]],
  ['the run was killed before this step had a result', planOf('x'), [runOf('1', {})]],
  ['nothing is left to do', planOf(), [runOf('1', { x: 'applied' })]],
  [
    'another run was rolled back',
    planOf('x'),
    [runOf('1', {}), runOf('2', {}, { plan: otherDigest, rolledBack: '7' })],
  ],
])('a saved plan may be applied where %s', (_, planned, runs) => {
  expect(use(planned, ...runs)).toBeUndefined();
});

test.each<[string, RecordedRun[], string]>([
  ['did this step', [runOf('1', { x: 'applied' })], 'would change x@host:h1 a second time'],
  ['found this step done', [runOf('1', { x: 'unchanged' })], 'would change x@host:h1 a second time'],
  ['did this step in its second try', [runOf('1', { x: 'failed' }), runOf('2', { x: 'applied' })], 'in run 2'],
  [
    'was rolled back, though it had not done this step',
    [runOf('1', { x: 'failed' }), runOf('2', {}, { plan: otherDigest, command: 'rollback', rolledBack: '1' })],
    'in run 1, and rolled back at 2026-01-02T00:00:00.000Z in run 2',
  ],
])('a saved plan is refused where an earlier run of it %s', (_, runs, words) => {
  expect(use(planOf('x'), ...runs)).toContain(words);
});
