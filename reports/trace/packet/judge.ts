/** A packet's way there, and its answer's way back: which rule decides on each host. Pure over what was read. */
import { defined } from '../../../lib/basics/defined';
import type { PortRecord } from '../../../lib/contract/trace-ports';
import type { ConnectionState, Packet, Way } from '../../../lib/packet-path/packet';
import { listOf, walk, type End, type Verdict } from '../../../lib/packet-path/walk';
import { portDevice } from '../device-hops';
import { assumed, broken, proved, unreadable, type Hop, type Leg } from '../hop';
import { explainAccepted, explainDropped, sayMet, type Direction, type Explained } from './explain';
import { answerTo, firstPacket, sayAddress, sayProtocol, type Question } from './question';
import type { FilterSeen, PacketSeen, PortSide } from './read';

/** What one host does with the packet. */
interface Passing {
  readonly side: PortSide;
  readonly direction: Direction;
  readonly packet: Packet;
  /** Absent: the first of its connection. */
  readonly state?: ConnectionState;
  /** Both ports stand on one bridge, so that it is passed once. */
  readonly beside?: PortSide;
}

export function judgePacket(question: Question, seen: PacketSeen): readonly Leg[] {
  const { from, to, source } = seen;
  const there = { ...firstPacket(question, source), sourceMac: question.mac ?? from.port.mac };
  const back = answerTo(there);
  const title = (packet: Packet): string => `${sayAddress(packet.source)} to ${sayAddress(packet.destination)}`;
  const state = 'ESTABLISHED';
  if (to.is === 'elsewhere')
    return [
      {
        title: `There: ${sayProtocol(there)}, ${title(there)}`,
        hops: [pass({ side: from, direction: 'leaves', packet: there }), beyond(to.why)],
      },
      {
        title: `Back: the answer, as if the packet had arrived, ${title(back)}`,
        hops: [beyond(to.why), pass({ side: from, direction: 'enters', packet: back, state })],
      },
      assumptions(seen),
    ];
  const { side, isSameNetwork } = to;
  // A router sends with its own address.
  const { sourceMac, ...routed } = there;
  const arriving = isSameNetwork ? { ...routed, sourceMac } : routed;
  const answer = { ...back, sourceMac: side.port.mac };
  const arrivingAnswer = isSameNetwork ? answer : back;
  const [out, returned] = isOnOneBridge(from, side)
    ? [
        [pass({ side: from, direction: 'leaves', packet: there, beside: side })],
        [pass({ side, direction: 'leaves', packet: answer, state, beside: from })],
      ]
    : [
        [
          pass({ side: from, direction: 'leaves', packet: there }),
          between(isSameNetwork),
          pass({ side, direction: 'enters', packet: arriving }),
        ],
        [
          pass({ side, direction: 'leaves', packet: answer, state }),
          between(isSameNetwork),
          pass({ side: from, direction: 'enters', packet: arrivingAnswer, state }),
        ],
      ];
  return [
    { title: `There: ${sayProtocol(there)}, ${title(there)}`, hops: out },
    { title: `Back: the answer, as if the packet had arrived, ${title(back)}`, hops: returned },
    assumptions(seen),
  ];
}

const beyond = (why: string): Hop => assumed('beyond this host', 'network', `not followed: ${why}`);

const between = (isSameNetwork: boolean): Hop =>
  assumed(
    'between the ports',
    'network',
    isSameNetwork
      ? 'Open vSwitch, tunnels and switches were not looked at'
      : 'a router, Open vSwitch and switches were not looked at; the router is taken to change no address',
  );

/** What no table tells. */
function assumptions({ from, to }: PacketSeen): Leg {
  const hosts = [from, ...(to.is === 'port' ? [to.side] : [])].flatMap(({ host, port }) =>
    host.isRead ? [{ seen: host.value, name: port.host ?? '?' }] : [],
  );
  const hops = [
    assumed('connection', 'conntrack', 'it begins with this packet, and the answer belongs to it (ESTABLISHED)'),
    ...[...new Map(hosts.map(({ seen, name }) => [name, seen]))].flatMap(([name, seen]) => granted(name, seen)),
  ];
  return { title: 'Taken for granted', hops: hosts.length === 0 ? [] : hops };
}

/** What could not be read of a host. */
function granted(name: string, { asksTables, setsGap, otherVariant }: FilterSeen): Hop[] {
  const gap = otherVariant && !otherVariant.filter.isRead ? otherVariant.filter.why : undefined;
  return [
    ...(asksTables === undefined
      ? [assumed('bridges', name, 'they ask iptables; whether they do could not be read')]
      : []),
    ...(gap === undefined
      ? []
      : [assumed(`${otherVariant?.tool}`, name, `it has no rules; they were not read: ${gap}`)]),
    ...(setsGap === undefined ? [] : [assumed('sets', name, `nobody knows their members: ${setsGap}`)]),
  ];
}

const bridgeOf = ({ ports }: FilterSeen, port: PortRecord): string | undefined =>
  ports.find((candidate) => candidate.port === portDevice('tap', port))?.bridge;

function isOnOneBridge(a: PortSide, b: PortSide): boolean {
  if (!a.host.isRead || !b.host.isRead || a.port.host !== b.port.host) return false;
  const bridge = bridgeOf(a.host.value, a.port);
  return bridge !== undefined && bridge === bridgeOf(b.host.value, b.port);
}

/** The Open vSwitch agent's own filter, and OVN, put the tap into the switch itself. */
function otherFilter({ vifType, vifDetails, hasPortSecurity }: PortRecord): string | undefined {
  if (vifType === 'bridge' || vifType === undefined) return undefined;
  if (vifType === 'ovs' && vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true') return undefined;
  if (hasPortSecurity === false) return 'port security is off, and no iptables stands before the port';
  return vifType === 'ovs'
    ? 'iptables does not decide there: the port stands in Open vSwitch itself, where flows of the agent (driver openvswitch) or of OVN decide'
    : `iptables does not decide there: the port is bound as ${vifType}`;
}

/** The first packet of a connection, as it comes out of the switch to the port. */
export const entersPort = (side: PortSide, packet: Packet): Hop => pass({ side, direction: 'enters', packet });

function pass(passing: Passing): Hop {
  const { side, direction, beside } = passing;
  const { port, host } = side;
  const place = port.host ?? '?';
  const name = `${direction} port ${port.id}${beside ? ` for port ${beside.port.id}` : ''}`;
  const otherwise = otherFilter(port);
  if (otherwise !== undefined) return assumed(name, place, otherwise);
  if (!host.isRead) return unreadable(name, place, host);
  const way = wayOf(host.value, passing);
  if (typeof way === 'string') return assumed(name, place, way);
  if (host.value.asksTables === false)
    return proved(name, place, 'accepted: bridges there do not ask iptables at all, so nothing filters');
  const { packet, state } = passing;
  const walked = { packet, way, ...defined({ state }) };
  const { filter, otherVariant } = host.value;
  const verdict = walk(filter, walked);
  if (verdict.is !== 'accepted' || otherVariant?.filter.isRead !== true)
    return hopOfVerdict(name, place, verdict, passing);
  const second = walk(otherVariant.filter.value, walked);
  return second.is === 'accepted'
    ? hopOfVerdict(name, place, verdict, passing)
    : hopOfVerdict(name, `${place}, ${otherVariant.tool}`, second, passing);
}

/** Between the tap and the only other port of its bridge; a text says why it isn't known. */
function wayOf(seen: FilterSeen, { side: { port }, direction, beside }: Passing): Way | string {
  const tap = portDevice('tap', port);
  const bridge = bridgeOf(seen, port);
  if (bridge === undefined) return `${tap} is on no bridge there: the server is shut down, or was not plugged`;
  const others = seen.ports.filter((candidate) => candidate.bridge === bridge && candidate.port !== tap);
  const far = beside ? [portDevice('tap', beside.port)] : others.map((candidate) => candidate.port).filter(isUplink);
  const [uplink, ...more] = far;
  if (uplink === undefined) return `the bridge ${bridge} has no port that leads out of the host`;
  if (more.length > 0) return `the bridge ${bridge} has several ports that lead out: ${far.join(', ')}`;
  return direction === 'leaves'
    ? { is: 'bridged', bridge, from: tap, to: uplink }
    : { is: 'bridged', bridge, from: uplink, to: tap };
}

const isUplink = (port: string): boolean => !port.startsWith('tap');

function hopOfVerdict(name: string, place: string, { is, ends, leftOut }: Verdict, passing: Passing): Hop {
  const translated = leftOut.length === 0 ? '' : `; rules of ${leftOut.join(' and ')} were not walked`;
  const [end] = ends;
  if (is === 'unknown' || end === undefined)
    return assumed(name, place, `cannot be told: ${sayDoubts(ends)}${translated}`, ends.flatMap(lastOf));
  const evidence = listOf(end.last)
    .filter(({ number }) => number > 0)
    .map(sayMet);
  const { found, step } = explain(end, passing, is);
  if (is === 'accepted') return proved(name, place, `${found}${translated}`, evidence);
  return broken(name, place, `${found}${translated}`, step ?? 'find out who made that rule', evidence);
}

function explain(end: End, { side, direction, packet, beside }: Passing, is: 'accepted' | 'dropped'): Explained {
  const far: Direction = direction === 'leaves' ? 'enters' : 'leaves';
  if (is === 'accepted') {
    const { found } = explainAccepted(end, side, direction, packet);
    return beside ? { found: `${found}. ${explainAccepted(end, beside, far, packet).found}` } : { found };
  }
  // On one bridge the receiver's chain stands first.
  const isOfReceiver =
    beside !== undefined &&
    listOf(end.last)
      .at(-2)
      ?.chain.endsWith(`i${beside.port.id.slice(0, 10)}`) === true;
  return isOfReceiver ? explainDropped(end, beside, far, packet) : explainDropped(end, side, direction, packet);
}

const lastOf = ({ last }: End): string[] => (last ? [sayMet(last.value)] : []);

function sayDoubts(ends: readonly End[]): string {
  const open = [...new Set(ends.flatMap(({ why }) => why ?? []))];
  const doubts = [...new Set(ends.flatMap((end) => listOf(end.doubts).map(({ text }) => text)))];
  return [
    ...open,
    ...(doubts.length === 0
      ? []
      : [
          `it depends on ${doubts
            .slice(0, 5)
            .map((text) => `\`${text}\``)
            .join(', ')}`,
        ]),
  ].join('; ');
}
