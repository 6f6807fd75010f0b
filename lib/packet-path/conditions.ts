/**
 * Decides whether a packet meets one condition of a rule: yes, no, or undefined if the tables and the packet don't
 * determine the answer. Pure.
 * Source: net/netfilter/xt_*.c and net/ipv4/netfilter/ip_tables.c, Linux 6.x.
 */
import { holds, type IpAddress } from '../net/ip-ranges';
import { protocolOf } from '../net/protocols';
import { findPrefix, findRange, isMember, isWithin, type IpSets } from './ip-sets';
import type { ConnectionState, Packet, Passage } from './packet';
import type { Condition } from './rule';

/** A packet in one hook and table. */
export interface Situation {
  readonly packet: Packet;
  readonly passage: Passage;
  readonly state: ConnectionState;
  /** 32 bits. Undefined: not known. */
  readonly mark: number | undefined;
  readonly connectionMark: ConnectionMark;
  readonly sets: IpSets;
}

/** `none`: the packet has no connection, so no condition about a connection's mark is met. Undefined: not known. */
export type ConnectionMark = number | 'none' | undefined;

type Answer = boolean | undefined;
type Judge = (values: readonly string[], situation: Situation, isNegated: boolean) => Answer;

/**
 * Undefined for a condition that this program doesn't know. The answer to such a condition may differ from rule to
 * rule.
 */
export const judgeOf = ({ module, option }: Condition): Judge | undefined =>
  judges.get(option.startsWith('--') || option === '-m' ? `${module} ${option}` : option);

export const meets = (condition: Condition, situation: Situation): Answer =>
  judgeOf(condition)?.(condition.values, situation, condition.isNegated);

const turnedBy = (isSo: Answer, isNegated: boolean): Answer => (isSo === undefined ? undefined : isSo !== isNegated);

/** For the options that `!` simply negates, which are most of them. */
const plainly =
  (judge: (values: readonly string[], situation: Situation) => Answer): Judge =>
  (values, situation, isNegated) =>
    turnedBy(judge(values, situation), isNegated);

/**
 * `tap+` matches every device whose name begins with tap. In a hook without such a device the kernel compares with ''.
 */
const names = (pattern: string | undefined, device = ''): Answer =>
  pattern === undefined
    ? undefined
    : pattern.endsWith('+')
      ? device.startsWith(pattern.slice(0, -1))
      : device === pattern;

function isFrom(text: string | undefined, address: IpAddress): Answer {
  const prefix = findPrefix(text ?? '');
  return prefix && isWithin(prefix, address);
}

function isBetween(text: string | undefined, address: IpAddress): Answer {
  const range = findRange(text ?? '');
  return range && holds(range, address);
}

/** `22`, `1000:2000`, `:1023` or `1024:`. */
function portsOf(text: string): { readonly first: number; readonly last: number } | undefined {
  const [, from = '', colon = '', to = ''] = /^(\d{0,5})(:?)(\d{0,5})$/.exec(text) ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? 0 : Number(from);
  return { first, last: colon === '' ? first : to === '' ? 65_535 : Number(to) };
}

function isPort(text: string, port: number | undefined): Answer {
  const ports = portsOf(text);
  return ports === undefined || port === undefined ? undefined : ports.first <= port && port <= ports.last;
}

function isAnyPort(list: string, ports: readonly (number | undefined)[]): Answer {
  const found = list.split(',').flatMap((text) => ports.map((port) => isPort(text, port)));
  return found.includes(true) ? true : found.includes(undefined) ? undefined : false;
}

/**
 * A later fragment has no header of TCP, UDP or ICMP. In iptables-legacy it then meets neither a condition about the
 * header nor the negated condition. iptables-nft may compare the bytes at that place instead (seen with 1.8.9 on Linux
 * 6.18).
 */
const ofHeader =
  (judge: Judge): Judge =>
  (values, situation, isNegated) =>
    situation.packet.isLaterFragment === true ? undefined : judge(values, situation, isNegated);

/** multiport behaves alike in iptables-legacy and iptables-nft: a later fragment never meets it, negated or not. */
const ofPorts =
  (judge: (list: string, packet: Packet) => Answer): Judge =>
  ([list = ''], { packet }, isNegated) =>
    packet.isLaterFragment === true ? false : turnedBy(judge(list, packet), isNegated);

const flagBits: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ALL: 63,
  NONE: 0,
};

const flagsOf = (list = ''): number | undefined =>
  list
    .split(',')
    .map((name) => (Object.hasOwn(flagBits, name) ? flagBits[name] : undefined))
    .reduce((sum, bit) => (sum === undefined || bit === undefined ? undefined : sum | bit), 0);

function hasFlags(mask: string | undefined, set: string | undefined, { tcpFlags }: Packet): Answer {
  const [examined, wanted] = [flagsOf(mask), flagsOf(set)];
  return examined === undefined || wanted === undefined || tcpFlags === undefined
    ? undefined
    : (tcpFlags & examined) === wanted;
}

/** `8`, `3/1` or `any`. iptables-save prints types as numbers. */
function hasIcmpType([text = '']: readonly string[], { packet: { icmpType, icmpCode } }: Situation): Answer {
  if (text === 'any') return true;
  const [, type, code] = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (type === undefined || icmpType === undefined) return undefined;
  if (Number(type) !== icmpType || code === undefined) return Number(type) === icmpType;
  return icmpCode === undefined ? undefined : Number(code) === icmpCode;
}

const states: readonly string[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];

/** SNAT and DNAT are states too, which can't be determined here. */
function hasState([list = '']: readonly string[], { state }: Situation): Answer {
  const listed = list.split(',');
  if (listed.includes(state)) return true;
  return listed.every((name) => states.includes(name)) ? false : undefined;
}

export interface MarkBits {
  readonly value: number;
  readonly mask: number;
}

/** `0x1/0xff`, `1`: a number, and the bits of the mark that are compared. */
export function findMark(text: string | undefined): MarkBits | undefined {
  const [, value, mask] = /^(0x[0-9a-f]{1,8}|\d{1,10})(?:\/(0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(text ?? '') ?? [];
  const [bits, counted] = [Number(value), Number(mask ?? 0xffff_ffff)];
  return value !== undefined && bits <= 0xffff_ffff && counted <= 0xffff_ffff
    ? { value: bits, mask: counted }
    : undefined;
}

function hasMark(text: string | undefined, mark: number | undefined): Answer {
  const wanted = findMark(text);
  return wanted === undefined || mark === undefined ? undefined : (mark & wanted.mask) >>> 0 === wanted.value;
}

function isInSet([name = '', directions]: readonly string[], { packet, sets }: Situation): Answer {
  const set = sets.get(name);
  if (set === undefined || (directions !== 'src' && directions !== 'dst')) return undefined;
  return isMember(set, directions === 'src' ? packet.source : packet.destination);
}

/**
 * `!` doesn't simply negate the options of physdev. If the bridge doesn't know yet on which port the packet leaves,
 * neither `--physdev-out tap0` nor its negation is met. If the packet passes no bridge, every negation is met.
 */
const ofBridge =
  (judge: (device: string | undefined, ports: NonNullable<Passage['bridged']>, isNegated: boolean) => Answer): Judge =>
  ([device], { passage: { bridged } }, isNegated) =>
    bridged === undefined ? isNegated : judge(device, bridged, isNegated);

const isPortOf = (pattern: string | undefined, device: string, isNegated: boolean): Answer =>
  turnedBy(names(pattern, device), isNegated);

const physdev: readonly (readonly [string, Judge])[] = [
  ['physdev --physdev-in', ofBridge((device, ports, isNegated) => isPortOf(device, ports.in, isNegated))],
  [
    'physdev --physdev-out',
    ofBridge((device, { out }, isNegated) => (out === undefined ? false : isPortOf(device, out, isNegated))),
  ],
  ['physdev --physdev-is-in', ofBridge((_, __, isNegated) => !isNegated)],
  ['physdev --physdev-is-out', ofBridge((_, { out }, isNegated) => (out !== undefined) !== isNegated)],
  ['physdev --physdev-is-bridged', ofBridge((_, { out }, isNegated) => (out !== undefined) !== isNegated)],
];

const headers: readonly (readonly [string, Judge])[] = [
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp'].flatMap((module): [string, Judge][] => [
    [`${module} --sport`, plainly(([port = ''], { packet }) => isPort(port, packet.sourcePort))],
    [`${module} --dport`, plainly(([port = ''], { packet }) => isPort(port, packet.destinationPort))],
  ]),
  ['tcp --tcp-flags', plainly(([mask, set], { packet }) => hasFlags(mask, set, packet))],
  ['tcp --syn', plainly((_, { packet }) => hasFlags('FIN,SYN,RST,ACK', 'SYN', packet))],
  ['icmp --icmp-type', plainly(hasIcmpType)],
  ['icmp6 --icmpv6-type', plainly(hasIcmpType)],
  // A module with the name of its protocol checks nothing but the header.
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmp6'].map((module): [string, Judge] => [
    `${module} -m`,
    () => true,
  ]),
];

/** By module and option. */
const judges: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['-s', plainly(([prefix], { packet }) => isFrom(prefix, packet.source))],
  ['-d', plainly(([prefix], { packet }) => isFrom(prefix, packet.destination))],
  ['-i', plainly(([device], { passage }) => names(device, passage.in))],
  ['-o', plainly(([device], { passage }) => names(device, passage.out))],
  [
    '-p',
    plainly(([name = ''], { packet }) => {
      const protocol = protocolOf(name);
      return protocol === undefined ? undefined : protocol === 0 || protocol === packet.protocol;
    }),
  ],
  ['-f', plainly((_, { packet }) => packet.isLaterFragment === true)],
  ['comment --comment', () => true],
  ...headers.map(([name, judge]): [string, Judge] => [name, ofHeader(judge)]),
  ['multiport --sports', ofPorts((list, { sourcePort }) => isAnyPort(list, [sourcePort]))],
  ['multiport --dports', ofPorts((list, { destinationPort }) => isAnyPort(list, [destinationPort]))],
  ['multiport --ports', ofPorts((list, packet) => isAnyPort(list, [packet.sourcePort, packet.destinationPort]))],
  ...physdev,
  ['state --state', plainly(hasState)],
  ['conntrack --ctstate', plainly(hasState)],
  ['mark --mark', plainly(([mark], situation) => hasMark(mark, situation.mark))],
  [
    'connmark --mark',
    ([mark], { connectionMark }, isNegated) =>
      connectionMark === 'none' ? false : turnedBy(hasMark(mark, connectionMark), isNegated),
  ],
  [
    'mac --mac-source',
    plainly(([address = ''], { packet: { sourceMac } }) =>
      sourceMac === undefined ? undefined : address.toLowerCase() === sourceMac.toLowerCase(),
    ),
  ],
  ['set --match-set', plainly(isInSet)],
  ['iprange --src-range', plainly(([range], { packet }) => isBetween(range, packet.source))],
  ['iprange --dst-range', plainly(([range], { packet }) => isBetween(range, packet.destination))],
]);
