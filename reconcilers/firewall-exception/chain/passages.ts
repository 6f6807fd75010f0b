/** Which packets the rules of one exception let pass, read from the very lines that the kernel gets. Pure. */
import { everyAddress, parseCidr, subtract, type IpRange, type IpVersion } from '../../../lib/net/ip-ranges';
import type { OwnRules, OwnTable } from '../../../lib/iptables/own-chain';
import { parseRule, type OwnRule } from './rule-shape';

/** What one rule lets pass, without what an earlier rule of its way gives back to the groups of the port. */
export interface Passage {
  /** As the rule names them; undefined: any address. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly sources: readonly IpRange[];
  readonly destinations: readonly IpRange[];
  /** Replies of a DHCP server are among it. */
  readonly isForDhcp: boolean;
}

/** Of one family. */
export interface Passages {
  readonly leaving: readonly Passage[];
  readonly entering: readonly Passage[];
  /** What of the sources goes on to the groups of the port. */
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

/** What went back to the groups on one way, so far. */
interface Returned {
  readonly sources: IpRange[];
  readonly destinations: IpRange[];
  hasDhcp: boolean;
}

interface Walked {
  readonly passed: { readonly rule: OwnRule; readonly passage: Passage }[];
  readonly returned: string[];
}

/** In the order in which the kernel compares them; a packet that is marked goes on, and keeps its mark. */
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
