/**
 * The rules of Neutron for one subnet, release by release. Pure.
 *
 * Sources: neutron `db_base_plugin_v2.py` (`_validate_subnet`, `_validate_ipv6_attributes`), `ipam/utils.py`
 * (`check_subnet_ip`, `check_gateway_invalid_in_subnet`) and `db/ipam_backend_mixin.py` (`_gateway_ip_str`,
 * `validate_allocation_pools`), read in 10.0.5 (Ocata), 11.0.8, 13.0.7, 14.4.2, 15.3.4, 16.4.2 (Ussuri) to 21 (Zed);
 * `force_gateway_on_subnet` in Icehouse (off) and from Juno on (on), removed in Ocata. If two of these versions differ,
 * a release between them is not refused anything.
 */
import { attempt } from '../basics/attempt';
import {
  formatAddress,
  formatCidr as cidrText,
  formatRange,
  holds,
  isInside,
  isLinkLocal,
  overlap,
  parseAddress,
  parseCidr,
  parseRange,
  poolSpace,
  type Cidr,
  type IpAddress,
  type IpRange,
} from '../net/ip-ranges';
import type { AddressRange } from '../contract/ports';
import { isAtLeast, type Release } from '../openstack/releases';
import { automaticModeOf, serviceFindings, type SubnetServices } from './subnet-services';

export interface SubnetDeclaration {
  readonly path: string;
  /** Equal for every declaration of the same subnet, in whichever stack it is. */
  readonly key: string;
  /** The key of its network. */
  readonly network: string;
  /** Undefined if it isn't known before apply. Nothing is checked against it then. */
  readonly cidr?: string;
  /** Neutron chooses the cidr, so the code can name no address of it. */
  readonly isChosen?: boolean;
  /** An address, or 'none'. Default: as Neutron chooses. */
  readonly gateway?: string;
  readonly pools?: readonly AddressRange[];
  /** The key of the tenant that owns the subnet. Undefined: every tenant can reach it (shared or external). */
  readonly tenant?: string;
  /** Further settings for Neutron, if the code makes the subnet. */
  readonly services?: SubnetServices;
}

export interface ParsedSubnet {
  readonly declaration: SubnetDeclaration;
  readonly cidr: Cidr;
  readonly gateway: IpAddress | undefined;
  readonly pools: readonly IpRange[];
}

/** Collects findings while parsing goes on. */
export type Report = (path: string, message: string) => void;

/** The address that Neutron will give the gateway; undefined if there is no gateway, or if its address is not known. */
export function gatewayOf(
  subnet: { readonly cidr?: string; readonly gateway?: string },
  release: Release,
): string | undefined {
  if (subnet.gateway !== undefined) return subnet.gateway === 'none' ? undefined : subnet.gateway;
  const { cidr } = subnet;
  // A cidr that can't be read is a finding of its own.
  const parsed = cidr === undefined ? undefined : attempt(() => parseCidr(cidr));
  const gateway = parsed && defaultGateway(parsed, release);
  return gateway && formatAddress(gateway.version, gateway.value);
}

/** From Ussuri on, Neutron takes the first address of an IPv6 cidr, `2001:db8::`, where routers answer by RFC 4291. */
function defaultGateway(cidr: Cidr, release: Release): IpAddress | undefined {
  if (cidr.version === 6 && isAtLeast(release, 'ussuri')) return { version: 6, value: cidr.first };
  return isTiny(cidr) ? undefined : { version: cidr.version, value: cidr.first + 1n };
}

/** One or two addresses. */
const isTiny = (cidr: Cidr): boolean => cidr.last - cidr.first < 2n;

export function parseSubnet(
  declaration: SubnetDeclaration,
  text: string,
  release: Release,
  report: Report,
): ParsedSubnet | undefined {
  const { path, services } = declaration;
  const say = (message: string): void => {
    report(path, message);
  };
  const cidr = attempt(() => parseCidr(text), say);
  if (!cidr) return undefined;
  const gateway = parseGateway(declaration, cidr, release, say);
  const pools = (declaration.pools ?? []).flatMap((pool) => attempt(() => parseRange(pool)) ?? []);
  if (declaration.pools) poolFindings(declaration.pools).forEach(say);
  checkPools(cidr, gateway, pools, say);
  if (services) {
    checkSpelling(text, cidr, say);
    for (const finding of serviceFindings(services, cidr, release)) say(finding);
  }
  return { declaration, cidr, gateway, pools };
}

function checkSpelling(text: string, cidr: Cidr, say: (message: string) => void): void {
  const canonical = cidrText(cidr);
  if (cidr.prefixLength === 0) say(`Neutron takes no subnet of every address, such as ${text}; name a narrower cidr`);
  // The provider would make the subnet anew at every plan, because the cidr reads back differently.
  else if (canonical !== text) say(`the cidr ${text} is written ${canonical}`);
}

function parseGateway(
  { gateway }: SubnetDeclaration,
  cidr: Cidr,
  release: Release,
  say: (message: string) => void,
): IpAddress | undefined {
  if (gateway === 'none') return undefined;
  if (gateway === undefined) {
    if (cidr.version === 4 && cidr.prefixLength === 31)
      say(`Neutron finds no gateway in ${cidrText(cidr)}, which has two addresses; say gateway: 'none'`);
    return defaultGateway(cidr, release);
  }
  const address = attempt(() => parseAddress(gateway), say);
  if (!address) return undefined;
  if (cidr.version === address.version && isLinkLocal(address)) return undefined;
  const problem = gatewayProblem(address, cidr, release);
  if (problem) say(`the gateway ${gateway} ${problem}`);
  const canonical = formatAddress(address.version, address.value);
  if (canonical !== gateway) say(`the gateway ${gateway} is written ${canonical}`);
  return address;
}

/** Why Neutron refuses this gateway, as the end of a sentence. */
function gatewayProblem(address: IpAddress, cidr: Cidr, release: Release): string | undefined {
  const allowed = `choose one in ${formatRange(poolSpace(cidr))}, or say 'none'`;
  if (address.version !== cidr.version) return `is outside ${cidrText(cidr)}, and of another family; ${allowed}`;
  const mayBeOutside = !isAtLeast(release, 'juno') || isAtLeast(release, 'newton');
  if (!holds(cidr, address))
    return mayBeOutside ? undefined : `is outside ${cidrText(cidr)}, which Neutron of ${release} refuses; ${allowed}`;
  if (cidr.version === 6)
    return address.value === cidr.first && !isAtLeast(release, 'queens')
      ? `is the network address of ${cidrText(cidr)}; ${allowed}`
      : undefined;
  if (address.value === cidr.first) return `is the network address of ${cidrText(cidr)}; ${allowed}`;
  if (address.value === cidr.last) return `is the broadcast address of ${cidrText(cidr)}; ${allowed}`;
  return undefined;
}

function checkPools(
  cidr: Cidr,
  gateway: IpAddress | undefined,
  pools: readonly IpRange[],
  say: (message: string) => void,
): void {
  const space = poolSpace(cidr);
  for (const pool of pools) {
    const text = formatRange(pool);
    if (!isInside(pool, space))
      say(`the pool ${text} leaves ${cidrText(cidr)}; pools there lie in ${formatRange(space)}`);
    if (gateway && holds(pool, gateway))
      say(
        `the pool ${text} holds the gateway ${formatAddress(gateway.version, gateway.value)}, ` +
          'which Neutron would hand out; split the pool around it',
      );
  }
}

/** Mistakes in pools that don't depend on the subnet. */
export function poolFindings(declared: readonly AddressRange[]): string[] {
  if (declared.length === 0)
    return ['it declares no pool, so no address could be handed out; name one, or leave pools out for all of the cidr'];
  const findings: string[] = [];
  const pools = declared.flatMap(
    (pool) =>
      attempt(
        () => parseRange(pool),
        (detail) => findings.push(detail),
      ) ?? [],
  );
  const sorted = pools.sort((a, b) => a.version - b.version || (a.first < b.first ? -1 : 1));
  sorted.forEach((pool, index) => {
    const next = sorted[index + 1];
    if (next && overlap(pool, next))
      findings.push(`the pools ${formatRange(pool)} and ${formatRange(next)} overlap; an address belongs to one pool`);
  });
  return findings;
}

/** Why no port can have this address there, as the end of a sentence. */
export function placeProblem(
  address: IpAddress,
  { cidr, declaration: { services } }: Pick<ParsedSubnet, 'cidr' | 'declaration'>,
  release: Release,
  isRouter: boolean,
): string | undefined {
  const network = cidrText(cidr);
  const allowed = `choose one in ${formatRange(poolSpace(cidr))}`;
  if (!holds(cidr, address)) return `is outside ${network}; ${allowed}`;
  const mode = services && automaticModeOf(services);
  if (mode !== undefined && !isRouter)
    return `can't be chosen on ${network}, where servers make their own addresses (${mode}); leave the address out`;
  if (address.value === cidr.first && !mayBeFirst(cidr, release, isRouter))
    return `is the network address of ${network}; ${isTiny(cidr) ? 'choose a wider cidr' : allowed}`;
  const hasBroadcast = cidr.prefixLength < 31 || !isAtLeast(release, 'ussuri');
  if (cidr.version === 4 && address.value === cidr.last && hasBroadcast)
    return `is the broadcast address of ${network}; ${isTiny(cidr) ? 'choose a wider cidr' : allowed}`;
  return undefined;
}

/**
 * True if a port may have the network address of an IPv6 cidr: a router's port since Rocky, a port made without an
 * owner since Ussuri.
 */
const mayBeFirst = (cidr: Cidr, release: Release, isRouter: boolean): boolean =>
  cidr.version === 6 && isAtLeast(release, isRouter ? 'queens' : 'ussuri');
