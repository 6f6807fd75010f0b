/** Names the servers, routers and projects to which ports belong. */
import { uuid } from '../../lib/basics/uuid';
import type { Port } from '../../lib/contract/ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { OwnerNames } from '../../review/terraform/port-words';
import type { Asking } from './asking';
import { servicesOfNames, servicesOfQuotas } from './service-names';

export type OwnerReaders = Pick<ReportReaders, 'servers' | 'networkTrace' | 'inventory'>;

/** Ports of each list with the names of their owners. */
export const mostNamedPorts = 20;

/** The ports of each list that get the names of their owners. */
export const portsToName = (...lists: readonly (readonly { readonly port: Port }[])[]): Port[] =>
  lists.flatMap((list) => list.slice(0, mostNamedPorts).map(({ port }) => port));

/**
 * A name that can't be read is left out, because a port is there whatever its owner is called.
 *
 * @param asking of the whole run, so that a service without an answer is asked no further
 */
export async function ownerNames(ports: readonly Port[], asking: Asking, readers: OwnerReaders): Promise<OwnerNames> {
  if (ports.length === 0) return { servers: new Map(), routers: new Map(), projects: new Map() };
  const owners = (wanted: (owner: string) => boolean): string[] => [
    ...new Set(
      ports
        .filter(({ deviceOwner, deviceId }) => wanted(deviceOwner) && uuid.safeParse(deviceId).success)
        .map(({ deviceId }) => deviceId),
    ),
  ];
  const named = async (service: string, ids: readonly string[], nameOf: (id: string) => Promise<string | undefined>) =>
    new Map(
      (
        await Promise.all(
          ids.map(async (id) => [id, await asking.ask(service, async () => ({ name: await nameOf(id) }))] as const),
        )
      ).flatMap(([id, told]) => (typeof told === 'object' && 'name' in told && told.name ? [[id, told.name]] : [])),
    );
  const [servers, routers, projects] = await Promise.all([
    named(servicesOfQuotas.compute, owners((owner) => owner.startsWith('compute:')), async (id) => (await (await readers.servers()).find(id))[0]?.name), // prettier-ignore
    named(servicesOfNames.network, owners((owner) => owner.includes('router')), async (id) => (await (await readers.networkTrace()).router(id))?.name), // prettier-ignore
    projectNames(asking, readers),
  ]);
  return { servers, routers, projects };
}

async function projectNames(asking: Asking, readers: OwnerReaders): Promise<ReadonlyMap<string, string>> {
  const told = await asking.ask(servicesOfNames.user, async () => ({
    projects: await (await readers.inventory()).projects(),
  }));
  if (typeof told === 'string' || !('projects' in told)) return new Map();
  return new Map(
    told.projects.flatMap(({ id, name }) => (name === null || name === undefined ? [] : [[id, name] as const])),
  );
}
