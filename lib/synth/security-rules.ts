/**
 * One rule of a security group as Neutron and the Terraform provider will handle it. Pure.
 *
 * Goals: a rule is never wider in the cloud than in the code. A rule that Neutron refuses is a finding. A rule that
 * Neutron stores in other words is written in those words, because the provider replaces a rule that reads back
 * differently. WARNING: the provider leaves out every port, type and code of 0 (gophercloud's `omitempty`), and Neutron
 * reads a missing value as "all". So a 0 is always a finding.
 * Source: neutron `securitygroups_db.py` (`_validate_port_range`, `_validate_ethertype_and_protocol`, `_rule_to_key`)
 * from Ocata to Zed; provider 1.54.1 `networking_secgroup_rule_v2.go`.
 */
import { defined } from '../basics/defined';
import { attempt } from '../basics/attempt';
import { formatAddress, parseAddress, type IpVersion } from '../net/ip-ranges';
import { groupProtocols } from '../net/protocols';
import { isAtLeast, type Release } from '../openstack/releases';
import { isToken } from './terraform-text';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface RuleWish {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype?: 'IPv4' | 'IPv6';
  readonly protocol?: string;
  readonly port?: number | PortRange;
  /** A CIDR, or a single address. */
  readonly cidr?: string;
  /** The name of a group: its members are the other end. */
  readonly group?: string;
}

/** A rule as Neutron stores it. */
export interface Rule {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol?: string;
  readonly portRangeMin?: number;
  readonly portRangeMax?: number;
  readonly remoteIpPrefix?: string;
}

const [icmp, icmpV6] = [1, 58];
const withPorts = [6, 17, 33, 132, 136];
const ofIPv6Alone = [41, 43, 44, icmpV6, 59, 60];
const lastPort = 65_535;

/** Sentences that say what is wrong with the rule; [] if Neutron of that release stores it as it is meant. */
export function ruleFindings(wish: RuleWish, release: Release): string[] {
  const findings = [...wordFindings(wish), ...protocolFindings(wish, release), ...remoteFindings(wish)];
  return findings.length > 0 ? findings : portFindings(wish, release);
}

/** The rule for Terraform. Call it only for a rule without findings. */
export function ruleOf(wish: RuleWish): Rule {
  const { direction, protocol, port, cidr } = wish;
  const ethertype = ethertypeOf(wish);
  const number = numberOf(protocol);
  const ports = typeof port === 'number' ? { from: port, to: port } : port;
  const isType = typeof port === 'number' && isIcmp(number);
  const isEveryPort = ports?.from === 1 && ports.to === lastPort && number !== undefined && withPorts.includes(number);
  return {
    direction,
    ethertype,
    ...defined({ protocol: protocol === undefined ? undefined : spellProtocol(protocol, number, ethertype) }),
    // Neutron stores 1 to 65535 as no range, and a range that reads back differently would be replaced for ever.
    ...defined({
      portRangeMin: ports && !isEveryPort ? ports.from : undefined,
      // Provider 3.x wants both ends. It leaves a 0 out of its request, so Neutron lets every code of the type pass.
      portRangeMax: ports && !isEveryPort ? (isType ? 0 : ports.to) : undefined,
      remoteIpPrefix: cidr === undefined ? undefined : canonicalPrefix(cidr),
    }),
  };
}

/** Equal for two rules that Neutron takes for the same: `tcp` is 6, and 0.0.0.0/0 is no remote at all. */
export function ruleKey(wish: RuleWish): string {
  const { direction, ethertype, protocol, portRangeMin, portRangeMax, remoteIpPrefix } = ruleOf(wish);
  const isEverybody = remoteIpPrefix === '0.0.0.0/0' || remoteIpPrefix === '::/0';
  return JSON.stringify([
    direction,
    ethertype,
    numberOf(protocol) ?? protocol ?? null,
    portRangeMin ?? null,
    portRangeMax ?? null,
    wish.group ?? (isEverybody ? null : (remoteIpPrefix ?? null)),
  ]);
}

const ethertypeOf = ({ ethertype, cidr }: RuleWish): 'IPv4' | 'IPv6' =>
  ethertype ?? (cidr?.includes(':') ? 'IPv6' : 'IPv4');

const isIcmp = (number: number | undefined): boolean => number === icmp || number === icmpV6;

/** Undefined if there is no protocol, or if its name is unknown. */
function numberOf(protocol: string | undefined): number | undefined {
  if (protocol === undefined) return undefined;
  if (/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255) return Number(protocol);
  return groupProtocols[protocol];
}

/** ICMP of IPv6 has its own number, and Neutron stores that number whatever name it is given. */
function spellProtocol(protocol: string, number: number | undefined, ethertype: 'IPv4' | 'IPv6'): string {
  if (number !== icmp || ethertype === 'IPv4') return protocol;
  return protocol === 'icmp' ? 'ipv6-icmp' : String(icmpV6);
}

function wordFindings({ direction, ethertype }: RuleWish): string[] {
  return [
    ...(['ingress', 'egress'].includes(direction)
      ? []
      : [`the direction is ${JSON.stringify(direction)}; say 'ingress' or 'egress'`]),
    ...(ethertype === undefined || ['IPv4', 'IPv6'].includes(ethertype)
      ? []
      : [`the ethertype is ${JSON.stringify(ethertype)}; say 'IPv4' or 'IPv6'`]),
  ];
}

function protocolFindings(wish: RuleWish, release: Release): string[] {
  const { protocol } = wish;
  if (protocol === undefined || isToken(protocol)) return [];
  const number = numberOf(protocol);
  if (number === undefined)
    return [
      `${JSON.stringify(protocol)} is no protocol; say ${Object.keys(groupProtocols).join(', ')}, a number from 0 to 255, ` +
        'or leave it out for all',
    ];
  if (ofIPv6Alone.includes(number) && ethertypeOf(wish) === 'IPv4')
    return [`${protocol} is a protocol of IPv6, and the rule is for IPv4; say ethertype: 'IPv6'`];
  const isOldName =
    !isAtLeast(release, 'kilo') && protocol in groupProtocols && !['tcp', 'udp', 'icmp'].includes(protocol);
  return isOldName ? [`Neutron of ${release} doesn't know the name ${protocol}; write '${String(number)}'`] : [];
}

function remoteFindings(wish: RuleWish): string[] {
  const { cidr } = wish;
  if (cidr === undefined || isToken(cidr)) return [];
  const prefix = parsePrefix(cidr);
  if (!prefix)
    return [
      `the remote ${JSON.stringify(cidr)} is no CIDR; write 198.51.100.0/24 or 2001:db8::/64, 'self', or a group`,
    ];
  return `IPv${String(prefix.version)}` === ethertypeOf(wish)
    ? []
    : [`the remote ${cidr} is not of ${ethertypeOf(wish)}, the rule's ethertype; make them one family`];
}

function portFindings({ protocol, port }: RuleWish, release: Release): string[] {
  if (port === undefined) return [];
  const number = numberOf(protocol);
  const ends = typeof port === 'number' ? [port] : [port.from, port.to];
  if (protocol === undefined) return ["it names a port and no protocol; say protocol: 'tcp' or another one with ports"];
  if (number === undefined) return [];
  if (isIcmp(number)) return icmpFindings(protocol, port, ends);
  if (!withPorts.includes(number))
    return [`${protocol} has no ports; leave the port out, or name tcp, udp, dccp, sctp or udplite`];
  const wrong = ends.find((end) => !(Number.isInteger(end) && end >= 1 && end <= lastPort));
  if (wrong !== undefined)
    return [
      `the port ${String(wrong)} is none; ports are whole numbers from 1 to ${String(lastPort)}` +
        (wrong === 0 ? ', and the provider would leave a 0 out' : ''),
    ];
  if (typeof port === 'number') return [];
  if (port.from > port.to)
    return [
      `the ports ${String(port.from)} to ${String(port.to)} end before they start; say from: ${String(port.to)}, to: ${String(port.from)}`,
    ];
  const hasNoRanges =
    number > 17 && isAtLeast(release, 'pike') && !isAtLeast(release, 'stein') && port.from !== port.to;
  return hasNoRanges ? [`Neutron of ${release} takes no range of ports of ${protocol}; name each by itself`] : [];
}

function icmpFindings(protocol: string, port: number | PortRange, ends: readonly number[]): string[] {
  const wrong = ends.find((end) => !(Number.isInteger(end) && end >= 0 && end <= 255));
  if (wrong !== undefined)
    return [`${String(wrong)} is no ${protocol} type or code; both are whole numbers from 0 to 255`];
  if (ends[0] === 0)
    return [
      `the provider leaves the type 0 out, and then all of ${protocol} would pass; leave the rule out where replies to ` +
        "the server's own pings are meant (they pass anyway), or leave out port for all types",
    ];
  return typeof port === 'object' && port.to === 0
    ? [
        `the provider leaves the code 0 out, and then every code of ${protocol} type ${String(port.from)} would pass; ` +
          `say port: ${String(port.from)} where that is meant`,
      ]
    : [];
}

/** A CIDR, host bits included, or a single address, as Neutron accepts it. */
function parsePrefix(text: string): { version: IpVersion; value: bigint; length: number } | undefined {
  const [host = '', length, ...more] = text.split('/');
  const address = attempt(() => parseAddress(host));
  if (!address || more.length > 0) return undefined;
  const bits = address.version === 4 ? 32 : 128;
  if (length === undefined) return { ...address, length: bits };
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { ...address, length: Number(length) } : undefined;
}

/** The address as Neutron stores it: a single address gets its length, IPv6 its short spelling. */
function canonicalPrefix(text: string): string {
  const prefix = parsePrefix(text);
  return prefix ? `${formatAddress(prefix.version, prefix.value)}/${String(prefix.length)}` : text;
}
