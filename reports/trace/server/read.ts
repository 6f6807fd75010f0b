/** Reads one server: why it waits or failed, its ports, its floating IPs, and every request about it. */
import { UnrecoverableError } from '../../../lib/basics/errors';
import type { FloatingIpRecord, PortRecord } from '../../../lib/contract/trace-ports';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import type { WholeServer } from '../../../lib/contract/server-ports';
import { look, once, read, type Looked, type Read } from '../../looked';
import { oneServer } from '../../one-server';
import { readHangFacts, type HangFacts } from '../../server-hang/facts';
import type { Sources } from '../../sources';
import type { FloatingIpSeen } from '../floating-ip/judge';
import { readFloatingIp } from '../floating-ip/read';
import type { WholePortSeen } from '../port';
import { readWholePort } from '../read-port';
import { readHistory, type History } from './database-history';

export interface ServerSeen {
  readonly server: Read<WholeServer>;
  readonly facts: HangFacts;
  readonly ports: Looked<readonly WholePortSeen[]>;
  readonly floating: readonly FloatingIpSeen[];
  /** Undefined: no database of Nova is configured. */
  readonly history: Looked<History | undefined>;
}

/** @throws InvalidConfiguration where the name is that of no server, or of several */
export async function readServer(wanted: string, readers: ReportReaders, sources: Sources): Promise<ServerSeen> {
  const server = await findServer(wanted, sources);
  const lookAtHistory = once(() => look(() => readHistory(readers, server.id)));
  const [[facts], ports, history] = await Promise.all([
    readHangFacts(sources, [server], lookAtHistory),
    readPorts(server, readers, sources),
    lookAtHistory(),
  ]);
  const addresses = (ports.isRead ? ports.value : []).flatMap(({ floating }) =>
    floating?.isRead === true ? floating.value : [],
  );
  const floating = await Promise.all(addresses.map(({ id }: FloatingIpRecord) => readFloatingIp(id, readers, sources)));
  return { server: read(server), facts: facts as HangFacts, ports, floating, history };
}

async function findServer(wanted: string, sources: Sources): Promise<WholeServer> {
  const reader = await sources.serverReader();
  if (!reader.isRead) throw new UnrecoverableError(`Nova could not be asked: ${reader.why}`, { about: 'reading' });
  return oneServer(await reader.value.find(wanted), wanted);
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
