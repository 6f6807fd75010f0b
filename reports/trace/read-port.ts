/** Reads everything about one port: its record, groups and subnets, and its devices on its host. */
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import type { PortRecord } from '../../lib/contract/trace-ports';
import { defined } from '../../lib/basics/defined';
import { look, read, type Looked } from '../looked';
import type { Sources } from '../sources';
import { readPortPlace } from './host-looks';
import type { WholePortSeen } from './port';
import type { PortSeen } from './port-hops';
import { isServersPort } from '../server-port';

/** Undefined if the port doesn't exist. */
export async function readPort(
  id: string,
  readers: ReportReaders,
  sources: Pick<Sources, 'heartbeats'>,
): Promise<Looked<PortSeen | undefined>> {
  const found = await look(async () => (await readers.networkTrace()).port(id));
  if (!found.isRead || found.value === undefined) return found.isRead ? read(undefined) : found;
  const port = found.value;
  const [groups, subnets, agents, place] = await Promise.all([
    look(async () => (await readers.networkTrace()).groups(port.groups)),
    look(async () => (await readers.networkTrace()).subnets(port.fixedIps.map(({ subnetId }) => subnetId))),
    sources.heartbeats.neutron(),
    port.host === undefined ? undefined : readPortPlace(readers, port.host),
  ]);
  return read({ port: read(port), groups, subnets, agents, ...defined({ place }) });
}

export type PortSources = Pick<Sources, 'heartbeats' | 'serverReader'>;

/** Undefined if the port belongs to no server. */
export async function readServerOf(
  port: PortRecord,
  sources: Pick<Sources, 'serverReader'>,
): Promise<Looked<readonly WholeServer[]> | undefined> {
  if (!isServersPort(port)) return undefined;
  const reader = await sources.serverReader();
  return reader.isRead ? look(() => reader.value.find(port.deviceId)) : reader;
}

/** @param known of the port's server, where it was read before */
export async function readWholePort(
  wanted: string,
  readers: ReportReaders,
  sources: Sources,
  known?: Looked<readonly WholeServer[]>,
): Promise<WholePortSeen> {
  const port = await readPort(wanted, readers, sources);
  if (!port.isRead || port.value === undefined) return { wanted, port };
  const record = port.value.port.value;
  const [servers, dhcp, floating] = await Promise.all([
    known ?? readServerOf(record, sources),
    look(async () => (await readers.networkTrace()).dhcpAgents(record.networkId)),
    look(async () => (await readers.networkTrace()).floatingIpsOfPorts([record.id])),
  ]);
  return { wanted, port, dhcp, floating, ...defined({ servers }) };
}
