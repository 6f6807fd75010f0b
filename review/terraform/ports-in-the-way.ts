/**
 * Ports that keep Neutron from deleting networks and subnets that plans delete or replace, because no plan deletes the
 * port. Pure.
 *
 * Neutron deletes a network if each port in it has one of three owners, and then deletes these ports itself. It deletes a
 * subnet if no other port has an address of it; addresses that a port made from the subnet's prefix don't count, except a
 * router's. Source: neutron@zed db/db_base_plugin_v2.py, `_ensure_network_not_in_use` and
 * `_remove_subnet_ip_allocations_from_ports`. A refusal has to be certain, so a port that some service may delete in time
 * is only named, and so is one that an update takes out of the place: nobody knows whether Terraform updates it first.
 */
import type { Port } from '../../lib/contract/ports';
import { isNeutronsOwn, routerInterfaces } from '../../lib/openstack/port-owners';
import { hideSensitive, isObject } from './attributes';
import type { Json, PlannedResource } from './plan-json';
import { subjectOf } from './subject';
import { portType, serverType, textAt, Things, type StackPlan, type Thing } from './things';

/** AUTO_DELETE_PORT_OWNERS of neutron@zed. Neutron deletes the last one with the interface of a distributed router. */
export const deletedByNeutron: readonly string[] = [
  'network:dhcp',
  'network:distributed',
  'network:floatingip_agent_gateway',
  'network:router_centralized_snat',
];

/**
 * Types whose services make no ports but those of Nova's servers and Neutron's routers and floating IPs. Octavia, Heat,
 * Magnum, Trove and Manila make servers or ports that no state has, and delete them with their own thing.
 */
const makesNoPorts =
  /^(openstack_(bgpvpn|blockstorage|compute|dns|fw|identity|images|keymanager|networking|objectstorage|taas)|random|time|tls)_/;

const routerType = 'openstack_networking_router_v2';

/** Things that the plans delete, also for their replacement. */
export interface Doomed {
  readonly networks: ReadonlyMap<string, Thing>;
  readonly subnets: ReadonlyMap<string, Thing>;
  readonly routers: ReadonlyMap<string, Thing>;
  readonly servers: ReadonlyMap<string, Thing>;
  readonly floatingIps: ReadonlyMap<string, Thing>;
  readonly ids: ReadonlySet<string>;
  /** Ports that go with the thing that has them. */
  readonly ports: ReadonlySet<string>;
  /** The ports of load balancers' addresses. Octavia deletes those that it made. */
  readonly vips: ReadonlySet<string>;
  /** Every text in the values of these things. A server or a floating IP may name a port that stays without it. */
  readonly mentioned: ReadonlySet<string>;
  /** Id → every text in its values after the update, of ports and routers that the plans update. */
  readonly updated: ReadonlyMap<string, ReadonlySet<string>>;
  /** True if a service may delete ports that neither a state nor the port's device tells. */
  readonly mayHaveMore: boolean;
}

export interface PortInTheWay {
  readonly port: Port;
  /** The stack, and Terraform's address there, of the network or subnet. */
  readonly stack: string;
  readonly address: string;
  /** The network or subnet that Neutron refuses to delete: `network Green`. */
  readonly place: string;
  /** False if the port may be gone by then. */
  readonly isCertain: boolean;
}

/** The networks in which a port may be in the way of these plans. */
export function networksToEmpty(plans: readonly StackPlan[]): readonly string[] {
  const { networks, subnets } = doomedBy(plans, new Things(plans));
  return [
    ...new Set([...networks.keys(), ...[...subnets.values()].flatMap((subnet) => textAt(subnet.values, 'network_id') ?? [])]), // prettier-ignore
  ];
}

/**
 * @param plans in the order in which they are applied: a port that a later stack's plan deletes is still there when the
 *   network goes
 * @param ports of all these networks
 */
export function findPortsInTheWay(plans: readonly StackPlan[], ports: readonly Port[]): readonly PortInTheWay[] {
  const things = new Things(plans);
  const doomed = doomedBy(plans, things);
  const before = new Map<string, Doomed>();
  const doomedUntil = (stack: string): Doomed => {
    const until =
      before.get(stack) ?? doomedBy(plans.slice(0, plans.findIndex((plan) => plan.stack === stack) + 1), things);
    before.set(stack, until);
    return until;
  };
  return ports.flatMap((port) => {
    const place = placeOf(port, doomed);
    if (place === undefined || fateInPlace(port, doomedUntil(place.stack)) === 'goes') return [];
    const { stack, address } = place;
    const isCertain = fateInPlace(port, doomed) === 'stays' && !mayLeave(port, place, doomed);
    return [{ port, stack, address, place: subjectOf(place, things), isCertain }];
  });
}

export function doomedBy(plans: readonly StackPlan[], things: Things): Doomed {
  const all = plans.flatMap(({ stack, plan }) =>
    plan.changes.filter(isDeletion).flatMap((change) => thingBefore(stack, change, things) ?? []),
  );
  const updates = plans.flatMap(({ plan }) => plan.changes.filter(({ action }) => action === 'update'));
  const moving = updates.filter(({ type }) => type === portType || type === routerType);
  const ofType = (type: string) =>
    new Map(all.filter((thing) => thing.type === type).map((thing) => [textAt(thing.values, 'id') ?? '', thing]));
  const textsOf = (type: string, attribute: string) =>
    all.filter((thing) => thing.type === type).flatMap(({ values }) => textAt(values, attribute) ?? []);
  return {
    networks: ofType('openstack_networking_network_v2'),
    subnets: ofType('openstack_networking_subnet_v2'),
    routers: ofType(routerType),
    servers: ofType(serverType),
    floatingIps: ofType('openstack_networking_floatingip_v2'),
    ids: new Set(all.flatMap(({ values }) => textAt(values, 'id') ?? [])),
    ports: new Set([...textsOf(portType, 'id'), ...textsOf('openstack_networking_router_interface_v2', 'port_id')]),
    vips: new Set(textsOf('openstack_lb_loadbalancer_v2', 'vip_port_id')),
    mentioned: textsIn(all.map(({ values }) => values)),
    updated: new Map(moving.map(({ before, after }) => [textAt(before, 'id') ?? '', textsIn(after)])),
    mayHaveMore: [...all, ...updates].some(({ type }) => !makesNoPorts.test(type)),
  };
}

export const isDeletion = ({ action }: PlannedResource): boolean => action === 'delete' || action === 'replace';

/** The values at an address are those of the object in use. One that was replaced before has its values in the change. */
export function thingBefore(stack: string, change: PlannedResource, things: Things): Thing | undefined {
  const { address, type, deposed, before, sensitiveBefore } = change;
  if (deposed === undefined) return things.at(stack, address);
  return { stack, address, type, values: hideSensitive(before ?? {}, sensitiveBefore) as Json };
}

export function textsIn(value: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  addTexts(value, texts);
  return texts;
}

function addTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(value);
  else if (Array.isArray(value)) for (const inner of value) addTexts(inner, texts);
  else if (isObject(value)) for (const inner of Object.values(value)) addTexts(inner, texts);
}

export type Fate = 'goes' | 'stays' | 'may stay';

/** The fate of a port whose network is deleted. */
const fateInPlace = (port: Port, doomed: Doomed): Fate =>
  deletedByNeutron.includes(port.deviceOwner) ? 'goes' : fateOf(port, doomed);

/** The fate of a port by the deletion of everything that the plans delete, apart from networks. */
export function fateOf(port: Port, doomed: Doomed): Fate {
  const { id, deviceOwner: owner } = port;
  if (doomed.ports.has(id)) return 'goes';
  // Octavia leaves a port that somebody else made for the address.
  if (doomed.vips.has(id) && owner !== '') return 'goes';
  if (doomed.mentioned.has(id)) return 'may stay';
  const fate = fateByOwner(port, doomed);
  return fate === 'stays' && doomed.mayHaveMore ? 'may stay' : fate;
}

function fateByOwner(port: Port, { routers, servers, floatingIps, ids }: Doomed): Fate {
  const { deviceId, deviceOwner: owner } = port;
  // A router that is deleted keeps its interfaces: Neutron refuses to delete it as long as it has one.
  if (owner === '' || owner === 'trunk:subport' || routerInterfaces.includes(owner)) return 'stays';
  if (owner === 'network:router_gateway') return isNeutronsOwn(port) && routers.has(deviceId) ? 'goes' : 'stays';
  if (owner === 'network:floatingip') return isNeutronsOwn(port) && floatingIps.has(deviceId) ? 'goes' : 'stays';
  // Nova deletes a server's port only if Nova made it, and gives such a port no name.
  if (owner.startsWith('compute:')) return !servers.has(deviceId) ? 'stays' : port.name === '' ? 'goes' : 'may stay';
  return ids.has(deviceId) ? 'goes' : 'may stay';
}

/** True if an update takes the port, or the router whose gateway it is, out of the place. */
function mayLeave({ id, deviceId, deviceOwner }: Port, place: Thing, { updated }: Doomed): boolean {
  const after = updated.get(deviceOwner === 'network:router_gateway' ? deviceId : id);
  return after !== undefined && !after.has(textAt(place.values, 'id') ?? '');
}

/** The thing that Neutron doesn't delete because of this port. */
function placeOf({ networkId, fixedIps, deviceOwner }: Port, { networks, subnets }: Doomed): Thing | undefined {
  const held = fixedIps.flatMap(({ subnetId }) => subnets.get(subnetId) ?? []);
  const isRouters = routerInterfaces.includes(deviceOwner);
  return networks.get(networkId) ?? held.find((subnet) => isRouters || !isMadeFromPrefix(subnet));
}

export const isMadeFromPrefix = ({ values }: Thing): boolean =>
  ['slaac', 'dhcpv6-stateless'].includes(textAt(values, 'ipv6_address_mode') ?? '');
