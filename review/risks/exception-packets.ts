/** The packets that an exception lets pass, or no longer lets pass, at its port. Pure. */
import { commentOf } from '../../lib/iptables/rule-comment';
import type { Condition, Rule } from '../../lib/packet-path/rule';
import type { Witness } from '../model';
import { addressBeside, addressIn, families, versionOf, type Ends, type Family } from '../witness/ends';
import type { Passages, Place } from '../witness/passages';
import { witnessesOf, type Beside, type Sought } from '../witness/search';
import type { Passes } from './port-packets';

export interface ExceptionPlace {
  /** Undefined while the exception waits for Terraform's half. */
  readonly host: string | undefined;
  /** Construct path. */
  readonly path: string;
  /** As declared; [] for an exception that left the code. */
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** For each family and direction, by the rules that come to the host and those that leave it. */
export function exceptionPackets(place: ExceptionPlace, passages: Passages): Witness[] {
  const { host } = place;
  return families.flatMap((family) => {
    if (host === undefined) return declared(place, family, 'no host has its chains before the apply', passages);
    const rules = passages.exceptionRules(host, versionOf(family), commentOf(place.path));
    if (typeof rules === 'string') return declared(place, family, rules, passages);
    return [
      ...ofRules(rules.come, 'after', host, family, passages),
      ...ofRules(rules.gone, 'before', host, family, passages),
    ];
  });
}

/** Nobody read the host, so the declaration alone says what passes. */
function declared(
  { sources, destinations }: ExceptionPlace,
  family: Family,
  why: string,
  passages: Passages,
): Witness[] {
  const from = firstIn(sources, family);
  const to = firstIn(destinations, family, from);
  if (from === undefined || to === undefined) return [];
  const sought = (direction: Sought['direction'], ends: Ends): Sought => ({
    place: why,
    direction,
    where: wheres[direction],
    inside: [ends],
    outside: [],
    passes: 'after',
  });
  return [
    ...witnessesOf(sought('leaves', { from, to, protocol: 'tcp' }), passages),
    ...witnessesOf(sought('enters', { from: to, to: from, protocol: 'tcp' }), passages),
  ];
}

const firstIn = (prefixes: readonly string[], family: Family, peer?: string): string | undefined =>
  prefixes.map((prefix) => addressIn(prefix, family, peer)).find((address) => address !== undefined);

const wheres = { leaves: 'out of the port', enters: 'into the port' } as const;

/** Only the first rule of each direction gets a witness. The others differ in prefixes, which the risk's sentence names. */
function ofRules(rules: readonly Rule[], passes: Passes, host: string, family: Family, passages: Passages): Witness[] {
  const opening = rules.flatMap((rule) => openingOf(rule, host) ?? []);
  return (['leaves', 'enters'] as const).flatMap((direction) => {
    const all = opening.filter((each) => each.direction === direction);
    const [first] = all;
    if (first === undefined) return [];
    const inside = all.flatMap((each) => endsOf(each, family) ?? []).slice(0, mostTried);
    const beside =
      direction === 'leaves' ? all.flatMap((each) => besideOf(each, family) ?? []).slice(0, mostTried) : [];
    return witnessesOf(
      { place: first.place, direction, where: wheres[direction], inside, outside: beside, passes },
      passages,
    );
  });
}

const mostTried = 20;

interface Opening {
  readonly place: Place;
  readonly direction: Sought['direction'];
  readonly source: string;
  readonly destination: string;
  readonly mac: string | undefined;
}

/** Undefined for a rule that lets nothing pass by itself. */
function openingOf({ conditions, target }: Rule, host: string): Opening | undefined {
  const valueOf = (option: string): string | undefined =>
    conditions.find((condition: Condition) => condition.option === option)?.values[0];
  const [from, to] = [valueOf('--physdev-in'), valueOf('--physdev-out')];
  const opens = (target.name === 'ACCEPT' && valueOf('--mark') === undefined) || target.name === 'MARK';
  const tap = [from, to].find((device) => device?.startsWith('tap') === true);
  if (!opens || tap === undefined) return undefined;
  return {
    place: { host, tap },
    direction: tap === from ? 'leaves' : 'enters',
    source: valueOf('-s') ?? 'any',
    destination: valueOf('-d') ?? 'any',
    mac: valueOf('--mac-source'),
  };
}

function endsOf({ source, destination, mac }: Opening, family: Family): Ends | undefined {
  const from = addressIn(source, family);
  const to = addressIn(destination, family, from);
  return from === undefined || to === undefined ? undefined : { from, to, mac, protocol: 'tcp' };
}

/** With a source beside the prefix, or else a destination beside it. */
function besideOf(opening: Opening, family: Family): Beside | undefined {
  const ends = endsOf(opening, family);
  const [from, to] = [addressBeside(opening.source, family), addressBeside(opening.destination, family)];
  if (ends === undefined || (from ?? to) === undefined) return undefined;
  return from === undefined
    ? { ...ends, to: to ?? ends.to, outside: 'destination' }
    : { ...ends, from, outside: 'source' };
}
