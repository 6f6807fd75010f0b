/**
 * The rules that a service has in its code, by release: names, defaults, and the deprecated rule beside a default.
 *
 * The texts of `data/` are made from the packages on PyPI by scripts/policy-data.mjs, and contain only changes:
 *
 *     release zed 21.0.0 21.2.1        the first and the last version of that release; a later version may have changed a rule
 *     check 9 rule:admin_or_owner
 *     rule create_network 14=9 18=46|9 since 14.0.0 check 9; since 18.0.0 check 46, with check 9 as its deprecated half
 *     rule create_network:tags 26=123|123@create_networks_tags   its deprecated half has another name
 *     rule copy_from 20=0 21=-         gone since 21.0.0
 *     attribute ports:fixed_ips 14=+   Neutron guards that attribute by a rule of its own, and the named parts of a map
 *
 * They are parsed when they are first asked for.
 */
import { isNewer, newest, type KnownRelease, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { cinder } from './data/cinder';
import { glance } from './data/glance';
import { keystone } from './data/keystone';
import { neutron } from './data/neutron';
import { nova } from './data/nova';

/** One rule as one version has it. */
export interface CodeRule {
  readonly check: string;
  /** The deprecated rule that this rule replaces: the same name with another check, or another name. */
  readonly old?: { readonly name: string; readonly check: string };
}

/** A rule in the last version of a release. */
export interface ReleaseRule extends CodeRule {
  /** The same rule in the first version of the release, if it differs; `absent`: that version doesn't have the rule. */
  readonly first?: 'absent' | CodeRule;
}

export type CodeRules = ReadonlyMap<string, ReleaseRule>;

const texts: Readonly<Record<ServiceName, string>> = { cinder, glance, keystone, neutron, nova };

/** Undefined if the release has no rules in its code, or if no package is available, as for Nova's Newton. */
export function codeRules(service: ServiceName, release: Release): CodeRules | undefined {
  return dataOf(service).get(isNewer(release) ? newest : release)?.rules;
}

/**
 * A rule of a release whose package is on no index: Nova's Newton, of which only the rule behind an intent is known.
 * Source: nova/policies/servers.py of 14.0.0 (19f9a4bbd4).
 */
export const findUnpackagedRule = (service: ServiceName, release: Release, rule: string): CodeRule | undefined =>
  service === 'nova' && release === 'newton' && rule === 'os_compute_api:servers:create:forced_host'
    ? { check: 'rule:admin_api' }
    : undefined;

/**
 * Resource and attribute (`ports:fixed_ips`) → the parts of the attribute's value that have rules too, if the value is
 * a map. Only Neutron has these.
 */
export type GuardedAttributes = ReadonlyMap<string, readonly string[]>;

export function guardedAttributes(release: Release): GuardedAttributes {
  return dataOf('neutron').get(isNewer(release) ? newest : release)?.attributes ?? new Map<string, never>();
}

interface ReleaseData {
  readonly rules: CodeRules;
  readonly attributes: GuardedAttributes;
}
type Data = ReadonlyMap<KnownRelease, ReleaseData>;
const parsed = new Map<ServiceName, Data>();

function dataOf(service: ServiceName): Data {
  const known = parsed.get(service) ?? parseData(texts[service]);
  parsed.set(service, known);
  return known;
}

/** A value since a version; `value` is undefined where it was removed. */
interface State<T> {
  readonly since: number;
  readonly value: T | undefined;
}
type Changes<T> = readonly (readonly [name: string, states: readonly State<T>[]])[];

function parseData(text: string): Data {
  const releases: [KnownRelease, first: number, last: number][] = [];
  const checks: string[] = [];
  const rules: [string, State<CodeRule>[]][] = [];
  const attributes: [string, State<readonly string[]>[]][] = [];
  for (const line of text.split('\n')) {
    const [word, name = '', ...rest] = line.split(' ');
    const [first = '', last = first] = rest;
    if (word === 'release') releases.push([name as KnownRelease, versionOf(first), versionOf(last)]);
    else if (word === 'check') checks[Number(name)] = rest.join(' ');
    else if (word === 'rule') rules.push([name, rest.map((state) => parseState(state, ruleOf(name, checks)))]);
    else if (word === 'attribute') attributes.push([name, rest.map((state) => parseState(state, partsOf))]);
  }
  return new Map(
    releases.map(([release, first, last]) => [
      release,
      { rules: rulesBetween(rules, first, last), attributes: new Map(valuesAt(attributes, last)) },
    ]),
  );
}

const versionOf = (text: string): number =>
  text.split('.').reduce((sum, part, place) => sum + Number(part) * 1000 ** (2 - place), 0);

function parseState<T>(text: string, valueOf: (text: string) => T): State<T> {
  const [since = '', value = '-'] = text.split('=');
  return { since: versionOf(since), value: value === '-' ? undefined : valueOf(value) };
}

const partsOf = (text: string): readonly string[] => (text === '+' ? [] : text.split(','));

const ruleOf =
  (name: string, checks: readonly string[]) =>
  (text: string): CodeRule => {
    const [, check, half, oldName = name] = /^(\d+)(?:\|(\d+)(?:@(\S+))?)?$/.exec(text) ?? [];
    const old = half === undefined ? {} : { old: { name: oldName, check: checks[Number(half)] ?? '' } };
    return { check: checks[Number(check)] ?? '', ...old };
  };

const stateAt = <T>(states: readonly State<T>[], version: number): T | undefined =>
  states.findLast(({ since }) => since <= version)?.value;

function* valuesAt<T>(changes: Changes<T>, version: number): Generator<[string, T]> {
  for (const [name, states] of changes) {
    const value = stateAt(states, version);
    if (value !== undefined) yield [name, value];
  }
}

function rulesBetween(rules: Changes<CodeRule>, first: number, last: number): CodeRules {
  const before = new Map(valuesAt(rules, first));
  return new Map(
    [...valuesAt(rules, last)].map(([name, rule]) => [
      name,
      before.get(name) === rule ? rule : { ...rule, first: before.get(name) ?? 'absent' },
    ]),
  );
}
