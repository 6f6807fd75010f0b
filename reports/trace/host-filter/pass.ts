/** Decides whether a host's packet filter lets a packet out of a port or into it, and names the deciding rule. Pure. */
import { defined } from '../../../lib/basics/defined';
import type { PortRecord } from '../../../lib/contract/trace-ports';
import { otherFilter } from '../../../lib/agent-filter/other-filter';
import type { ConnectionState, Packet } from '../../../lib/packet-path/packet';
import { wayAt, type Direction } from '../../../lib/packet-path/port-way';
import { listOf, walk, type End, type Verdict as WalkVerdict } from '../../../lib/packet-path/walk';
import type { Unread } from '../../looked';
import { portDevice } from '../device-hops';
import { assumed, assumedHop, broken, hopOf, proved, unreadable, verdictOf, type Hop, type Verdict } from '../hop';
import { explainAccepted, explainDropped, sayMet, type Explained } from './explain';
import type { FilterSeen, PortSide } from './read';

/** The packet on one host. */
interface Passing {
  readonly side: PortSide;
  readonly direction: Direction;
  readonly packet: Packet;
  /** Absent: the first of its connection. */
  readonly state?: ConnectionState;
  /** Present if both ports are on one bridge, so the packet passes the bridge once. */
  readonly beside?: PortSide;
}

const bridgeOf = ({ ports }: FilterSeen, port: PortRecord): string | undefined =>
  ports.find((candidate) => candidate.port === portDevice('tap', port))?.bridge;

export function isOnOneBridge(a: PortSide, b: PortSide): boolean {
  if (!a.host.isRead || !b.host.isRead || a.port.host !== b.port.host) return false;
  const bridge = bridgeOf(a.host.value, a.port);
  return bridge !== undefined && bridge === bridgeOf(b.host.value, b.port);
}

/** The first packet of a connection, as it comes out of the switch to the port. */
export const entersPort = (side: PortSide, packet: Packet): Verdict =>
  judgePassing({ side, direction: 'enters', packet });

export function pass(passing: Passing): Hop {
  const { side, direction, beside } = passing;
  const name = `${direction} port ${side.port.id}${beside ? ` for port ${beside.port.id}` : ''}`;
  const place = side.port.host ?? '?';
  const otherwise = otherFilter(side.port);
  if (otherwise !== undefined) return assumedHop(name, place, otherwise);
  return hopOf(name, place, { host: side.host }, () => judgePassing(passing));
}

function judgePassing(passing: Passing): Verdict {
  const otherwise = otherFilter(passing.side.port);
  if (otherwise !== undefined) return assumed(otherwise);
  return verdictOf({ seen: passing.side.host }, ({ seen }) => judgeTables(seen, passing));
}

function judgeTables(seen: FilterSeen, passing: Passing): Verdict {
  const place = passing.side.port.host ?? '?';
  const { side, direction, beside } = passing;
  const tapOf = ({ port }: PortSide): string => portDevice('tap', port);
  const way = wayAt(seen.ports, tapOf(side), direction, beside && tapOf(beside));
  if (typeof way === 'string') return assumed(way);
  const { filter, otherVariant, asksTables } = seen;
  if (asksTables.isRead && !asksTables.value)
    return proved('accepted: bridges there do not ask iptables at all, so nothing filters');
  const { packet, state } = passing;
  const walked = { packet, way, ...defined({ state }) };
  const ended = walk(filter, walked);
  const judge = (each: WalkVerdict): Verdict => withGap(judgeWalk(each, passing), gapOf(each, seen));
  if (ended.is !== 'accepted' || otherVariant?.filter.isRead !== true) return judge(ended);
  const second = walk(otherVariant.filter.value, walked);
  return second.is === 'accepted' ? judge(ended) : { ...judge(second), place: `${place}, ${otherVariant.tool}` };
}

/** What was not read of the host, and could turn this verdict. */
function gapOf({ is, ends }: WalkVerdict, { asksTables, setsGap, otherVariant }: FilterSeen): Unread | undefined {
  const gap = (unread: Unread, what: string): Unread => ({ ...unread, why: `${what}: ${unread.why}` });
  if (is === 'accepted')
    return otherVariant === undefined || otherVariant.filter.isRead
      ? undefined
      : gap(otherVariant.filter, `${otherVariant.tool} decides as well, and was not read`);
  if (is === 'dropped')
    return asksTables.isRead ? undefined : gap(asksTables, 'whether bridges ask iptables was not read');
  const asksSets = ends.some(({ doubts }) => listOf(doubts).some(({ text }) => text.includes('--match-set')));
  return setsGap && asksSets ? gap(setsGap, 'the members of sets were not read') : undefined;
}

const withGap = (verdict: Verdict, gap: Unread | undefined): Verdict =>
  gap === undefined ? verdict : unreadable({ ...gap, why: `${verdict.found}; ${gap.why}` }, verdict.evidence);

function judgeWalk({ is, ends, leftOut }: WalkVerdict, passing: Passing): Verdict {
  const translated = leftOut.length === 0 ? '' : `; rules of ${leftOut.join(' and ')} were not walked`;
  const [end] = ends;
  if (is === 'unknown' || end === undefined)
    return assumed(`cannot be told: ${sayDoubts(ends)}${translated}`, ends.flatMap(lastOf));
  const evidence = listOf(end.last)
    .filter(({ number }) => number > 0)
    .map(sayMet);
  const { found, step } = explain(end, passing, is);
  if (is === 'accepted') return proved(`${found}${translated}`, evidence);
  return broken(`${found}${translated}`, step ?? 'find out who made that rule', evidence);
}

function explain(end: End, { side, direction, packet, beside }: Passing, is: 'accepted' | 'dropped'): Explained {
  const far: Direction = direction === 'leaves' ? 'enters' : 'leaves';
  if (is === 'accepted') {
    const { found } = explainAccepted(end, side, direction, packet);
    return beside ? { found: `${found}. ${explainAccepted(end, beside, far, packet).found}` } : { found };
  }
  // On one bridge the receiver's chain comes first.
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
