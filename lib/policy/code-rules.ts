/**
 * The rules that a service has in its code, by release: names, defaults, and the deprecated rule beside a default.
 *
 * The texts of `data/` are made from the packages on PyPI by scripts/policy-data.mjs, and hold changes alone:
 *
 *     release zed 21.0.0 21.2.1        the first and the last version of that release; a later version may have changed a rule
 *     check 9 rule:admin_or_owner
 *     rule create_network 14=9 18=46|9 since 14.0.0 check 9; since 18.0.0 check 46, with check 9 as its deprecated half
 *     rule create_network:tags 26=123|123@create_networks_tags   its deprecated half has another name
 *     rule copy_from 20=0 21=-         gone since 21.0.0
 *
 * They are parsed when they are first asked for.
 */
import { isNewer, newest, type KnownRelease, type Release } from '../releases';
import type { PolicyService } from './check';
import { cinder } from './data/cinder';
import { glance } from './data/glance';
import { keystone } from './data/keystone';
import { neutron } from './data/neutron';
import { nova } from './data/nova';

/** One rule as one version has it. */
export interface CodeRule {
  readonly check: string;
  /** The rule whose place it took: under the same name with another check, or under another name. */
  readonly old?: { readonly name: string; readonly check: string };
}

/** One rule as the last version of a release has it. */
export interface ReleaseRule extends CodeRule {
  /** As the first version of the release has it, where that differs; `check` is absent where it has no such rule. */
  readonly first?: Partial<CodeRule>;
}

export type CodeRules = ReadonlyMap<string, ReleaseRule>;

const texts: Readonly<Record<PolicyService, string>> = { cinder, glance, keystone, neutron, nova };

/** undefined where the release has no rules in its code, or no package tells them: those of Nova's Newton. */
export function codeRules(service: PolicyService, release: Release): CodeRules | undefined {
  return dataOf(service).get(isNewer(release) ? newest : release);
}

/**
 * A rule of a release whose package is on no index: Nova's Newton, of which the one behind an intent is known.
 * Source: nova/policies/servers.py of 14.0.0 (19f9a4bbd4).
 */
export const findUnpackagedRule = (service: PolicyService, release: Release, rule: string): CodeRule | undefined =>
  service === 'nova' && release === 'newton' && rule === 'os_compute_api:servers:create:forced_host'
    ? { check: 'rule:admin_api' }
    : undefined;

type Data = ReadonlyMap<KnownRelease, CodeRules>;
const parsed = new Map<PolicyService, Data>();

function dataOf(service: PolicyService): Data {
  const known = parsed.get(service) ?? parseData(texts[service]);
  parsed.set(service, known);
  return known;
}

interface State {
  readonly since: number;
  /** undefined: there is no such rule. */
  readonly rule: CodeRule | undefined;
}

function parseData(text: string): Data {
  const releases: [KnownRelease, first: number, last: number][] = [];
  const checks: string[] = [];
  const rules: [string, State[]][] = [];
  for (const line of text.split('\n')) {
    const [word, name = '', ...rest] = line.split(' ');
    const [first = '', last = first] = rest;
    if (word === 'release') releases.push([name as KnownRelease, versionOf(first), versionOf(last)]);
    else if (word === 'check') checks[Number(name)] = rest.join(' ');
    else if (word === 'rule') rules.push([name, rest.map((state) => parseState(state, name, checks))]);
  }
  return new Map(releases.map(([release, first, last]) => [release, rulesBetween(rules, first, last)]));
}

const versionOf = (text: string): number =>
  text.split('.').reduce((sum, part, place) => sum + Number(part) * 1000 ** (2 - place), 0);

function parseState(text: string, name: string, checks: readonly string[]): State {
  const [, since = '', check = '', half, oldName] = /^([\d.]+)=(?:-|(\d+)(?:\|(\d+)(?:@(\S+))?)?)$/.exec(text) ?? [];
  if (check === '') return { since: versionOf(since), rule: undefined };
  const old = half === undefined ? {} : { old: { name: oldName ?? name, check: checks[Number(half)] ?? '' } };
  return { since: versionOf(since), rule: { check: checks[Number(check)] ?? '', ...old } };
}

function rulesBetween(rules: readonly (readonly [string, readonly State[]])[], first: number, last: number): CodeRules {
  const found = new Map<string, ReleaseRule>();
  for (const [name, states] of rules) {
    const [before, after] = [first, last].map((version) => states.findLast(({ since }) => since <= version)?.rule);
    if (after !== undefined) found.set(name, before === after ? after : { ...after, first: before ?? {} });
  }
  return found;
}
