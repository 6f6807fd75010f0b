/** Tells rules that are actions of an API from rules that are only parts of other rules. */
import type { ServiceName } from '../openstack/services';

/**
 * A role that is granted in a part gains every rule that refers to the part. Some of these rules are in the service's
 * code, and no file shows them. Source of the names: the packages nova 15–33, neutron 14–28, cinder 25–27, glance
 * 26–29, keystone 26–28, and the files up to Queens.
 */
const isAction: Readonly<Record<ServiceName, (rule: string) => boolean>> = {
  nova: (rule) => rule.includes(':'),
  cinder: (rule) => rule.includes(':'),
  keystone: (rule) => rule.includes(':'),
  neutron: (rule) =>
    /^(create|get|list|update|delete|add|remove|insert|onboard|associate|disassociate)_|^activate$/.test(rule),
  // The names of Glance's actions follow no pattern.
  glance: (rule) =>
    !/^(default|admin|owner|context_is_\w+|admin_\w+|is_\w+|metadef_(admin|default)|service_\w+)$/.test(rule),
};

const examples: Readonly<Record<ServiceName, string>> = {
  nova: 'os_compute_api:servers:create:forced_host',
  cinder: 'volume:extend',
  keystone: 'identity:list_users',
  neutron: 'create_port:mac_address',
  glance: 'publicize_image',
};

/** Why no role can be granted in this rule, as the end of "the rule …"; undefined if a role can. */
export function faultOfRule(service: ServiceName, rule: string): string | undefined {
  if (!/^[!-~]+$/.test(rule)) return `is ${JSON.stringify(rule)}; name one, such as "${examples[service]}"`;
  if (isAction[service](rule)) return undefined;
  return `is ${rule}, no action of ${service}'s API but a part that other rules are made of: they would admit the role as well; name the action itself, such as ${examples[service]}`;
}
