/** How much of the world a prefix names. Pure. */
import { parseCidr } from '../../lib/net/ip-ranges';

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
