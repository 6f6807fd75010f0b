/** A packet's way there, and its answer's way back: which rule decides on each host. Pure over what was read. */
import type { Packet } from '../../../lib/packet-path/packet';
import { answerTo, firstPacket, sayAddress, sayProtocol } from '../host-filter/first-packet';
import { isOnOneBridge, pass } from '../host-filter/pass';
import { assumedHop, type Hop, type Leg } from '../hop';
import type { Question } from './question';
import type { PacketSeen } from './read';

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

const beyond = (why: string): Hop => assumedHop('beyond this host', 'network', `not followed: ${why}`);

const between = (isSameNetwork: boolean): Hop =>
  assumedHop(
    'between the ports',
    'network',
    isSameNetwork
      ? 'Open vSwitch, tunnels and switches were not looked at'
      : 'a router, Open vSwitch and switches were not looked at; the router is taken to change no address',
  );

/** Assumptions that no table proves. */
function assumptions({ from, to }: PacketSeen): Leg {
  const sides = [from, ...(to.is === 'port' ? [to.side] : [])];
  const isWalked = sides.some(({ host }) => host.isRead);
  const found = 'it begins with this packet, and the answer belongs to it (ESTABLISHED)';
  return { title: 'Taken for granted', hops: isWalked ? [assumedHop('connection', 'conntrack', found)] : [] };
}
