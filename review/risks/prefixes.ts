/** How much of the world a prefix names. Pure. */
import { isInside, parseCidr } from '../../lib/net/ip-ranges';

/**
 * True for half of all addresses or more, so that two prefixes of half the world are not taken for narrow ones. Of IPv6,
 * 2000::/3 is all that is in use. `any` names everything.
 */
export function isAnywhere(prefix: string): boolean {
  if (prefix === 'any') return true;
  try {
    const { version, prefixLength } = parseCidr(prefix);
    return prefixLength <= (version === 4 ? 1 : 3);
  } catch {
    return false;
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
