/** The addresses that a change names for things in networks that are there already. Pure. */
import { attempt } from '../../lib/basics/attempt';
import { firstBy, lookupBy } from '../../lib/basics/groups';
import type { Network, Subnet } from '../../lib/contract/ports';
import { canonicalAddress } from '../../lib/net/ip-ranges';
import { partAt } from './attributes';
import { isMade, type PlannedChange } from './planned-change';
import { listAt, portType, textAt, type Things } from './things';

const networkType = 'openstack_networking_network_v2';

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

/** A named address about which nobody can ask Neutron. */
export interface UnplacedAddress {
  readonly change: PlannedChange;
  /** `192.0.2.7 in network public`. */
  readonly said: string;
  readonly why: string;
}

export interface Placing {
  readonly placed: readonly PlacedAddress[];
  readonly unplaced: readonly UnplacedAddress[];
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
    const had = new Set([...spelled(listAt(before, 'all_fixed_ips')), ...addressesOf(listAt(before, 'fixed_ip'))]);
    // An address of a subnet that is yet to be made is free.
    const isInNew = (place: number): boolean =>
      partAt(partAt(partAt(unknown, 'fixed_ip'), place), 'subnet_id') === true;
    const named = addressesOf(listAt(after, 'fixed_ip').filter((_, place) => !isInNew(place)));
    return network === undefined ? [] : named.filter((ip) => !had.has(ip)).map((ip) => ({ network, ip }));
  },
  openstack_networking_floatingip_v2: ({ planned: { before, after } }) => {
    const [networkName, [ip]] = [textAt(after, 'pool'), spelled([textAt(after, 'address')])];
    const isNew = ip !== spelled([textAt(before, 'address')])[0] || networkName !== textAt(before, 'pool');
    return networkName === undefined || ip === undefined || !isNew ? [] : [{ networkName, ip }];
  },
  openstack_networking_router_v2: ({ planned: { before, after }, thing, things }) => {
    const network = textAt(after, 'external_network_id');
    // Otherwise the provider repeats the address that Neutron picked.
    if (network === undefined || !things.mayBeInCode(thing, 'external_fixed_ip')) return [];
    const isThere = network === textAt(before, 'external_network_id');
    const had = new Set(isThere ? addressesOf(listAt(before, 'external_fixed_ip')) : []);
    const named = addressesOf(listAt(after, 'external_fixed_ip')).filter((ip) => !had.has(ip));
    return named.map((ip) => ({ network, ip }));
  },
  // Neutron takes the gateway address of the subnet: neutron@zed db/l3_db.py, `_add_interface_by_subnet`.
  openstack_networking_router_interface_v2: ({ planned: { before, after }, things }) => {
    const subnet = textAt(after, 'subnet_id');
    const isThere = subnet === textAt(before, 'subnet_id');
    if (subnet === undefined || isThere || textAt(after, 'port_id') !== undefined) return [];
    const known = things.withId(subnet);
    const network = textAt(known?.values, 'network_id');
    const [ip] = spelled([textAt(known?.after ?? known?.values, 'gateway_ip')]);
    return [network === undefined || ip === undefined ? { subnet } : { network, ip }];
  },
};

/** The address as Neutron spells it: code may write `2001:DB8::7`. A text that is no address stays as it is. */
export const neutronsSpelling = (text: string): string => attempt(() => canonicalAddress(text)) ?? text;

const spelled = (texts: readonly unknown[]): string[] =>
  texts.flatMap((text) => (typeof text === 'string' ? neutronsSpelling(text) : []));

const addressesOf = (fixed: readonly unknown[]): string[] => spelled(fixed.map((each) => textAt(each, 'ip_address')));

/** A replacement gets its address anew, even if the thing before it had the same address. */
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

/** `10.0.0.7, 10.0.0.8 in network Green`: a sentence about what others have goes on with it. */
export const sayInNetwork = (addresses: string, network: string): string => `${addresses} in network ${network}`;

/** The names of networks that the plans make. */
const newNetworks = (things: Things | undefined): ReadonlySet<string> =>
  new Set(
    (things?.all ?? []).flatMap(({ type, values, after }) =>
      type === networkType && textAt(values, 'id') === undefined ? (textAt(after, 'name') ?? []) : [],
    ),
  );

/**
 * Leaves out a subnet without a gateway, where Neutron refuses the interface whoever has an address, and a network that is
 * yet to be made, where nobody has one.
 */
export function placeAddresses(
  named: readonly NamedAddress[],
  networks: readonly Network[],
  subnets: readonly Subnet[],
): Placing {
  const byId = firstBy(networks, ({ id }) => id);
  const withName = lookupBy(networks, ({ name }) => name);
  const made = newNetworks(named[0]?.change.things);
  const subnetsById = firstBy(subnets, ({ id }) => id);
  const unplaced: UnplacedAddress[] = [];
  const lose = (change: PlannedChange, said: string, why: string): PlacedAddress[] => {
    unplaced.push({ change, said, why });
    return [];
  };
  const byNetwork = (id: string): Network => byId.get(id) ?? { id, name: '', showsAllPorts: false };
  const inNetworks = (change: PlannedChange, ip: string, found: readonly Network[], name: string): PlacedAddress[] =>
    attempt(() => canonicalAddress(ip)) === undefined
      ? lose(change, sayInNetwork(ip, name), 'no IP address is written like that')
      : found.map((network) => ({ change, ip: neutronsSpelling(ip), network, isSure: found.length === 1 }));
  const placed = named.flatMap((each): PlacedAddress[] => {
    const { change } = each;
    if ('networkName' in each) {
      const { ip, networkName: name } = each;
      const found = withName(name);
      if (found.length > 0) return inNetworks(change, ip, found, name);
      if (made.has(name)) return [];
      return lose(change, sayInNetwork(ip, name), 'these credentials see no network of that name');
    }
    if ('network' in each) {
      const network = byNetwork(each.network);
      return inNetworks(change, each.ip, [network], nameOfNetwork(network));
    }
    const subnet = subnetsById.get(each.subnet);
    if (subnet === undefined)
      return lose(change, `the gateway address of subnet ${each.subnet}`, 'these credentials see no such subnet');
    const network = byNetwork(subnet.networkId);
    return subnet.gatewayIp === null ? [] : inNetworks(change, subnet.gatewayIp, [network], nameOfNetwork(network));
  });
  return { placed, unplaced };
}
