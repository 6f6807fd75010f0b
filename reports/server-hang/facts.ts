/** All that was read about one server whose task does not end, or ended in a failure. */
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { PortRoom } from '../../lib/contract/port-room';
import type {
  Flavor,
  Hypervisor,
  ServerAction,
  ServerPort,
  ServerReader,
  WholeServer,
} from '../../lib/contract/server-ports';
import type { Heartbeat } from '../heartbeats';
import { look, read, untried, type Looked } from '../looked';
import type { Sources } from '../sources';
import { searchLogs, type HostLogs } from './logs';

export interface HangFacts {
  /** By the clock of Nova's API. */
  readonly now: Date;
  readonly server: WholeServer;
  readonly actions: Looked<readonly ServerAction[]>;
  /** Of Nova, after the second look. */
  readonly services: Looked<readonly Heartbeat[]>;
  /** Of Neutron, after the second look. */
  readonly agents: Looked<readonly Heartbeat[]>;
  /** Undefined: the flavor was deleted since. */
  readonly flavor: Looked<Flavor | undefined>;
  readonly hypervisors: Looked<readonly Hypervisor[]>;
  /** `gone`: Glance has it no more. `none`: the server boots from a volume. */
  readonly image: Looked<string>;
  readonly ports: Looked<readonly ServerPort[]>;
  /** The node that placement holds for it. */
  readonly placedOn: Looked<string | undefined>;
  /** Nova of Icehouse and Juno, which know no microversions: they say one thing of a quota, a pool and an address. */
  readonly isOld: boolean;
  /** What quotas and pools have left; read where the server failed. */
  readonly room: Looked<PortRoom>;
  /** Of the hosts that had it and of the controllers, as far as the configuration leads there. */
  readonly logs: readonly HostLogs[];
}

/** What one server needs, side by side. What other servers need as well is asked once. */
export async function readHangFacts(sources: Sources, server: WholeServer): Promise<HangFacts> {
  const { readers } = sources;
  const nova = await sources.serverReader();
  const ask = async <Value>(work: (reader: ServerReader) => Promise<Value>): Promise<Looked<Value>> =>
    nova.isRead ? look(() => work(nova.value)) : nova;
  const { id, flavorId, imageId } = server;
  const [actions, flavor, hypervisors, image, ports, placedOn] = await Promise.all([
    ask((reader) => reader.actions(id)),
    flavorId === undefined ? read(undefined) : ask((reader) => reader.flavor(flavorId)),
    sources.hypervisors(),
    imageId === undefined ? read('none') : ask(async (reader) => (await reader.imageStatus(imageId)) ?? 'gone'),
    ask((reader) => reader.ports(id)),
    ask((reader) => reader.placedOn(id)),
  ]);
  const host = hostOf({ server, hypervisors, placedOn });
  const bound = ports.isRead ? ports.value.map(({ hostId }) => hostId) : [];
  const [services, agents] = await Promise.all([
    sources.settledWhere('nova', (beat) => concerns(beat, server, host)),
    sources.settledWhere('neutron', (beat) => beat.host === host || bound.includes(beat.host)),
  ]);
  const hosts = [host, ...(actions.isRead ? hostsOf(actions.value) : []), ...readers.hosts.serving('nova')];
  const requests = actions.isRead ? actions.value.slice(-3).map(({ requestId }) => requestId) : [];
  const [room, logs, versions, now] = await Promise.all([
    server.status === 'ERROR' ? sources.portRoom() : untried('nothing has failed'),
    Promise.all(reachable(readers, hosts).map((name) => searchLogsOf(readers, name, [id, ...requests]))),
    sources.versions(),
    sources.now('nova'),
  ]);
  const isOld = versions.isRead && versions.value.some((api) => api.service === 'nova' && api.version === '');
  return { now, server, actions, services, agents, flavor, hypervisors, image, ports, placedOn, room, logs, isOld };
}

/** That an event tells of, since 2.62 (Queens). */
export const hostsOf = (actions: readonly ServerAction[]): readonly string[] => [
  ...new Set(actions.flatMap(({ events }) => (events ?? []).flatMap(({ host }) => host ?? []))),
];

/** What Nova calls a request; a request of another service may be called otherwise. */
const requestForm = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const reachable = ({ hosts }: ReportReaders, names: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== undefined && name !== '' && hosts.canReach(name)) as string[];

async function searchLogsOf(readers: ReportReaders, name: string, ids: readonly string[]): Promise<HostLogs> {
  const [server = '', ...requests] = ids;
  const host = await look(() => readers.host(`host:${name}`));
  if (!host.isRead) return { host: name, traces: host, missed: [] };
  return searchLogs(host.value, [server, ...requests.filter((request) => requestForm.test(request))]);
}

/** Who passes the work on; who has it; and who might have had it, where no host was found. */
function concerns({ name, host, zone }: Heartbeat, server: WholeServer, chosen: string | undefined): boolean {
  if (name !== 'nova-compute') return true;
  return chosen === undefined ? server.zone === undefined || server.zone === zone : host === chosen;
}

/** The host that has it, or that the scheduler has chosen for it. */
export function hostOf({
  server,
  placedOn,
  hypervisors,
}: Pick<HangFacts, 'server' | 'placedOn' | 'hypervisors'>): string | undefined {
  if (server.host !== undefined && server.host !== '') return server.host;
  const node = placedOn.isRead ? placedOn.value : undefined;
  if (node === undefined) return undefined;
  return (hypervisors.isRead ? hypervisors.value.find((each) => each.node === node)?.host : undefined) ?? node;
}

/** How it is known that the host has the server, or is to have it. */
export const sayHost = ({ server }: Pick<HangFacts, 'server'>, host: string): string =>
  server.host === host
    ? `Nova names ${host} as its host`
    : `placement holds its resources on ${host}, which the scheduler chose`;
