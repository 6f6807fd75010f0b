/** The addresses that a change names for things in networks that are there already. Pure. */
import { printableName } from '../../lib/basics/printable';
import { attempt } from '../../lib/basics/attempt';
import { firstBy, lookupBy } from '../../lib/basics/groups';
import type { Network, Subnet } from '../../lib/contract/ports';
import { canonicalAddress } from '../../lib/net/ip-ranges';
import { hideSensitive, partAt, sensitive } from './attributes';
import { defined } from '../../lib/basics/defined';
import { isMade, type PlannedChange } from './planned-change';
import { listAt, portType, textAt, type Things } from './things';

const networkType = 'openstack_networking_network_v2';

/** Terraform finds the network of a floating IP by its name, and Neutron the address of an interface by its subnet. */
type Place =
  | { readonly network: string; readonly ip: string }
  | { readonly networkName: string; readonly ip: string }
  | { readonly subnet: string };

/** What the plan marks as sensitive is compared, and never said. */
interface Hiding {
  readonly hidesIp?: boolean;
  /** Of the network or subnet. */
  readonly hidesPlace?: boolean;
}

export type NamedAddress = Place & Hiding & { readonly change: PlannedChange };

/** A named address, and a network in which Neutron has to give it. */
export interface PlacedAddress {
  readonly change: PlannedChange;
  /** In Neutron's spelling. */
  readonly ip: string;
  readonly hidesIp: boolean;
  readonly network: Network;
  /** The network's name for a sentence. */
  readonly networkSaid: string;
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

const namesIn: Readonly<Record<string, (change: PlannedChange) => readonly (Place & Hiding)[]>> = {
  [portType]: ({ planned }) => {
    const { before, after, unknown } = planned;
    const network = textAt(after, 'network_id');
    const had = new Set([...spelled(listAt(before, 'all_fixed_ips')), ...addressesOf(listAt(before, 'fixed_ip'))]);
    // An address of a subnet that is yet to be made is free.
    const isInNew = (place: number): boolean =>
      partAt(partAt(partAt(unknown, 'fixed_ip'), place), 'subnet_id') === true;
    const named = entriesIn(planned, 'fixed_ip').filter(({ ip, place }) => !isInNew(place) && !had.has(ip));
    const hiding = hidingOf({ hidesPlace: isHidden(planned, 'network_id') });
    return network === undefined ? [] : named.map(({ ip, hides }) => ({ network, ip, ...hides, ...hiding }));
  },
  openstack_networking_floatingip_v2: ({ planned }) => {
    const { before, after } = planned;
    const [networkName, [ip]] = [textAt(after, 'pool'), spelled([textAt(after, 'address')])];
    const isNew = ip !== spelled([textAt(before, 'address')])[0] || networkName !== textAt(before, 'pool');
    const hides = hidingOf({ hidesIp: isHidden(planned, 'address'), hidesPlace: isHidden(planned, 'pool') });
    return networkName === undefined || ip === undefined || !isNew ? [] : [{ networkName, ip, ...hides }];
  },
  openstack_networking_router_v2: ({ planned, thing, things }) => {
    const { before, after } = planned;
    const network = textAt(after, 'external_network_id');
    // Otherwise the provider repeats the address that Neutron picked.
    if (network === undefined || !things.mayBeInCode(thing, 'external_fixed_ip')) return [];
    const isThere = network === textAt(before, 'external_network_id');
    const had = new Set(isThere ? addressesOf(listAt(before, 'external_fixed_ip')) : []);
    const named = entriesIn(planned, 'external_fixed_ip').filter(({ ip }) => !had.has(ip));
    const hiding = hidingOf({ hidesPlace: isHidden(planned, 'external_network_id') });
    return named.map(({ ip, hides }) => ({ network, ip, ...hides, ...hiding }));
  },
  // Neutron takes the gateway address of the subnet: neutron@zed db/l3_db.py, `_add_interface_by_subnet`.
  openstack_networking_router_interface_v2: ({ planned, things }) => {
    const { before, after } = planned;
    const subnet = textAt(after, 'subnet_id');
    const isThere = subnet === textAt(before, 'subnet_id');
    if (subnet === undefined || isThere || textAt(after, 'port_id') !== undefined) return [];
    const known = things.withId(subnet);
    const network = textAt(known?.values, 'network_id');
    const [ip] = spelled([textAt(known?.after ?? known?.values, 'gateway_ip')]);
    const hidesIp = textAt(known?.values, 'gateway_ip') === sensitive;
    const hides = hidingOf({ hidesIp, hidesPlace: isHidden(planned, 'subnet_id') || network === sensitive });
    const isKnown = network !== undefined && network !== sensitive && ip !== undefined && ip !== sensitive;
    return [{ ...(isKnown ? { network, ip } : { subnet }), ...hides }];
  },
};

const isHidden = ({ after, sensitiveAfter }: PlannedChange['planned'], attribute: string): boolean =>
  textAt(hideSensitive(after, sensitiveAfter), attribute) !== textAt(after, attribute);

const hidingOf = ({ hidesIp = false, hidesPlace = false }: Hiding): Hiding =>
  defined({ hidesIp: hidesIp ? true : undefined, hidesPlace: hidesPlace ? true : undefined });

interface Entry {
  readonly ip: string;
  readonly place: number;
  readonly hides: Hiding;
}

/** The entries of a list that name an address. */
function entriesIn({ after, sensitiveAfter }: PlannedChange['planned'], attribute: string): Entry[] {
  const shown = listAt(hideSensitive(after, sensitiveAfter), attribute);
  return listAt(after, attribute).flatMap((entry, place): Entry[] => {
    const text = textAt(entry, 'ip_address');
    const hides = hidingOf({ hidesIp: textAt(shown[place], 'ip_address') !== text });
    return text === undefined ? [] : [{ ip: neutronsSpelling(text), place, hides }];
  });
}

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

/** Longer names and ids fit in no column of Neutron's database, and make a question too long for a server. */
const longestName = 255;
const longestId = 36;
/** Names of networks for which a review asks. */
const mostNames = 200;

const isPossibleName = (name: string): boolean => Array.from(name).length <= longestName;
const isPossibleId = (id: string): boolean => id.length <= longestId;

export const placesOf = (named: readonly NamedAddress[]): Places => ({
  networks: unique(named.flatMap((each) => ('network' in each ? [each.network] : []))).filter(isPossibleId),
  networkNames: unique(named.flatMap((each) => ('networkName' in each ? [each.networkName] : [])))
    .filter(isPossibleName)
    .slice(0, mostNames),
  subnets: unique(named.flatMap((each) => ('subnet' in each ? [each.subnet] : []))).filter(isPossibleId),
});

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

const nameOfNetwork = ({ id, name }: Network): string => (name === '' ? id : name);

/** `10.0.0.7, 10.0.0.8 in network Green`: a sentence about what others have goes on with it. */
export const sayInNetwork = (addresses: string, network: string): string => `${addresses} in network ${network}`;

/** Hides an address in a sentence, however it is spelled there: the name of a port may tell it again. */
export const hideAddress = (sentence: string, ip: string): string =>
  sentence.replace(/[0-9a-f.:]*[0-9a-f:]/gi, (text) => (neutronsSpelling(text) === ip ? sensitive : text));

/** A text of the code may be of any length, and hold backticks. */
const shortened = (text: string): string =>
  printableName(text.length <= longestName ? text : `${text.slice(0, 60)}… (${text.length} characters)`);

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
  const inNetworks = (each: NamedAddress, ip: string, found: readonly Network[], name: string): PlacedAddress[] => {
    const { change, hidesIp = false } = each;
    const canonical = attempt(() => canonicalAddress(ip));
    return canonical === undefined
      ? lose(change, sayInNetwork(saidIp(each, ip), name), 'no IP address is written like that')
      : found.map((network) => ({
          change,
          ip: canonical,
          hidesIp,
          network,
          networkSaid: name,
          isSure: found.length === 1,
        }));
  };
  const asked = new Set(placesOf(named).networkNames);
  const placed = named.flatMap((each): PlacedAddress[] => {
    const { change } = each;
    const saidPlace = (text: string): string => (each.hidesPlace ? sensitive : shortened(text));
    if ('networkName' in each) {
      const { ip, networkName: name } = each;
      const found = withName(name);
      if (found.length > 0) return inNetworks(each, ip, found, saidPlace(name));
      if (made.has(name)) return [];
      return lose(change, sayInNetwork(saidIp(each, ip), saidPlace(name)), whyNoneNamed(name, asked));
    }
    if ('network' in each) {
      const network = byNetwork(each.network);
      const name = saidPlace(nameOfNetwork(network));
      if (isPossibleId(each.network)) return inNetworks(each, each.ip, [network], name);
      return lose(change, sayInNetwork(saidIp(each, each.ip), name), tooLongId);
    }
    const subnet = subnetsById.get(each.subnet);
    if (subnet === undefined) {
      const why = isPossibleId(each.subnet) ? 'these credentials see no such subnet' : tooLongId;
      return lose(change, `the gateway address of subnet ${saidPlace(each.subnet)}`, why);
    }
    const network = byNetwork(subnet.networkId);
    const name = saidPlace(nameOfNetwork(network));
    return subnet.gatewayIp === null ? [] : inNetworks(each, subnet.gatewayIp, [network], name);
  });
  return { placed, unplaced };
}

const saidIp = ({ hidesIp }: Hiding, ip: string): string => (hidesIp ? sensitive : shortened(ip));

const tooLongId = `no id of Neutron has more than ${longestId} characters`;

function whyNoneNamed(name: string, asked: ReadonlySet<string>): string {
  if (!isPossibleName(name)) return `no name in Neutron has more than ${longestName} characters`;
  return asked.has(name)
    ? 'these credentials see no network of that name'
    : `a review asks for at most ${mostNames} names of networks`;
}
