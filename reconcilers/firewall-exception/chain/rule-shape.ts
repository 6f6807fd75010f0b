/**
 * The rules that stackward writes, and no others: a grammar from text to a typed rule and back. Pure.
 *
 * This grammar decides whether a rule in stackward's chain is its own. Every other rule is foreign, whatever its
 * comment says (an operator's DROP, a pass for another port). The host program has the same grammar (`read_rule` of
 * host/stackward-host.py) and gives iptables-restore no other rule; test/attack/fuzz-rule-grammar.test.ts compares the
 * two.
 */
import { defined } from '../../../lib/basics/defined';
import { carriesIPv4, formatAddress, parseCidr } from '../../../lib/net/ip-ranges';
import { recalling } from '../../../lib/basics/recent';
import { longestLine, mostRules, type OwnTable } from '../../../lib/iptables/own-chain';
import { findPath } from '../../../lib/iptables/rule-comment';

export interface OwnRule {
  /** Prefix, as the kernel prints it. Absent: any address. */
  readonly source?: string;
  readonly destination?: string;
  /** True only for replies of a DHCP server of that family. Absent: every protocol. */
  readonly dhcp?: 4 | 6;
  /** Bridge ports. Exactly one of the two is a server's tap. */
  readonly in: string;
  readonly out: string;
  /** Source MAC address, in lower case. */
  readonly mac?: string;
  /** The bit of the packet's mark that must be set: `0x80000000`. */
  readonly mark?: string;
  readonly comment: string;
  readonly verdict: 'ACCEPT' | 'RETURN' | { readonly setMark: string };
}

/** The same spelling for the output of every iptables version: versions differ in spaces, MAC addresses and quotes. */
export const canonicalRule = (rule: string): string =>
  rule
    .replace(/ +/g, ' ')
    .replace(/--mac-source [0-9A-Fa-f:]+/, (mac) => mac.toLowerCase())
    .replace(/--comment "([^" ]*)"/, '--comment $1');

/** The rule as iptables 1.8 prints it. */
export const renderRule = ({ source, destination, dhcp, mac, mark, comment, verdict, ...way }: OwnRule): string =>
  [
    ...(source === undefined ? [] : [`-s ${source}`]),
    ...(destination === undefined ? [] : [`-d ${destination}`]),
    ...(dhcp === undefined ? [] : ['-p udp']),
    `-m physdev --physdev-in ${way.in} --physdev-out ${way.out} --physdev-is-bridged`,
    ...(dhcp === undefined ? [] : [`-m udp ${dhcpPorts[dhcp]}`]),
    ...(mac === undefined ? [] : [`-m mac --mac-source ${mac}`]),
    ...(mark === undefined ? [] : [`-m mark --mark ${mark}/${mark}`]),
    `-m comment --comment "${comment}"`,
    `-j ${typeof verdict === 'string' ? verdict : `MARK --set-xmark ${verdict.setMark}/${verdict.setMark}`}`,
  ].join(' ');

/** DHCP ports of the server and of its client. */
const dhcpPorts = { 4: '--sport 67 --dport 68', 6: '--sport 547 --dport 546' } as const;

const device = '[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,14}';
const bit = '0x[1248]0{0,7}';
const grammar = new RegExp(
  '^(?:-s (?<source>[0-9a-f.:/]+) )?(?:-d (?<destination>[0-9a-f.:/]+) )?(?<udp>-p udp )?' +
    `-m physdev --physdev-in (?<into>${device}) --physdev-out (?<out>${device}) --physdev-is-bridged ` +
    `(?:-m udp (?<dhcp>${dhcpPorts[4]}|${dhcpPorts[6]}) )?` +
    '(?:-m mac --mac-source (?<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5}) )?' +
    `(?:-m mark --mark (?<mark>${bit})/\\k<mark> )?` +
    '-m comment --comment (?<comment>stackward:(?:[A-Za-z0-9_./:@+=,~-]|%[0-9A-F]{2})+) ' +
    `-j (?:(?<verdict>ACCEPT|RETURN)|MARK --set-xmark (?<setMark>${bit})/\\k<setMark>)$`,
);

/** Length of `-A <chain> ` before a rule: a chain's name has at most 28 characters. */
const longestStart = 32;

/** A run reads a whole chain again before and after each step, from the kernel and from the stored file. */
const parsed = {
  mangle: recalling(mostRules, (text) => parse('mangle', text)),
  filter: recalling(mostRules, (text) => parse('filter', text)),
};

/** Undefined for a rule that stackward doesn't write into this table. */
export const parseRule = (table: OwnTable, text: string): OwnRule | undefined => parsed[table](text);

function parse(table: OwnTable, text: string): OwnRule | undefined {
  if (text.length > longestLine - longestStart) return undefined;
  const found = grammar.exec(canonicalRule(text))?.groups;
  if (!found) return undefined;
  const { source, destination, udp, dhcp, into = '', out = '', mac, mark, comment = '', verdict, setMark = '' } = found;
  if ((udp === undefined) !== (dhcp === undefined)) return undefined;
  const dhcpVersion = dhcp === undefined ? undefined : dhcp === dhcpPorts[4] ? 4 : 6;
  const rule: OwnRule = {
    ...defined({ source, destination, dhcp: dhcpVersion as 4 | 6 | undefined, mac, mark }),
    in: into,
    out,
    comment,
    verdict: verdict === undefined ? { setMark } : (verdict as 'ACCEPT' | 'RETURN'),
  };
  const isPlain = comment.length <= 255 && comment.includes('/') && !/(neutron|quantum)-/i.test(comment);
  return isPlain && isOfOneFamily(source, destination) && fits(table, rule) ? rule : undefined;
}

const isOfOneFamily = (...prefixes: readonly (string | undefined)[]): boolean => {
  const families = prefixes.flatMap((prefix) => (prefix === undefined ? [] : [familyOf(prefix)]));
  return families.every((family) => family !== undefined && family === families[0]);
};

/**
 * Undefined for a prefix that the kernel prints in another way, or for all addresses, which the kernel doesn't print.
 */
function familyOf(prefix: string): 4 | 6 | undefined {
  try {
    const range = parseCidr(prefix);
    const { version, first, prefixLength } = range;
    const isPrinted = prefix === `${formatAddress(version, first)}/${prefixLength}` && prefixLength > 0;
    return isPrinted && !carriesIPv4(range) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The family of its prefixes or ports; undefined for a rule about any address. */
export const familyOfRule = ({ source, destination, dhcp }: OwnRule): 4 | 6 | undefined => {
  const prefix = source ?? destination;
  return prefix === undefined ? dhcp : familyOf(prefix);
};

const tap = /^tap[0-9a-f-]{1,11}$/;

/** True if the parts may be combined: rules.ts explains each combination. */
function fits(table: OwnTable, { source, destination, dhcp, mac, mark, verdict, ...way }: OwnRule): boolean {
  const leaves = tap.test(way.in);
  if ((leaves ? way.out : way.in).startsWith('tap') || !(leaves || tap.test(way.out))) return false;
  const [hasSource, hasDestination] = [source !== undefined, destination !== undefined];
  const isPlain = mac === undefined && mark === undefined;
  if (dhcp !== undefined) return verdict === 'RETURN' && leaves && isPlain && !hasSource && !hasDestination;
  if (verdict === 'RETURN')
    return (
      isPlain &&
      (leaves ? hasSource && !hasDestination : !hasSource && hasDestination) &&
      (table === 'filter' || leaves)
    );
  if (verdict === 'ACCEPT')
    return table === 'filter' && mac === undefined && (mark === undefined || (leaves && !hasSource && !hasDestination));
  return table === 'mangle' && leaves && mac !== undefined && mark === undefined;
}

/** The comment by which stackward's rule is found; undefined for a foreign rule. */
export function findOwnComment(table: OwnTable, rule: string): string | undefined {
  const comment = parseRule(table, rule)?.comment;
  return comment !== undefined && isOfAPath(comment) ? comment : undefined;
}

/** The rules of one exception have one comment. */
const isOfAPath = recalling(1024, (comment) => findPath(comment) !== undefined);
