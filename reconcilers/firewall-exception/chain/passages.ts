/** The packets that the rules of one exception let pass, computed from the rules as the kernel gets them. Pure. */
import { everyAddress, parseCidr, subtract, type IpRange, type IpVersion } from '../../../lib/net/ip-ranges';
import type { OwnRules, OwnTable } from '../../../lib/iptables/own-chain';
import { parseRule, type OwnRule } from './rule-shape';

/** The packets that one rule lets pass, without those that an earlier rule returns to the port's groups. */
export interface Passage {
  /** The rule's own prefixes; undefined: any address. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly sources: readonly IpRange[];
  readonly destinations: readonly IpRange[];
  /** True if replies of a DHCP server are among them. */
  readonly isForDhcp: boolean;
}

/** The passages in one family. */
export interface Passages {
  readonly leaving: readonly Passage[];
  readonly entering: readonly Passage[];
  /** Sources whose packets return to the groups of the port. */
  readonly returned: readonly string[];
}

export function passagesOf({ mangle, filter }: OwnRules, version: IpVersion): Passages {
  const marking = walk('mangle', mangle, version);
  const passing = walk('filter', filter, version);
  const leaving = passing.passed.flatMap(({ rule, passage }) => {
    if (rule.mark === undefined) return leaves(rule) ? [passage] : [];
    const isMarked = (marker: OwnRule): boolean =>
      typeof marker.verdict === 'object' && marker.verdict.setMark === rule.mark && wayOf(marker) === wayOf(rule);
    return marking.passed.filter((marker) => isMarked(marker.rule)).map((marker) => marker.passage);
  });
  return {
    leaving,
    entering: passing.passed.filter(({ rule }) => !leaves(rule)).map(({ passage }) => passage),
    returned: [...new Set([...marking.returned, ...passing.returned])],
  };
}

const leaves = (rule: OwnRule): boolean => rule.in.startsWith('tap');
const wayOf = (rule: OwnRule): string => `${rule.in} ${rule.out}`;

/** The packets of one way that have returned to the groups so far. */
interface Returned {
  readonly sources: IpRange[];
  readonly destinations: IpRange[];
  hasDhcp: boolean;
}

interface Walked {
  readonly passed: { readonly rule: OwnRule; readonly passage: Passage }[];
  readonly returned: string[];
}

/** Goes through the rules in the order of the kernel. A marked packet goes on to the next rule and keeps its mark. */
function walk(table: OwnTable, lines: readonly string[], version: IpVersion): Walked {
  const walked: Walked = { passed: [], returned: [] };
  const byWay = new Map<string, Returned>();
  for (const line of lines) {
    const rule = parseRule(table, line);
    if (!rule) continue;
    const way = wayOf(rule);
    const returned = byWay.get(way) ?? { sources: [], destinations: [], hasDhcp: false };
    byWay.set(way, returned);
    if (rule.verdict !== 'RETURN') walked.passed.push({ rule, passage: passageOf(rule, returned, version) });
    else {
      if (rule.dhcp !== undefined) returned.hasDhcp = true;
      if (rule.source !== undefined) {
        returned.sources.push(parseCidr(rule.source));
        walked.returned.push(rule.source);
      }
      if (rule.destination !== undefined) returned.destinations.push(parseCidr(rule.destination));
    }
  }
  return walked;
}

function passageOf({ source, destination }: OwnRule, returned: Returned, version: IpVersion): Passage {
  const rangeOf = (prefix: string | undefined): IpRange =>
    prefix === undefined ? everyAddress(version) : parseCidr(prefix);
  return {
    source,
    destination,
    isForDhcp: !returned.hasDhcp,
    sources: subtract([rangeOf(source)], returned.sources),
    destinations: subtract([rangeOf(destination)], returned.destinations),
  };
}
