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
 * A text is parsed when its service is first asked for, and the rules of a release are looked up when they are.
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
  return dataOf(service, release)?.rules;
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
  return dataOf('neutron', release)?.attributes ?? new Map<string, never>();
}

interface ReleaseData {
  readonly rules: CodeRules;
  readonly attributes: GuardedAttributes;
}
const known = new Map<string, ReleaseData | undefined>();

function dataOf(service: ServiceName, asked: Release): ReleaseData | undefined {
  const release = isNewer(asked) ? newest : asked;
  const key = `${service} ${release}`;
  if (!known.has(key)) known.set(key, dataAt(historyOf(service), release));
  return known.get(key);
}

const histories = new Map<ServiceName, History>();

function historyOf(service: ServiceName): History {
  const history = histories.get(service) ?? parseHistory(texts[service]);
  histories.set(service, history);
  return history;
}

/** Name → its states as the text has them, such as `14=9` and `18=46|9`. Most of them are older than what is asked for. */
type Changes = readonly (readonly [name: string, states: readonly string[]])[];

interface History {
  readonly releases: ReadonlyMap<KnownRelease, { readonly first: number; readonly last: number }>;
  readonly checks: readonly string[];
  readonly rules: Changes;
  readonly attributes: Changes;
}

function parseHistory(text: string): History {
  const releases = new Map<KnownRelease, { first: number; last: number }>();
  const checks: string[] = [];
  const rules: [string, string[]][] = [];
  const attributes: [string, string[]][] = [];
  for (const line of text.split('\n')) {
    const [word, name = '', ...rest] = line.split(' ');
    const [first = '', last = first] = rest;
    if (word === 'release') releases.set(name as KnownRelease, { first: versionOf(first), last: versionOf(last) });
    else if (word === 'check') checks[Number(name)] = rest.join(' ');
    else if (word === 'rule') rules.push([name, rest]);
    else if (word === 'attribute') attributes.push([name, rest]);
  }
  return { releases, checks, rules, attributes };
}

function dataAt({ releases, checks, rules, attributes }: History, release: KnownRelease): ReleaseData | undefined {
  const versions = releases.get(release);
  if (!versions) return undefined;
  return {
    rules: new Map(
      rules.flatMap(([name, states]) => {
        const rule = ruleBetween(ruleOf(name, checks), stateAt(states, versions.first), stateAt(states, versions.last));
        return rule ? [[name, rule] as const] : [];
      }),
    ),
    attributes: new Map(
      attributes.flatMap(([name, states]) => {
        const parts = stateAt(states, versions.last);
        return parts === undefined ? [] : [[name, partsOf(parts)] as const];
      }),
    ),
  };
}

/** @param first the state in the first version of a release, undefined where the rule is not there */
function ruleBetween(
  ruleAs: (state: string) => CodeRule,
  first: string | undefined,
  last: string | undefined,
): ReleaseRule | undefined {
  if (last === undefined) return undefined;
  return first === last ? ruleAs(last) : { ...ruleAs(last), first: first === undefined ? 'absent' : ruleAs(first) };
}

const versionOf = (text: string): number =>
  text.split('.').reduce((sum, part, place) => sum + Number(part) * 1000 ** (2 - place), 0);

const partsOf = (text: string): readonly string[] => (text === '+' ? [] : text.split(','));

const ruleOf =
  (name: string, checks: readonly string[]) =>
  (text: string): CodeRule => {
    const [, check, half, oldName = name] = /^(\d+)(?:\|(\d+)(?:@(\S+))?)?$/.exec(text) ?? [];
    const old = half === undefined ? {} : { old: { name: oldName, check: checks[Number(half)] ?? '' } };
    return { check: checks[Number(check)] ?? '', ...old };
  };

/** The latest state up to a version, without its version. Undefined where there is none yet, or the thing was removed. */
function stateAt(states: readonly string[], version: number): string | undefined {
  const [, state] = states.map((each) => each.split('=')).findLast(([since = '']) => versionOf(since) <= version) ?? [];
  return state === '-' ? undefined : state;
}
