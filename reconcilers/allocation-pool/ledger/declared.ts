/** The declared pools as ranges, and why they may not fit their subnet. Pure. */
import { asStackwardError } from '../../../lib/basics/errors';
import type { Cidr, IpAddress, IpRange } from '../../../lib/net/ip-ranges';
import {
  compact,
  formatAddress,
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
} from '../../../lib/net/ip-ranges';
import { append } from '../../../lib/basics/lists';
import type { SubnetRow } from './database';
import type { AllocationPoolSpec } from '../spec';

/** Neutron makes ids in lower case, and MySQL ignores case when it compares them. */
export const subnetIdOf = (spec: AllocationPoolSpec): string => spec.subnetId.toLowerCase();

export interface Declared {
  /** In the fewest ranges: two pools that touch become one range. */
  readonly pools: readonly IpRange[];
  /** Every reason for which Neutron's API would refuse these pools on this subnet, one sentence each. */
  readonly refusals: readonly string[];
}

export function readDeclared(spec: AllocationPoolSpec, subnet: SubnetRow): Declared {
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
  const gateway = subnet.gatewayIp === null ? undefined : parseAddress(subnet.gatewayIp);
  for (const pool of pools) append(refusals, refusalsOf(pool, cidr, gateway));
  if (pools.length > 1) append(refusals, overlaps(pools));
  return { pools: compact(pools), refusals };
}

function refusalsOf(pool: IpRange, cidr: Cidr, gateway: IpAddress | undefined): string[] {
  const cidrText = (): string => `${formatAddress(cidr.version, cidr.first)}/${cidr.prefixLength}`;
  if (pool.version !== cidr.version)
    return [
      `the pool ${formatRange(pool)} is IPv${pool.version} and the subnet ${cidrText()} is IPv${cidr.version}; declare addresses of the subnet's own family`,
    ];
  const refusals: string[] = [];
  const space = poolSpace(cidr);
  if (!isInside(pool, space))
    refusals.push(
      `the pool ${formatRange(pool)} leaves the subnet ${cidrText()}, where pools may use ${formatRange(space)}; keep it inside`,
    );
  if (gateway && holds(pool, gateway))
    refusals.push(
      `the pool ${formatRange(pool)} holds the gateway ${formatRange(only(gateway))}, which would be handed out; declare ${around(pool, space, only(gateway))}`,
    );
  return refusals;
}

/** The parts of a pool that may be declared. */
function around(pool: IpRange, space: IpRange, hole: IpRange): string {
  const outside = subtract([pool], [space]);
  return (
    subtract([pool], [...outside, hole])
      .map(formatRange)
      .join(' and ') || 'other addresses'
  );
}

function overlaps(pools: readonly IpRange[]): string[] {
  const sorted = [...pools].sort((a, b) => a.version - b.version || (a.first < b.first ? -1 : 1));
  return sorted.flatMap((pool, index) => {
    const before = sorted.slice(0, index).find((earlier) => overlap(earlier, pool));
    return before
      ? [`the pools ${formatRange(before)} and ${formatRange(pool)} overlap; declare each address in one pool only`]
      : [];
  });
}
