/**
 * Packets that pass before a change and not afterwards, or the other way round. Pure: no table of a host is read here,
 * so each witness is assumed, and says why.
 */
import { formatAddress, parseCidr } from '../../lib/net/ip-ranges';
import type { Witness } from '../model';

/** Addresses for documentation, which nobody has (RFC 5737 and RFC 3849). */
const somebody = { IPv4: '198.51.100.7', IPv6: '2001:db8:ffff::7' } as const;
const somebodyElse = { IPv4: '203.0.113.7', IPv6: '2001:db8:fffe::7' } as const;
export type Family = keyof typeof somebody;

export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4');

/**
 * An address that the prefix names: somebody's where it names everybody.
 * @param peer the other end of the packet, which has another address unless the prefix names only one
 */
export function addressIn(prefix: string, family: Family, peer?: string): string | undefined {
  const anybody = somebody[family] === peer ? somebodyElse[family] : somebody[family];
  if (prefix === 'any') return anybody;
  if (familyOf(prefix) !== family) return undefined;
  try {
    const { version, first, last, prefixLength } = parseCidr(
      prefix.includes('/') ? prefix : `${prefix}/${family === 'IPv4' ? 32 : 128}`,
    );
    if (prefixLength <= 1) return anybody;
    const second = formatAddress(version, first === last ? first : first + 1n);
    return second === peer && first !== last ? formatAddress(version, last - first > 1n ? first + 2n : first) : second;
  } catch {
    return undefined;
  }
}

interface Seen {
  /** `tcp`, `icmp`; undefined: any. */
  readonly protocol?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly port?: number | undefined;
  /** `into port Web1`. */
  readonly where: string;
}

const shownAddress = (address: string, port: number | undefined): string =>
  port === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`;

export function assumed(seen: Seen, passes: 'before' | 'after', because: string): Witness {
  const { protocol = 'tcp', from, to, where } = seen;
  const hasPorts = ['tcp', 'udp', 'sctp'].includes(protocol);
  const port = hasPorts ? (seen.port ?? 443) : undefined;
  const source = shownAddress(from, hasPorts ? 40_000 : undefined);
  return {
    packet: `${protocol} ${source} > ${shownAddress(to, port)} ${where}`,
    before: passes === 'before' ? 'passes' : 'dropped',
    after: passes === 'after' ? 'passes' : 'dropped',
    certainty: { isProved: false, because },
  };
}
