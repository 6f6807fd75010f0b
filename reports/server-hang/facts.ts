/** All that was read about one server whose task does not end, or ended in a failure. */
import type {
  Flavor,
  Hypervisor,
  ServerAction,
  ServerPort,
  ServerReader,
  WholeServer,
} from '../../lib/contract/server-ports';
import type { Heartbeat } from '../heartbeats';
import { look, read, type Looked } from '../looked';
import type { Sources } from '../sources';

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
}

/** What one server needs, side by side. What other servers need as well is asked once. */
export async function readHangFacts(sources: Sources, server: WholeServer): Promise<HangFacts> {
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
  const now = await sources.now('nova');
  return { now, server, actions, services, agents, flavor, hypervisors, image, ports, placedOn };
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
