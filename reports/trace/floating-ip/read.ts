/** Reads everything about one floating IP: first the API, then the two hosts that its packets pass. */
import type { FloatingIpRecord } from '../../../lib/contract/trace-ports';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import { defined } from '../../../lib/basics/defined';
import { look, mapLooked, untried } from '../../looked';
import type { Watch } from '../../watch';
import type { TwoLooks } from '../counters';
import { readPortPlace, readRouterPlace } from '../host-looks';
import { readPort, readServerOf, type PortSources } from '../read-port';
import type { Front } from '../nat-hops';
import { natPlaceOf, type OnServersHost } from '../nat-place';
import type { FloatingIpSeen } from './judge';

/** The time between two readings of the counters. */
export interface Counting extends Pick<Watch, 'pause'> {
  readonly seconds: number;
}

export async function readFloatingIp(
  wanted: string,
  readers: ReportReaders,
  sources: PortSources,
  count?: Counting,
): Promise<FloatingIpSeen> {
  const floating = await look(async () => (await readers.networkTrace()).floatingIps(wanted));
  const [first, second] = floating.isRead ? floating.value : [];
  if (!floating.isRead || second !== undefined) return { wanted, floating };
  if (first === undefined) {
    const holders = await look(async () => (await readers.networkTrace()).portsWithAddress(wanted));
    return { wanted, floating, holders };
  }
  const [router, port] = await Promise.all([readRouter(first, readers), readFloatingPort(first, readers, sources)]);
  const seen = { wanted, floating, ...router, ...port, ...(await readNat(first, { ...router, ...port }, readers)) };
  return count === undefined ? seen : { ...seen, counted: await countAgain(seen, readers, count) };
}

/** The second look at the counters. A failure is a part of the result, so nothing is thrown. */
async function countAgain(
  { place, port: looked }: FloatingIpSeen,
  readers: ReportReaders,
  { seconds, pause }: Counting,
): Promise<TwoLooks> {
  await pause(seconds, `Counting packets for ${seconds} s.`);
  const first = looked?.isRead === true ? looked.value?.place : undefined;
  const [router, port] = await Promise.all([
    place && readRouterPlace(readers, place.host, place.namespace),
    first && readPortPlace(readers, first.host),
  ]);
  return {
    seconds,
    ...defined({
      router: place && router && ([place, router] as const),
      port: first && port && ([first, port] as const),
    }),
  };
}

async function readFloatingPort(
  { portId }: FloatingIpRecord,
  readers: ReportReaders,
  sources: PortSources,
): Promise<Pick<FloatingIpSeen, 'port' | 'servers'>> {
  if (portId === undefined) return {};
  const port = await readPort(portId, readers, sources);
  const device = port.isRead ? port.value?.port.value : undefined;
  const servers = device === undefined ? undefined : await readServerOf(device, sources);
  return { port, ...defined({ servers }) };
}

async function readRouter(
  { routerId }: FloatingIpRecord,
  readers: ReportReaders,
): Promise<Pick<FloatingIpSeen, 'router' | 'agents' | 'routerPorts'>> {
  if (routerId === undefined) return {};
  const [router, agents, routerPorts] = await Promise.all([
    look(async () => (await readers.networkTrace()).router(routerId)),
    look(async () => (await readers.networkTrace()).routerAgents(routerId)),
    look(async () => (await readers.networkTrace()).portsOfDevice(routerId)),
  ]);
  return { router, agents, routerPorts };
}

/** The namespaces of the router, on the host where it translates this floating IP. */
async function readNat(
  floating: FloatingIpRecord,
  { router, agents, port }: Pick<FloatingIpSeen, 'router' | 'agents' | 'port'>,
  readers: ReportReaders,
): Promise<Pick<FloatingIpSeen, 'nat' | 'place' | 'front'>> {
  if (router?.isRead !== true || router.value === undefined || agents === undefined) return {};
  const record = mapLooked(port ?? untried('the floating IP leads to no port'), (seen) => seen?.port.value);
  const host = record.isRead && router.value.isDistributed === true ? record.value?.host : undefined;
  const agentsThere =
    host === undefined ? undefined : await look(async () => (await readers.networkTrace()).l3AgentsOn(host));
  const nat = natPlaceOf({ floating, router: router.value, agents, port: record, ...defined({ agentsThere }) });
  if (!nat.isRead || nat.value.is === 'unknown') return { nat };
  const { value } = nat;
  const [place, front] = await Promise.all([
    readRouterPlace(readers, value.host, value.namespace),
    value.is === 'on the server' ? readFront(readers, value) : undefined,
  ]);
  return { nat, place, ...defined({ front }) };
}

async function readFront(readers: ReportReaders, { host, front, agent }: OnServersHost): Promise<Front> {
  const [place, ports] = await Promise.all([
    readRouterPlace(readers, host, front),
    look(async () => (await readers.networkTrace()).portsOfDevice(agent.id)),
  ]);
  return { place, ports };
}
