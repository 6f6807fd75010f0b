/** What a service goes by where its policy file is silent, and where it looks for that file. */
import { isAtLeast, type Release } from '../openstack/releases';
import type { PolicyEra } from './check';
import type { ServiceName } from '../openstack/services';
import type { CodeRule } from './code-rules';

/** See `PolicyEra`. */
export function eraOf(release: Release): PolicyEra {
  if (release === 'icehouse') return 'icehouse';
  if (!isAtLeast(release, 'mitaka')) return 'juno';
  return isAtLeast(release, 'newton') ? 'newton' : 'mitaka';
}

/** First release whose rules are in its code; before it a rule that the file leaves out is the default rule. */
const inCodeSince: Readonly<Record<ServiceName, Release>> = {
  nova: 'newton',
  keystone: 'pike',
  cinder: 'queens',
  neutron: 'stein',
  glance: 'ussuri',
};

export const hasRulesInCode = (service: ServiceName, release: Release): boolean =>
  isAtLeast(release, inCodeSince[service]);

/**
 * First release that leaves out the deprecated halves of its rules unless told otherwise: nova d97af33c06, neutron
 * 670cc383e0, glance 26.0.0; Keystone gets it with oslo.policy 4.4.0. Cinder sets it to False itself (cinder/policy.py of
 * 25.0.0 to 28.0.0), and no longer in 29.0.0.
 */
const newDefaultsSince: Readonly<Partial<Record<ServiceName, Release>>> = {
  nova: '2023.1',
  glance: '2023.1',
  neutron: '2023.2',
  keystone: '2024.2',
  cinder: '2026.2',
};

export function enforcesNewDefaults(service: ServiceName, release: Release): boolean {
  const since = newDefaultsSince[service];
  return since !== undefined && isAtLeast(release, since);
}

/**
 * Whether the deprecated halves of the rules are left out. The option is oslo.policy's since 3.1.0 (Ussuri); before it the
 * halves count whatever the configuration says.
 */
export const leavesOutHalves = (service: ServiceName, release: Release, configured: boolean | undefined): boolean =>
  isAtLeast(release, 'ussuri') && (configured ?? enforcesNewDefaults(service, release));

/**
 * What a service goes by where its file has neither the rule nor its old name.
 * @param told the check as the host's own package has it, where it is known
 */
export function effectiveCheck(rule: CodeRule, newDefaultsAlone: boolean, told: string = rule.check): string {
  const half = newDefaultsAlone ? undefined : rule.old?.check;
  if (half === undefined || half === rule.check) return told;
  return told === '' || half === '' ? '' : `(${told}) or (${half})`;
}

const yamlSince: Readonly<Record<ServiceName, Release>> = {
  nova: 'victoria',
  neutron: 'wallaby',
  cinder: 'wallaby',
  glance: 'wallaby',
  keystone: 'wallaby',
};

/**
 * Names that are looked for where `policy_file` is unset, in this order; the last is the one that a service takes up
 * when it appears later. oslo.policy 5.0.0 (2026.1) no longer falls back to JSON.
 */
export function policyFileNames(service: ServiceName, release: Release): readonly string[] {
  if (!isAtLeast(release, yamlSince[service])) return ['policy.json'];
  return isAtLeast(release, '2026.1') ? ['policy.yaml'] : ['policy.yaml', 'policy.json'];
}
