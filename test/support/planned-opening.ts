/** Stackward's plan on the recorded change `opening`, as its kinds make it on the lab (test/fixtures/terraform). */
import { noUses } from '../../review/order/deploy-order';
import { nothingAsked } from '../../review/cloud/seen';
import { parseManifests } from '../../lib/contract/manifest';
import type { Plan, PlannedStep } from '../../lib/run/plan';
import { noRules } from '../../review/rules';
import type { ReadForReview, StackRead } from '../../review/assemble';
import { nothingSeen } from '../../review/witness/seen';
import { recordedPlan, recordedText } from './recorded-plans';

export const read = (name: string, dependsOn: readonly string[] = []): StackRead => {
  const { stack, plan, code } = recordedPlan(name);
  const [manifest] = parseManifests(recordedText(`${name}.plan`), stack);
  return { name: stack, dependsOn, code, plan, manifest, waitsFor: [], warnings: [] };
};

const specOf = (stack: StackRead, path: string): Readonly<Record<string, unknown>> =>
  stack.manifest?.resources.find((resource) => resource.path === path)?.spec ?? {};

const shared = read('opening.shared');
const acme = read('opening.acme', ['shared']);
const { subnetId } = specOf(shared, 'shared/Red/AllocationPools');
const { portId } = specOf(acme, 'acme/Utm/Transit/Red');

export const openingSteps: readonly PlannedStep[] = [
  {
    id: 'allocation-pool.shared/Red/AllocationPools',
    kind: 'allocation-pool',
    target: 'database:neutron',
    action: 'update',
    subject: `subnet ${String(subnetId)} (203.0.113.0/25)`,
    changes: [
      {
        attribute: 'allocation_pools',
        before: '203.0.113.10-203.0.113.29, 203.0.113.50-203.0.113.59',
        after: '203.0.113.10-203.0.113.39, 203.0.113.50-203.0.113.59',
      },
    ],
    because: 'the code declares other pools',
    notes: ['adds 10 addresses'],
    asides: ['1 of 40 addresses in use; gateway 203.0.113.1'],
    before: {
      ledgers: [
        {
          pools: [
            { start: '203.0.113.10', end: '203.0.113.29' },
            { start: '203.0.113.50', end: '203.0.113.59' },
          ],
        },
      ],
    },
  },
  {
    id: 'policy-rule.shared/Grant',
    kind: 'policy-rule',
    target: 'host:controller',
    action: 'create',
    subject: 'policy of neutron',
    changes: [{ attribute: 'create_port:fixed_ips:ip_address', after: 'rule:admin_only or role:member' }],
    because: 'no file grants it',
    before: { rules: [] },
  },
  {
    id: 'firewall-exception.acme/Utm/Transit/Red',
    kind: 'firewall-exception',
    target: 'host:cnode02',
    action: 'create',
    subject: `port ${String(portId)} (tap${String(portId).slice(0, 11)})`,
    changes: [{ attribute: 'IPv4 filter rule 1', after: '-j ACCEPT' }],
    because: 'the exception is declared, and none of its rules is on this host',
    before: {},
  },
];

export const ownPlan = (steps: readonly PlannedStep[]): Plan => ({
  stacks: [],
  steps,
  problems: [],
  warnings: [],
  unswept: [],
  waiting: [],
  leaving: [],
  converged: [],
  looks: [],
  undone: [],
  dependencies: new Map(),
});

export const opening: ReadForReview = {
  made: '2026-11-29T18:40:00.000Z',
  by: 'reviewer@ci',
  version: '0.0.0',
  engine: { name: 'terraform', version: '1.11.4' },
  packets: nothingSeen,
  cloud: nothingAsked,
  problems: [],
  warnings: [],
  stacks: [shared, acme],
  order: noUses,
  own: ownPlan(openingSteps),
  rules: noRules,
  effects: new Map(),
};
