/**
 * The purpose of a grant in words, and the rule that guards it in each release. The words are contract (docs/adr/0006).
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';

export const intents = ['choose-port-address', 'choose-server-host'] as const;
export type Intent = (typeof intents)[number];

interface Guarded {
  readonly service: ServiceName;
  /** The end of the sentence "whoever has the grant may …". */
  readonly may: string;
  /** Newest first. The last rule has existed since Icehouse or before. */
  readonly rules: readonly (readonly [since: Release, rule: string])[];
}

/**
 * Source: neutron's etc/policy.json of Icehouse to Rocky and neutron/conf/policies/port.py since Stein; nova's
 * etc/nova/policy.json of Icehouse to Mitaka and nova/policies/servers.py since Newton. Liberty's `/v2` and `/v2.1` both
 * are served by the code that asks for `os_compute_api:…`.
 */
const guarded: Readonly<Record<Intent, Guarded>> = {
  'choose-port-address': {
    service: 'neutron',
    may: 'choose the address of a port that they make, on any network that the project can see',
    rules: [
      ['queens', 'create_port:fixed_ips:ip_address'],
      ['icehouse', 'create_port:fixed_ips'],
    ],
  },
  'choose-server-host': {
    service: 'nova',
    may: 'choose the compute host of a server that it boots, past the scheduler',
    rules: [
      ['liberty', 'os_compute_api:servers:create:forced_host'],
      ['icehouse', 'compute:create:forced_host'],
    ],
  },
};

export const serviceOf = (intent: Intent): ServiceName => guarded[intent].service;

export const ruleOf = (intent: Intent, release: Release): string =>
  guarded[intent].rules.find(([since]) => isAtLeast(release, since))?.[1] ?? '';

/** The purpose that the rule guards in at least one release. */
export const intentOf = (service: ServiceName, rule: string): Intent | undefined =>
  intents.find(
    (intent) => guarded[intent].service === service && guarded[intent].rules.some(([, name]) => name === rule),
  );

/** A sentence without its full stop: who may do what through the grant. */
export function sayGrant(service: ServiceName, rule: string, role: string): string {
  const who = `any user with the role ${role} in any project`;
  const known = intentOf(service, rule);
  return `${who} may ${known === undefined ? `do what ${service} guards with ${rule}` : guarded[known].may}`;
}

/** Why this text can't be a role's name in a check string, as the end of "the role …"; undefined if it can. */
export function faultOfRole(role: string): string | undefined {
  if (role === '') return 'is empty; name the role as `openstack role list` does';
  // A blank ends a check. A parenthesis at either end is a token of its own. `%(…)s` is filled from the request.
  if (!/^[!-~]+$/.test(role) || /[()%"'\\,[\]{}#]/.test(role))
    return `is ${JSON.stringify(role)}, and a policy file has no way to write it; letters, digits and _ . : @ + - are safe`;
  return undefined;
}
