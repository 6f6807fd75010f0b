/**
 * The tables of a host after Neutron's agent has followed a change of a port: the rules of its security groups, its
 * addresses, its port security. Pure.
 *
 * Goal: the tables let pass what the agent's own tables will let pass, or a text says why that can't be told.
 * How: the chains that the agent made are changed, and not made anew, so each release keeps its own form. A rule that the
 * change takes away, or keeps, must be found there first: then the agent has followed the groups that the API shows.
 * Given up: comments, and the order of rules that all return. Port security that comes on, because the agent then makes
 * chains that aren't there yet. New members of a group, which the agent adds to a set of addresses.
 * Source: neutron agent/linux/iptables_firewall.py, icehouse-eol to 2025.1.
 */
import type { GroupRule } from '../contract/trace-ports';
import type { IpVersion } from '../net/ip-ranges';
import { findPrefix, type IpSets, type Prefix } from '../packet-path/ip-sets';
import { tapOf } from '../packet-path/port-way';
import { parseRule } from '../packet-path/rule';
import type { Chain, Table, Tables } from '../packet-path/tables';
import { isSame, meaningKeyOf, meaningOf, meaningOfRule, setForm } from './group-rule';

/** A source that the port may send from. */
export interface Sender {
  /** An address, or a prefix. */
  readonly address: string;
  readonly mac: string;
}

/** The input from which the agent makes a port's chains. */
export interface PortFiltering {
  /** Of all its groups. */
  readonly rules: readonly GroupRule[];
  /** Its own addresses, and its address pairs. */
  readonly senders: readonly Sender[];
  /** Port security. */
  readonly isFiltered: boolean;
}

export interface AgentsTables {
  readonly tables: Tables;
  readonly sets: IpSets;
  readonly version: IpVersion;
}

/** Carries the reason why the tables can't be told. */
class Untold extends Error {}

/** The host's tables afterwards, or the reason why nobody can tell them. */
export function followAgent(
  host: AgentsTables,
  portId: string,
  was: PortFiltering,
  is: PortFiltering,
): Tables | string {
  const table = host.tables.get('filter');
  if (table === undefined) return 'the host has no table filter';
  try {
    return new Map(host.tables).set('filter', { ...table, chains: chainsAfter(table, { ...host, portId, was, is }) });
  } catch (error) {
    if (error instanceof Untold) return error.message;
    throw error;
  }
}

interface Following extends AgentsTables {
  readonly portId: string;
  readonly was: PortFiltering;
  readonly is: PortFiltering;
}

function chainsAfter({ chains }: Table, following: Following): Table['chains'] {
  const { was, is, portId } = following;
  if (was.isFiltered !== is.isFiltered) return is.isFiltered ? refuse(comesOn) : withoutFilter(chains, portId);
  if (!is.isFiltered) return chains;
  const after = new Map(chains);
  const change = (letter: string, edit: (rules: readonly string[]) => readonly string[]): void => {
    const name = [...chains.keys()].find((chain) => chain.endsWith(`-${letter}${portId.slice(0, 10)}`));
    const { policy, rules } = (name === undefined ? undefined : chains.get(name)) ?? noChain;
    const edited = edit(rules);
    if (edited === rules) return;
    if (name === undefined) refuse(`the agent has no chain for this port on the host yet`);
    else after.set(name, { policy, rules: edited });
  };
  change('i', (rules) => groupRulesAfter(rules, 'ingress', following));
  change('o', (rules) => groupRulesAfter(rules, 'egress', following));
  change('s', (rules) => sendersAfter(rules, following));
  return after;
}

const noChain: Chain = { policy: '-', rules: [] };
const comesOn = 'port security comes on, and the agent makes chains that are not there yet';

function refuse(why: string): never {
  throw new Untold(why);
}

/** `-m physdev --physdev-in tap… --physdev-is-bridged -j neutron-openvswi-sg-chain` becomes `… -j ACCEPT`. */
function withoutFilter(chains: Table['chains'], portId: string): Table['chains'] {
  const ofTap = new RegExp(`--physdev-(?:in|out) ${tapOf(portId)} .*-j \\S+-(?:sg-chain|[io]${portId.slice(0, 10)})$`);
  const accepting = (rule: string): string => (ofTap.test(rule) ? rule.replace(/ -j \S+$/, ' -j ACCEPT') : rule);
  const rulesOf = (name: string, rules: readonly string[]): readonly string[] => {
    if (/-(?:FORWARD|INPUT)$/.test(name)) return rules.map(accepting);
    return name.endsWith('-sg-chain') ? rules.filter((rule) => !ofTap.test(rule)) : rules;
  };
  return new Map([...chains].map(([name, chain]) => [name, { ...chain, rules: rulesOf(name, chain.rules) }]));
}

/** The same rules if the change is not about this direction and family. */
function groupRulesAfter(
  rules: readonly string[],
  direction: GroupRule['direction'],
  following: Following,
): readonly string[] {
  const { was, is, version } = following;
  const ofChain = ({ rules: all }: PortFiltering): GroupRule[] =>
    all.filter((rule) => rule.direction === direction && rule.family === version);
  const [before, after] = [ofChain(was), ofChain(is)];
  const byMeaning = (all: readonly GroupRule[]) => new Map(all.map((rule) => [meaningKeyOf(rule), rule]));
  const [wasThere, isThere] = [byMeaning(before), byMeaning(after)];
  const gone = before.filter((rule) => !isThere.has(meaningKeyOf(rule)));
  const come = [...isThere].flatMap(([key, rule]) => (wasThere.has(key) ? [] : [rule]));
  if (gone.length + come.length === 0) return rules;
  refuseUnlessHeld(rules, direction, before, gone);
  const leaving = gone.map((rule) => meaningOfRule(rule));
  const kept = (part: readonly string[]): readonly string[] =>
    part.filter((text) => !leaving.some((meaning) => means(text, direction, meaning)));
  const end = endOf(rules);
  const written = come.map((rule) => textOf(rule, following));
  return [...kept(rules.slice(0, end)), ...written, ...kept(rules.slice(end))];
}

/** The agent writes no rule of a remote group without members, so only a rule of members that goes must be there. */
function refuseUnlessHeld(
  rules: readonly string[],
  direction: GroupRule['direction'],
  before: readonly GroupRule[],
  gone: readonly GroupRule[],
): void {
  const mayBeAbsent = (rule: GroupRule): boolean => isOfMembers(rule) && !gone.includes(rule);
  const isHeld = (rule: GroupRule): boolean => rules.some((text) => means(text, direction, meaningOfRule(rule)));
  if (!before.every((rule) => mayBeAbsent(rule) || isHeld(rule)))
    refuse('the chain of the port does not hold all rules of its groups yet, or holds them in another form');
}

/** True if the port's chain asks a set for the members of a remote group, and so follows that set. */
export function holdsMembers({ tables, version }: AgentsTables, portId: string, rule: GroupRule): boolean {
  const letter = rule.direction === 'ingress' ? 'i' : 'o';
  const chains = [...(tables.get('filter')?.chains ?? [])];
  const own = chains.find(([name]) => name.endsWith(`-${letter}${portId.slice(0, 10)}`))?.[1].rules ?? [];
  return rule.family !== version || own.some((text) => means(text, rule.direction, meaningOfRule(rule)));
}

const isOfMembers = ({ remoteGroup, remoteAddressGroup }: GroupRule): boolean =>
  (remoteGroup ?? remoteAddressGroup) !== undefined;

function means(text: string, direction: GroupRule['direction'], wanted: ReturnType<typeof meaningOfRule>): boolean {
  const { conditions, target } = parseRule(text);
  const meaning = target.name === 'RETURN' ? meaningOf(conditions, direction) : undefined;
  return meaning !== undefined && isSame(meaning, wanted);
}

/** Before the rules that end the chain: packets without a connection are dropped, all others go to the fallback. */
function endOf(rules: readonly string[]): number {
  const fallback = rules.findIndex((rule) => / ?-j \S+-sg-fallback$/.test(rule));
  if (fallback < 0) refuse('the chain of the port has no end that stackward knows');
  return /--state INVALID .*-j DROP$|--state INVALID -j DROP$/.test(rules[fallback - 1] ?? '')
    ? fallback - 1
    : fallback;
}

const modules: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 33: 'dccp', 132: 'sctp', 136: 'udplite' };

function textOf(rule: GroupRule, following: Following): string {
  const { protocol, detail } = meaningOfRule(rule);
  if (typeof protocol === 'string') refuse(`stackward does not know the number of the protocol ${protocol}`);
  const words = [
    ...remoteOf(rule, following),
    ...(protocol === undefined ? [] : ['-p', String(protocol)]),
    ...(protocol === undefined || detail === undefined ? [] : detailOf(protocol, detail)),
    '-j',
    'RETURN',
  ];
  return words.join(' ');
}

function detailOf(protocol: number, detail: string): string[] {
  if (protocol === 1) return ['-m', 'icmp', '--icmp-type', detail];
  if (protocol === 58) return ['-m', 'icmp6', '--icmpv6-type', detail];
  const module =
    modules[protocol] ?? refuse('the agent of each release makes something else of ports of that protocol');
  return detail.includes(':')
    ? ['-m', module, '-m', 'multiport', '--dports', detail]
    : ['-m', module, '--dport', detail];
}

function remoteOf(rule: GroupRule, { sets, version }: Following): string[] {
  const isIn = rule.direction === 'ingress';
  if (isOfMembers(rule)) {
    const group = (rule.remoteGroup ?? rule.remoteAddressGroup ?? '').slice(0, 16);
    const isOf = (name: string): boolean =>
      name.includes(`IPv${version}`) && setForm.exec(name)?.[1]?.startsWith(group) === true;
    const set = [...sets.keys()].find(isOf) ?? refuse('the host has no set with the members of the remote group yet');
    return ['-m', 'set', '--match-set', set, isIn ? 'src' : 'dst'];
  }
  const prefix = rule.remotePrefix ?? '';
  return prefix === '' || findPrefix(prefix)?.length === 0 ? [] : [isIn ? '-s' : '-d', prefix];
}

const isSamePrefix = (a: Prefix | undefined, b: Prefix | undefined): boolean =>
  a !== undefined && b !== undefined && a.version === b.version && a.first === b.first && a.length === b.length;

/** The same rules if no source of this family comes or goes. */
function sendersAfter(rules: readonly string[], { was, is, version }: Following): readonly string[] {
  const ofFamily = ({ senders }: PortFiltering): Sender[] =>
    senders.filter(({ address }) => findPrefix(address)?.version === version);
  const isIn = (all: readonly Sender[], { address, mac }: Sender): boolean =>
    all.some(
      (known) =>
        known.mac.toLowerCase() === mac.toLowerCase() && isSamePrefix(findPrefix(known.address), findPrefix(address)),
    );
  const [before, after] = [ofFamily(was), ofFamily(is)];
  const gone = before.filter((sender) => !isIn(after, sender));
  const come = after.filter((sender) => !isIn(before, sender));
  if (gone.length + come.length === 0) return rules;
  const places = before.map((sender) => rules.findIndex((text) => lets(text, sender)));
  if (places.includes(-1)) refuse('the anti-spoofing chain of the port does not hold all its addresses yet');
  const leaving = new Set(gone.map((sender) => rules.findIndex((text) => lets(text, sender))));
  return [...come.map(senderText), ...rules.filter((_, place) => !leaving.has(place))];
}

/** The option is in another order up to Icehouse: the MAC address comes first. */
function lets(text: string, { address, mac }: Sender): boolean {
  const { conditions, target } = parseRule(text);
  const wanted = findPrefix(address);
  const asked = conditions.filter(({ option, module }) => option !== '-m' && module !== 'comment');
  const isAsked = (option: string, isIt: (value: string) => boolean): boolean =>
    asked.some((condition) => condition.option === option && !condition.isNegated && isIt(condition.values[0] ?? ''));
  const isEverybody = wanted?.length === 0 && asked.length === 1;
  return (
    target.name === 'RETURN' &&
    isAsked('--mac-source', (value) => value.toLowerCase() === mac.toLowerCase()) &&
    (isEverybody || (asked.length === 2 && isAsked('-s', (value) => isSamePrefix(findPrefix(value), wanted))))
  );
}

const senderText = ({ address, mac }: Sender): string =>
  `${findPrefix(address)?.length === 0 ? '' : `-s ${address} `}-m mac --mac-source ${mac.toLowerCase()} -j RETURN`;
