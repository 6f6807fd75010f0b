/**
 * The rules that a service uses if its policy file doesn't have them, and the places where the service looks for that
 * file.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { PolicyEra } from './check';
import type { ServiceName } from '../openstack/services';
import type { CodeRule } from './code-rules';

export function eraOf(release: Release): PolicyEra {
  if (release === 'icehouse') return 'icehouse';
  if (!isAtLeast(release, 'mitaka')) return 'juno';
  return isAtLeast(release, 'newton') ? 'newton' : 'mitaka';
}

/**
 * The first release that has its rules in code. Before it, the default rule replaces a rule that the file leaves out.
 */
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
 * The first release that by default ignores the deprecated check of a rule: nova d97af33c06, neutron 670cc383e0, glance
 * 26.0.0; Keystone with oslo.policy 4.4.0. Cinder itself sets the option to False in 25.0.0 to 28.0.0
 * (cinder/policy.py), and no longer in 29.0.0.
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
 * True if the service ignores deprecated checks. oslo.policy has the option since 3.1.0 (Ussuri). Before that,
 * deprecated checks apply whatever the configuration says.
 */
export const leavesOutHalves = (service: ServiceName, release: Release, configured: boolean | undefined): boolean =>
  isAtLeast(release, 'ussuri') && (configured ?? enforcesNewDefaults(service, release));

/**
 * The check that a service uses if its file has neither the rule nor the rule's old name. Unless the service ignores
 * deprecated checks, whoever passes the old check is admitted as well.
 * @param told the default check of the package on the host, if known; it may differ from the release's
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
 * The file names that a service looks for, in this order, if `policy_file` is not set. If no such file exists, the
 * service later takes up one with the last name. oslo.policy 5.0.0 (2026.1) no longer falls back to JSON.
 */
export function policyFileNames(service: ServiceName, release: Release): readonly string[] {
  if (!isAtLeast(release, yamlSince[service])) return ['policy.json'];
  return isAtLeast(release, '2026.1') ? ['policy.yaml'] : ['policy.yaml', 'policy.json'];
}
