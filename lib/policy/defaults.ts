/** What a service goes by where its policy file is silent, and where it looks for that file. */
import { isAtLeast, type Release } from '../releases';
import type { PolicyEra, PolicyService } from './check';

/** See `PolicyEra`. */
export function eraOf(release: Release): PolicyEra {
  if (release === 'icehouse') return 'icehouse';
  if (!isAtLeast(release, 'mitaka')) return 'juno';
  return isAtLeast(release, 'newton') ? 'newton' : 'mitaka';
}

/** First release whose rules are in its code; before it a rule that the file leaves out is the default rule. */
const inCodeSince: Readonly<Record<PolicyService, Release>> = {
  nova: 'newton',
  keystone: 'pike',
  cinder: 'queens',
  neutron: 'stein',
  glance: 'ussuri',
};

export const hasRulesInCode = (service: PolicyService, release: Release): boolean =>
  isAtLeast(release, inCodeSince[service]);

/**
 * First release that leaves out the deprecated halves of its rules unless told otherwise: nova d97af33c06, neutron
 * 670cc383e0, glance 26.0.0; Keystone gets it with oslo.policy 4.4.0. Cinder sets it to False itself (cinder/policy.py,
 * 25.0.0 to 27.0.0).
 */
const newDefaultsSince: Readonly<Partial<Record<PolicyService, Release>>> = {
  nova: '2023.1',
  glance: '2023.1',
  neutron: '2023.2',
  keystone: '2024.2',
};

export function enforcesNewDefaults(service: PolicyService, release: Release): boolean {
  const since = newDefaultsSince[service];
  return since !== undefined && isAtLeast(release, since);
}

/** First release with deprecated halves at all. Source: the packages nova 20.6.1 and 21.0.0, neutron 17.4.1 and 18.0.0. */
const halvesSince: Readonly<Partial<Record<PolicyService, Release>>> = { nova: 'ussuri', neutron: 'wallaby' };

export const hasDeprecatedHalves = (service: PolicyService, release: Release): boolean =>
  isAtLeast(release, halvesSince[service] ?? 'icehouse');

interface Default {
  readonly since: Release;
  readonly check: string;
  /** OR-ed in while `enforce_new_defaults` is off. */
  readonly deprecated?: string;
}

const networkOwner = 'rule:context_is_advsvc or rule:admin_or_network_owner';
/** Of a port on a network of somebody else. */
const portAddress: readonly Default[] = [
  {
    since: '2025.1',
    check: '(rule:admin_only) or (rule:service_api) or role:member and rule:network_owner',
    deprecated: networkOwner,
  },
  {
    since: '2024.2',
    check:
      '(rule:admin_only) or (rule:service_api) or role:manager and project_id:%(project_id)s or role:member and rule:network_owner',
    deprecated: networkOwner,
  },
  {
    since: '2024.1',
    check: '(rule:admin_only) or (rule:service_api) or role:member and rule:network_owner',
    deprecated: networkOwner,
  },
  {
    since: '2023.2',
    check: 'rule:context_is_advsvc or (rule:admin_only) or (role:member and rule:network_owner)',
    deprecated: networkOwner,
  },
  {
    since: 'zed',
    check: 'rule:context_is_advsvc or rule:network_owner or rule:admin_only',
    deprecated: networkOwner,
  },
  {
    since: 'yoga',
    check: 'rule:context_is_advsvc or rule:network_owner or role:admin and project_id:%(project_id)s',
    deprecated: networkOwner,
  },
  {
    since: 'wallaby',
    check:
      'rule:context_is_advsvc or rule:network_owner or role:admin and system_scope:all or role:admin and project_id:%(project_id)s',
    deprecated: networkOwner,
  },
  { since: 'stein', check: networkOwner },
];
/** Rules of a service that are often granted, newest first. Source: the packages neutron 14.4.2–28.0.2, nova 15.1.5–33.0.2. */
const defaults: Readonly<Record<string, readonly Default[]>> = {
  'neutron create_port:fixed_ips:ip_address': portAddress,
  'neutron create_port:mac_address': portAddress,
  'nova os_compute_api:servers:create:forced_host': [
    { since: 'zed', check: 'rule:context_is_admin' },
    { since: 'ussuri', check: 'rule:project_admin_api' },
    { since: 'newton', check: 'rule:admin_api' },
  ],
};

/**
 * The rule that the service's code holds, with its deprecated half while that counts; undefined where the table doesn't
 * have it.
 */
export function findCodeDefault(
  service: PolicyService,
  rule: string,
  release: Release,
  newDefaultsAlone: boolean,
): string | undefined {
  const found = defaults[`${service} ${rule}`]?.find(({ since }) => isAtLeast(release, since));
  if (found?.deprecated === undefined || newDefaultsAlone) return found?.check;
  return `(${found.check}) or (${found.deprecated})`;
}

const yamlSince: Readonly<Record<PolicyService, Release>> = {
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
export function policyFileNames(service: PolicyService, release: Release): readonly string[] {
  if (!isAtLeast(release, yamlSince[service])) return ['policy.json'];
  return isAtLeast(release, '2026.1') ? ['policy.yaml'] : ['policy.yaml', 'policy.json'];
}
