/**
 * The rules of one exception, as the kernel prints them. Pure.
 *
 * Goals: the declared packets pass at one port and nowhere else. Packets of the port's own address stay with its
 * groups.
 * How: a rule names both ends of the way over the bridge. With one end alone, packets from one server of the host
 * straight to another would skip the receiver's groups. There is one rule for packets that leave the port, and one for
 * packets that enter it, because the port's groups may not let the latter in. In `plain` form filter accepts the
 * packets. In `marked` form mangle, where a rule may match a MAC address, sets a bit of the packet's mark, and filter
 * accepts the bit: a chain that `OUTPUT` leads to can't match a MAC address. If the sources hold an address of the
 * port, its packets return to the groups. In `routed` mode packets that no router forwards do so too: link-local
 * sources of both families, by which a server could pose as the router or as the metadata service, and replies of a
 * DHCP server to its client, which neighbours accept from any source. An exception with only link-local prefixes is
 * refused.
 * Given up: packets from one server straight to another on one bridge of the Linux bridge agent.
 */
import { defined } from '../../../lib/basics/defined';
import { linkLocal } from '../../../lib/synth/exception-checks';
import type { OwnRules } from '../../../lib/iptables/own-chain';
import { commentOf } from '../../../lib/iptables/rule-comment';
import { tapOf } from '../../../lib/packet-path/port-way';
import { canonicalAddress, formatAddress, isInside, parseAddress, parseCidr } from '../../../lib/net/ip-ranges';
import type { Port } from '../../../lib/contract/ports';
import { isAtLeast } from '../../../lib/openstack/releases';
import { renderRule, type OwnRule } from './rule-shape';
import type { FirewallExceptionSpec } from '../spec';

export const families = ['ipv4', 'ipv6'] as const;
export type Family = (typeof families)[number];

/** The rules of one exception on one host. */
export type ExceptionRules = Readonly<Record<Family, OwnRules>>;

export const noRules: OwnRules = { mangle: [], filter: [] };
export const nothing: ExceptionRules = { ipv4: noRules, ipv6: noRules };

/**
 * Who checks that a frame bears the port's MAC address. Open vSwitch's flows do since Newton (neutron 997d7b03fb).
 * Before Newton, and with the Linux bridge agent, a rule of stackward does. Nobody can if foreign frames are to pass.
 */
export const macCheckOf = ({
  mode,
  release,
  firewallDriver,
}: FirewallExceptionSpec): 'iptables' | 'Open vSwitch' | 'nobody' =>
  mode === 'bridged'
    ? 'nobody'
    : firewallDriver === 'iptables_hybrid' && isAtLeast(release, 'newton')
      ? 'Open vSwitch'
      : 'iptables';

export interface RuleInput {
  readonly spec: FirewallExceptionSpec;
  readonly port: Pick<Port, 'id' | 'macAddress' | 'fixedIps'>;
  /** The construct's path. */
  readonly path: string;
  /** The other end of the way over the bridge: `qvb…`, or the bridge's uplinks. */
  readonly ends: readonly string[];
}

export const rulesFor = (input: RuleInput): ExceptionRules => ({
  ipv4: rulesOfFamily(input, 4),
  ipv6: rulesOfFamily(input, 6),
});

function rulesOfFamily({ spec, port, path, ends }: RuleInput, version: 4 | 6): OwnRules {
  const sources = prefixesOf(spec.sources, version);
  const destinations = prefixesOf(spec.destinations, version);
  const own = leftToGroups(spec, port, version);
  const bit = `0x${((1 << (spec.markBit ?? 31)) >>> 0).toString(16)}`;
  const isMarked = macCheckOf(spec) === 'iptables';
  const tap = tapOf(port.id);
  const comment = commentOf(path);
  const mangle: OwnRule[] = [];
  const filter: OwnRule[] = [];
  if (sources.length === 0 || destinations.length === 0) return noRules;
  const mac = isMarked ? { mac: port.macAddress.toLowerCase() } : {};
  const verdict = isMarked ? { setMark: bit } : 'ACCEPT';
  for (const end of ends) {
    const out = { in: tap, out: end, comment };
    const into = { in: end, out: tap, comment };
    const leaving = isMarked ? mangle : filter;
    for (const source of own) leaving.push({ source, ...out, verdict: 'RETURN' });
    if (spec.mode === 'routed') leaving.push({ dhcp: version, ...out, verdict: 'RETURN' });
    for (const from of sources)
      for (const to of destinations) leaving.push({ ...prefixed(from, to), ...out, ...mac, verdict });
    if (isMarked) filter.push({ ...out, mark: bit, verdict: 'ACCEPT' });
    for (const destination of own) filter.push({ destination, ...into, verdict: 'RETURN' });
    for (const from of sources)
      for (const to of destinations) filter.push({ ...prefixed(to, from), ...into, verdict: 'ACCEPT' });
  }
  return { mangle: mangle.map(renderRule), filter: filter.map(renderRule) };
}

const prefixed = (source: string, destination: string): Pick<OwnRule, 'source' | 'destination'> => ({
  ...defined({ source: source === '' ? undefined : source, destination: destination === '' ? undefined : destination }),
});

/** Prefixes of the sources about which the port's groups still decide, in a fixed order. */
function leftToGroups(
  { sources, mode }: FirewallExceptionSpec,
  { fixedIps }: RuleInput['port'],
  version: 4 | 6,
): string[] {
  const ranges = prefixesOf(sources, version).map((prefix) => parseCidr(prefix || everything[version]));
  const own = fixedIps
    .map(({ address }) => canonicalAddress(address))
    .filter((address) => parseAddress(address).version === version)
    .map((address) => `${address}/${hostLength[version]}`)
    .filter((address) => ranges.some((range) => isInside(parseCidr(address), range)));
  const local = linkLocal[version];
  const holdsLocal = ranges.some((range) => isInside(parseCidr(local), range));
  return [...own, ...(holdsLocal && mode === 'routed' ? [local] : [])].sort();
}

const hostLength = { 4: 32, 6: 128 } as const;
const everything = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** The prefixes of one family in the kernel's spelling and a fixed order; '' for all its addresses. */
export function prefixesOf(prefixes: FirewallExceptionSpec['sources'], version: 4 | 6): string[] {
  if (prefixes === 'any') return [''];
  const found = prefixes.map(parseCidr).filter((range) => range.version === version);
  if (found.some((range) => range.prefixLength === 0)) return [''];
  return [...new Set(found.map((range) => `${formatAddress(version, range.first)}/${range.prefixLength}`))].sort();
}
