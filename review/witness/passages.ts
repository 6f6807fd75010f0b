/**
 * Follows a packet at a port, before all changes of the review and after all of them. Pure.
 *
 * The tables afterwards are the tables as read, plus the texts that stackward's steps give to iptables-restore, plus what
 * Neutron's agent makes of Terraform's changes (lib/agent-filter).
 */
import { defined } from '../../lib/basics/defined';
import { firstBy, lookupBy } from '../../lib/basics/groups';
import { followAgent, holdsMembers, type AgentsTables } from '../../lib/agent-filter/port-chains';
import { setForm } from '../../lib/agent-filter/group-rule';
import { otherFilter } from '../../lib/agent-filter/other-filter';
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { IpVersion } from '../../lib/net/ip-ranges';
import type { IpSets } from '../../lib/packet-path/ip-sets';
import type { Packet, Way } from '../../lib/packet-path/packet';
import { tapOf, wayAt, type BridgePort, type Direction } from '../../lib/packet-path/port-way';
import { parseRule, type Rule } from '../../lib/packet-path/rule';
import { restored } from '../../lib/packet-path/restored';
import type { Tables } from '../../lib/packet-path/tables';
import { listOf, walk } from '../../lib/packet-path/walk';
import type { Witness } from '../model';
import type { Filterings } from './filterings';
import type { FilterSeen, PacketsSeen } from './seen';
import type { Unfollowed } from './unfollowed';

type Fate = Witness['before'];

export interface Judged {
  readonly host: string;
  readonly before: Fate;
  readonly after: Fate;
}

/** The device of a port on a host. */
export interface Place {
  readonly host: string;
  readonly tap: string;
}

interface Following {
  readonly seen: FilterSeen;
  readonly after: Tables;
  /** A set whose members the review may move is not readable. */
  readonly sets: IpSets;
  /** Port's id → why nobody can tell its chains afterwards. */
  readonly untold: ReadonlyMap<string, string>;
  /** The ports on the bridge of a tap. */
  readonly portsAt: (tap: string) => readonly BridgePort[];
  /** By comment, the rules that come into the chains of stackward, and those that go. */
  readonly come: (comment: string) => readonly Rule[];
  readonly gone: (comment: string) => readonly Rule[];
}

export class Passages {
  readonly #known = new Map<string, Following | string>();
  readonly #portsByTap: ReadonlyMap<string, PortRecord>;

  constructor(
    readonly seen: PacketsSeen,
    private readonly filterings: Filterings,
    private readonly unfollowed: Unfollowed,
  ) {
    this.#portsByTap = firstBy(seen.ports.values(), ({ id }) => tapOf(id));
  }

  /** The place of one of Neutron's ports, or why its packets can't be judged. */
  placeOf(portId: string | undefined): Place | string {
    if (portId === undefined) return 'this change makes the port, so no host has its chains yet';
    const { ports, gap } = this.seen;
    const port = ports.get(portId);
    if (port === undefined) return gap ?? 'the port was not looked at';
    if (port.host === undefined || port.vifType === 'unbound')
      return 'no host has the port: its server was never started, or these credentials may not see the host';
    return otherFilter(port) ?? { host: port.host, tap: tapOf(portId) };
  }

  /** A text says why the packet's fate is not known. */
  judge({ host, tap }: Place, direction: Direction, packet: Packet): Judged | string {
    const on = this.#on(host, packet.version);
    if (typeof on === 'string') return on;
    const { seen, after, sets, untold, portsAt } = on;
    const port = this.#portsByTap.get(tap);
    const why = (port && (untold.get(port.id) ?? otherFilter(port))) ?? this.unfollowed.whyNotAt(host, tap) ?? seen.gap;
    if (why !== undefined) return why;
    const way = wayAt(portsAt(tap), tap, direction);
    if (typeof way === 'string') return way;
    const before = fateOf(seen, way, packet);
    const { filter } = seen;
    const second = seen.other && { ...seen.other, sets };
    const changed = { ...seen, ...defined({ filter: { ...filter, tables: after, sets }, other: second }) };
    const afterwards = fateOf(changed, way, packet);
    if (before.fate === undefined) return before.why;
    if (afterwards.fate === undefined && sets !== filter.sets)
      return `${afterwards.why}; the review may move members of the host's sets`;
    return afterwards.fate === undefined ? afterwards.why : { host, before: before.fate, after: afterwards.fate };
  }

  /** The rules with this comment that come into the chains of stackward on a host, and those that go. */
  exceptionRules(host: string, version: IpVersion, comment: string): Record<'come' | 'gone', readonly Rule[]> | string {
    const on = this.#on(host, version);
    return typeof on === 'string' ? on : { come: on.come(comment), gone: on.gone(comment) };
  }

  #on(host: string, version: IpVersion): Following | string {
    const key = `${version} ${host}`;
    const known = this.#known.get(key) ?? this.#follow(host, version);
    this.#known.set(key, known);
    return known;
  }

  #follow(host: string, version: IpVersion): Following | string {
    const seen = this.seen.hosts.get(host)?.[version];
    if (seen === undefined) return `the tables of ${host} were not looked at`;
    if (typeof seen === 'string') return `the tables of ${host} were not read: ${seen}`;
    let after: Tables = seen.filter.tables;
    for (const { family, text } of this.seen.restores.get(host) ?? []) {
      const next = family === version ? restored(after, text) : after;
      if (next === undefined) return `the chain of stackward on ${host} changed while the review read it`;
      after = next;
    }
    const untold = new Map<string, string>();
    for (const port of this.seen.ports.values()) {
      if (port.host !== host) continue;
      const next = this.#afterPort(port, { tables: after, sets: seen.filter.sets, version });
      if (typeof next === 'string') untold.set(port.id, next);
      else after = next;
    }
    const [was, is] = [ownRules(seen.filter.tables), ownRules(after)];
    const bridges = firstBy(seen.ports, ({ port }) => port);
    const portsOn = lookupBy(seen.ports, ({ bridge }) => bridge);
    return {
      seen,
      after,
      sets: this.#setsAfter(seen.filter.sets),
      untold,
      portsAt: (tap) => portsOn(bridges.get(tap)?.bridge ?? ''),
      come: byComment([...is].filter((rule) => !was.has(rule))),
      gone: byComment([...was].filter((rule) => !is.has(rule))),
    };
  }

  #afterPort(port: PortRecord, host: AgentsTables): Tables | string {
    const filtering = this.filterings.of(port);
    if (typeof filtering === 'string') return filtering;
    const { was, is, groups } = filtering;
    const why = this.unfollowed.whyNot(port, groups, [...was.rules, ...is.rules]);
    if (why !== undefined) return why;
    const moving = was.rules.filter(({ remoteGroup, remoteAddressGroup }) => {
      const group = remoteGroup ?? remoteAddressGroup;
      return group !== undefined && this.unfollowed.moves(group);
    });
    if (!moving.every((rule) => holdsMembers(host, port.id, rule)))
      return 'the review may move members of a remote group, which the chains of the port hold in no set';
    return followAgent(host, port.id, was, is);
  }

  #setsAfter(sets: IpSets): IpSets {
    const isMoved = (name: string): boolean => {
      const beginning = setForm.exec(name)?.[1];
      return beginning !== undefined && this.unfollowed.moves(beginning);
    };
    if (![...sets.keys()].some(isMoved)) return sets;
    return new Map([...sets].map(([name, set]) => [name, isMoved(name) ? { ...set, isReadable: false } : set]));
  }
}

/** The rules in the chains of stackward. */
const ownRules = (tables: Tables): ReadonlySet<string> =>
  new Set(
    [...tables.values()].flatMap(({ chains }) =>
      [...chains].flatMap(([name, chain]) => (name.startsWith('stackward-') ? chain.rules : [])),
    ),
  );

const byComment = (rules: readonly string[]) =>
  lookupBy(
    rules.map((text) => parseRule(text)),
    ({ conditions }) => conditions.find(({ option }) => option === '--comment')?.values[0],
  );

type Told = { readonly fate: Fate } | { readonly fate?: undefined; readonly why: string };

function fateOf(seen: FilterSeen, way: Way, packet: Packet): Told {
  const { filter } = seen;
  if (!seen.asksTables) return { fate: 'passes' };
  const first = walk(filter, { packet, way });
  const verdict = first.is === 'accepted' && seen.other !== undefined ? walk(seen.other, { packet, way }) : first;
  const { ends } = verdict;
  if (verdict.is === 'unknown') {
    const doubts = ends.flatMap((end) => listOf(end.doubts).map(({ text }) => `\`${text}\``));
    const reasons = [...new Set([...ends.flatMap(({ why = [] }) => why), ...doubts])].slice(0, 3);
    return { why: `the tables alone do not tell, which depends on ${reasons.join(', ')}` };
  }
  if ([filter, seen.other].some((each) => each !== undefined && mayTranslate(each.tables)))
    return { why: 'the table nat of the host may change the destination, and is not walked' };
  return { fate: verdict.is === 'accepted' ? 'passes' : 'dropped' };
}

const harmless = new Set(['ACCEPT', 'RETURN', 'SNAT', 'MASQUERADE', 'LOG', 'MARK', 'CONNMARK']);

/** Any rule of nat that is neither about sources nor a jump, in whichever chain it stands. */
function mayTranslate(tables: Tables): boolean {
  const nat = tables.get('nat');
  if (nat === undefined) return false;
  if (nat.gap !== undefined) return true;
  return [...nat.chains.values()].some(({ rules }) =>
    rules.some((text) => {
      const { name } = parseRule(text).target;
      return name !== undefined && !harmless.has(name) && !nat.chains.has(name);
    }),
  );
}
