/** Everything that tells of one floating IP: the API first, then the two hosts that it passes. */
import type { FloatingIpRecord, RouterRecord } from '../../../lib/contract/trace-ports';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import { defined } from '../../../lib/basics/defined';
import { look, type Looked } from '../../looked';
import type { Watch } from '../../watch';
import type { TwoLooks } from '../counters';
import { readPortPlace, readRouterPlace } from '../host-looks';
import { readPort, readServerOf, type PortSources } from '../read-port';
import { workingAgent } from '../router-hops';
import type { FloatingIpSeen } from './judge';

/** How long counters are watched. */
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
  const seen = { wanted, floating, ...router, ...port };
  return count === undefined ? seen : { ...seen, counted: await countAgain(seen, readers, count) };
}

/** The second look at the counters. @throws nothing: what fails stands in the looks */
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
  const device = port.isRead ? port.value?.port : undefined;
  const servers = device === undefined ? undefined : await readServerOf(device, sources);
  return { port, ...defined({ servers }) };
}

async function readRouter(
  { routerId }: FloatingIpRecord,
  readers: ReportReaders,
): Promise<Pick<FloatingIpSeen, 'router' | 'agents' | 'routerPorts' | 'place'>> {
  if (routerId === undefined) return {};
  const [router, agents, routerPorts] = await Promise.all([
    look(async () => (await readers.networkTrace()).router(routerId)),
    look(async () => (await readers.networkTrace()).routerAgents(routerId)),
    look(async () => (await readers.networkTrace()).portsOfDevice(routerId)),
  ]);
  const host = hostOf(router, agents);
  const place = host === undefined ? undefined : await readRouterPlace(readers, host, `qrouter-${routerId}`);
  return { router, agents, routerPorts, ...defined({ place }) };
}

/** Of a distributed router, each compute host has a part. */
function hostOf(router: Looked<RouterRecord | undefined>, agents: FloatingIpSeen['agents']): string | undefined {
  if (!router.isRead || router.value === undefined || router.value.isDistributed === true) return undefined;
  return agents?.isRead === true ? workingAgent(router.value, agents.value)?.host : undefined;
}
