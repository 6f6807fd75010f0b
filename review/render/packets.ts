/** Packets that show a change, as lines. */
import { code, strong, type Line } from '../../lib/render/items';
import type { Witness } from '../model';

export const aboutPackets =
  'Each packet below is the first of a connection. Its line says what the filter of that port does with the packet, and nothing of the rest of its way. "Out of the port" is from the server to its network. No packet was sent: stackward computes the line from the filter\'s tables on the port\'s host, first as they are now, then as this change makes them. Where stackward can\'t compute it, the line says "assumed" and why. For a risk at a router or a floating IP no packet is computed, because a review reads no router.';

const passes = { passes: 'passes', dropped: 'is dropped' } as const;

/** The end of "is still dropped, because …". */
const outsides = {
  source: 'its source is outside the prefix',
  destination: 'its destination is outside the prefix',
  port: 'its port is outside the rule',
} as const;

export function witnessLine({ packet, before, after, certainty, outside }: Witness): Line {
  const change = before === after ? 'and afterwards' : `${passes[after]} afterwards`;
  const fate: Line =
    outside === undefined
      ? [` ${passes[before]} before, `, strong(change)]
      : [` is still dropped, because ${outsides[outside]}`];
  const proof: Line = certainty.isProved
    ? [' (computed from the tables of host ', code(certainty.host), ', not sent)']
    : [` (assumed: ${certainty.because})`];
  return ['packet ', code(packet), ...fate, ...proof];
}
