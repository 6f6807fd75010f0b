/** Finds rule names that a release doesn't have: a grant in such a rule would have no effect. Pure. */
import { isAtLeast, isNewer, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { codeRules } from './code-rules';
import { nearestNames } from '../basics/nearest';
import { newNamesOf } from './renamed';

/** `former`: the rule has new names. `plugin`: no resource of Neutron itself fits the name. */
export type UnknownRule = {
  readonly is: 'former' | 'plugin' | 'misspelt';
  /** True if neither the host's files nor the service's own tool need to be asked. */
  readonly isCertain: boolean;
  readonly message: string;
};

/**
 * Undefined if the release has the rule, or if nobody can tell: releases before rules were in the code, and newer
 * releases.
 */
export function findUnknownRule(service: ServiceName, rule: string, release: Release): UnknownRule | undefined {
  const known = codeRules(service, release);
  if (known === undefined || known.has(rule) || isNewer(release)) return undefined;
  const newNames = newNamesOf(service, rule, release);
  if (newNames.length > 0)
    return {
      is: 'former',
      isCertain: false,
      message: `${service} of ${release} has no rule ${rule} any more: it is ${newNames.join(', ')} now; grant those that are meant`,
    };
  const near = nearestNames(rule, known.keys());
  const list = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(near);
  const is = service === 'neutron' && !isOfResource(rule, known.keys()) ? 'plugin' : 'misspelt';
  return {
    is,
    // Since Ussuri a service may ignore deprecated rules. The service's tool then knows whether it does.
    isCertain: is === 'misspelt' && !isAtLeast(release, 'ussuri'),
    message:
      `${service} of ${release} has no rule ${rule}; ${near.length > 0 ? `did you mean ${list}? ` : ''}` +
      (is === 'plugin' ? sayAllRules(service) : saySample(service)),
  };
}

/**
 * The tool lists the rules of the code, with default and deprecated check, but neither the rules of the files nor those
 * of plug-ins.
 */
export const saySample = (service: ServiceName): string =>
  `\`oslopolicy-sample-generator --namespace ${service}\` on a host lists all`;

/** The tool lists the rules that the service uses: files over code, also plug-ins' rules, without deprecated checks. */
const sayAllRules = (service: ServiceName): string =>
  `\`oslopolicy-policy-generator --namespace ${service}\` on a host lists all, those of plug-ins too`;

/** True if Neutron has a rule about the same resource, as `create_network:tags` and `get_networks` are. */
function isOfResource(rule: string, known: Iterable<string>): boolean {
  const own = resourceOf(rule);
  for (const candidate of known) if (resourceOf(candidate) === own) return true;
  return false;
}

const resourceOf = (name: string): string => (name.split(':')[0] ?? '').replace(/^[a-z]+_/, '').replace(/s$/, '');
