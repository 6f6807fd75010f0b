/** Addresses that ports hold, each as a range. */
import { formatAddress, isInside, type IpRange } from '../../../lib/net/ip-ranges';

/** The addresses in use that are in these ranges. */
export const usedIn = (ranges: readonly IpRange[], used: readonly IpRange[]): readonly IpRange[] =>
  used.filter((address) => ranges.some((range) => isInside(address, range)));

/** Up to five addresses, then the number of further addresses. */
export function nameSome(addresses: readonly IpRange[]): string {
  const named = addresses.slice(0, 5).map(({ version, first }) => formatAddress(version, first));
  const more = addresses.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
