/** Measures how much of the world a prefix covers. Pure. */
import { compact, isInside, networkOf, parseAddress, parseCidr, sizeOf, type IpRange } from '../../lib/net/ip-ranges';

/** Half of all addresses. Of IPv6, 2000::/3 is all that is in use. */
const half = { 4: 1n << 31n, 6: 1n << 124n } as const;

/**
 * True if the prefixes together name half of all addresses of a family or more, so that many prefixes are not taken for
 * narrow ones. `any` names everything, and so does a text that nobody can read.
 */
export function areAnywhere(prefixes: readonly string[]): boolean {
  const named = prefixes.map(addressesOf);
  const known = named.filter((range) => range !== undefined);
  if (known.length < named.length) return true;
  const together = compact(known);
  return ([4, 6] as const).some(
    (family) => sizeOf(together.filter((range) => range.version === family)) >= half[family],
  );
}

export const isAnywhere = (prefix: string): boolean => areAnywhere([prefix]);

/** Undefined for everything. Bits of the host may be set: Neutron takes the prefix without them. */
function addressesOf(text: string): IpRange | undefined {
  try {
    if (text.includes('/')) return networkOf(text);
    const { version, value } = parseAddress(text);
    return { version, first: value, last: value };
  } catch {
    return undefined;
  }
}

/** True if `outer` holds each address of `inner`. Texts that are neither prefix nor address hold only themselves. */
export function isWithin(inner: string, outer: string): boolean {
  if (inner === outer) return true;
  try {
    return isInside(rangeOf(inner), rangeOf(outer));
  } catch {
    return false;
  }
}

const rangeOf = (text: string) => parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
