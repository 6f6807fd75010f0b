/** Whether Neutron may pick an address of a subnet by itself. Pure. */
import { attempt } from '../basics/attempt';
import { holds, parseAddress, parseCidr, parseRange, poolSpace } from '../net/ip-ranges';
import type { SubnetDeclaration } from './subnet-checks';

/** False where a text is wrong, which is a finding of its own. */
export function isInPools(
  address: string,
  { cidr, gateway, pools }: Pick<SubnetDeclaration, 'cidr' | 'gateway' | 'pools'>,
): boolean {
  const isIn = (): boolean => {
    const parsed = parseAddress(address);
    if (pools !== undefined) return pools.some((pool) => holds(parseRange(pool), parsed));
    if (cidr === undefined || address === gateway) return false;
    return holds(poolSpace(parseCidr(cidr)), parsed);
  };
  return attempt(isIn) ?? false;
}
