/** What the code declares, as ranges, and what of it can't stand on the subnet it is for. Pure. */
import { asStackwardError } from '../../lib/errors';
import type { IpRange } from '../../lib/ip-ranges';
import {
  compact,
  formatRange,
  holds,
  isInside,
  only,
  overlap,
  parseAddress,
  parseCidr,
  parseRange,
  poolSpace,
  subtract,
} from '../../lib/ip-ranges';
import type { SubnetRow } from './database';
import type { AllocationPoolSpec } from './spec';

/** Neutron makes ids in lower case, and MySQL compares them without case. */
export const subnetIdOf = (spec: AllocationPoolSpec): string => spec.subnetId.toLowerCase();

/** The addresses, in the fewest ranges: pools that touch are one. @throws InvalidConfiguration for a pool that is no range */
export const declaredPools = (spec: AllocationPoolSpec): IpRange[] => compact(spec.pools.map(parseRange));

/** Everything about the declared pools that Neutron's API would refuse on this subnet, one sentence each. */
export function findRefusals(spec: AllocationPoolSpec, subnet: SubnetRow): string[] {
  const refusals: string[] = [];
  const pools: IpRange[] = [];
  for (const pool of spec.pools) {
    try {
      pools.push(parseRange(pool));
    } catch (error) {
      refusals.push(asStackwardError(error).detail);
    }
  }
  const cidr = parseCidr(subnet.cidr);
  const space = poolSpace(cidr);
  for (const pool of pools) {
    const text = formatRange(pool);
    if (pool.version !== cidr.version)
      refusals.push(
        `the pool ${text} is IPv${pool.version} and the subnet ${subnet.cidr} is IPv${cidr.version}; declare addresses of the subnet's own family`,
      );
    else if (!isInside(pool, space))
      refusals.push(
        `the pool ${text} leaves the subnet ${subnet.cidr}, where pools may use ${formatRange(space)}; keep it inside`,
      );
    const gateway = subnet.gatewayIp === null ? undefined : parseAddress(subnet.gatewayIp);
    if (gateway && holds(pool, gateway))
      refusals.push(
        `the pool ${text} holds the gateway ${subnet.gatewayIp}, which would be handed out; declare ${around(pool, only(gateway))}`,
      );
  }
  return [...refusals, ...overlaps(pools)];
}

const around = (pool: IpRange, hole: IpRange): string =>
  subtract([pool], [hole]).map(formatRange).join(' and ') || 'other addresses';

function overlaps(pools: readonly IpRange[]): string[] {
  const sorted = [...pools].sort((a, b) => a.version - b.version || (a.first < b.first ? -1 : 1));
  return sorted.flatMap((pool, index) => {
    const before = sorted.slice(0, index).find((other) => overlap(other, pool));
    return before
      ? [`the pools ${formatRange(before)} and ${formatRange(pool)} overlap; declare each address in one pool only`]
      : [];
  });
}
