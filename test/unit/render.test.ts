import { Progress } from '../../cli/progress';
import type { Report } from '../../lib/run/engine';
import type { Plan, PlannedStep } from '../../lib/run/plan';
import { colored } from '../../lib/render/style';
import { renderPlan, renderPlanSummary, renderReport, renderResult, renderVerification } from '../../lib/render/text';
import { renderPlanJson, renderReportJson } from '../../lib/render/json';

const step: PlannedStep = {
  id: 'allocation-pool.shared/Red/AllocationPools',
  kind: 'allocation-pool',
  target: 'database:neutron',
  before: {},
  action: 'update',
  subject: 'subnet 0d5f (203.0.113.0/24)',
  changes: [
    { attribute: 'pools', before: '203.0.113.10-203.0.113.20', after: '203.0.113.10-203.0.113.40' },
    { attribute: 'free addresses', before: '2', after: '22' },
  ],
  because: 'the pools lack 20 addresses that the code names',
  notes: ['9 of 11 addresses are in use'],
};

const plan: Plan = {
  stacks: ['shared', 'acme'],
  steps: [step],
  problems: [
    {
      where: 'allocation-pool.acme/Green@database:neutron',
      reason: 'InvalidConfiguration',
      message: 'the pool holds the gateway 10.1.0.1',
    },
  ],
  warnings: [{ where: 'allocation-pool.acme/Guest@api:example', message: '46 of 50 addresses are in use' }],
  unswept: [],
  waiting: [{ id: 'allocation-pool.acme/Orange', unknown: ['spec.subnetId'] }],
  undone: [],
  leaving: [],
  converged: ['allocation-pool.acme/Blue@database:neutron'],
  looks: [],
  dependencies: new Map(),
};
const nothing: Plan = { ...plan, steps: [], problems: [], warnings: [], waiting: [] };

test('a plan, as a person reads it', () => {
  expect(renderPlan(plan)).toBe(`stackward will perform the following actions:

  # allocation-pool.shared/Red/AllocationPools@database:neutron will be updated in-place
  # (because the pools lack 20 addresses that the code names)
  ~ subnet 0d5f (203.0.113.0/24)
      ~ pools          = 203.0.113.10-203.0.113.20 -> 203.0.113.10-203.0.113.40
      ~ free addresses = 2 -> 22
      # 9 of 11 addresses are in use

  # allocation-pool.acme/Orange waits for \`cdktf apply\`
      spec.subnetId = (known after apply)

Warning: allocation-pool.acme/Guest@api:example
  46 of 50 addresses are in use

Error: The configuration is not valid
  allocation-pool.acme/Green@database:neutron
  the pool holds the gateway 10.1.0.1

Plan: 0 to add, 1 to change, 0 to destroy, 1 waiting for \`cdktf apply\`, 1 problem.
`);
});

test('nothing to do', () => {
  expect(renderPlan(nothing)).toBe('No changes. 1 resource of 2 stacks is as the code says.\n');
});

test('progress and end of an apply', () => {
  const failed = {
    id: step.id,
    outcome: 'failed' as const,
    reason: 'StalePlan' as const,
    message: 'the pools are not those of the plan',
    step,
  };
  expect(renderResult({ id: step.id, outcome: 'applied', step }, '1 of 2')).toBe(
    'allocation-pool.shared/Red/AllocationPools@database:neutron: updated (1 of 2)',
  );
  expect(renderResult(failed, '2 of 2')).toBe(
    'allocation-pool.shared/Red/AllocationPools@database:neutron: failed (2 of 2): ' +
      'The world changed after the plan was made; plan again. the pools are not those of the plan',
  );
  const report: Report = {
    results: [{ id: step.id, outcome: 'applied', step }, failed],
    problems: [],
    found: [],
    interrupted: true,
  };
  expect(renderReport(plan, report)).toBe(
    'Interrupted: what was under way was finished, the rest was left.\n\n' +
      'Apply incomplete. Resources: 0 added, 1 changed, 0 destroyed, 1 failed, 1 waiting for `cdktf apply`, 1 problem.\n',
  );
  expect(
    renderReport(nothing, {
      results: [{ id: step.id, outcome: 'applied', step }],
      problems: [],
      found: [],
      interrupted: false,
    }),
  ).toBe('Apply complete. Resources: 0 added, 1 changed, 0 destroyed.\n');
});

test('verify names every resource once, and says how many are right', () => {
  const text = renderVerification(plan);
  expect(text.split('\n').slice(0, 4)).toEqual([
    'converged allocation-pool.acme/Blue@database:neutron',
    'differs   allocation-pool.shared/Red/AllocationPools@database:neutron: the pools lack 20 addresses that the code names',
    'problem   allocation-pool.acme/Green@database:neutron',
    'waiting   allocation-pool.acme/Orange: its values are known after `cdktf apply`',
  ]);
  expect(text).toMatch(/Not verified: 1 of 4 resources is as the code says\.\n$/);
});

const pool = (tenant: number): PlannedStep => ({ ...step, id: `allocation-pool.tenant${tenant}/Red/AllocationPools`, subject: `subnet ${tenant} (203.0.113.0/24)` }); // prettier-ignore

test('on a terminal, steps that are alike are one, and every line fits', () => {
  const steps = [...Array.from({ length: 30 }, (_, tenant) => pool(tenant)), { ...step, because: 'it is another one' }];
  const text = renderPlan({ ...plan, steps }, undefined, 'plan', 70);
  expect(text.split('\n').filter((line) => line.length > 70)).toEqual([]);
  expect(text.replace(/\s+/g, ' ')).toContain(
    '# 30 like this; the table shows where they differ: allocation-pool.[A]/Red/AllocationPools@database:neutron will be updated in-place # (because the pools lack 20 addresses that the code names) ~ subnet [B] (203.0.113.0/24)',
  );
  for (let tenant = 0; tenant < 30; tenant++) expect(text).toMatch(new RegExp(`^ +tenant${tenant} +${tenant}$`, 'm'));
  expect(text).toContain('  # (because it is another one)\n');
  expect(text).toMatch(/\nPlan: 0 to add, 31 to change, 0 to destroy, 1 waiting for `cdktf\n {2}apply`, 1 problem\.\n$/); // prettier-ignore
});

test('a summary has the numbers by kind, the problems and the end of the plan', () => {
  const steps = [
    pool(1),
    pool(2),
    { ...step, kind: 'bridge-port', action: 'delete' as const, target: 'host:cnode01' as const },
  ];
  expect(renderPlanSummary({ ...plan, steps })).toBe(`KIND             ADD  CHANGE  DESTROY  ON
allocation-pool  0    2       0        database:neutron
bridge-port      0    0       1        host:cnode01

1 warning; \`stackward plan\` shows them.

Error: The configuration is not valid
  allocation-pool.acme/Green@database:neutron
  the pool holds the gateway 10.1.0.1

Plan: 0 to add, 2 to change, 1 to destroy, 1 waiting for \`cdktf apply\`, 1 problem.
`);
});

test('the report names slow targets, the slowest first, and no fast ones', () => {
  const shown: string[] = [];
  let now = 0;
  const progress = new Progress((line) => void shown.push(line), () => now); // prettier-ignore
  const [slow, fast] = [progress.begin('host:cmp3: reads iptables'), progress.begin('host:cmp4: answers')];
  fast();
  expect(progress.line()).toBe('');
  now = 4_200;
  progress.begin('api:lab: Neutron answers');
  expect(progress.line()).toBe('host:cmp3: reads iptables, 4 s');
  now = 6_000;
  expect(progress.line()).toBe('host:cmp3: reads iptables, 6 s; api:lab: Neutron answers, 1 s');
  slow();
  expect([progress.line(), shown]).toEqual(['api:lab: Neutron answers, 1 s', ['']]);
  progress.end();
});

test('colour adds nothing but colour', () => {
  const text = renderPlan(plan, colored);
  expect(text).toContain('\u001b[33m~\u001b[39m');
  // eslint-disable-next-line no-control-regex
  expect(text.replace(/\u001b\[\d+m/g, '')).toBe(renderPlan(plan));
});

test('text from outside stays on its line, steers no terminal and turns no writing', () => {
  const forged = 'pays\n\nPlan: 0 to add, 0 to change, 0 to destroy.\u001b[2K\u001b[31m\r\u202ex\u2066';
  const shown = 'pays\\n\\nPlan: 0 to add, 0 to change, 0 to destroy.\\u001b[2K\\u001b[31m\\u000d\\u202ex\\u2066';
  const note = { where: forged, message: forged };
  const evil: PlannedStep = {
    ...step,
    id: forged,
    subject: forged,
    because: forged,
    notes: [forged],
    asides: [forged],
    changes: [{ attribute: forged, before: forged, after: forged }],
  };
  const problem = { ...note, reason: 'Blocked' as const };
  const texts = { steps: [evil], problems: [problem], warnings: [note], unswept: [problem], leaving: [note] };
  const given: Plan = { ...plan, ...texts, waiting: [{ id: forged, unknown: [forged] }], converged: [forged] };
  const failed = { id: forged, outcome: 'failed' as const, reason: 'Blocked' as const, message: forged, step: evil };
  const report: Report = { results: [failed], problems: [problem], found: [note], interrupted: false };
  for (const [times, text] of [
    [19, renderPlan(given)],
    [3, renderResult(failed, '1 of 1')],
    [5, renderReport(given, report)],
    [19, renderPlan(given, undefined, 'plan', 10_000)],
    [12, renderVerification(given)],
  ] as const) {
    expect(text.split(shown)).toHaveLength(times);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/^\s*Plan: 0 to add, 0|[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/m);
  }
});

test('a plan that could not search a place for leftovers does not say that nothing is left over', () => {
  const unswept = [{ where: 'host:cnode02', reason: 'TransientError' as const, message: 'it does not answer' }];
  for (const each of [
    { ...nothing, unswept },
    { ...nothing, converged: [], unswept },
  ])
    expect(renderPlan(each)).toMatch(
      /\nPlan: 0 to add, 0 to change, 0 to destroy, 1 place not searched for leftovers\.\n$/,
    );
});

test('a rollback with nothing to do speaks of the run, not of the code', () => {
  expect(renderPlan(nothing, undefined, 'rollback')).toBe('No changes. What the run touched is as it was before.\n');
});

test('JSON for programs holds exit code and everything that the text says', () => {
  expect(JSON.parse(renderPlanJson('plan', plan))).toMatchObject({
    formatVersion: '1.0',
    command: 'plan',
    exitCode: 1,
    steps: [
      {
        id: step.id,
        target: 'database:neutron',
        action: 'update',
        changes: step.changes,
        because: step.because,
        notes: step.notes,
      },
    ],
    warnings: plan.warnings,
    problems: plan.problems,
    waiting: plan.waiting,
    converged: plan.converged,
  });
  const report: Report = {
    results: [{ id: step.id, outcome: 'applied', step }],
    problems: [],
    found: [],
    interrupted: false,
  };
  expect(JSON.parse(renderReportJson('apply', nothing, report))).toMatchObject({
    command: 'apply',
    exitCode: 0,
    results: [{ id: step.id, outcome: 'applied', target: 'database:neutron', action: 'update' }],
  });
});
