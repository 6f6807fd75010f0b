/** Names the servers, routers and projects to which ports belong. */
import { uuid } from '../../lib/basics/uuid';
import type { Port } from '../../lib/contract/ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { OwnerNames } from '../../review/terraform/port-words';
import { Asking } from './asking';

export type OwnerReaders = Pick<ReportReaders, 'servers' | 'networkTrace' | 'inventory'>;

export const noNames: OwnerNames = { servers: new Map(), routers: new Map(), projects: new Map() };

/**
 * A name that can't be read is left out, because a port is there whatever its owner is called. A service without an
 * answer is asked no further.
 */
export async function ownerNames(ports: readonly Port[], readers: OwnerReaders): Promise<OwnerNames> {
  if (ports.length === 0) return noNames;
  const owners = (wanted: (owner: string) => boolean): string[] => [
    ...new Set(
      ports
        .filter(({ deviceOwner, deviceId }) => wanted(deviceOwner) && uuid.safeParse(deviceId).success)
        .map(({ deviceId }) => deviceId),
    ),
  ];
  const asking = new Asking();
  const named = async (service: string, ids: readonly string[], nameOf: (id: string) => Promise<string | undefined>) =>
    new Map(
      (
        await Promise.all(
          ids.map(async (id) => [id, await asking.ask(service, async () => ({ name: await nameOf(id) }))] as const),
        )
      ).flatMap(([id, told]) => (typeof told === 'object' && 'name' in told && told.name ? [[id, told.name]] : [])),
    );
  const [servers, routers, projects] = await Promise.all([
    named('Nova', owners((owner) => owner.startsWith('compute:')), async (id) => (await (await readers.servers()).find(id))[0]?.name), // prettier-ignore
    named('Neutron', owners((owner) => owner.includes('router')), async (id) => (await (await readers.networkTrace()).router(id))?.name), // prettier-ignore
    projectNames(readers),
  ]);
  return { servers, routers, projects };
}

async function projectNames(readers: OwnerReaders): Promise<ReadonlyMap<string, string>> {
  try {
    const projects = await (await readers.inventory()).projects();
    return new Map(
      projects.flatMap(({ id, name }) => (name === null || name === undefined ? [] : [[id, name] as const])),
    );
  } catch {
    return new Map();
  }
}
