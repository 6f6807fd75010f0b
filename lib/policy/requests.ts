/**
 * The other rules that a service evaluates for a request in addition to the granted rule. Pure.
 *
 * Neutron evaluates the rule of the action, the rule of each attribute that has one, and the rules of the parts of the
 * attribute's value; of a list's parts since Queens. `data/neutron.ts` has the attributes with rules, from neutron-lib
 * and Neutron. Before Stein these rules are in no code yet, so Stein's attributes are used. Source: neutron/policy.py,
 * `_build_match_rule`. Nova evaluates a rule about a server's networks if the request names any, as for all servers of
 * constructs. Source: nova/compute/api.py of Icehouse to Kilo, nova/api/openstack/compute/servers.py since Liberty.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { guardedAttributes } from './code-rules';

/** The parts that every value of these attributes has when the Terraform provider sends it. */
const usualParts: Readonly<Record<string, readonly string[]>> = {
  fixed_ips: ['subnet_id'],
  allowed_address_pairs: ['ip_address'],
  external_gateway_info: ['network_id'],
};

/** In the order in which the service evaluates them, without `rule` itself. */
export function findRulesAskedWith(service: ServiceName, rule: string, release: Release): readonly string[] {
  const all = service === 'neutron' ? askedByNeutron(rule, release) : service === 'nova' ? askedByNova(rule) : [];
  return [...new Set(all)].filter((asked) => asked !== rule);
}

function askedByNeutron(rule: string, release: Release): readonly string[] {
  // An attribute's name may contain a colon: `create_port:binding:host_id`.
  const [, action, resource, rest] = /^((?:create|update)_(\w+)):(.+)$/.exec(rule) ?? [];
  if (action === undefined || resource === undefined || rest === undefined) return [];
  const guarded = guardedAttributes(isAtLeast(release, 'stein') ? release : 'stein');
  const attribute = [rest, rest.replace(/:[^:]+$/, '')].find((candidate) =>
    guarded.has(`${plural(resource)}:${candidate}`),
  );
  if (attribute === undefined) return [];
  const isList = (guarded.get(`${plural(resource)}:${attribute}`) ?? []).length === 0;
  const parts = isList && !isAtLeast(release, 'queens') ? [] : (usualParts[attribute] ?? []);
  return [action, `${action}:${attribute}`, ...parts.map((part) => `${action}:${attribute}:${part}`)];
}

/** Source: neutron/api/api_common.py; `qos_policy` is `policies` there, and has no guarded attribute. */
const plural = (resource: string): string => (resource.endsWith('y') ? resource.replace(/y$/, 'ies') : `${resource}s`);

function askedByNova(rule: string): readonly string[] {
  const [action] = /^(os_compute_api:servers:create|compute:create)(?=:)/.exec(rule) ?? [];
  if (action === undefined) return [];
  return [action, `${action}:attach_network`];
}
