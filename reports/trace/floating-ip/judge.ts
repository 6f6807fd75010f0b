/** Judges the readings of a floating IP, hop by hop and in both directions. Pure. */
import type { FloatingIpRecord, PortRecord, RouterAgent, RouterRecord } from '../../../lib/contract/trace-ports';
import type { WholeServer } from '../../../lib/contract/server-ports';
import { defined } from '../../../lib/basics/defined';
import { mapLooked, partOf, present, untried, type Looked, type Read } from '../../looked';
import { countersLeg, type Counted, type TwoLooks } from '../counters';
import { deviceName, portDevice } from '../device-hops';
import { letIn, type Knock } from '../groups';
import { assumed, assumedHop, broken, hopOf, proved, unreadHop, type Hop, type Leg, type Verdict } from '../hop';
import type { RouterPlace } from '../host-looks';
import {
  centralHops,
  distributedHops,
  gatewayOf,
  innerPortOf,
  neighbourHop,
  type Front,
  type Inside,
} from '../nat-hops';
import type { NatPlace, OnServersHost, Unknown } from '../nat-place';
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
import { agentHop, api, judgeAgent, routerHop } from '../router-hops';
import { serverHop } from '../server-hops';

/** A field is absent if its question could not be asked, because an earlier answer was missing. */
export interface FloatingIpSeen {
  /** The address or id that the user gave. */
  readonly wanted: string;
  readonly floating: Looked<readonly FloatingIpRecord[]>;
  /** The ports that have the address as a fixed address. Asked only if there is no such floating IP. */
  readonly holders?: Looked<readonly PortRecord[]>;
  readonly router?: Looked<RouterRecord | undefined>;
  readonly agents?: Looked<readonly RouterAgent[]>;
  readonly routerPorts?: Looked<readonly PortRecord[]>;
  readonly nat?: Looked<NatPlace | Unknown>;
  /** The namespace that translates. */
  readonly place?: RouterPlace;
  /** Of a distributed router: the namespace in front of it, and the agent's ports there. Absent for other routers. */
  readonly front?: Front;
  readonly port?: Looked<PortSeen | undefined>;
  readonly servers?: Looked<readonly WholeServer[]>;
  /** Present if counters were asked for. */
  readonly counted?: TwoLooks;
}

export function judgeFloatingIp(seen: FloatingIpSeen, knock: Knock): readonly Leg[] {
  const { floating: looked } = seen;
  const title = `From outside to ${seen.wanted}`;
  if (!looked.isRead) return [{ title, hops: [unreadHop('record', api, looked)] }];
  const floating = present(mapLooked(looked, ([first, second]) => (second === undefined ? first : undefined)));
  if (floating?.value.portId === undefined) return [{ title, hops: [recordHop(seen, looked)] }];
  const { fixedAddress: target = '?', portId } = floating.value;
  const [inwards, back] = throughRouter(seen, floating);
  const [reached, answers] = throughPort(seen, floating, knock);
  return [
    { title: `From outside to ${target}`, hops: [recordHop(seen, looked), ...inwards, ...reached] },
    { title: 'And back', hops: [...answers, ...back, outside(seen)] },
    ...(seen.counted === undefined ? [] : [countersLeg(seen.counted, countedOf(seen, floating), portId)]),
  ];
}

const recordHop = (seen: FloatingIpSeen, found: Read<readonly FloatingIpRecord[]>): Hop =>
  hopOf('record', api, { found }, (all) => judgeRecord(seen, all.found));

function judgeRecord({ wanted, holders }: FloatingIpSeen, found: readonly FloatingIpRecord[]): Verdict {
  const [first, second] = found;
  if (first !== undefined && second !== undefined)
    return broken(
      `${found.length} external networks have ${wanted}`,
      `name the floating IP by its id: ${found.map(({ id }) => id).join(', ')}`,
    );
  if (first === undefined) return judgeAbsent(wanted, holders);
  const { id, address, portId, fixedAddress = '?', forwardings, routerId, status = '?' } = first;
  if (portId !== undefined)
    return proved(`${address} leads to ${fixedAddress} of port ${portId}`, [
      `status ${status}, which is what the L3 agent last said`,
    ]);
  if ((forwardings ?? routerId) !== undefined) return forwarded(first);
  return broken(`${address} leads to no port`, `\`openstack floating ip set --port PORT ${address}\``, [
    `id ${id}, status ${status}`,
  ]);
}

function judgeAbsent(wanted: string, holders: FloatingIpSeen['holders']): Verdict {
  const ports = holders?.isRead === true ? holders.value : [];
  const [port] = ports;
  if (port !== undefined)
    return broken(
      `${wanted} is no floating IP: port ${port.id} has it as its own address`,
      `\`stackward trace port ${port.id}\``,
      ports.slice(1).map(({ id }) => `port ${id} has it as well`),
    );
  return broken(
    `there is no floating IP ${wanted}, or it is hidden from these credentials`,
    '`openstack floating ip list` as an administrator',
    holders?.isRead === false ? [`whether a port has it as its own address was not looked at: ${holders.why}`] : [],
  );
}

/** For a floating IP that has a router but no port. Neutron makes such a floating IP only for port forwardings. */
function forwarded({ id, address, forwardings, routerId, status }: FloatingIpRecord): Verdict {
  const found =
    forwardings === undefined ? 'a router has it, as for port forwardings' : `port forwardings: ${forwardings}`;
  return assumed(
    `${address} has no port of its own (${found}), and stackward does not follow these; \`openstack floating ip port forwarding list ${id}\` shows where they lead`,
    [`id ${id}, status ${status ?? '?'}, router ${routerId ?? 'none'}`],
  );
}

/** The hops through the router, on the way in and on the way back. */
function throughRouter(seen: FloatingIpSeen, floating: Read<FloatingIpRecord>): readonly [Hop[], Hop[]] {
  const { router: looked, agents, nat, front } = seen;
  const hop = routerHop(floating, looked);
  const router = looked?.isRead === true ? present(looked) : undefined;
  if (router === undefined || hop.proof === 'broken' || agents === undefined || nat === undefined) return [[hop], []];
  // Whose agent does it is then the agent's that was asked about its router.
  if (!nat.isRead) return [[hop, agents.isRead ? unreadHop('NAT', api, nat) : agentHop(router, agents)], []];
  const { value: place } = nat;
  const agent = place.is === 'on the server' ? serversAgentHop(nat, place) : agentHop(router, agents);
  const inside = insideOf(seen, floating, router);
  if (place.is === 'unknown' || inside === undefined) return [[hop, ...unknownHops(agent, place)], []];
  const [inwards, back] = front === undefined ? centralHops(inside) : distributedHops(inside, front);
  return [[hop, agent, ...inwards], back];
}

/** Of a distributed router, the agent on the server's host matters, which is none of those that the router is scheduled to. */
const serversAgentHop = (nat: Looked<unknown>, { host, agent }: OnServersHost): Hop =>
  hopOf('L3 agent', host, { nat }, () => judgeAgent(agent, `, of mode ${agent.mode ?? '?'}`, []));

function unknownHops(agent: Hop, nat: NatPlace | Unknown): readonly Hop[] {
  if (nat.is !== 'unknown' || agent.proof === 'broken') return [agent];
  return [agent, assumedHop('NAT', '?', `${nat.why}; so nobody knows where it is translated`)];
}

/** The subnet of the address that the floating IP leads to. */
const subnetOf = ({ port }: FloatingIpSeen, { value }: Read<FloatingIpRecord>): Looked<string> =>
  partOf(
    port ?? untried('the floating IP leads to no port'),
    (found) => found?.port.value.fixedIps.find(({ address }) => address === value.fixedAddress)?.subnetId,
    `the port of ${value.address} does not have ${value.fixedAddress ?? '?'}`,
  );

/** Whose counters tell of the floating IP's packets. */
function countedOf(seen: FloatingIpSeen, floating: Read<FloatingIpRecord>): Counted {
  const ports = seen.routerPorts ?? untried('the floating IP has no router');
  const nat = seen.nat?.isRead === true && seen.nat.value.is !== 'unknown' ? seen.nat.value : undefined;
  const inner = nat?.inner ?? { prefix: 'qr-' };
  const innerPort = innerPortOf({ ports, subnetId: subnetOf(seen, floating), inner });
  const joint = nat?.is === 'on the server' ? deviceName('rfp-', floating.value.routerId ?? '') : undefined;
  return {
    address: floating.value.address,
    outer:
      joint === undefined
        ? mapLooked(gatewayOf({ ports }), (port) => port && portDevice('qg-', port))
        : mapLooked(floating, () => joint),
    ...defined({ joint }),
    inner: mapLooked(innerPort, (port) => port && portDevice(inner.prefix, port)),
  };
}

function insideOf(
  seen: FloatingIpSeen,
  floating: Read<FloatingIpRecord>,
  router: Read<RouterRecord>,
): Inside | undefined {
  const { place, routerPorts: ports, nat } = seen;
  if (place === undefined || ports === undefined || nat?.isRead !== true || nat.value.is === 'unknown')
    return undefined;
  return { floating, router, place, ports, inner: nat.value.inner, subnetId: subnetOf(seen, floating) };
}

/** If the groups let in only some addresses, the tables can't be followed, because the packet's sender isn't known. */
const isOpen = ({ port, groups }: PortSeen, knock: Knock): boolean =>
  port.value.hasPortSecurity === false || (groups.isRead && letIn(groups.value, knock).is === 'from anywhere');

/** The hops at the port on the way in, and the first hops of the answer. */
function throughPort(seen: FloatingIpSeen, floating: Read<FloatingIpRecord>, knock: Knock): readonly [Hop[], Hop[]] {
  const { port: looked, servers, router } = seen;
  if (looked === undefined) return [[], []];
  const found = looked.isRead ? looked.value : undefined;
  if (found === undefined) return [[hopOf('port', api, { floating, port: looked }, (all) => noPort(all.floating))], []];
  const known = router?.isRead === true ? present(router) : undefined;
  const inside = known === undefined ? undefined : insideOf(seen, floating, known);
  const { fixedAddress: address = '' } = floating.value;
  const chains = filterHop(found);
  // Nova removes the tap of a stopped server, so the server's state comes first.
  const hops = [
    bindingHop(found),
    serverHop(found.port, servers),
    l2AgentHop(found),
    tapHop(found),
    wiringHop(found),
    groupsHop(found, knock),
    chains.proof === 'broken' || address === '' || !isOpen(found, knock) ? chains : arrivalHop(found, address, knock),
    ...(inside === undefined ? [] : [neighbourHop(inside, found.port)]),
  ];
  return [hops, [guestHop(found, address, routerAddress(inside))]];
}

const noPort = ({ address, portId = '?' }: FloatingIpRecord): Verdict =>
  broken(
    `port ${portId} is not there, or hidden`,
    `attach the floating IP to another port: \`openstack floating ip set --port PORT ${address}\``,
  );

function routerAddress(inside: Inside | undefined): string | undefined {
  if (inside?.subnetId.isRead !== true) return undefined;
  const subnet = inside.subnetId.value;
  const port = innerPortOf(inside);
  return port.isRead ? port.value?.fixedIps.find(({ subnetId }) => subnetId === subnet)?.address : undefined;
}

function outside({ router }: FloatingIpSeen): Hop {
  const gateway = router?.isRead === true ? router.value?.gateway : undefined;
  return assumedHop(
    'physical network',
    '?',
    `from the router's host on: cables, VLAN and the gateway of network ${gateway?.networkId ?? '?'} are beyond what stackward reads`,
  );
}
