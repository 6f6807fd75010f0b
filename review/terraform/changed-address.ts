/** What becomes of an address by one change of the thing that has it: the plan updates the thing, or replaces it. Pure. */
import { hasTrue, partAt } from './attributes';
import { neutronsSpelling } from './named-addresses';
import type { PlannedResource } from './plan-json';
import type { Fate } from './ports-in-the-way';
import { portType, textAt, type Things } from './things';

const interfaceType = 'openstack_networking_router_interface_v2';

const placeAttributes: Readonly<Record<string, { readonly network: string; readonly addresses: string }>> = {
  [portType]: { network: 'network_id', addresses: 'fixed_ip' },
  openstack_networking_router_v2: { network: 'external_network_id', addresses: 'external_fixed_ip' },
  openstack_networking_floatingip_v2: { network: 'pool', addresses: 'address' },
};

/** False for a thing that only shares the id of what has the address, such as the association of a floating IP. */
export const tellsAddress = ({ type, action }: PlannedResource): boolean =>
  (action === 'replace' && (type === interfaceType || Object.hasOwn(placeAttributes, type))) ||
  (action === 'update' && Object.hasOwn(placeAttributes, type));

/** A replacement that names the address takes it over, so nobody else gets it. */
export function fateByChange(change: PlannedResource, ip: string, things: Things): Fate {
  const { type, action, before, after, unknown } = change;
  const isReplaced = action === 'replace';
  if (type === interfaceType) return whenInterfaceMoves(change, ip, things);
  const attributes = Object.hasOwn(placeAttributes, type) ? placeAttributes[type] : undefined;
  if (attributes === undefined) return 'stays';
  const { network, addresses } = attributes;
  const mayChange = (attribute: string): boolean => hasTrue(partAt(unknown, attribute));
  const isChanged = (attribute: string): boolean =>
    JSON.stringify(partAt(before, attribute)) !== JSON.stringify(partAt(after, attribute));
  if (partAt(after, 'no_fixed_ip') === true) return isReplaced || isChanged('no_fixed_ip') ? 'goes' : 'stays';
  if (mayChange(network) || mayChange('no_fixed_ip')) return 'may stay';
  if (isChanged(network)) return 'goes';
  if (!isReplaced && !isChanged(addresses) && !mayChange(addresses)) return 'stays';
  return amongNamed(namedIn(after, addresses), ip);
}

/**
 * Neutron reuses the present address of a subnet for an entry that names the subnet alone (neutron@zed
 * db/ipam_pluggable_backend.py, `_get_changed_ips_for_port`), and the provider sends nothing for a list that is emptied.
 */
function amongNamed(named: readonly (string | undefined)[], ip: string): Fate {
  if (named.includes(ip)) return 'stays';
  return named.length === 0 || named.includes(undefined) ? 'may stay' : 'goes';
}

/** Undefined where Neutron picks the address, or the plan doesn't know it. */
function namedIn(after: unknown, attribute: string): readonly (string | undefined)[] {
  const value = partAt(after, attribute);
  const texts = Array.isArray(value) ? value.map((each) => textAt(each, 'ip_address')) : [textAt(after, attribute)];
  return texts.map((text) => (text === undefined ? undefined : neutronsSpelling(text)));
}

/** An interface on the same subnet gets the gateway address of the subnet again. */
function whenInterfaceMoves({ before, after }: PlannedResource, ip: string, things: Things): Fate {
  const subnet = textAt(after, 'subnet_id');
  if (subnet === undefined) return 'may stay';
  if (subnet !== textAt(before, 'subnet_id')) return 'goes';
  const known = things.withId(subnet);
  const gateway = textAt(known?.after ?? known?.values, 'gateway_ip');
  return gateway !== undefined && neutronsSpelling(gateway) === ip ? 'stays' : 'may stay';
}
