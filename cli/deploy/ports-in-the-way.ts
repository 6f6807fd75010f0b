/** Asks Neutron, before a destruction, for ports that would end it half-way: those in its networks that no plan deletes. */
import { asStackwardError, Refused } from '../../lib/basics/errors';
import { nameFirst } from '../../lib/basics/name-first';
import { printable, printableCode } from '../../lib/basics/printable';
import { uuid } from '../../lib/basics/uuid';
import type { Port } from '../../lib/contract/ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { count } from '../../lib/render/text';
import { commandsFor, commandToShow, sayPort, type OwnerNames } from '../../review/terraform/port-words';
import { findPortsInTheWay, networksToEmpty, type PortInTheWay } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';

/** Ports that each part of a destruction's plan lists with the names of their owners, and ports and places that the refusal repeats. */
const mostListed = 20;
const mostRepeated = 3;

type Readers = Pick<ReportReaders, 'network' | 'cloud' | 'servers' | 'networkTrace' | 'inventory'>;

export interface Obstacles {
  /** For the plan; '' if nothing is to be said. */
  readonly text: string;
  /** Undefined unless the destruction is sure to end half-way. */
  readonly refusal: Refused | undefined;
}

export async function findObstacles(plans: readonly StackPlan[], readers: Readers): Promise<Obstacles> {
  const networks = networksToEmpty(plans);
  if (networks.length === 0) return { text: '', refusal: undefined };
  let ports: readonly Port[];
  try {
    ports = await (await readers.network(`api:${readers.cloud}`)).portsOf(networks);
  } catch (error) {
    const why = printable(asStackwardError(error).message);
    return { text: `\nNobody looked for ports of others in these networks: ${why}.\n`, refusal: undefined };
  }
  const found = findPortsInTheWay(plans, ports);
  if (found.length === 0) return { text: '', refusal: undefined };
  const { certain, others } = partsOf(found);
  const names = await namesFor([...certain.slice(0, mostListed), ...others.slice(0, mostListed)], readers);
  return { text: renderObstacles(found, names), refusal: refusalOf(certain, names) };
}

const partsOf = (found: readonly PortInTheWay[]) => ({
  certain: found.filter(({ isCertain }) => isCertain),
  others: found.filter(({ isCertain }) => !isCertain),
});

export function renderObstacles(found: readonly PortInTheWay[], names: OwnerNames): string {
  const part = (heading: string, ports: readonly PortInTheWay[]): string[] =>
    ports.length === 0
      ? []
      : [
          '',
          heading,
          ...ports
            .slice(0, mostListed)
            .flatMap(({ port, place, isCertain }) => [
              `    ${printable(`${sayPort(port, names)}, in ${place}`)}`,
              ...(isCertain ? commandsFor(port) : [commandToShow(port)]).map(
                (command) => `        ${printableCode(command)}`,
              ),
            ]),
          ...(ports.length > mostListed ? [`    and ${ports.length - mostListed} more`] : []),
        ];
  const { certain, others } = partsOf(found);
  const lines = [
    ...part('In the way: Neutron deletes no network and no subnet with these ports, and no plan of this destruction deletes them.', certain), // prettier-ignore
    ...part('Perhaps in the way, unless a service deletes these ports in time:', others),
  ];
  return `${lines.join('\n')}\n`;
}

function refusalOf(certain: readonly PortInTheWay[], names: OwnerNames): Refused | undefined {
  if (certain.length === 0) return undefined;
  const places = nameFirst([...new Set(certain.map(({ place }) => place))], mostRepeated);
  const named = certain.map(({ port }) => printable(sayPort(port, names)));
  return new Refused(
    `Neutron would not delete ${places} because of ${count(certain.length, 'port')} that no plan of this destruction deletes: ${nameFirst(named, mostRepeated)}; ask whose they are, remove them with the commands above, and run this again`,
    { about: 'order' },
  );
}

/** A name that can't be read is left out, because the ports are in the way whatever they are called. */
async function namesFor(found: readonly PortInTheWay[], readers: Readers): Promise<OwnerNames> {
  const owners = (wanted: (owner: string) => boolean): string[] => [
    ...new Set(
      found
        .filter(({ port }) => wanted(port.deviceOwner) && uuid.safeParse(port.deviceId).success)
        .map(({ port }) => port.deviceId),
    ),
  ];
  const named = async (ids: readonly string[], nameOf: (id: string) => Promise<string | undefined>) =>
    new Map(
      (await Promise.all(ids.map(async (id) => [id, await nameOf(id).catch(() => undefined)] as const))).flatMap(
        ([id, name]) => (name === undefined || name === '' ? [] : [[id, name] as const]),
      ),
    );
  const [servers, routers, projects] = await Promise.all([
    named(owners((owner) => owner.startsWith('compute:')), async (id) => (await (await readers.servers()).find(id))[0]?.name), // prettier-ignore
    named(owners((owner) => owner.includes('router')), async (id) => (await (await readers.networkTrace()).router(id))?.name), // prettier-ignore
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
