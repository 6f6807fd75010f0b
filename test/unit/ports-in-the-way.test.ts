/** Which ports keep Neutron from deleting what a destruction deletes, by Neutron's own rules. */
import type { Port } from '../../lib/contract/ports';
import { renderObstacles } from '../../cli/deploy/ports-in-the-way';
import { findPortsInTheWay, networksToEmpty } from '../../review/terraform/ports-in-the-way';
import { destroying, elsewhere, id, network, port, router, server, subnet, theNetwork, theSubnet } from '../support/doomed-network'; // prettier-ignore

const [ownPort, floating, others] = [id('5'), id('e'), id('f')];
const all = destroying(
  theNetwork,
  theSubnet,
  { type: 'openstack_networking_port_v2', name: 'web', values: { id: ownPort, name: 'web' } },
  { type: 'openstack_networking_router_v2', name: 'router', values: { id: router } },
  {
    type: 'openstack_networking_router_interface_v2',
    name: 'leg',
    values: { id: id('6'), port_id: id('6'), router_id: router, subnet_id: subnet },
  },
  { type: 'openstack_compute_instance_v2', name: 'server', values: { id: server, network: [{ port: id('7') }] } },
  { type: 'openstack_networking_floatingip_v2', name: 'ip', values: { id: floating } },
  { type: 'openstack_networking_floatingip_associate_v2', name: 'ip', values: { id: others, port_id: id('8') } },
  { type: 'openstack_networking_portforwarding_v2', name: 'https', values: { id: id('b'), internal_port_id: id('c') } },
  { type: 'openstack_networking_port_secgroup_associate_v2', name: 'web', values: { id: id('d'), port_id: id('d') } },
);

const nobody = { servers: new Map(), routers: new Map(), projects: new Map() };
const fateIn = (plans: typeof all, given: Partial<Port>) =>
  findPortsInTheWay(plans, [port(given)]).map(({ place, isCertain }) => `${place}, ${isCertain ? 'certain' : 'perhaps'}`)[0]; // prettier-ignore

const [certain, perhaps] = ['network Green, certain', 'network Green, perhaps'];
const cases: readonly (readonly [string, Partial<Port>, string | undefined])[] = [
  ['a port without an owner', {}, certain],
  ['a port without an address', { fixedIps: [] }, certain],
  ['a port of the code', { id: ownPort }, undefined],
  ["somebody's port at a server of the code", { id: id('7'), deviceOwner: 'compute:nova', deviceId: server }, perhaps],
  ['a port of DHCP', { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' }, undefined],
  ['a port for metadata', { deviceOwner: 'network:distributed' }, undefined],
  ["a distributed router's port", { deviceOwner: 'network:floatingip_agent_gateway' }, undefined],
  ['its port for source NAT', { deviceOwner: 'network:router_centralized_snat', deviceId: router }, undefined],
  ['a port of a server that stays', { deviceOwner: 'compute:nova', deviceId: elsewhere }, certain],
  ['a port that Nova made for a server of the code', { deviceOwner: 'compute:nova', deviceId: server }, undefined],
  ['a port with a name at a server of the code', { name: 'x', deviceOwner: 'compute:nova', deviceId: server }, perhaps], // prettier-ignore
  ['an interface of the code', { id: id('6'), deviceOwner: 'network:router_interface', deviceId: router }, undefined],
  ['another interface of a router of the code', { deviceOwner: 'network:router_interface', deviceId: router }, certain],
  ['an interface of a router with HA', { deviceOwner: 'network:ha_router_replicated_interface', deviceId: elsewhere }, certain], // prettier-ignore
  ['the gateway of a router of the code', { deviceOwner: 'network:router_gateway', deviceId: router }, undefined],
  ['a port that says to be this gateway', { projectId: 'p2', deviceOwner: 'network:router_gateway', deviceId: router }, certain], // prettier-ignore
  ['the port of a floating IP of the code', { deviceOwner: 'network:floatingip', deviceId: floating }, undefined],
  ['a port that says to be this floating IP', { projectId: 'p2', deviceOwner: 'network:floatingip', deviceId: floating }, certain], // prettier-ignore
  ["somebody's floating IP that the code leads to a port", { deviceOwner: 'network:floatingip', deviceId: others }, certain], // prettier-ignore
  ["somebody's port that a floating IP leads to", { id: id('8'), deviceOwner: 'compute:nova', deviceId: elsewhere }, perhaps], // prettier-ignore
  ["somebody's port that a forwarding leads to", { id: id('c') }, perhaps],
  ["somebody's port with security groups of the code", { id: id('d') }, perhaps],
  ["somebody's gateway", { deviceOwner: 'network:router_gateway', deviceId: elsewhere }, certain],
  ["somebody's floating IP", { deviceOwner: 'network:floatingip', deviceId: elsewhere }, certain],
  ["a trunk's port", { deviceOwner: 'trunk:subport', deviceId: elsewhere }, certain],
  ["a load balancer's port", { deviceOwner: 'Octavia', deviceId: elsewhere }, perhaps],
  ['a port in another network', { networkId: elsewhere, fixedIps: [] }, undefined],
];

test.each(cases)('%s', (_, given, expected) => {
  expect(fateIn(all, given)).toBe(expected);
});

test('a subnet that goes alone is kept by addresses in it, and by no other port of the network', () => {
  const plans = destroying(theSubnet);
  expect(networksToEmpty(plans)).toEqual([network]);
  expect(fateIn(plans, {})).toBe('subnet 10.0.1.0/24, certain');
  expect(fateIn(plans, { fixedIps: [{ subnetId: elsewhere, address: '10.0.9.7' }] })).toBeUndefined();
});

test('addresses from a prefix keep no subnet, except those of a router', () => {
  const values = { ...theSubnet.values, cidr: '2001:db8::/64', ipv6_address_mode: 'slaac' };
  const plans = destroying({ ...theSubnet, values });
  expect(fateIn(plans, {})).toBeUndefined();
  const isRouters = { deviceOwner: 'network:router_interface', deviceId: elsewhere };
  expect(fateIn(plans, isRouters)).toBe('subnet 2001:db8::/64, certain');
});

test.each([
  'openstack_lb_loadbalancer_v2',
  'openstack_orchestration_stack_v1',
  'openstack_containerinfra_cluster_v1',
  'openstack_db_instance_v1',
  'openstack_sharedfilesystem_sharenetwork_v2',
  'null_resource',
])('a destruction of %s is certain of no port, because a service may delete ports that no state has', (type) => {
  const plans = destroying(theNetwork, theSubnet, { type, name: 'x', values: { id: id('e'), vip_port_id: id('7') } });
  for (const { given } of [
    { given: {} },
    { given: { deviceOwner: 'compute:nova', deviceId: elsewhere } },
    { given: { deviceOwner: 'trunk:subport', deviceId: elsewhere } },
    { given: { deviceOwner: 'network:router_interface', deviceId: elsewhere } },
  ])
    expect(fateIn(plans, given)).toBe(perhaps);
  const found = findPortsInTheWay(plans, [port({ deviceOwner: 'compute:nova', deviceId: elsewhere })]);
  // The server may be one of Octavia's, at work.
  expect(renderObstacles({ certain: [], perhaps: found }, nobody)).toContain(
    `\n        openstack port show ${id('a')}\n`,
  );
  expect(renderObstacles({ certain: [], perhaps: found }, nobody)).not.toContain('remove');
});

test("a load balancer takes its address's port along, unless somebody else made that", () => {
  const plans = destroying(theNetwork, {
    type: 'openstack_lb_loadbalancer_v2',
    name: 'x',
    values: { id: id('e'), vip_port_id: id('7') },
  });
  expect(fateIn(plans, { id: id('7'), deviceOwner: 'Octavia', deviceId: `lb-${id('e')}` })).toBeUndefined();
  expect(fateIn(plans, { id: id('7') })).toBe(perhaps);
});

test('types without ports of their own leave a refusal certain', () => {
  const others = ['openstack_identity_project_v3', 'openstack_blockstorage_volume_v3', 'openstack_dns_zone_v2', 'random_password']; // prettier-ignore
  expect(fateIn(destroying(theNetwork, ...others.map((type) => ({ type, name: 'x', values: {} }))), {})).toBe(certain);
});

test('a plan that deletes no network and no subnet needs no look', () => {
  expect(networksToEmpty(destroying({ type: 'openstack_networking_port_v2', name: 'p', values: { id: ownPort } }))).toEqual([]); // prettier-ignore
});
