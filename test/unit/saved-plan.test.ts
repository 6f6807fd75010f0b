/** The steps of a reviewed plan that are applied. */
import type { Plan, PlannedStep } from '../../lib/run/plan';
import { parseSavedPlan, renderSavedPlan, reviewed } from '../../lib/journal/saved-plan';
import { emptyPlan } from '../support/empty-plan';

const step = (id: string, more: Partial<PlannedStep> = {}): PlannedStep => ({
  id,
  kind: 'cell',
  target: 'host:h1',
  action: 'update',
  subject: `cell ${id}`,
  before: { value: 'a' },
  changes: [{ attribute: 'value', before: 'a', after: 'b' }],
  because: 'its value differs',
  notes: ['opens x'],
  ...more,
});
const planOf = (...steps: PlannedStep[]): Plan => ({
  ...emptyPlan,
  stacks: ['a'],
  steps,
});
const unfiltered = { filter: { stacks: [], kinds: [], targets: [] }, sweep: [] };
const review = (then: Plan, now: Plan) =>
  reviewed(
    parseSavedPlan(
      renderSavedPlan(then, [], unfiltered, { id: 'b6f0c1de-5a52-4c39-9f0e-0d9f2f6f3c55', version: '1' }),
      'f',
    ),
    now,
  );

test.each<[string, Partial<PlannedStep>, string]>([
  ['another value before', { before: { value: 'c' } }, 'what is there is not what it was when the plan was made'],
  ['another change', { changes: [{ attribute: 'value', before: 'a', after: 'c' }] }, 'value = a -> c now'],
  ['a new consequence', { notes: ['opens x', 'opens y too'] }, 'that the plan did not show: opens y too; plan again'],
  ['another consequence', { notes: ['opens everything'] }, 'that the plan did not show: opens everything'],
  ['another reason', { because: 'somebody changed it' }, 'now it is because somebody changed it'],
])('refused: %s', (_, more, message) => {
  const { plan } = review(planOf(step('x'), step('y')), planOf(step('x', more), step('y')));
  expect(plan.steps.map(({ id }) => id)).toEqual(['y']);
  expect(plan.problems).toEqual([
    { where: 'x@host:h1', reason: 'StalePlan', message: expect.stringContaining(message) as string },
  ]);
});

test.each<[string, Partial<PlannedStep>]>([
  ['a consequence that is gone', { notes: [] }],
  ['what changes by itself', { asides: ['8 of 10 addresses in use'] }],
  ['the order of keys', { before: JSON.parse('{"value":"a"}') as { value: string } }],
])('applied all the same: %s', (_, more) => {
  const { plan } = review(planOf(step('x', { asides: ['7 of 10 addresses in use'] })), planOf(step('x', more)));
  expect([plan.steps.length, plan.problems]).toEqual([1, []]);
});

test('a step that depends on a step left alone is not done either, whether that was refused or never reviewed', () => {
  const now = planOf(step('x', { before: {} }), step('new'), step('y'));
  const { plan, unreviewed } = review(planOf(step('x'), step('y')), now);
  expect(plan.steps.map(({ id }) => id)).toEqual(['y']);
  expect(plan.undone).toEqual(['x', 'new']);
  expect(unreviewed).toBe(1);
});
