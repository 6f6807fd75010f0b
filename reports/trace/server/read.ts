/** One server: why it waits or failed, its ports, its floating IPs, and all that was asked of it. */
import { InvalidConfiguration } from '../../../lib/basics/errors';
import type { FloatingIpRecord, PortRecord } from '../../../lib/contract/trace-ports';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import type { WholeServer } from '../../../lib/contract/server-ports';
import { look, read, type Looked } from '../../looked';
import { readHangFacts, type HangFacts } from '../../server-hang/facts';
import type { Sources } from '../../sources';
import type { FloatingIpSeen } from '../floating-ip/judge';
import { readFloatingIp } from '../floating-ip/read';
import { readWholePort, type WholePortSeen } from '../port';
import { readHistory, type History } from './database-history';

export interface ServerSeen {
  readonly facts: HangFacts;
  readonly ports: Looked<readonly WholePortSeen[]>;
  readonly floating: readonly FloatingIpSeen[];
  /** Undefined: no database of Nova is configured. */
  readonly history: Looked<History | undefined>;
}

/** @throws InvalidConfiguration where the name is that of no server, or of several */
export async function readServer(wanted: string, readers: ReportReaders, sources: Sources): Promise<ServerSeen> {
  const server = await findServer(wanted, sources);
  const [[facts], ports, history] = await Promise.all([
    readHangFacts(sources, [server]),
    readPorts(server, readers, sources),
    look(() => readHistory(readers, server.id)),
  ]);
  const addresses = (ports.isRead ? ports.value : []).flatMap(({ floating }) =>
    floating?.isRead === true ? floating.value : [],
  );
  const floating = await Promise.all(addresses.map(({ id }: FloatingIpRecord) => readFloatingIp(id, readers, sources)));
  return { facts: facts as HangFacts, ports, floating, history };
}

async function findServer(wanted: string, sources: Sources): Promise<WholeServer> {
  const reader = await sources.serverReader();
  if (!reader.isRead) throw new InvalidConfiguration(`Nova could not be asked: ${reader.why}`);
  const [server, ...more] = await reader.value.find(wanted);
  if (server === undefined)
    throw new InvalidConfiguration(
      `there is no server "${wanted}" in any project that these credentials see; give its name or id as \`openstack server list --all-projects\` shows it`,
    );
  if (more.length > 0) {
    const ids = [server, ...more].map(({ id }) => id).join(', ');
    throw new InvalidConfiguration(`${more.length + 1} servers are called "${wanted}"; give the id of one: ${ids}`);
  }
  return server;
}

async function readPorts(
  server: WholeServer,
  readers: ReportReaders,
  sources: Sources,
): Promise<Looked<readonly WholePortSeen[]>> {
  const ports = await look(async () => (await readers.networkTrace()).portsOfDevice(server.id));
  if (!ports.isRead) return ports;
  const known = read([server]);
  return read(await Promise.all(ports.value.map(({ id }: PortRecord) => readWholePort(id, readers, sources, known))));
}
