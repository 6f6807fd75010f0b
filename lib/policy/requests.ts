/**
 * Which rules one request of an API is asked besides the one that is granted. Pure.
 *
 * Neutron asks the action, each attribute that is guarded by a rule of its own, and the parts of its value: of lists since
 * Queens. Which attributes have such rules is read from neutron-lib and Neutron (`data/neutron.ts`); before Stein, where the
 * rules are in no code yet, as on Stein. Source: neutron/policy.py, `_build_match_rule`.
 * Nova asks for a server's networks where it is given any, as all servers of constructs are. Source: nova/compute/api.py of
 * Icehouse to Kilo, nova/api/openstack/compute/servers.py since Liberty.
 */
import { isAtLeast, type Release } from '../openstack/releases';
import type { ServiceName } from '../openstack/services';
import { guardedAttributes } from './code-rules';

/** Parts that every value of these attributes has, as the Terraform provider sends them. */
const usualParts: Readonly<Record<string, readonly string[]>> = {
  fixed_ips: ['subnet_id'],
  allowed_address_pairs: ['ip_address'],
  external_gateway_info: ['network_id'],
};

/** In the order in which they are asked; not `rule` itself. */
export function askedWith(service: ServiceName, rule: string, release: Release): readonly string[] {
  const all = service === 'neutron' ? askedByNeutron(rule, release) : service === 'nova' ? askedByNova(rule) : [];
  return [...new Set(all)].filter((asked) => asked !== rule);
}

function askedByNeutron(rule: string, release: Release): readonly string[] {
  // An attribute's own name may hold a colon: `create_port:binding:host_id`.
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
