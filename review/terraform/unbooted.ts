/**
 * Ports whose server Terraform has still to boot, although the ports exist: so it is after a deploy that broke off
 * between the two. Neutron binds a port to a host when its server boots, so nobody can say before where an exception
 * of the port belongs. Such things wait for Terraform's half, like things whose port has no id yet. Pure.
 */
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { PlannedResource, TerraformPlan } from './plan-json';
import { listAt, serverType, textAt } from './things';

/** The manifest, with each id of such a port as a value that is not known yet. */
export function waitForServers(manifest: DeclaredManifest, { changes }: TerraformPlan): DeclaredManifest {
  const ports = new Set(changes.filter(isBooted).flatMap(portsIn));
  if (ports.size === 0) return manifest;
  return {
    ...manifest,
    resources: manifest.resources.map((resource) => ({
      ...resource,
      unknown: [...new Set([...resource.unknown, ...pathsOf(ports, resource.spec, 'spec')])],
    })),
  };
}

/** A server that an apply left half made may have bound nothing. Another server that is replaced has bound its ports. */
const isBooted = ({ action, isTainted }: PlannedResource): boolean =>
  action === 'create' || (action === 'replace' && isTainted === true);

const portsIn = ({ type, after }: PlannedResource): string[] =>
  nicsIn(type, after).flatMap(([nic, attribute]) => textAt(nic, attribute) ?? []);

function nicsIn(type: string, after: unknown): (readonly [nic: unknown, attribute: string])[] {
  if (type === 'openstack_compute_interface_attach_v2') return [[after, 'port_id']];
  return type === serverType ? listAt(after, 'network').map((nic) => [nic, 'port'] as const) : [];
}

/** The paths of these texts, written as `spec.exceptions[0].portId`. */
function pathsOf(texts: ReadonlySet<string>, value: unknown, path: string): string[] {
  if (typeof value === 'string') return texts.has(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => pathsOf(texts, item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(texts, inner, `${path}.${key}`));
}
