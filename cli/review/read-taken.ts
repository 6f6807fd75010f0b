/** Asks Neutron who has the addresses that a change names, a network at a time. */
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import type { Port } from '../../lib/contract/ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { CloudSeen, NotCompared, Told } from '../../review/cloud/seen';
import { namedAddresses, neutronsSpelling, placeAddresses, placesOf, sayInNetwork, type NamedAddress, type PlacedAddress, type Placing } from '../../review/terraform/named-addresses'; // prettier-ignore
import { sensitive } from '../../review/terraform/attributes';
import { findDoubled, type DoubledAddress } from '../../review/terraform/doubled-addresses';
import type { PlannedChange } from '../../review/terraform/planned-change';
import { findTaken, type TakenAddress } from '../../review/terraform/taken-addresses';
import type { StackPlan, Things } from '../../review/terraform/things';
import type { Asking } from './asking';
import { servicesOfNames } from './service-names';
import { withoutAnswer } from './without-answer';

/** Networks for whose ports a review asks. */
const mostNetworks = 200;

type Readers = Pick<ReportReaders, 'network' | 'cloud'>;

export interface TakenRead extends Pick<CloudSeen, 'unasked' | 'hidden'> {
  readonly found: readonly TakenAddress[];
  readonly doubled: readonly DoubledAddress[];
}

/** Addresses of one stack about which Neutron told nothing. */
interface Unknown {
  readonly stack: string;
  /** `10.0.0.7, 10.0.0.8 in network Green`. */
  readonly said: string;
  readonly why: NotCompared | string;
}

/** @param plans in the order of a deploy */
export async function readTaken(
  plans: readonly StackPlan[],
  changes: readonly PlannedChange[],
  things: Things,
  asking: Asking,
  readers: Readers,
): Promise<TakenRead> {
  const named = namedAddresses(changes);
  if (named.length === 0) return { found: [], doubled: [], unasked: [], hidden: [] };
  const placing = await asking.ask(servicesOfNames.network, () => place(named, readers));
  if (typeof placing === 'string' || 'notCompared' in placing)
    return {
      found: [],
      doubled: [],
      ...withoutAnswer(named.map(stackOf), 'whether others have the addresses that it names', placing),
    };
  const networks = [...groupedBy(placing.placed, ({ network }) => network.id).values()];
  const asked = networks.slice(0, mostNetworks);
  const answers = await Promise.all(asked.map((wanted) => portsAt(wanted, asking, readers)));
  const ports = answers.flatMap((told) => (isList(told) ? told : []));
  const unknown = [
    ...placing.unplaced.map(({ change, said, why }) => ({ stack: stackOf({ change }), said, why: { notCompared: why } })), // prettier-ignore
    ...asked.flatMap((wanted, turn) => unknownIn(wanted, answers[turn] ?? [])),
    ...networks.slice(mostNetworks).flatMap((wanted) => unknownIn(wanted, beyondBound)),
  ];
  const wanted = asked.flat();
  return {
    found: findTaken(plans, wanted, ports, things),
    doubled: findDoubled(placing.placed),
    ...sayUnknown(unknown),
  };
}

async function place(named: readonly NamedAddress[], readers: Readers): Promise<Placing> {
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

/** @param wanted in one network */
function portsAt(wanted: readonly PlacedAddress[], asking: Asking, readers: Readers): Promise<Told<readonly Port[]>> {
  const id = wanted[0]?.network.id ?? '';
  const ips = [...new Set(wanted.map(({ ip }) => ip))];
  return asking.ask(servicesOfNames.network, async () =>
    (await readers.network(`api:${readers.cloud}`)).portsAt(id, ips),
  );
}

const isList = <Item>(told: Told<readonly Item[]>): told is readonly Item[] => Array.isArray(told);

const beyondBound: NotCompared = { notCompared: `a review asks for the ports of at most ${mostNetworks} networks` };
const hiddenPorts: NotCompared = {
  notCompared: 'Neutron hides ports of other projects there from these credentials',
};

const stackOf = ({ change }: Pick<NamedAddress, 'change'>): string => change.thing.stack;

/** @param wanted in one network */
function unknownIn(wanted: readonly PlacedAddress[], told: Told<readonly Port[]>): Unknown[] {
  const seen = new Set(isList(told) ? told.flatMap(({ fixedIps }) => fixedIps.map(({ address }) => neutronsSpelling(address))) : []); // prettier-ignore
  const unseen = wanted.filter(({ ip, network }) => !seen.has(ip) && !(isList(told) && network.showsAllPorts));
  const why = isList(told) ? hiddenPorts : told;
  const alike = groupedBy(unseen, ({ change, networkSaid }) => JSON.stringify([change.thing.stack, networkSaid]));
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    const addresses = nameFirst([...new Set(own.map(({ ip, hidesIp }) => (hidesIp ? sensitive : ip)))]);
    return first === undefined
      ? []
      : [{ stack: stackOf(first), said: sayInNetwork(addresses, first.networkSaid), why }];
  });
}

function sayUnknown(unknown: readonly Unknown[]): Pick<CloudSeen, 'unasked' | 'hidden'> {
  const alike = [...groupedBy(unknown, ({ stack, why }) => JSON.stringify([stack, why])).values()];
  const told = alike.flatMap((own) => {
    const [first] = own;
    const places = nameFirst([...new Set(own.map(({ said }) => said))]);
    return first === undefined ? [] : withoutAnswer([first.stack], `whether others have ${places}`, first.why);
  });
  return { unasked: told.flatMap(({ unasked }) => unasked), hidden: told.flatMap(({ hidden }) => hidden) };
}
