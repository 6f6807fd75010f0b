/** A floating IP, hop by hop and both ways, from what was read. Pure. */
import type { FloatingIpRecord, PortRecord, RouterAgent, RouterRecord } from '../../../lib/contract/trace-ports';
import type { WholeServer } from '../../../lib/contract/server-ports';
import { failed, mapLooked, read, thenLook, untried, type Looked } from '../../looked';
import { countersLeg, type Counted, type TwoLooks } from '../counters';
import { portDevice } from '../device-hops';
import { letIn, type Knock } from '../groups';
import { assumed, broken, hopOf, proved, unreadable, type Hop, type Leg } from '../hop';
import type { RouterPlace } from '../host-looks';
import {
  arrivalHop,
  bindingHop,
  filterHop,
  groupsHop,
  guestHop,
  l2AgentHop,
  tapHop,
  wiringHop,
  type PortSeen,
} from '../port-hops';
import {
  agentHop,
  defaultRouteHop,
  destinationHop,
  gatewayOf,
  innerHop,
  innerPortOf,
  namespaceHop,
  neighbourHop,
  outerHop,
  routerHop,
  routerSwitchHop,
  sayRouter,
  sourceHop,
  type Inside,
} from '../router-hops';
import { serverHop } from '../server-hops';

/** What could not be asked, because something before it is missing, is absent. */
export interface FloatingIpSeen {
  /** As it was asked for. */
  readonly wanted: string;
  readonly floating: Looked<readonly FloatingIpRecord[]>;
  /** Where there is no such floating IP: ports that have it as a fixed address. */
  readonly holders?: Looked<readonly PortRecord[]>;
  readonly router?: Looked<RouterRecord | undefined>;
  readonly agents?: Looked<readonly RouterAgent[]>;
  readonly routerPorts?: Looked<readonly PortRecord[]>;
  readonly place?: RouterPlace;
  readonly port?: Looked<PortSeen | undefined>;
  readonly servers?: Looked<readonly WholeServer[]>;
  /** Where counters were asked for. */
  readonly counted?: TwoLooks;
}

const api = 'Neutron';

export function judgeFloatingIp(seen: FloatingIpSeen, knock: Knock): readonly Leg[] {
  const { floating: looked } = seen;
  const title = `From outside to ${seen.wanted}`;
  if (!looked.isRead) return [{ title, hops: [unreadable('record', api, looked)] }];
  const [floating, second] = looked.value;
  if (floating === undefined || second !== undefined || floating.portId === undefined)
    return [{ title, hops: [recordTrouble(seen, looked.value)] }];
  const target = floating.fixedAddress ?? '?';
  const record = proved('record', api, `${floating.address} leads to ${target} of port ${floating.portId}`, [
    `status ${floating.status ?? '?'}, which is what the L3 agent last said`,
  ]);
  const [inwards, back] = throughRouter(seen, floating);
  const [reached, answers] = throughPort(seen, floating, knock);
  return [
    { title: `From outside to ${target}`, hops: [record, ...inwards, ...reached] },
    { title: 'And back', hops: [...answers, ...back, outside(seen)] },
    ...(seen.counted === undefined ? [] : [countersLeg(seen.counted, countedOf(seen, floating), floating.portId)]),
  ];
}

function recordTrouble({ wanted, holders }: FloatingIpSeen, found: readonly FloatingIpRecord[]): Hop {
  const [first, second] = found;
  if (first !== undefined && second !== undefined)
    return broken(
      'record',
      api,
      `${found.length} external networks have ${wanted}`,
      `name the floating IP by its id: ${found.map(({ id }) => id).join(', ')}`,
    );
  if (first !== undefined && (first.forwardings ?? first.routerId) !== undefined) return forwardedHop(first);
  if (first !== undefined)
    return broken(
      'record',
      api,
      `${first.address} leads to no port`,
      `\`openstack floating ip set --port PORT ${first.address}\``,
      [`id ${first.id}, status ${first.status ?? '?'}`],
    );
  const ports = holders?.isRead === true ? holders.value : [];
  const [port] = ports;
  if (port !== undefined)
    return broken(
      'record',
      api,
      `${wanted} is no floating IP: port ${port.id} has it as its own address`,
      `\`stackward trace port ${port.id}\``,
      ports.slice(1).map(({ id }) => `port ${id} has it as well`),
    );
  return broken(
    'record',
    api,
    `there is no floating IP ${wanted}, or it is hidden from these credentials`,
    '`openstack floating ip list` as an administrator',
  );
}

/** A floating IP without a port that a router has all the same: Neutron gives it one for port forwardings alone. */
function forwardedHop({ id, address, forwardings, routerId, status }: FloatingIpRecord): Hop {
  const found =
    forwardings === undefined ? 'a router has it, as for port forwardings' : `port forwardings: ${forwardings}`;
  return assumed(
    'record',
    api,
    `${address} has no port of its own (${found}), and stackward does not follow these; \`openstack floating ip port forwarding list ${id}\` shows where they lead`,
    [`id ${id}, status ${status ?? '?'}, router ${routerId ?? 'none'}`],
  );
}

/** The router's hops on the way in, and on the way back. */
function throughRouter(seen: FloatingIpSeen, floating: FloatingIpRecord): readonly [Hop[], Hop[]] {
  const { router: looked, agents } = seen;
  if (looked === undefined) return [[routerHop(floating, undefined)], []];
  if (!looked.isRead) return [[unreadable('router', api, looked)], []];
  const router = looked.value;
  const hop = routerHop(floating, router);
  if (router === undefined || hop.proof === 'broken') return [[hop], []];
  if (router.isDistributed === true) return [[hop, ...distributed(router, agents)], []];
  if (agents === undefined) return [[hop], []];
  const agent = hopOf('L3 agent', api, agents, (all) => agentHop(router, all));
  const inside = insideOf(seen, floating, router);
  if (inside === undefined) return [[hop, agent], []];
  const namespace = namespaceHop(inside);
  if (namespace.proof !== 'proved') return [[hop, agent, namespace], []];
  const inwards = [outerHop(inside), destinationHop(inside), innerHop(inside), routerSwitchHop(inside)];
  return [
    [hop, agent, namespace, ...inwards],
    [sourceHop(inside), defaultRouteHop(inside)],
  ];
}

function distributed(router: RouterRecord, agents: FloatingIpSeen['agents']): Hop[] {
  const hosts =
    agents?.isRead === true ? agents.value.map(({ host, isAlive }) => `${host}: ${isAlive ? 'alive' : 'dead'}`) : [];
  return [
    assumed(
      'NAT',
      "the server's compute host",
      `${sayRouter(router)} is distributed: its NAT is in qrouter-… and fip-… of the server's own host, or in snat-… of a network node, and stackward does not look there`,
      hosts,
    ),
  ];
}

/** The subnet of the address that the floating IP leads to. */
function subnetOf({ port }: FloatingIpSeen, { address, fixedAddress = '?' }: FloatingIpRecord): Looked<string> {
  return thenLook(port ?? untried('the floating IP leads to no port'), (found): Looked<string> => {
    const fixed = found?.port.fixedIps.find((each) => each.address === fixedAddress);
    return fixed === undefined ? failed(`the port of ${address} does not have ${fixedAddress}`) : read(fixed.subnetId);
  });
}

/** Whose counters tell of the floating IP's packets. */
function countedOf(seen: FloatingIpSeen, floating: FloatingIpRecord): Counted {
  const ports = seen.routerPorts ?? untried('the floating IP has no router');
  const inner = innerPortOf({ ports, subnetId: subnetOf(seen, floating) });
  return {
    address: floating.address,
    outer: mapLooked(gatewayOf({ ports }), (port) => port && portDevice('qg-', port)),
    inner: mapLooked(inner, (port) => port && portDevice('qr-', port)),
  };
}

function insideOf(seen: FloatingIpSeen, floating: FloatingIpRecord, router: RouterRecord): Inside | undefined {
  const { place, routerPorts } = seen;
  if (place === undefined || routerPorts === undefined) return undefined;
  const fixedAddress = floating.fixedAddress ?? '';
  const subnetId = subnetOf(seen, floating);
  return { floating, router, place, ports: routerPorts, fixedAddress, subnetId };
}

/** From some addresses alone: nobody said whose packet it is, so no table can be walked. */
const isOpen = ({ port, groups }: PortSeen, knock: Knock): boolean =>
  port.hasPortSecurity === false || (groups.isRead && letIn(groups.value, knock).is === 'from anywhere');

/** The port's hops on the way in, and those with which the answer begins. */
function throughPort(seen: FloatingIpSeen, floating: FloatingIpRecord, knock: Knock): readonly [Hop[], Hop[]] {
  const { port: looked, servers, router } = seen;
  if (looked === undefined) return [[], []];
  if (!looked.isRead) return [[unreadable('port', api, looked)], []];
  const found = looked.value;
  if (found === undefined) {
    const step = `attach the floating IP to another port: \`openstack floating ip set --port PORT ${floating.address}\``;
    return [[broken('port', api, `port ${floating.portId ?? '?'} is not there, or hidden`, step)], []];
  }
  const known = router?.isRead === true ? router.value : undefined;
  const inside = known === undefined ? undefined : insideOf(seen, floating, known);
  const address = floating.fixedAddress ?? '';
  const chains = filterHop(found);
  // Nova takes the tap of a server that does not run away, so its state comes first.
  const hops = [
    bindingHop(found),
    serverHop(found.port, servers),
    l2AgentHop(found),
    tapHop(found),
    wiringHop(found),
    groupsHop(found, knock),
    chains.proof === 'broken' || address === '' || !isOpen(found, knock) ? chains : arrivalHop(found, address, knock),
    ...(inside === undefined ? [] : [neighbourHop(inside, found.port.mac)]),
  ];
  return [hops, [guestHop(found, address, routerAddress(inside))]];
}

function routerAddress(inside: Inside | undefined): string | undefined {
  if (inside?.subnetId.isRead !== true) return undefined;
  const subnet = inside.subnetId.value;
  const port = innerPortOf(inside);
  return port.isRead ? port.value?.fixedIps.find(({ subnetId }) => subnetId === subnet)?.address : undefined;
}

function outside({ router }: FloatingIpSeen): Hop {
  const gateway = router?.isRead === true ? router.value?.gateway : undefined;
  return assumed(
    'physical network',
    '?',
    `from the router's host on: cables, VLAN and the gateway of network ${gateway?.networkId ?? '?'} are beyond what stackward reads`,
  );
}
