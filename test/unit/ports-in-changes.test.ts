/** Which ports keep Neutron from deleting a network where the plans also change, replace and move things, as a review's do. */
import type { Port } from '../../lib/contract/ports';
import { findPortsInTheWay, networksToEmpty } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';
import { elsewhere, id, network, port, router, server, subnet } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';

const net: Forged = { type: 'networking_network_v2', name: 'net', before: { id: network, name: 'Green' } };
const sub: Forged = {
  type: 'networking_subnet_v2',
  name: 'sub',
  before: { id: subnet, network_id: network, cidr: '10.0.1.0/24' },
};
const [ownPort, another] = [id('5'), id('7')];

const plansOf = (...changes: readonly Forged[]): StackPlan[] => {
  const { plan } = forgedStack('acme', changes);
  return plan === undefined ? [] : [{ stack: 'acme', plan }];
};
const fateIn = (plans: readonly StackPlan[], given: Partial<Port>) =>
  findPortsInTheWay(plans, [port(given)]).map(({ place, isCertain }) => `${place}, ${isCertain ? 'certain' : 'perhaps'}`)[0]; // prettier-ignore

const replaced = (type: string, before: object, after: object): Forged =>
  ({ type, name: 'moved', before, after, isReplaced: true }) as Forged;
const updated = (type: string, before: object, after: object): Forged =>
  ({ type, name: 'moved', before, after }) as Forged;

test.each<readonly [string, Forged, Partial<Port>]>([
  [
    'a port',
    replaced('networking_port_v2', { id: ownPort, network_id: network }, { network_id: elsewhere }),
    { id: ownPort },
  ],
  [
    'a port that Nova made for a server',
    replaced('compute_instance_v2', { id: server, network: [{ uuid: network }] }, { network: [{ uuid: elsewhere }] }),
    { deviceOwner: 'compute:nova', deviceId: server },
  ],
  [
    'an interface of a router',
    replaced('networking_router_interface_v2', { id: id('6'), port_id: id('6') }, { subnet_id: elsewhere }),
    { id: id('6'), deviceOwner: 'network:router_interface', deviceId: router },
  ],
  [
    'a floating IP',
    replaced('networking_floatingip_v2', { id: another, pool: 'Green' }, { pool: 'Red' }),
    { deviceOwner: 'network:floatingip', deviceId: another },
  ],
])('%s that moves out of a network by its replacement is not in the way', (_, moved, given) => {
  expect(fateIn(plansOf(net, sub, moved), given)).toBeUndefined();
});

test('a network and a subnet that are replaced have to be empty, too', () => {
  const after = { name: 'Green', cidr: '10.0.2.0/24' };
  const plans = plansOf({ ...net, after, isReplaced: true }, { ...sub, after, isReplaced: true });
  expect(networksToEmpty(plans)).toEqual([network]);
  expect(fateIn(plans, {})).toBe('network Green, certain');
  expect(fateIn(plansOf(staying(net.type, net.name, net.before ?? {}), { ...sub, after, isReplaced: true }), {})).toBe(
    'subnet 10.0.1.0/24 of network Green, certain',
  );
});

test('nobody knows the order of an update that moves a port and a deletion of the place that it leaves', () => {
  const before = { id: ownPort, network_id: network, fixed_ip: [{ subnet_id: subnet }] };
  const moved = updated('networking_port_v2', before, { ...before, fixed_ip: [{ subnet_id: elsewhere }] });
  expect(fateIn(plansOf(sub, moved), { id: ownPort })).toBe('subnet 10.0.1.0/24, perhaps');
  const gateway = { deviceOwner: 'network:router_gateway', deviceId: router };
  const led = updated('networking_router_v2', { id: router, external_network_id: network }, { id: router, external_network_id: elsewhere }); // prettier-ignore
  expect(fateIn(plansOf(net, led), gateway)).toBe('network Green, perhaps');
});

test('an update after which a port is still there leaves it in the way', () => {
  const before = { id: ownPort, network_id: network, fixed_ip: [{ subnet_id: subnet }] };
  expect(fateIn(plansOf(net, updated('networking_port_v2', before, { ...before, name: 'x' })), { id: ownPort })).toBe(
    'network Green, certain',
  );
});

test.each(['containerinfra_cluster_v1', 'orchestration_stack_v1'])(
  'an update of %s may delete ports that no state has',
  (type) => {
    expect(fateIn(plansOf(net, updated(type, { id: another, size: 3 }, { id: another, size: 1 })), {})).toBe(
      'network Green, perhaps',
    );
  },
);

test('a port goes whose replacement an earlier run made, but whose deletion failed', () => {
  const [first] = plansOf(net);
  if (first === undefined) throw new Error('no plan');
  const [change] = first.plan.changes;
  if (change === undefined) throw new Error('no change');
  const before = { id: ownPort, network_id: network };
  const deposed = { ...change, address: 'openstack_networking_port_v2.web', type: 'openstack_networking_port_v2', deposed: '0123abcd', before }; // prettier-ignore
  const plans = [{ ...first, plan: { ...first.plan, changes: [...first.plan.changes, deposed] } }];
  expect(fateIn(plans, { id: ownPort })).toBeUndefined();
});

test('a port that the plan of a later stack deletes may be in the way, and one that an earlier stack deletes is not', () => {
  const { plan } = forgedStack('tenant', [{ type: 'networking_port_v2', name: 'web', before: { id: ownPort } }]);
  if (plan === undefined) throw new Error('no plan');
  const tenant: StackPlan = { stack: 'tenant', plan };
  expect(fateIn([...plansOf(net), tenant], { id: ownPort })).toBe('network Green, perhaps');
  expect(fateIn([tenant, ...plansOf(net)], { id: ownPort })).toBeUndefined();
});
