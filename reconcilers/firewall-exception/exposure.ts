/** What an exception opens, in words, for whoever reviews a plan: computed from its rules, whatever its prefixes are spelled like. Pure. */
import { linkLocal } from '../../lib/exception-checks';
import {
  compact,
  everyAddress,
  intersect,
  only,
  parseAddress,
  parseCidr,
  sizeOf,
  subtract,
  type IpRange,
  type IpVersion,
} from '../../lib/ip-ranges';
import type { Port } from '../../lib/ports';
import type { NearSubnet } from './locate';
import { passagesOf, type Passage, type Passages } from './passages';
import { macCheckOf, type ExceptionRules } from './rules';
import type { FirewallExceptionSpec } from './spec';

export interface Exposed {
  readonly spec: FirewallExceptionSpec;
  readonly port: Port;
  readonly subnets: readonly NearSubnet[];
  /** Those that the kernel is to have. */
  readonly rules: ExceptionRules;
}

interface Opened {
  readonly version: IpVersion;
  readonly passages: Passages;
  /** What may leave the port. */
  readonly sources: readonly IpRange[];
  readonly destinations: readonly IpRange[];
}

const metadataService = '169.254.169.254';

/** One sentence each. */
export function describeExposure({ spec, port, subnets, rules }: Exposed): string[] {
  const opened = [openedBy(rules.ipv4, 4), openedBy(rules.ipv6, 6)].filter((one) => one.passages.leaving.length > 0);
  return [
    `reason: ${spec.reason}`,
    opening(opened),
    ...opened.flatMap(covering),
    ...(isOpenForIPv6(opened) && !port.fixedIps.some((one) => one.address.includes(':'))
      ? ['any address is of IPv6 too, of which the port itself has none']
      : []),
    ...(spec.firewallDriver === 'iptables'
      ? ['nothing is opened between it and other servers on the same host: the far end is the uplink of its bridge']
      : []),
    grouping(opened, port),
    ...posing(opened, port, subnets),
    ...onTheLink(opened, spec),
    checking(spec, port),
  ];
}

function openedBy(rules: ExceptionRules['ipv4'], version: IpVersion): Opened {
  const passages = passagesOf(rules, version);
  return {
    ...{ version, passages },
    sources: compact(passages.leaving.flatMap((one) => one.sources)),
    destinations: compact(passages.leaving.flatMap((one) => one.destinations)),
  };
}

function opening(opened: readonly Opened[]): string {
  const named = (way: 'leaving' | 'entering', end: 'source' | 'destination'): string =>
    nameOf(opened.map(({ version, passages }) => [version, passages[way].map((one) => one[end])]));
  return `opens: from ${named('leaving', 'source')} out of the port to ${named('leaving', 'destination')}, and from ${named('entering', 'source')} into the port to ${named('entering', 'destination')}`;
}

function nameOf(ends: readonly (readonly [IpVersion, readonly Passage['source'][]])[]): string {
  const open = ends.filter(([, prefixes]) => prefixes.includes(undefined));
  if (open.length === 2) return 'any address';
  return ends
    .flatMap(([version, prefixes]) =>
      prefixes.includes(undefined) ? [`any IPv${version} address`] : [...new Set(prefixes)],
    )
    .join(', ');
}

const isOpenForIPv6 = (opened: readonly Opened[]): boolean =>
  opened.some(
    ({ version, passages }) =>
      version === 6 &&
      passages.leaving.some(({ source, destination }) => source === undefined && destination === undefined),
  );

/** Named prefixes that are nearly any. */
function covering({ version, passages, sources, destinations }: Opened): string[] {
  const whole = everyAddress(version);
  const missing = (end: 'source' | 'destination', ranges: readonly IpRange[]): bigint | undefined => {
    const left = sizeOf(subtract([whole], ranges));
    return passages.leaving.some((one) => one[end] === undefined) || left * 2n > sizeOf([whole]) ? undefined : left;
  };
  const [from, to] = [missing('source', sources), missing('destination', destinations)];
  return [
    ...(from === undefined ? [] : [`these are every IPv${version} address but ${inWords(from)} as its source`]),
    ...(to === undefined ? [] : [`these are every IPv${version} address but ${inWords(to)} as its destination`]),
  ];
}

/** `536,936,449`; of what nobody can read, `2^64`. */
const inWords = (count: bigint): string =>
  count < 1n << 48n
    ? count.toLocaleString('en')
    : `${count & (count - 1n) ? 'about ' : ''}2^${count.toString(2).length - 1}`;

function grouping(opened: readonly Opened[], port: Port): string {
  const own = new Set(port.fixedIps.map(({ address }) => address));
  const left = opened
    .flatMap(({ passages }) => passages.returned)
    .map((prefix) => {
      const address = prefix.replace(/\/(32|128)$/, '');
      if (address !== prefix) return own.has(address) ? `its own ${address}` : address;
      return Object.values<string>(linkLocal).includes(prefix) ? `link-local ${prefix}` : prefix;
    });
  const hasDhcp = opened.some(({ passages }) => passages.leaving.some((one) => one.isForDhcp));
  const kept = [...(left.length > 0 ? [`those of ${left.join(', ')}`] : []), ...(hasDhcp ? [] : ['DHCP replies'])];
  return `its security groups don't apply to these packets${kept.length > 0 ? `; to ${kept.join(', and to ')} they do` : ''}`;
}

/** As whom of its network. */
function posing(opened: readonly Opened[], port: Port, subnets: readonly NearSubnet[]): string[] {
  if (subnets.length === 0)
    return ['as whom of its network it can pose is not known: these credentials see no subnet of it'];
  const own = port.fixedIps.map(({ address }) => only(parseAddress(address)));
  const posed = subnets.map((subnet) => {
    const neighbours = subtract([parseCidr(subnet.cidr)], own);
    const sources = opened.flatMap((one) => intersect(one.sources, neighbours));
    return { subnet, count: sizeOf(sources), isAll: sizeOf(sources) === sizeOf(neighbours), sources };
  });
  const can = posed.filter(({ count }) => count > 0n);
  const safe = posed.filter(({ count }) => count === 0n).map(({ subnet }) => subnet.cidr);
  const asked = opened.some(({ destinations }) => holdsAny(destinations, metadataService));
  return [
    ...can.map(({ subnet: { cidr, gatewayIp }, count, isAll, sources }) => {
      const gateway = gatewayIp !== null && holdsAny(sources, gatewayIp) ? `, its gateway ${gatewayIp} among them` : '';
      const metadata = asked && cidr.includes('.') ? ', and ask the metadata service in their name' : '';
      return `it can pose as ${isAll ? 'every other address' : `${inWords(count)} of the other addresses`} of ${cidr}${gateway}${metadata}`;
    }),
    ...(safe.length > 0 ? [`it can't pose as its neighbours in ${safe.join(', ')}`] : []),
  ];
}

const holdsAny = (ranges: readonly IpRange[], address: string): boolean =>
  intersect(ranges, [only(parseAddress(address))]).length > 0;

/** What servers believe whoever tells it to them over their own link. */
function onTheLink(opened: readonly Opened[], { firewallDriver }: FirewallExceptionSpec): string[] {
  const ipv6 = opened.find(({ version }) => version === 6);
  const answers = opened.some(({ passages }) => passages.leaving.some((one) => one.isForDhcp));
  const advertises = ipv6 !== undefined && intersect(ipv6.sources, [parseCidr(linkLocal[6])]).length > 0;
  const reached = opened.flatMap((one) =>
    one.passages.leaving.some(({ destination }) => destination === undefined)
      ? []
      : intersect(one.destinations, forMany[one.version].map(parseCidr)),
  );
  const router = 'advertise itself as a router of IPv6';
  return [
    answers
      ? `it can answer DHCP${ipv6 ? (advertises ? `, and ${router}` : `, and can't ${router}`) : ''}`
      : advertises
        ? `it can ${router}, and can't answer DHCP`
        : `it can't answer DHCP${ipv6 ? `, nor ${router}` : ''}`,
    ...(opened.some(({ sources }) => holdsAny(sources, metadataService))
      ? [`it can pose as the metadata service ${metadataService}`]
      : []),
    ...(ipv6
      ? [
          `no rule sees whom a neighbour advertisement names: it can claim IPv6 addresses of its neighbours${firewallDriver === 'iptables_hybrid' ? " where Open vSwitch's flows let it" : ''}`,
        ]
      : []),
    ...(reached.length > 0
      ? ['it reaches all its neighbours at once: the destinations hold multicast or broadcast']
      : []),
  ];
}

/** Multicast, and the broadcast of IPv4. */
const forMany = { 4: ['224.0.0.0/4', '255.255.255.255/32'], 6: ['ff00::/8'] } as const;

function checking(spec: FirewallExceptionSpec, port: Port): string {
  const macAddress = port.macAddress.toLowerCase();
  const check = macCheckOf(spec);
  if (check === 'nobody' || port.portSecurity === false) return 'frames pass with whatever MAC address';
  return check === 'iptables'
    ? `frames out of it must bear its MAC address ${macAddress}: a rule in mangle checks that, and sets bit ${spec.markBit ?? 31} of the mark`
    : `frames out of it must bear its MAC address ${macAddress}: Open vSwitch's flows check that`;
}
