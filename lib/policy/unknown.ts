/** Names of rules that a release doesn't have: a grant of one would do nothing. Pure. */
import { isAtLeast, isNewer, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { codeRules } from './code-rules';
import { nearestNames } from '../basics/nearest';
import { newNamesOf } from './renamed';

/** `former`: its new names are in force. `plugin`: Neutron itself has nothing that it could be about. */
export type UnknownRule = {
  readonly is: 'former' | 'plugin' | 'misspelt';
  /** No host can know better: neither its files nor the service's own tool are asked. */
  readonly isCertain: boolean;
  readonly message: string;
};

/** undefined where the release has the rule, or where nobody can tell: before rules were in the code, and of newer releases. */
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
    // Since Ussuri a service may leave out deprecated halves, and then its tool is asked.
    isCertain: is === 'misspelt' && !isAtLeast(release, 'ussuri'),
    message:
      `${service} of ${release} has no rule ${rule}; ${near.length > 0 ? `did you mean ${list}? ` : ''}` +
      (is === 'plugin' ? sayAllRules(service) : saySample(service)),
  };
}

/** The rules in the code, default and deprecated half each; neither what the files hold, misspelt or not, nor plug-ins' rules. */
export const saySample = (service: ServiceName): string =>
  `\`oslopolicy-sample-generator --namespace ${service}\` on a host lists all`;

/** What the service goes by: files over code, plug-ins' rules too, and no deprecated halves. */
const sayAllRules = (service: ServiceName): string =>
  `\`oslopolicy-policy-generator --namespace ${service}\` on a host lists all, those of plug-ins too`;

/** Whether some rule of Neutron's is about the same thing: `create_network:tags` and `get_networks` are both. */
function isOfResource(rule: string, known: Iterable<string>): boolean {
  const own = resourceOf(rule);
  for (const candidate of known) if (resourceOf(candidate) === own) return true;
  return false;
}

const resourceOf = (name: string): string => (name.split(':')[0] ?? '').replace(/^[a-z]+_/, '').replace(/s$/, '');
