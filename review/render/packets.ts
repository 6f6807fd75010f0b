/** Packets that show a change, as lines. */
import { code, strong, type Line } from '../../lib/render/items';
import type { Witness } from '../model';

export const aboutPackets =
  'Each packet below is the first of a connection. Its line is about the filter of that port alone, not about the rest of its way. "Out of the port" is from the server to its network. No packet was sent: stackward computes a fate from the tables of the port\'s host, as they are now and as they are with this change; where it can\'t, it says "assumed" and why. For a risk at a router or a floating IP no packet is computed, because a review reads no router.';

const passes = { passes: 'passes', dropped: 'is dropped' } as const;

/** The end of "is still dropped, because …". */
const outsides = {
  prefix: 'its address is outside the prefix',
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
