/** Which steps of stackward's a deploy may do, where several stacks have steps in one place. */
import { commandOf, type Options } from '../../cli/deploy/all-stacks';
import { allowedSteps, companionsIn, markLeft, partOf, type ReviewedHalf } from '../../cli/deploy/our-steps';
import { withoutUnshown } from '../../cli/deploy/unshown';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { parseSavedPlan, renderSavedPlan } from '../../lib/journal/saved-plan';
import { everything } from '../../lib/run/engine';
import type { Plan, PlannedStep } from '../../lib/run/plan';
import type { Risk } from '../../review/model';
import { reviewRules } from '../../review/rules';
import { emptyPlan } from '../support/empty-plan';

const target = 'host:controller';
const rule = 'create_port:fixed_ips';

/** A grant of the stack; Neutron's rule is `before`, and `after` when the plan is done. */
const grant = (stack: string, before: string, after: string): PlannedStep => ({
  id: `policy-rule.${stack}/Grant`,
  kind: 'policy-rule',
  target,
  action: 'create',
  subject: rule,
  because: `the rule is ${before}`,
  changes: [{ attribute: rule, before, after }],
  before: { value: before },
});
const pool = (stack: string): PlannedStep => ({
  ...grant(stack, '', ''),
  id: `allocation-pool.${stack}/Pool`,
  kind: 'allocation-pool',
  target: 'database:neutron',
});
const planOf = (...steps: PlannedStep[]): Plan => ({ ...emptyPlan, steps });
const manifest = (stack: string): DeclaredManifest => ({ owner: 'tests', stack, source: stack, resources: [], removed: [] }); // prettier-ignore

function half(stack: string, ...steps: PlannedStep[]): ReviewedHalf {
  const sweep = [{ owner: 'tests', stacks: [stack] }];
  const head = { id: '5e0b6f4e-62c3-4c0e-9d52-7bb2a1d3f0aa', version: '0.1.0' };
  const text = renderSavedPlan(planOf(...steps), [manifest(stack)], { filter: everything, sweep }, head);
  return { manifest: manifest(stack), hasChanges: false, ours: parseSavedPlan(text, stack) };
}

const both = 'admin or acme or globex';
const reviewed = new Map([
  ['acme', half('acme', grant('acme', 'admin', both), pool('acme'))],
  ['globex', half('globex', grant('globex', 'admin', both))],
  ['initech', half('initech', pool('initech'))],
  ['umbrella', half('umbrella')],
]);
const globex = reviewed.get('globex')!;

test('stacks that have steps in one place are companions', () => {
  const companions = [...reviewed.keys()].map(companionsIn(reviewed));
  expect(companions).toEqual([['globex', 'initech'], ['acme'], ['acme'], []]);
});

test('a plan of companions keeps what is about the one stack', () => {
  const problem = { reason: 'Blocked', message: 'x' } as const;
  const planned: Plan = {
    ...planOf(grant('acme', 'admin', both), grant('globex', 'admin', both)),
    problems: [{ where: 'policy-rule.acme/Other', ...problem }, { where: `policy-rule@${target}`, ...problem }], // prettier-ignore
  };
  const part = partOf(planned, 'globex', ['acme']);
  expect(part.steps.map(({ id }) => id)).toEqual(['policy-rule.globex/Grant']);
  expect(part.problems.map(({ where }) => where)).toEqual([`policy-rule@${target}`]);
});

describe('the second of two grants of one rule', () => {
  const now = (before: string, after: string, isShared = true) =>
    allowedSteps(globex, planOf(grant('globex', before, after)), manifest('globex'), isShared);

  test('is done as reviewed, after the first changed the rule', () => {
    const { plan, unreviewed } = now('admin or acme', both);
    expect([plan.steps.length, plan.problems, unreviewed]).toEqual([1, [], 0]);
  });

  test.each([
    ['the rule would be another than reviewed', now('admin or mallory', `${both} or mallory`)],
    ['no other stack has steps there', now('admin or acme', both, false)],
  ])('is left where %s', (_, { plan }) => {
    expect([plan.steps, plan.problems.map(({ reason }) => reason)]).toEqual([[], ['StalePlan']]);
  });
});

describe('an exception that is planned after Terraform has made its port', () => {
  const spec = { sources: 'any', destinations: ['10.0.0.0/8'], reason: 'a router' };
  const exception = { kind: 'firewall-exception', path: 'acme/New', stack: 'acme', owner: 'tests', dependsOn: [], unknown: [], spec }; // prettier-ignore
  const step = { ...grant('acme', '', ''), id: 'firewall-exception.acme/New', kind: 'firewall-exception' };
  const now = { ...manifest('acme'), resources: [exception] };
  const found = (policy: object[], ...risks: string[]) => {
    const shown = risks.map((name) => ({ class: name, where: 'acme/New' }) as Risk);
    const review = { made: '2026-11-29T12:00:00Z', risks: shown, acknowledged: [] };
    const { plan, unshown } = withoutUnshown(planOf(step), now, { review, rules: reviewRules.parse({ policy }) });
    return [plan.steps.length, plan.undone, plan.problems.map(({ reason }) => reason), plan.warnings.length, unshown];
  };

  test.each([
    ['is done where the review showed its risk', found([], 'opens-any'), [1, [], [], 0, 0]],
    ['is left where the review showed another risk', found([], 'opens-prefix'), [0, [step.id], [], 1, 1]],
    [
      'is refused where stackward.yaml forbids its risk',
      found([{ risk: 'opens-any', forbidden: true }], 'opens-any'),
      [0, [step.id], ['Refused'], 0, 0],
    ],
  ])('%s', (_, is, expected) => {
    expect(is).toEqual(expected);
  });
});

test('a step that a deploy would leave is told by a warning, and a step of a stack outside of the bundle is not its matter', () => {
  const own = planOf(grant('acme', 'admin', both), pool('umbrella'), pool('elsewhere'));
  const { plan, left } = markLeft(own, reviewed, [...reviewed.keys()].map(manifest));
  expect(plan.steps).toEqual(own.steps);
  expect([plan.warnings.map(({ where }) => where), [...left]]).toEqual([
    ['allocation-pool.umbrella/Pool@database:neutron'],
    ['allocation-pool.umbrella/Pool@database:neutron'],
  ]);
});

test('the command that goes on after an interrupt is the one that was given, also in a later round', () => {
  const given: Options = {
    stack: [],
    kind: [],
    target: [],
    synth: true,
    journal: 'runs',
    autoApprove: true,
  };
  const later = { bundle: undefined, given, options: { ...given, stack: ['dmz'], synth: false } };
  expect(commandOf(later)).toBe('stackward deploy');
});
