/** Plans with ports that name an address of the network Green. */
import { plannedChanges, type StackRead } from '../../review/assemble';
import { namedAddresses } from '../../review/terraform/named-addresses';
import { Things } from '../../review/terraform/things';
import { id, network, subnet } from './doomed-network';
import { forgedStack, type Forged } from './forged-plan';

export const [ours, theirs, third] = [id('5'), id('a'), id('7')];
export const ip = '10.0.1.77';
export const green = { id: network, name: 'Green', showsAllPorts: true };
export const fixed = (address: string, more: object = {}) => ({ network_id: network, fixed_ip: [{ subnet_id: subnet, ip_address: address, ...more }] }); // prettier-ignore
export const web = (more: Partial<Forged> = {}): Forged => ({ type: 'networking_port_v2', name: 'web', after: { name: 'web', ...fixed(ip) }, ...more }); // prettier-ignore
export const acme = (...changes: Forged[]): StackRead => forgedStack('acme', changes);

export function namedIn(...stacks: readonly StackRead[]) {
  const plans = stacks.flatMap(({ name, plan }) => (plan === undefined ? [] : [{ stack: name, plan }]));
  const things = new Things(plans);
  return { plans, things, named: namedAddresses(plannedChanges(stacks, things)) };
}
