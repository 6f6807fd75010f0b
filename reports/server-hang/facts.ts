/** Reads everything about one server whose task does not end, or has failed. */
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
import type { BrokerNode, BrokerQueue } from '../../lib/contract/broker-ports';
import { isOfCinder, isOfNova } from '../broker/queue-owner';
import type { BrokerLooks } from '../broker/read';
import { settleBroker } from '../broker/settle';
import type { Heartbeat } from '../heartbeats';
import { look, read, thenLook, untried, type Looked } from '../looked';
import type { Sources } from '../sources';
import { readHistory, type History } from '../trace/server/database-history';
import { searchLogs, type HostLogs, type Sought } from './logs';
import { mergeBeats, readNovaBeats, readNovaRecords, type BeatsOfDatabase, type NovaRecord } from './nova-database';

export interface HangFacts {
  /** By the clock of Nova's API. */
  readonly now: Date;
  readonly server: WholeServer;
  /** From the API; from Nova's database if the API hides them. */
  readonly actions: Looked<readonly ServerAction[]>;
  /** Nova's services after the second look: from the API, else from its database. */
  readonly services: Looked<readonly Heartbeat[]>;
  /** False if the services come from the database: further cells may have more. */
  readonly hasAllServices: boolean;
  /** The heartbeats in Nova's database, with the name of their column. */
  readonly rows: Looked<BeatsOfDatabase>;
  /** Neutron's agents after the second look. */
  readonly agents: Looked<readonly Heartbeat[]>;
  /** Undefined if the flavor was deleted since. */
  readonly flavor: Looked<Flavor | undefined>;
  readonly hypervisors: Looked<readonly Hypervisor[]>;
  /** `gone`: Glance no longer has the image. `none`: the server boots from a volume. */
  readonly image: Looked<string>;
  readonly ports: Looked<readonly ServerPort[]>;
  /** The node on which placement has allocated resources for the server. */
  readonly placedOn: Looked<string | undefined>;
  /** The server's rows in `nova_api`. */
  readonly record: NovaRecord;
  /** The broker's queues; read a second time if messages were waiting. */
  readonly queues: Looked<readonly BrokerQueue[]>;
  readonly nodes: Looked<readonly BrokerNode[]>;
  /**
   * True for Nova of Icehouse and Juno, without microversions. These releases use the same words for a full quota, an
   * empty pool and a used address.
   */
  readonly isOld: boolean;
  /** Free room in quotas and pools. Read only if the server failed. */
  readonly room: Looked<PortRoom>;
  /** From the hosts that had the server and from the controllers, if stackward.yaml leads there. */
  readonly logs: readonly HostLogs[];
}

/** A server's history in Nova's databases. Undefined: none is configured. */
type LookAtHistory = (serverId: string) => Promise<Looked<History | undefined>>;

/**
 * What all servers of a run have in common is read once. What each server needs is read in parallel.
 * @param historyOf asked only about servers whose actions the API hides
 */
export async function readHangFacts(
  sources: Sources,
  servers: readonly WholeServer[],
  historyOf: LookAtHistory = (id) => look(() => readHistory(sources.readers, id)),
): Promise<readonly HangFacts[]> {
  const isIdle = servers.every(({ status, taskState }) => isSettled(status, taskState));
  const [asked, shared, recordOf] = await Promise.all([
    Promise.all(servers.map((server) => askNova(sources, server, historyOf))),
    readShared(sources, isIdle),
    readNovaRecords(sources.readers, isIdle ? [] : servers.map(({ id }) => id)),
  ]);
  const [logs, found] = await Promise.all([
    searchHosts(sources, asked),
    Promise.all(asked.map((own) => askOfHost(sources, own))),
  ]);
  return asked.map((own, index) => {
    const { beats, ...more } = found[index] as Awaited<ReturnType<typeof askOfHost>>;
    const { services, isWhole } = mergeBeats(beats, shared.rows);
    const { id } = own.server;
    return { ...shared, ...own, ...more, services, hasAllServices: isWhole, record: recordOf(id), logs: logs[index] ?? [] }; // prettier-ignore
  });
}

/** If no task is under way, nobody waits for a message. */
const isSettled = (status: string, taskState: string | undefined): boolean =>
  taskState === undefined && status !== 'BUILD' && status !== 'ERROR';

/** Facts that don't belong to a single server. */
async function readShared(
  sources: Sources,
  isIdle: boolean,
): Promise<Pick<HangFacts, 'now' | 'rows' | 'queues' | 'nodes' | 'hypervisors' | 'isOld'>> {
  const idle = untried('no task is under way');
  const pause = (seconds: number) =>
    sources.pause(seconds, 'Waiting for services of Nova to report: their count is read twice.');
  const [rows, broker, hypervisors, versions] = await Promise.all([
    isIdle ? idle : readNovaBeats(sources.readers, pause),
    isIdle ? idle : settledBroker(sources),
    sources.hypervisors(),
    sources.versions(),
  ]);
  const isOld = versions.isRead && versions.value.some((api) => api.service === 'nova' && api.version === '');
  return {
    now: await sources.now('nova'),
    rows,
    queues: thenLook(broker, ({ queues }) => queues),
    nodes: thenLook(broker, ({ nodes }) => nodes),
    hypervisors,
    isOld,
  };
}

/** Looks a second time if messages wait for Nova or Cinder. */
async function settledBroker(sources: Sources): Promise<Looked<BrokerLooks>> {
  const why = 'Waiting for services of Nova and Cinder to take their messages: the queues are read twice.';
  const isTheirs = (queue: BrokerQueue): boolean => isOfNova(queue) || isOfCinder(queue);
  return settleBroker(sources.readers, await sources.broker(), isTheirs, (seconds) => sources.pause(seconds, why));
}

/** What Nova, Glance, Neutron and placement have about one server. */
type Asked = Pick<HangFacts, 'server' | 'actions' | 'flavor' | 'image' | 'ports' | 'placedOn'>;

async function askNova(sources: Sources, server: WholeServer, historyOf: LookAtHistory): Promise<Asked> {
  const nova = await sources.serverReader();
  const ask = async <Value>(work: (reader: ServerReader) => Promise<Value>): Promise<Looked<Value>> =>
    nova.isRead ? look(() => work(nova.value)) : nova;
  const { id, flavorId, imageId } = server;
  const [told, flavor, image, ports, placedOn] = await Promise.all([
    ask((reader) => reader.actions(id)),
    flavorId === undefined ? read(undefined) : ask((reader) => reader.flavor(flavorId)),
    imageId === undefined ? read('none') : ask(async (reader) => (await reader.imageStatus(imageId)) ?? 'gone'),
    ask((reader) => reader.ports(id)),
    ask((reader) => reader.placedOn(id)),
  ]);
  return { server, actions: await actionsBy(id, told, historyOf), flavor, image, ports, placedOn };
}

/** Nova's policy may hide actions or their events. Nova's database has both. */
async function actionsBy(
  id: string,
  told: HangFacts['actions'],
  historyOf: LookAtHistory,
): Promise<HangFacts['actions']> {
  const isTold = told.isRead && (told.value.length === 0 || told.value.at(-1)?.events !== undefined);
  if (isTold) return told;
  const history = await historyOf(id);
  return history.isRead && history.value !== undefined ? read(history.value.actions) : told;
}

async function askOfHost(
  sources: Sources,
  { server, ports, placedOn }: Asked,
): Promise<Pick<HangFacts, 'agents' | 'room'> & { readonly beats: Looked<readonly Heartbeat[]> }> {
  const host = hostOf({ server, placedOn, hypervisors: await sources.hypervisors() });
  const bound = ports.isRead ? ports.value.map(({ hostId }) => hostId) : [];
  const [beats, agents, room] = await Promise.all([
    sources.settledWhere('nova', (beat) => concerns(beat, server, host)),
    sources.settledWhere('neutron', (beat) => beat.host === host || bound.includes(beat.host)),
    server.status === 'ERROR' ? sources.portRoom() : untried('nothing has failed'),
  ]);
  return { beats, agents, room };
}

/** Searches each host once, for all servers that were there. Controllers are searched for all servers. */
async function searchHosts(sources: Sources, asked: readonly Asked[]): Promise<readonly (readonly HostLogs[])[]> {
  const { readers } = sources;
  const hypervisors = await sources.hypervisors();
  const wanted = asked.map(({ server, actions, placedOn }) => ({
    hosts: reachable(readers, [
      hostOf({ server, placedOn, hypervisors }),
      ...(actions.isRead ? hostsOf(actions.value) : []),
      ...readers.hosts.serving('nova'),
    ]),
    sought: { serverId: server.id, requests: requestsOf(actions) },
  }));
  const names = [...new Set(wanted.flatMap(({ hosts }) => hosts))];
  const searches = await Promise.all(
    names.map(async (name) => {
      const there = wanted.filter(({ hosts }) => hosts.includes(name));
      const found = await searchHost(readers, name, there.map(({ sought }) => sought)); // prettier-ignore
      return new Map(there.map((each, index) => [each, found[index]]));
    }),
  );
  return wanted.map((each) => searches.flatMap((search) => search.get(each) ?? []));
}

async function searchHost(
  readers: ReportReaders,
  name: string,
  sought: readonly Sought[],
): Promise<readonly HostLogs[]> {
  const host = await look(() => readers.host(`host:${name}`));
  return host.isRead ? searchLogs(host.value, sought) : sought.map(() => ({ host: name, traces: host, missed: [] }));
}

const requestsOf = (actions: HangFacts['actions']): readonly string[] =>
  actions.isRead
    ? actions.value
        .slice(-3)
        .map(({ requestId }) => requestId)
        .filter((request) => requestForm.test(request))
    : [];

/** The hosts that the events name; the API tells them since microversion 2.62 (Queens). */
export const hostsOf = (actions: readonly ServerAction[]): readonly string[] => [
  ...new Set(actions.flatMap(({ events }) => (events ?? []).flatMap(({ host }) => host ?? []))),
];

/** The form of Nova's request ids. Other services may use other ids. */
const requestForm = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const reachable = ({ hosts }: ReportReaders, names: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== undefined && name !== '' && hosts.canReach(name)) as string[];

/**
 * True for each service that passes the work on, for the nova-compute that has the server, and, if no host is known,
 * for every nova-compute that might have got it.
 */
function concerns({ name, host, zone }: Heartbeat, server: WholeServer, chosen: string | undefined): boolean {
  if (name !== 'nova-compute') return true;
  return chosen === undefined ? server.zone === undefined || server.zone === zone : host === chosen;
}

type Placed = Pick<HangFacts, 'server' | 'placedOn' | 'hypervisors'>;

/** The host that has the server, or that the scheduler has chosen for it. */
export function hostOf({ server, placedOn, hypervisors }: Placed): string | undefined {
  if (server.host !== undefined && server.host !== '') return server.host;
  const node = placedOn.isRead ? placedOn.value : undefined;
  if (node === undefined) return undefined;
  return (hypervisors.isRead ? hypervisors.value.find((each) => each.node === node)?.host : undefined) ?? node;
}

/**
 * Set if no host is known, and nobody can say whether the scheduler has chosen one: the reason. Undefined: it has
 * chosen none.
 */
export const whyHostUntold = ({ placedOn }: Pick<HangFacts, 'placedOn'>): string | undefined =>
  placedOn.isRead ? undefined : `nobody tells which host was chosen: ${placedOn.why}`;

/** Says how we know that the host has the server, or is to have it. */
export const sayHost = ({ server }: Pick<HangFacts, 'server'>, host: string): string =>
  server.host === host
    ? `Nova names ${host} as its host`
    : `placement holds its resources on ${host}, which the scheduler chose`;
