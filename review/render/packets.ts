/** Packets that show a change, as lines. */
import { code, strong, type Line } from '../../lib/render/items';
import type { Witness } from '../model';

export const aboutPackets =
  'Each packet below is the first of a connection. Its line is about the filter of that port alone, not about the rest of its way. "Out of the port" is from the server to its network. A risk at a router or a floating IP has no packets, because a review reads no router.';

const passes = { passes: 'passes', dropped: 'is dropped' } as const;

export function witnessLine({ packet, before, after, certainty }: Witness): Line {
  const fate = before === after ? 'and afterwards' : `${passes[after]} afterwards`;
  const proof: Line = certainty.isProved
    ? [' (proved on host ', code(certainty.host), ' by its tables)']
    : [` (assumed: ${certainty.because})`];
  return ['packet ', code(packet), ` ${passes[before]} before, `, strong(fate), ...proof];
}
