/** Checks that a tenant's quotas are large enough for everything that the same code declares for the tenant. */
import type { SynthFinding } from './synth-finding';

/** The things that quotas count, in OpenStack's words. */
export const countedThings = {
  networks: 'networks',
  subnets: 'subnets',
  ports: 'ports',
  routers: 'routers',
  floatingIps: 'floating IPs',
  securityGroups: 'security groups',
  securityGroupRules: 'security group rules',
  instances: 'instances',
  cores: 'cores',
  ramMiB: 'MiB of RAM',
  serverGroups: 'server groups',
  volumes: 'volumes',
  gigabytes: 'GiB of volumes',
} as const;

export type Counted = keyof typeof countedThings;
export type Counts = { readonly [thing in Counted]?: number };

export interface QuotaDeclaration {
  readonly path: string;
  /** The key of the tenant. */
  readonly tenant: string;
  /** -1: unlimited. Absent: not managed, so the limit is unknown. */
  readonly limits: Counts;
}

export interface UseDeclaration {
  readonly tenant: string;
  readonly counts: Counts;
}

/**
 * One finding per limit that is too small. Neutron's own share is counted too: the declared uses include a DHCP port
 * per network, and each tenant with a port or a group has the group `default` with its four rules.
 */
export function quotaFindings(
  quotas: readonly QuotaDeclaration[],
  uses: readonly UseDeclaration[],
): readonly SynthFinding[] {
  if (quotas.length === 0) return [];
  const sums = sumByTenant(uses);
  return quotas.flatMap(({ path, tenant, limits }) =>
    (Object.keys(countedThings) as Counted[]).flatMap((thing) => {
      const limit = limits[thing] ?? -1;
      const declared = sums.get(tenant)?.[thing] ?? 0;
      if (limit < 0 || declared <= limit) return [];
      const what = countedThings[thing];
      const message =
        `the quota allows ${String(limit)} ${what} and the code declares ${String(declared)}` +
        `${explanations[thing] ?? ''}; set ${thing} to ${String(declared)} or more, or to -1 for no limit`;
      return [{ path, message }];
    }),
  );
}

const explanations: { readonly [thing in Counted]?: string } = {
  ports: ' (with one for DHCP on each network that has it, and one for each router interface)',
  securityGroups: ' (with the tenant\'s group "default")',
  securityGroupRules: ' (with the four of the group "default" and the two that each new group is given)',
};

function sumByTenant(uses: readonly UseDeclaration[]): ReadonlyMap<string, Counts> {
  const sums = new Map<string, { [thing in Counted]?: number }>();
  for (const { tenant, counts } of uses) {
    let sum = sums.get(tenant);
    if (!sum) sums.set(tenant, (sum = {}));
    for (const thing of Object.keys(counts) as Counted[]) sum[thing] = (sum[thing] ?? 0) + (counts[thing] ?? 0);
  }
  for (const sum of sums.values())
    if (sum.ports || sum.securityGroups) {
      sum.securityGroups = (sum.securityGroups ?? 0) + 1;
      sum.securityGroupRules = (sum.securityGroupRules ?? 0) + 4;
    }
  return sums;
}
