/**
 * Checks that a subnet's services (DHCP, router advertisements, name servers, routes) fit its cidr. Pure. The sources of
 * the rules are in subnet-checks.ts.
 */
import { attempt } from '../basics/attempt';
import { formatCidr as cidrText, parseAddress, parseCidr, type Cidr } from '../net/ip-ranges';
import { isAtLeast, type Release } from '../openstack/releases';
import { isToken } from './terraform-text';

export interface SubnetServices {
  readonly dhcp: boolean;
  readonly ipv6AddressMode?: string;
  readonly ipv6RaMode?: string;
  readonly dnsNameservers?: readonly string[];
  readonly hostRoutes?: readonly Route[];
}

export interface Route {
  readonly destination: string;
  readonly nextHop: string;
}

/** Mistakes in the services, each as a sentence. */
export function serviceFindings(services: SubnetServices, cidr: Cidr, release: Release): string[] {
  return [
    ...(services.dhcp ? dhcpFindings(cidr, release) : []),
    ...modeFindings(services, cidr),
    ...nameserverFindings(services.dnsNameservers ?? [], cidr),
    ...(services.hostRoutes ?? []).flatMap((route) => routeFindings(route, cidr)),
  ];
}

function dhcpFindings(cidr: Cidr, release: Release): string[] {
  if (!isAtLeast(release, 'liberty')) return [];
  const longest = cidr.version === 4 ? 30 : 126;
  const first = cidr.version === 4 ? cidr.first >> 24n : cidr.first >> 120n;
  const isMulticast = cidr.version === 4 ? first >= 224n && first <= 239n : first === 0xffn;
  const isLoopback = cidr.version === 4 ? first === 127n : cidr.first === 1n && cidr.last === 1n;
  const what =
    cidr.prefixLength > longest
      ? `a prefix longer than /${String(longest)}`
      : isMulticast
        ? 'a multicast range'
        : isLoopback
          ? 'a loopback range'
          : cidr.version === 4 && cidr.first === 0n
            ? 'the address 0.0.0.0'
            : undefined;
  return what === undefined
    ? []
    : [`Neutron serves no DHCP on ${what}, as ${cidrText(cidr)} is or has; say dhcp: false`];
}

/** The modes in which servers make their own addresses. */
const automaticModes = ['slaac', 'dhcpv6-stateless'];
const modes = ['dhcpv6-stateful', ...automaticModes];

function modeFindings({ dhcp, ipv6AddressMode, ipv6RaMode }: SubnetServices, cidr: Cidr): string[] {
  const named = [ipv6AddressMode, ipv6RaMode].filter((mode): mode is string => mode !== undefined && !isToken(mode));
  const [mode] = named;
  if (mode === undefined) return [];
  if (cidr.version === 4) return ['it has ipv6AddressMode or ipv6RaMode, and its cidr is IPv4; leave them out'];
  const unknown = named.find((name) => !modes.includes(name));
  if (unknown !== undefined)
    return [`the IPv6 mode ${JSON.stringify(unknown)} is none; say one of ${modes.join(', ')}`];
  return [
    ...(dhcp
      ? []
      : [
          'it has ipv6AddressMode or ipv6RaMode, which Neutron accepts only with DHCP on; leave them or dhcp: false out',
        ]),
    ...(named.some((name) => name !== mode)
      ? [
          `ipv6AddressMode and ipv6RaMode differ (${named.join(', ')}), which Neutron refuses; make them equal, or leave one out`,
        ]
      : []),
    ...(automaticModes.includes(mode) && cidr.prefixLength !== 64
      ? [`servers make their own addresses (${mode}) only in a /64, and ${cidrText(cidr)} is not a /64; give a /64`]
      : []),
  ];
}

function nameserverFindings(servers: readonly string[], cidr: Cidr): string[] {
  const twice = servers.find((server, index) => servers.indexOf(server) !== index);
  return [
    ...servers.flatMap((server) => familyFindings('name server', server, cidr, parseAddress)),
    ...(twice === undefined ? [] : [`it has the name server ${twice} twice; leave one`]),
  ];
}

function routeFindings({ destination, nextHop }: Route, cidr: Cidr): string[] {
  return [
    ...familyFindings('destination', destination, cidr, parseCidr),
    ...familyFindings('next hop', nextHop, cidr, parseAddress),
  ];
}

/** A finding if the text isn't an address of the subnet's family. */
function familyFindings(
  what: string,
  text: string,
  cidr: Pick<Cidr, 'version'>,
  parse: (text: string) => { readonly version: 4 | 6 },
): string[] {
  // Terraform evaluates this text: it is a reference, or already a finding.
  if (text.includes('${')) return [];
  const said: string[] = [];
  const parsed = attempt(
    () => parse(text),
    (detail) => said.push(`the ${what}: ${detail}`),
  );
  if (parsed && parsed.version !== cidr.version)
    said.push(`the ${what} ${text} is not IPv${String(cidr.version)}, as the subnet is; name one of its family`);
  return said;
}

/** The mode in which servers make their own addresses, if the subnet has such a mode. */
export const automaticModeOf = ({ ipv6AddressMode, ipv6RaMode }: SubnetServices): string | undefined =>
  [ipv6AddressMode, ipv6RaMode].find((mode) => automaticModes.includes(mode ?? ''));
