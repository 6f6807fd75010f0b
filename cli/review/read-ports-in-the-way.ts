/** Asks Neutron for ports that keep it from deleting the networks and subnets of these plans, and names their owners. */
import { uuid } from '../../lib/basics/uuid';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { OwnerNames } from '../../review/terraform/port-words';
import { findPortsInTheWay, networksToEmpty, type PortInTheWay } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';
import { Asking } from './asking';

/** Ports of each certainty with the names of their owners. */
export const mostNamedPorts = 20;

type Readers = Pick<ReportReaders, 'network' | 'cloud' | 'servers' | 'networkTrace' | 'inventory'>;

export interface PortsInTheWay {
  /** In the way for sure. */
  readonly certain: readonly PortInTheWay[];
  /** In the way unless a service deletes them in time. */
  readonly perhaps: readonly PortInTheWay[];
  /** Of the owners of the first `mostNamedPorts` of each. */
  readonly names: OwnerNames;
}

const nobody: PortsInTheWay = {
  certain: [],
  perhaps: [],
  names: { servers: new Map(), routers: new Map(), projects: new Map() },
};

export async function readPortsInTheWay(plans: readonly StackPlan[], readers: Readers): Promise<PortsInTheWay> {
  const networks = networksToEmpty(plans);
  if (networks.length === 0) return nobody;
  const found = findPortsInTheWay(plans, await (await readers.network(`api:${readers.cloud}`)).portsOf(networks));
  if (found.length === 0) return nobody;
  const certain = found.filter(({ isCertain }) => isCertain);
  const perhaps = found.filter(({ isCertain }) => !isCertain);
  const named = [certain, perhaps].flatMap((ports) => ports.slice(0, mostNamedPorts));
  return { certain, perhaps, names: await namesFor(named, readers) };
}

/**
 * A name that can't be read is left out, because the ports are in the way whatever they are called. A service without an
 * answer is asked no further.
 */
async function namesFor(found: readonly PortInTheWay[], readers: Readers): Promise<OwnerNames> {
  const owners = (wanted: (owner: string) => boolean): string[] => [
    ...new Set(
      found
        .filter(({ port }) => wanted(port.deviceOwner) && uuid.safeParse(port.deviceId).success)
        .map(({ port }) => port.deviceId),
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

async function projectNames(readers: Readers): Promise<ReadonlyMap<string, string>> {
  try {
    const projects = await (await readers.inventory()).projects();
    return new Map(
      projects.flatMap(({ id, name }) => (name === null || name === undefined ? [] : [[id, name] as const])),
    );
  } catch {
    return new Map();
  }
}
