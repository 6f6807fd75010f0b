/**
 * Says in words what an exception opens, for the reviewer of a plan. Computed from its rules, however its prefixes are
 * spelled. Pure.
 */
import { linkLocal } from '../../../lib/synth/exception-checks';
import { ungrouped } from '../../../lib/synth/exception-method';
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
} from '../../../lib/net/ip-ranges';
import type { Port } from '../../../lib/contract/ports';
import { passagesOf, type Passage, type Passages } from './passages';
import { parseRule } from './rule-shape';
import { macCheckOf, type ExceptionRules } from './rules';
import type { FirewallExceptionSpec } from '../spec';
import type { NearSubnet } from '../model';

export interface Exposed {
  readonly spec: FirewallExceptionSpec;
  readonly port: Port;
  readonly subnets: readonly NearSubnet[];
  /** The rules that the kernel is to have. */
  readonly rules: ExceptionRules;
}

interface Opened {
  readonly version: IpVersion;
  readonly passages: Passages;
  /** The packets that may leave the port. */
  readonly sources: readonly IpRange[];
  readonly destinations: readonly IpRange[];
}

const metadataService = '169.254.169.254';

/** The exposure in sentences for a reviewer. */
export function describeExposure({ spec, port, subnets, rules }: Exposed): string[] {
  const opened = openedByAny(rules);
  return [
    `reason: ${spec.reason}`,
    opening(opened),
    ...opened.flatMap(covering),
    ...(isOpenForIPv6(opened) && !port.fixedIps.some((fixedIp) => fixedIp.address.includes(':'))
      ? ['any address is of IPv6 too, of which the port itself has none']
      : []),
    ...(spec.firewallDriver === 'iptables'
      ? ['nothing is opened between it and other servers on the same host: the far end is the uplink of its bridge']
      : []),
    grouping(
      opened,
      port.fixedIps.map(({ address }) => address),
    ),
    ...posing(opened, port, subnets),
    ...onTheLink(opened, spec.firewallDriver === 'iptables_hybrid' ? " where Open vSwitch's flows let it" : ''),
    checking(spec, port),
  ];
}

/** The same for rules that come back from a journal. No rule tells their port or its neighbours. One sentence each. */
export function describeRestored(rules: ExceptionRules): string[] {
  const opened = openedByAny(rules);
  const checks = checkingOf(rules);
  if (opened.length === 0) return ['these rules let nothing pass by themselves', ...checks];
  return [
    opening(opened),
    ...opened.flatMap(covering),
    ...(isOpenForIPv6(opened) ? ['any address is of IPv6 too'] : []),
    grouping(opened, []),
    'as whom of its network the port can pose is not known: a journal names no neighbours',
    ...onTheLink(opened, " where Open vSwitch's flows let it"),
    ...checks,
  ];
}

const openedByAny = (rules: ExceptionRules): Opened[] =>
  [openedBy(rules.ipv4, 4), openedBy(rules.ipv6, 6)].filter(
    ({ passages }) => passages.leaving.length + passages.entering.length > 0,
  );

function openedBy(rules: ExceptionRules['ipv4'], version: IpVersion): Opened {
  const passages = passagesOf(rules, version);
  return {
    version,
    passages,
    sources: compact(passages.leaving.flatMap((passage) => passage.sources)),
    destinations: compact(passages.leaving.flatMap((passage) => passage.destinations)),
  };
}

function opening(opened: readonly Opened[]): string {
  const named = (way: 'leaving' | 'entering', end: 'source' | 'destination'): string =>
    nameOf(opened.map(({ version, passages }) => [version, passages[way].map((passage) => passage[end])]));
  const has = (way: 'leaving' | 'entering'): boolean => opened.some(({ passages }) => passages[way].length > 0);
  const ways = [
    ...(has('leaving')
      ? [`from ${named('leaving', 'source')} out of the port to ${named('leaving', 'destination')}`]
      : []),
    ...(has('entering')
      ? [`from ${named('entering', 'source')} into the port to ${named('entering', 'destination')}`]
      : []),
  ];
  return `opens: ${ways.join(', and ')}`;
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

/** Named prefixes that are nearly all addresses. */
function covering({ version, passages, sources, destinations }: Opened): string[] {
  const whole = everyAddress(version);
  const missing = (end: 'source' | 'destination', ranges: readonly IpRange[]): bigint | undefined => {
    const left = sizeOf(subtract([whole], ranges));
    return passages.leaving.some((passage) => passage[end] === undefined) || left * 2n > sizeOf([whole])
      ? undefined
      : left;
  };
  const [from, to] = [missing('source', sources), missing('destination', destinations)];
  return [
    ...(from === undefined ? [] : [`these are every IPv${version} address but ${inWords(from)} as its source`]),
    ...(to === undefined ? [] : [`these are every IPv${version} address but ${inWords(to)} as its destination`]),
  ];
}

/** `536,936,449`, or `2^64` if nobody could read the number. */
const inWords = (count: bigint): string =>
  count < 1n << 48n
    ? count.toLocaleString('en')
    : `${count & (count - 1n) ? 'about ' : ''}2^${count.toString(2).length - 1}`;

function grouping(opened: readonly Opened[], addresses: readonly string[]): string {
  const own = new Set(addresses);
  const left = opened
    .flatMap(({ passages }) => passages.returned)
    .map((prefix) => {
      const address = prefix.replace(/\/(32|128)$/, '');
      if (address !== prefix) return own.has(address) ? `its own ${address}` : address;
      return Object.values<string>(linkLocal).includes(prefix) ? `link-local ${prefix}` : prefix;
    });
  const hasDhcp = opened.some(({ passages }) => passages.leaving.some((passage) => passage.isForDhcp));
  const kept = [
    ...(left.length > 0 ? [`those of ${left.join(', ')}`] : []),
    ...(hasDhcp ? [] : ['DHCP replies out of the port']),
  ];
  return `${ungrouped}${kept.length > 0 ? `, except ${kept.join(', and ')}` : ''}; they filter every other packet`;
}

/** Neighbours as which the port can pose. */
function posing(opened: readonly Opened[], port: Port, subnets: readonly NearSubnet[]): string[] {
  if (subnets.length === 0)
    return ['as whom of its network the port can pose is not known: these credentials see no subnet of it'];
  const own = port.fixedIps.map(({ address }) => only(parseAddress(address)));
  const posed = subnets.map((subnet) => {
    const neighbours = subtract([parseCidr(subnet.cidr)], own);
    const sources = opened.flatMap((family) => intersect(family.sources, neighbours));
    return { subnet, count: sizeOf(sources), isAll: sizeOf(sources) === sizeOf(neighbours), sources };
  });
  const can = posed.filter(({ count }) => count > 0n);
  const safe = posed.filter(({ count }) => count === 0n).map(({ subnet }) => subnet.cidr);
  const asked = opened.some(({ destinations }) => holdsAny(destinations, metadataService));
  return [
    ...can.map(({ subnet: { cidr, gatewayIp }, count, isAll, sources }) => {
      const gateway = gatewayIp !== null && holdsAny(sources, gatewayIp) ? `, its gateway ${gatewayIp} among them` : '';
      const metadata = asked && cidr.includes('.') ? ', and ask the metadata service in their name' : '';
      return `the port can pose as ${isAll ? 'every other address' : `${inWords(count)} of the other addresses`} of ${cidr}${gateway}${metadata}`;
    }),
    ...(safe.length > 0 ? [`the port can't pose as its neighbours in ${safe.join(', ')}`] : []),
  ];
}

const holdsAny = (ranges: readonly IpRange[], address: string): boolean =>
  intersect(ranges, [only(parseAddress(address))]).length > 0;

/** Messages that servers believe from anybody on their own link. */
function onTheLink(opened: readonly Opened[], whereItMay: string): string[] {
  const ipv6 = opened.find(({ version, passages }) => version === 6 && passages.leaving.length > 0);
  const answers = opened.some(({ passages }) => passages.leaving.some((passage) => passage.isForDhcp));
  const advertises = ipv6 !== undefined && intersect(ipv6.sources, [parseCidr(linkLocal[6])]).length > 0;
  const reached = opened.flatMap((family) =>
    family.passages.leaving.some(({ destination }) => destination === undefined)
      ? []
      : intersect(family.destinations, forMany[family.version].map(parseCidr)),
  );
  const router = 'advertise itself as a router of IPv6';
  return [
    answers
      ? `the port can answer DHCP${ipv6 ? (advertises ? `, and ${router}` : `, and can't ${router}`) : ''}`
      : advertises
        ? `the port can ${router}, and can't answer DHCP`
        : `the port can't answer DHCP${ipv6 ? `, nor ${router}` : ''}`,
    ...(opened.some(({ sources }) => holdsAny(sources, metadataService))
      ? [`the port can pose as the metadata service ${metadataService}`]
      : []),
    ...(ipv6
      ? [
          `no rule sees whom a neighbour advertisement names: the port can claim IPv6 addresses of its neighbours${whereItMay}`,
        ]
      : []),
    ...(reached.length > 0
      ? ['the port reaches all its neighbours at once: the destinations hold multicast or broadcast']
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

/**
 * Says who checks MAC addresses, as far as the rules show it. Open vSwitch's flows may check more, which no rule shows.
 */
function checkingOf(rules: ExceptionRules): string[] {
  const all = [rules.ipv4, rules.ipv6].map((family) => ({
    set: family.mangle.flatMap((line) => parseRule('mangle', line) ?? []),
    accepted: family.filter.flatMap((line) => parseRule('filter', line) ?? []),
  }));
  const macs = new Set(all.flatMap(({ set }) => set.flatMap(({ mac }) => mac ?? [])));
  const unchecked = all.some(({ accepted }) =>
    accepted.some(
      ({ in: from, mark, verdict }) => from.startsWith('tap') && mark === undefined && verdict === 'ACCEPT',
    ),
  );
  const unset = all.flatMap(({ set, accepted }) =>
    accepted.flatMap(({ mark }) =>
      mark === undefined || set.some(({ verdict }) => typeof verdict === 'object' && verdict.setMark === mark)
        ? []
        : [mark],
    ),
  );
  return [
    ...(unchecked ? ["no rule checks the MAC address of frames out of it: at most Open vSwitch's flows do"] : []),
    ...(macs.size > 0 ? [`frames that a rule in mangle lets out must bear ${[...macs].join(' or ')}`] : []),
    ...[...new Set(unset)].map((mark) => `whatever else sets the mark ${mark} passes out of it, whatever it is`),
  ];
}
