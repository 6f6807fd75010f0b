/**
 * Subnets with common addresses whose packets can meet: of the same tenant, at the same router, or shared by all
 * tenants.
 */
import type { ParsedSubnet } from './subnet-checks';
import { formatAddress, overlap } from '../net/ip-ranges';
import type { SynthFinding } from './synth-finding';

export function overlapFindings(
  subnets: readonly ParsedSubnet[],
  routers: readonly { readonly path: string; readonly subnets: readonly string[] }[],
  segments: ReadonlyMap<string, string>,
): SynthFinding[] {
  const found = new Map<string, SynthFinding>();
  const report = (a: ParsedSubnet, b: ParsedSubnet, where: string) => {
    const [first, second] = a.declaration.path < b.declaration.path ? [a, b] : [b, a];
    const key = `${first.declaration.key} ${second.declaration.key}`;
    if (found.has(key) || isOneSegment(a, b, segments)) return;
    found.set(key, {
      path: second.declaration.path,
      message:
        `${cidrText(second)} overlaps ${cidrText(first)} of ${first.declaration.path}, and ${where}; ` +
        'give them addresses apart',
    });
  };
  const groups = new Map<string | undefined, ParsedSubnet[]>();
  for (const subnet of subnets) {
    const { tenant } = subnet.declaration;
    const group = groups.get(tenant);
    if (group) group.push(subnet);
    else groups.set(tenant, [subnet]);
  }
  const shared = groups.get(undefined) ?? [];
  for (const [tenant, group] of groups)
    sweep(group, (a, b) => {
      report(a, b, tenant === undefined ? 'every tenant reaches both' : 'both belong to one tenant');
    });
  for (const subnet of subnets)
    for (const sharedSubnet of shared)
      if (subnet.declaration.tenant !== undefined && overlap(subnet.cidr, sharedSubnet.cidr))
        report(subnet, sharedSubnet, 'the tenant reaches both');
  checkRouters(subnets, routers, report);
  return [...found.values()];
}

function checkRouters(
  subnets: readonly ParsedSubnet[],
  routers: readonly { readonly path: string; readonly subnets: readonly string[] }[],
  report: (a: ParsedSubnet, b: ParsedSubnet, where: string) => void,
): void {
  if (routers.length === 0) return;
  const byKey = new Map(subnets.map((subnet) => [subnet.declaration.key, subnet]));
  for (const router of routers) {
    const joined = [...new Set(router.subnets)].flatMap((key) => byKey.get(key) ?? []);
    sweep(joined, (a, b) => {
      report(a, b, `${router.path} routes between them`);
    });
  }
}

/** Two networks that a UTM bridges are one segment, and are meant to have the same range. */
function isOneSegment(a: ParsedSubnet, b: ParsedSubnet, segments: ReadonlyMap<string, string>): boolean {
  const [first, second] = [a.declaration.network, b.declaration.network];
  if (first === second) return false;
  const segment = segments.get(first);
  return segment !== undefined && segment === segments.get(second) && cidrText(a) === cidrText(b);
}

/** Calls `found` for each overlapping pair, going through the subnets in order of their first address. */
function sweep(subnets: readonly ParsedSubnet[], found: (a: ParsedSubnet, b: ParsedSubnet) => void): void {
  const sorted = [...subnets].sort(
    ({ cidr: a }, { cidr: b }) => a.version - b.version || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  let open: ParsedSubnet[] = [];
  for (const subnet of sorted) {
    open = open.filter((before) => overlap(before.cidr, subnet.cidr));
    for (const before of open) found(before, subnet);
    open.push(subnet);
  }
}

const cidrText = ({ cidr }: ParsedSubnet): string =>
  `${formatAddress(cidr.version, cidr.first)}/${String(cidr.prefixLength)}`;
