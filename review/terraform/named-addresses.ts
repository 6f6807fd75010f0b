/** The addresses that a change names for things in networks that are there already. Pure. */
import { attempt } from '../../lib/basics/attempt';
import type { Network, Subnet } from '../../lib/contract/ports';
import { canonicalAddress } from '../../lib/net/ip-ranges';
import { partAt } from './attributes';
import { isMade, type PlannedChange } from './planned-change';
import { listAt, portType, textAt } from './things';

/** Terraform finds the network of a floating IP by its name, and Neutron the address of an interface by its subnet. */
type Place =
  | { readonly network: string; readonly ip: string }
  | { readonly networkName: string; readonly ip: string }
  | { readonly subnet: string };

export type NamedAddress = Place & { readonly change: PlannedChange };

/** A named address, and a network in which Neutron has to give it. */
export interface PlacedAddress {
  readonly change: PlannedChange;
  /** In Neutron's spelling. */
  readonly ip: string;
  readonly network: Network;
  /** False if the cloud has several networks of the name, of which Terraform takes the first that Neutron lists. */
  readonly isSure: boolean;
}

/** Ids and names of the places that only the cloud knows. */
export interface Places {
  readonly networks: readonly string[];
  readonly networkNames: readonly string[];
  readonly subnets: readonly string[];
}

const namesIn: Readonly<Record<string, (change: PlannedChange) => readonly Place[]>> = {
  [portType]: ({ planned: { before, after, unknown } }) => {
    const network = textAt(after, 'network_id');
    const had = new Set([...listAt(before, 'all_fixed_ips'), ...textsAt(before, 'fixed_ip')]);
    // An address of a subnet that is yet to be made is free.
    const isInNew = (place: number): boolean =>
      partAt(partAt(partAt(unknown, 'fixed_ip'), place), 'subnet_id') === true;
    const named = listAt(after, 'fixed_ip').flatMap((fixed, place) =>
      isInNew(place) ? [] : (textAt(fixed, 'ip_address') ?? []),
    );
    return network === undefined ? [] : named.filter((ip) => !had.has(ip)).map((ip) => ({ network, ip }));
  },
  openstack_networking_floatingip_v2: ({ planned: { before, after } }) => {
    const [networkName, ip] = [textAt(after, 'pool'), textAt(after, 'address')];
    const isNew = ip !== textAt(before, 'address') || networkName !== textAt(before, 'pool');
    return networkName === undefined || ip === undefined || !isNew ? [] : [{ networkName, ip }];
  },
  openstack_networking_router_v2: ({ planned: { before, after }, thing, things }) => {
    const network = textAt(after, 'external_network_id');
    // Otherwise the provider repeats the address that Neutron picked.
    if (network === undefined || !things.mayBeInCode(thing, 'external_fixed_ip')) return [];
    const isThere = network === textAt(before, 'external_network_id');
    const had = new Set(isThere ? textsAt(before, 'external_fixed_ip') : []);
    const named = textsAt(after, 'external_fixed_ip').filter((ip) => !had.has(ip));
    return named.map((ip) => ({ network, ip }));
  },
  // Neutron takes the gateway address of the subnet: neutron@zed db/l3_db.py, `_add_interface_by_subnet`.
  openstack_networking_router_interface_v2: ({ planned: { before, after }, things }) => {
    const subnet = textAt(after, 'subnet_id');
    const isThere = subnet === textAt(before, 'subnet_id');
    if (subnet === undefined || isThere || textAt(after, 'port_id') !== undefined) return [];
    const known = things.withId(subnet);
    const [network, ip] = [textAt(known?.values, 'network_id'), textAt(known?.after ?? known?.values, 'gateway_ip')];
    return [network === undefined || ip === undefined ? { subnet } : { network, ip }];
  },
};

const textsAt = (values: unknown, attribute: string): string[] =>
  listAt(values, attribute).flatMap((fixed) => textAt(fixed, 'ip_address') ?? []);

/** What replaces a thing gets its address anew. */
const withoutBefore = (change: PlannedChange): PlannedChange => ({
  ...change,
  planned: { ...change.planned, before: undefined },
});

export const namedAddresses = (changes: readonly PlannedChange[]): NamedAddress[] =>
  changes.flatMap((change) => {
    const { type } = change.planned;
    const read = Object.hasOwn(namesIn, type) ? namesIn[type] : undefined;
    const places = read?.(isMade(change) ? withoutBefore(change) : change) ?? [];
    return places.map((place) => ({ ...place, change }));
  });

export const placesOf = (named: readonly NamedAddress[]): Places => ({
  networks: unique(named.flatMap((each) => ('network' in each ? [each.network] : []))),
  networkNames: unique(named.flatMap((each) => ('networkName' in each ? [each.networkName] : []))),
  subnets: unique(named.flatMap((each) => ('subnet' in each ? [each.subnet] : []))),
});

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

export const nameOfNetwork = ({ id, name }: Network): string => (name === '' ? id : name);

/** Leaves out a subnet, and a network by its name, that these credentials don't see. */
export function placeAddresses(
  named: readonly NamedAddress[],
  networks: readonly Network[],
  subnets: readonly Subnet[],
): PlacedAddress[] {
  const byId = new Map(networks.map((network) => [network.id, network]));
  const gateways = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  return named.flatMap((each): PlacedAddress[] => {
    const { change } = each;
    const gateway = 'subnet' in each ? gateways.get(each.subnet) : undefined;
    const text = 'ip' in each ? each.ip : (gateway?.gatewayIp ?? '');
    const ip = attempt(() => canonicalAddress(text));
    if (ip === undefined) return [];
    if ('networkName' in each) {
      const found = networks.filter(({ name }) => name === each.networkName);
      return found.map((network) => ({ change, ip, network, isSure: found.length === 1 }));
    }
    const id = 'network' in each ? each.network : (gateway?.networkId ?? '');
    const network = byId.get(id) ?? { id, name: '', showsAllPorts: false };
    return [{ change, ip, network, isSure: true }];
  });
}
