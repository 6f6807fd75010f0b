/**
 * Mistakes in the addresses that the code of one cloud declares, found before anything is made.
 *
 * Goals: one run reports all mistakes of all stacks. Each finding names the construct, what was found and what is
 * allowed.
 * How: the constructs declare subnets, addresses and their connections as plain data. Every text is parsed once here,
 * then looked up in maps or swept in order, so that the time grows only with the number of tenants.
 * Given up: facts that only the live cloud knows (ports made by others, addresses that Neutron picks). subnet-checks.ts
 * checks each subnet by itself.
 */
import { attempt } from '../basics/attempt';
import { formatAddress, holds, parseAddress, type IpAddress } from '../net/ip-ranges';
import { append } from '../basics/lists';
import { overlapFindings } from './overlap';
import type { Release } from '../openstack/releases';
import { parseSubnet, placeProblem, type ParsedSubnet, type Report, type SubnetDeclaration } from './subnet-checks';

export type { SubnetDeclaration } from './subnet-checks';
import type { SynthFinding } from './synth-finding';

export interface AddressDeclaration {
  readonly path: string;
  readonly network: string;
  /** The key of the subnet to which the address belongs. */
  readonly subnet: string;
  readonly address: string;
  /** The address is the gateway of its subnet: a router's interface, or a routed UTM. */
  readonly isGateway?: boolean;
  /** Neutron makes the port for a router, and allows more addresses for it. */
  readonly isRouter?: boolean;
  /** The address is meant to lie outside of the pools. */
  readonly outsidePools?: boolean;
}

export interface AddressPlan {
  readonly subnets: readonly SubnetDeclaration[];
  readonly addresses: readonly AddressDeclaration[];
  /** Networks that a UTM joins into one segment. */
  readonly bridges: readonly { readonly path: string; readonly networks: readonly string[] }[];
  /** Subnets that a router routes between. */
  readonly routers: readonly { readonly path: string; readonly subnets: readonly string[] }[];
  /** Floating addresses, by the subnet that they come from, or by the network if no subnet is named. */
  readonly floating: readonly { readonly path: string; readonly network: string; readonly subnet?: string }[];
  /** Fixed addresses of servers on a public network. */
  readonly red: readonly { readonly path: string; readonly network: string; readonly subnet: string }[];
}

/** @param release of the cloud; releases accept different things */
export function addressFindings(plan: AddressPlan, release: Release): SynthFinding[] {
  const findings: SynthFinding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  const subnets = new Map<string, ParsedSubnet>();
  for (const declaration of plan.subnets) {
    if (declaration.cidr === undefined || subnets.has(declaration.key)) continue;
    const parsed = parseSubnet(declaration, declaration.cidr, release, report);
    if (parsed) subnets.set(declaration.key, parsed);
  }
  checkChosen(plan, report);
  const segments = segmentsOf(plan.bridges);
  checkAddresses(plan.addresses, subnets, segments, release, report);
  append(findings, overlapFindings([...subnets.values()], plan.routers, segments));
  checkFloating(plan, report);
  return findings;
}

/** Findings for named addresses of a subnet whose cidr only Neutron will choose. */
function checkChosen({ subnets, addresses }: AddressPlan, report: Report): void {
  const chosen = new Map(
    subnets.filter(({ isChosen }) => isChosen === true).map((declared) => [declared.key, declared.path]),
  );
  for (const { path, subnet, address } of addresses) {
    const chooser = chosen.get(subnet);
    if (chooser !== undefined)
      report(
        path,
        `${address} is to come from ${chooser}, whose cidr Neutron chooses from a subnet pool; leave the address out, or give ${chooser} the prop cidr`,
      );
  }
}

function checkAddresses(
  declarations: readonly AddressDeclaration[],
  subnets: ReadonlyMap<string, ParsedSubnet>,
  segments: ReadonlyMap<string, string>,
  release: Release,
  report: Report,
): void {
  const holders = new Map<string, AddressDeclaration>();
  const beyond: [AddressDeclaration, IpAddress, ParsedSubnet][] = [];
  /**
   * For each construct that declares itself a gateway: one of its addresses that isn't the subnet's gateway. Undefined
   * as soon as one of its addresses is.
   */
  const gateways = new Map<string, readonly [string, ParsedSubnet] | undefined>();
  for (const declaration of declarations) {
    const { path, network, address: text } = declaration;
    const address = attempt(
      () => parseAddress(text),
      (detail) => {
        report(path, detail);
      },
    );
    if (!address) continue;
    const key = `${segments.get(network) ?? network} ${String(address.version)} ${address.value.toString(36)}`;
    const holder = holders.get(key);
    if (holder) report(path, `${text} is used twice: ${holder.path} has it too; give each its own address`);
    else holders.set(key, declaration);
    const subnet = subnets.get(declaration.subnet);
    if (!subnet) continue;
    const isAtGateway = checkPlace(declaration, address, subnet, release, report);
    if (declaration.isGateway && subnet.gateway)
      gateways.set(path, isAtGateway ? undefined : gateways.has(path) ? gateways.get(path) : [text, subnet]);
    if (!declaration.isGateway && !declaration.outsidePools && isBeyond(address, subnet))
      beyond.push([declaration, address, subnet]);
  }
  checkBeyond(beyond, report);
  for (const [path, missed] of gateways) if (missed) report(path, notTheGateway(missed[0], missed[1]));
}

/** True if the address is the subnet's gateway. */
function checkPlace(
  declaration: AddressDeclaration,
  address: IpAddress,
  subnet: ParsedSubnet,
  release: Release,
  report: Report,
): boolean {
  const { path, address: text, isGateway } = declaration;
  const problem = placeProblem(address, subnet, release, declaration.isRouter === true);
  if (problem) report(path, `${text} ${problem}`);
  const isAtGateway = subnet.gateway?.version === address.version && subnet.gateway.value === address.value;
  if (isAtGateway && !isGateway)
    report(
      path,
      `${text} is the gateway of ${subnet.declaration.path}; choose another, or say isGateway: true where this port ` +
        'is the one that routes',
    );
  return isAtGateway;
}

function notTheGateway(address: string, { declaration, gateway }: ParsedSubnet): string {
  const expected = gateway ? formatAddress(gateway.version, gateway.value) : 'none';
  return `it should be the gateway, but its address is ${address}, and the gateway of ${declaration.path} is ${expected}; give both the same address`;
}

const endOf = (subnet: ParsedSubnet): bigint =>
  subnet.pools.reduce((end, pool) => (pool.last > end ? pool.last : end), -1n);

const isBeyond = (address: IpAddress, subnet: ParsedSubnet): boolean =>
  subnet.pools.length > 0 && holds(subnet.cidr, address) && address.value > endOf(subnet);

/**
 * Findings for fixed addresses beyond the last pool that were probably meant to be inside. On a shared network the
 * cloud hands out only addresses of the pools, so every address beyond them is a finding. On a tenant's own network
 * fixed addresses beside the pools are good practice, so only addresses that directly follow the pool are findings:
 * they look like a pool that was not extended.
 */
function checkBeyond(beyond: readonly [AddressDeclaration, IpAddress, ParsedSubnet][], report: Report): void {
  const ends = new Map<ParsedSubnet, bigint>();
  const inOrder = [...beyond].sort(([, a], [, b]) => (a.value < b.value ? -1 : 1));
  for (const [{ path, address }, { value, version }, subnet] of inOrder) {
    const end = ends.get(subnet) ?? endOf(subnet);
    const runsOn = value === end + 1n;
    if (runsOn) ends.set(subnet, value);
    if (!runsOn && subnet.declaration.tenant !== undefined) continue;
    report(
      path,
      `${address} lies beyond the pools of ${subnet.declaration.path}, which end at ` +
        `${formatAddress(version, endOf(subnet))}; extend the pool, or say outsidePools: true where this is meant`,
    );
  }
}

/**
 * A server with a fixed address of the floating range would answer by the wrong NIC, so the two ranges must be
 * different subnets.
 */
function checkFloating({ floating, red }: AddressPlan, report: Report): void {
  const taken = new Map<string, string>();
  for (const { path, network, subnet } of red) {
    for (const key of [network, subnet]) if (!taken.has(key)) taken.set(key, path);
  }
  for (const { path, network, subnet } of floating) {
    const holder = taken.get(subnet ?? network);
    if (holder !== undefined)
      report(
        path,
        `it takes its address from the subnet that ${holder} has a red address on, so replies would leave by the wrong NIC; ` +
          'give floating addresses a separate subnet, and name it in the prop subnet',
      );
  }
}

/** Maps all networks that are bridged with each other to one name. */
function segmentsOf(bridges: AddressPlan['bridges']): ReadonlyMap<string, string> {
  const segments = new Map<string, string>();
  for (const { networks } of bridges) {
    const names = new Set(networks.map((network) => segments.get(network) ?? network));
    const [name] = names;
    if (name === undefined) continue;
    for (const [network, segment] of segments) if (names.has(segment)) segments.set(network, name);
    for (const network of networks) segments.set(network, name);
  }
  return segments;
}
