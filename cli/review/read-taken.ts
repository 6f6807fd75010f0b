/** Asks Neutron who has the addresses that a change names, a network at a time, and names the owners of these ports. */
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import type { Port } from '../../lib/contract/ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { CloudSeen, Told } from '../../review/cloud/seen';
import type { Unreviewed } from '../../review/model';
import { namedAddresses, nameOfNetwork, placeAddresses, placesOf, type NamedAddress, type PlacedAddress } from '../../review/terraform/named-addresses'; // prettier-ignore
import type { PlannedChange } from '../../review/terraform/planned-change';
import { findTaken, type TakenAddress } from '../../review/terraform/taken-addresses';
import { sayTaken } from '../../review/terraform/taken-words';
import { Things, type StackPlan } from '../../review/terraform/things';
import type { Asking } from './asking';
import { ownerNames, type OwnerReaders } from './owner-names';

/** Networks for whose ports a review asks. */
const mostNetworks = 200;
/** Ports with the names of their owners. */
const mostNamedPorts = 20;

type Readers = Pick<ReportReaders, 'network' | 'cloud'> & OwnerReaders;
type Read = Pick<CloudSeen, 'taken' | 'unasked' | 'hidden'>;

/** @param plans in the order of a deploy */
export async function readTaken(
  plans: readonly StackPlan[],
  changes: readonly PlannedChange[],
  asking: Asking,
  readers: Readers,
): Promise<Read> {
  const named = namedAddresses(changes);
  if (named.length === 0) return { taken: [], unasked: [], hidden: [] };
  const placed = await asking.ask('Neutron', () => place(named, readers));
  if (!Array.isArray(placed)) return withoutAnswer(named, placed);
  const networks = [...groupedBy(placed, ({ network }) => network.id).values()];
  const things = new Things(plans);
  const found = await Promise.all(
    networks.map((wanted, turn) =>
      turn < mostNetworks ? inNetwork(wanted, { plans, things, asking, readers }) : beyondBound(wanted),
    ),
  );
  const all = found.flatMap(({ taken }) => taken);
  const names = await ownerNames(all.slice(0, mostNamedPorts).map(({ port }) => port), readers); // prettier-ignore
  return {
    taken: all.map((each) => ({
      stack: each.wanted.change.thing.stack,
      address: each.wanted.change.planned.address,
      said: sayTaken(each, names, things),
      isCertain: each.because !== 'perhaps',
    })),
    unasked: found.flatMap(({ unasked }) => unasked),
    hidden: found.flatMap(({ hidden }) => hidden),
  };
}

interface Found extends Omit<Read, 'taken'> {
  readonly taken: readonly TakenAddress[];
}

async function place(named: readonly NamedAddress[], readers: Readers): Promise<PlacedAddress[]> {
  const neutron = await readers.network(`api:${readers.cloud}`);
  const wanted = placesOf(named);
  const subnets = wanted.subnets.length === 0 ? [] : await neutron.subnets(wanted.subnets);
  const ids = new Set([...wanted.networks, ...subnets.map(({ networkId }) => networkId)]);
  const networks = [
    ...(ids.size === 0 ? [] : await neutron.networks('id', [...ids])),
    ...(wanted.networkNames.length === 0 ? [] : await neutron.networks('name', wanted.networkNames)),
  ];
  const once = new Map(networks.map((network) => [network.id, network]));
  return placeAddresses(named, [...once.values()], subnets);
}

async function inNetwork(
  wanted: readonly PlacedAddress[],
  { plans, things, asking, readers }: { readonly plans: readonly StackPlan[]; readonly things: Things; readonly asking: Asking; readonly readers: Readers }, // prettier-ignore
): Promise<Found> {
  const [{ network } = { network: undefined }] = wanted;
  if (network === undefined) return { taken: [], unasked: [], hidden: [] };
  const ips = [...new Set(wanted.map(({ ip }) => ip))];
  const ports: Told<readonly Port[]> = await asking.ask('Neutron', async () =>
    (await readers.network(`api:${readers.cloud}`)).portsAt(network.id, ips),
  );
  if (!isList(ports)) return withoutAnswer(wanted, ports);
  const taken = findTaken(plans, wanted, ports, things);
  const isSeen = new Set(ports.flatMap(({ fixedIps }) => fixedIps.map(({ address }) => address)));
  const unseen = network.showsAllPorts ? [] : wanted.filter(({ ip }) => !isSeen.has(ip));
  const hidden = [...groupedBy(unseen, stackOf)].map(([stack, own]) => ({
    stack,
    message: `whether others have ${nameFirst(own.map(({ ip }) => ip))} in network ${nameOfNetwork(network)}: Neutron hides ports of other projects there from these credentials`,
  }));
  return { taken, unasked: [], hidden };
}

const isList = <Item>(told: Told<readonly Item[]>): told is readonly Item[] => Array.isArray(told);

const beyondBound = (wanted: readonly PlacedAddress[]): Found =>
  withoutAnswer(wanted, { notCompared: `a review asks for the ports of at most ${mostNetworks} networks` });

const stackOf = ({ change }: Pick<NamedAddress, 'change'>): string => change.thing.stack;

/** @param why there is no answer */
function withoutAnswer(
  named: readonly Pick<NamedAddress, 'change'>[],
  why: Exclude<Told<never>, readonly unknown[]>,
): Found & Read {
  const ofEach = (message: string): Unreviewed[] => [...new Set(named.map(stackOf))].map((stack) => ({ stack, message })); // prettier-ignore
  return {
    taken: [],
    unasked: typeof why === 'string' ? ofEach(`nobody looked whether others have the addresses that it names: ${why}`) : [], // prettier-ignore
    hidden: typeof why === 'string' ? [] : ofEach(`whether others have the addresses that it names: ${why.notCompared}`), // prettier-ignore
  };
}
