/**
 * Ports that keep Neutron from deleting the networks and subnets of a destruction, because no plan deletes the port. Pure.
 *
 * Neutron deletes a network if each port in it has one of three owners, and then deletes these ports itself. It deletes a
 * subnet if no other port has an address of it; addresses that a port made from the subnet's prefix don't count, except a
 * router's. Source: neutron@zed db/db_base_plugin_v2.py, `_ensure_network_not_in_use` and
 * `_remove_subnet_ip_allocations_from_ports`. A refusal has to be certain, so a port that its service may delete in time
 * is only named.
 */
import type { Port } from '../../lib/contract/ports';
import { routerInterfaces } from '../../lib/openstack/port-owners';
import { isObject } from './attributes';
import { subjectOf } from './subject';
import { textAt, Things, type StackPlan, type Thing } from './things';

/** AUTO_DELETE_PORT_OWNERS of neutron@zed. Neutron deletes the last one with the interface of a distributed router. */
const deletedByNeutron = [
  'network:dhcp',
  'network:distributed',
  'network:floatingip_agent_gateway',
  'network:router_centralized_snat',
];

/** Things that the plans delete. */
interface Doomed {
  readonly things: Things;
  readonly networks: ReadonlyMap<string, Thing>;
  readonly subnets: ReadonlyMap<string, Thing>;
  readonly ids: ReadonlySet<string>;
  /** Every text in the values of these things, such as the port of a server, or of a load balancer's address. */
  readonly mentioned: ReadonlySet<string>;
}

export interface PortInTheWay {
  readonly port: Port;
  /** The network or subnet that Neutron refuses to delete: `network Green`. */
  readonly place: string;
  /** False if the port may be gone by then. */
  readonly isCertain: boolean;
}

/** The networks in which a port may be in the way of these plans. */
export function networksToEmpty(plans: readonly StackPlan[]): readonly string[] {
  const { networks, subnets } = doomedBy(plans);
  return [
    ...new Set([...networks.keys(), ...[...subnets.values()].flatMap((subnet) => textAt(subnet.values, 'network_id') ?? [])]), // prettier-ignore
  ];
}

/** @param ports of all these networks */
export function findPortsInTheWay(plans: readonly StackPlan[], ports: readonly Port[]): readonly PortInTheWay[] {
  const doomed = doomedBy(plans);
  return ports.flatMap((port) => {
    const fate = fateOf(port, doomed);
    const place = fate === 'goes' ? undefined : placeOf(port, doomed);
    return place === undefined ? [] : [{ port, place: subjectOf(place, doomed.things), isCertain: fate === 'stays' }];
  });
}

function doomedBy(plans: readonly StackPlan[]): Doomed {
  const things = new Things(plans);
  const all = plans.flatMap(({ stack, plan }) =>
    plan.changes
      .filter(({ action, deposed }) => action === 'delete' && deposed === undefined)
      .flatMap(({ address }) => things.at(stack, address) ?? []),
  );
  const ofType = (type: string) =>
    new Map(all.filter((thing) => thing.type === type).map((thing) => [textAt(thing.values, 'id') ?? '', thing]));
  const mentioned = new Set<string>();
  for (const { values } of all) addTexts(values, mentioned);
  return {
    things,
    networks: ofType('openstack_networking_network_v2'),
    subnets: ofType('openstack_networking_subnet_v2'),
    ids: new Set(all.flatMap(({ values }) => textAt(values, 'id') ?? [])),
    mentioned,
  };
}

function addTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(value);
  else if (Array.isArray(value)) for (const inner of value) addTexts(inner, texts);
  else if (isObject(value)) for (const inner of Object.values(value)) addTexts(inner, texts);
}

function fateOf(port: Port, doomed: Doomed): 'goes' | 'stays' | 'may stay' {
  const { id, deviceId, deviceOwner: owner } = port;
  const isDoomed = doomed.ids.has(deviceId);
  if (deletedByNeutron.includes(owner) || doomed.mentioned.has(id)) return 'goes';
  // A router that is deleted keeps its interfaces: Neutron refuses to delete it as long as it has one.
  if (owner === '' || owner === 'trunk:subport' || routerInterfaces.includes(owner)) return 'stays';
  if (owner === 'network:router_gateway' || owner === 'network:floatingip') return isDoomed ? 'goes' : 'stays';
  // Nova deletes a server's port only if Nova made it, and gives such a port no name.
  if (owner.startsWith('compute:')) return !isDoomed ? 'stays' : port.name === '' ? 'goes' : 'may stay';
  return isDoomed ? 'goes' : 'may stay';
}

/** The thing that Neutron doesn't delete because of this port. */
function placeOf({ networkId, fixedIps, deviceOwner }: Port, { networks, subnets }: Doomed): Thing | undefined {
  const held = fixedIps.flatMap(({ subnetId }) => subnets.get(subnetId) ?? []);
  const isRouters = routerInterfaces.includes(deviceOwner);
  return networks.get(networkId) ?? held.find((subnet) => isRouters || !isMadeFromPrefix(subnet));
}

const isMadeFromPrefix = ({ values }: Thing): boolean =>
  ['slaac', 'dhcpv6-stateless'].includes(textAt(values, 'ipv6_address_mode') ?? '');
