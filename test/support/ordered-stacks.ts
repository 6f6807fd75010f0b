/** Stacks of which `shared` loses a network, and `acme` a port in it, and the order that a review of them has. */
import { assembleReview, type StackRead } from '../../review/assemble';
import { deployOrder } from '../../review/order/deploy-order';
import { makingStacks } from '../../review/order/making';
import type { PlannedStep } from '../../lib/run/plan';
import { id } from './doomed-network';
import { forgedStack, type Forged } from './forged-plan';
import { opening, ownPlan } from './planned-opening';

export const [net, sub, group, router] = [id('1'), id('2'), id('3'), id('4')];
export const green: Forged = { type: 'networking_network_v2', name: 'green', before: { id: net, name: 'Green' } };
export const subnet: Forged = {
  type: 'networking_subnet_v2',
  name: 'green',
  before: { id: sub, network_id: net, cidr: '10.0.1.0/24' },
};
export const inGreen = {
  id: id('a'),
  tenant_id: 'p1',
  name: 'web',
  network_id: net,
  fixed_ip: [{ subnet_id: sub, ip_address: '10.0.1.20' }],
};
export const port: Forged = { type: 'networking_port_v2', name: 'web', before: inGreen };
export const made: Forged = { type: 'networking_network_v2', name: 'new', after: { name: 'New' } };
export const madePort: Forged = {
  type: 'networking_port_v2',
  name: 'new',
  after: { name: 'new', network_id: id('9') },
};

export const stack = (name: string, all: readonly Forged[], more: Partial<StackRead> = {}): StackRead => ({
  ...forgedStack(name, all),
  ...more,
});
export const tenant = (all: readonly Forged[], more: Partial<StackRead> = {}): StackRead =>
  stack('acme', all, { dependsOn: ['shared'], ...more });
export const reading = (output: string) => ({
  paths: new Map(),
  declares: [],
  clouds: [],
  reads: new Map([['shared', [output]]]),
});
export const changing = (read: StackRead, name: string): StackRead => ({
  ...read,
  plan: read.plan && {
    ...read.plan,
    outputs: [{ name, action: 'update', before: 'a', after: 'b', unknown: false, sensitiveBefore: false, sensitiveAfter: false }], // prettier-ignore
  },
});

export function reviewOf(stacks: readonly StackRead[], steps: readonly PlannedStep[] = []) {
  const own = ownPlan(steps);
  const order = deployOrder(stacks, makingStacks(stacks, own));
  const sorted = order.names.flatMap((name) => stacks.find((each) => each.name === name) ?? []);
  return assembleReview({ ...opening, stacks: sorted, order, own });
}
export const orderOf = (stacks: readonly StackRead[], steps: readonly PlannedStep[] = []) => {
  const { stacks: told, risks } = reviewOf(stacks, steps);
  return {
    names: told.map(({ name }) => name),
    because: told.flatMap(({ removesAfter = [] }) => removesAfter.map(({ stack: first, because }) => `${first}: ${because}`)),
    stuck: risks.filter((risk) => risk.class === 'needs-two-deploys').map(({ stack: left, where, message }) => `${left} ${where}: ${message}`),
  };
}; // prettier-ignore

export const groupGone: Forged = { type: 'networking_secgroup_v2', name: 'web', before: { id: group, name: 'web' } };
export const withGroup = { id: id('a'), name: 'web', security_group_ids: [group], all_security_group_ids: [group] };
