/**
 * Mistakes in a subnet whose cidr comes out of a subnet pool. Pure.
 *
 * Source: neutron `db/ipam_backend_mixin.py` (`allocate_subnet`) and `ipam/subnet_alloc.py`, and Zed's answers. If
 * Neutron chooses the cidr, it refuses allocation pools, takes a named gateway into account, and ignores that there is
 * to be no gateway.
 */
import { isAtLeast, type Release } from '../openstack/releases';

export interface PoolSubnet {
  readonly cidr?: string;
  readonly subnetPoolId?: string;
  readonly prefixLength?: number;
  readonly ipVersion?: number;
  readonly gateway?: string;
  readonly allocationPools?: readonly unknown[];
  readonly ipv6AddressMode?: string;
  readonly ipv6RaMode?: string;
}

/** Sentences. */
export function subnetPoolFindings(subnet: PoolSubnet, release: Release): string[] {
  const { cidr, subnetPoolId, ipVersion = 4, prefixLength } = subnet;
  const hasPools = subnetPoolId === undefined || isAtLeast(release, 'kilo');
  const early = hasPools ? [] : [`Neutron of ${release} has no subnet pools; give it the prop cidr`];
  if (cidr !== undefined) {
    const beside = Object.entries({ prefixLength, ipVersion: subnet.ipVersion }).filter(
      ([, value]) => value !== undefined,
    );
    return [
      ...early,
      ...beside.map(
        ([name, value]) => `its ${name} is ${String(value)} beside a cidr, which says it already; leave it out`,
      ),
    ];
  }
  if (ipVersion !== 4 && ipVersion !== 6) return [...early, `its ipVersion is ${String(ipVersion)}; say 4 or 6`];
  return [
    ...early,
    ...(subnet.gateway === undefined
      ? []
      : [`its gateway is said, and Neutron chooses the gateway with the cidr; leave it out, or give it the prop cidr`]),
    ...(subnet.allocationPools === undefined
      ? []
      : [
          'it has allocation pools, which Neutron refuses where it chooses the cidr; leave them out, or give it the prop cidr',
        ]),
    ...prefixFindings(subnet, ipVersion),
  ];
}

function prefixFindings({ prefixLength, ipv6AddressMode, ipv6RaMode }: PoolSubnet, version: 4 | 6): string[] {
  if (prefixLength === undefined) return [];
  const longest = version === 4 ? 32 : 128;
  if (!Number.isInteger(prefixLength) || prefixLength < 1 || prefixLength > longest)
    return [`its prefixLength is ${String(prefixLength)}; one of IPv${version} is 1 to ${longest}`];
  if (version === 4 && prefixLength === 31)
    return ['Neutron finds no gateway in a /31, and gives each subnet from a pool one; say another prefixLength'];
  const isAutomatic = [ipv6AddressMode, ipv6RaMode].some((mode) => mode === 'slaac' || mode === 'dhcpv6-stateless');
  return version === 6 && isAutomatic && prefixLength !== 64
    ? [`servers make their own addresses only in a /64, and its prefixLength is ${prefixLength}; set it to 64`]
    : [];
}
