/** Asks Neutron, before a destruction, for ports that would end it half-way: those in its networks that no plan deletes. */
import { asStackwardError, Refused } from '../../lib/basics/errors';
import { nameFirst } from '../../lib/basics/name-first';
import { printable, printableCode } from '../../lib/basics/printable';
import { count } from '../../lib/render/text';
import { commandsFor, commandToShow, sayPort, type OwnerNames } from '../../review/terraform/port-words';
import type { PortInTheWay } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';
import { Asking } from '../review/asking';
import { mostNamedPorts, ownerNames, portsToName, type OwnerReaders } from '../review/owner-names';
import { readPortsInTheWay, type PortsInTheWay } from '../review/read-ports-in-the-way';

/** Ports and places that the refusal repeats. */
const mostRepeated = 3;

export interface Obstacles {
  /** For the plan; '' if nothing is to be said. */
  readonly text: string;
  /** Undefined unless the destruction is sure to end half-way. */
  readonly refusal: Refused | undefined;
}

export async function findObstacles(
  plans: readonly StackPlan[],
  readers: Parameters<typeof readPortsInTheWay>[1] & OwnerReaders,
): Promise<Obstacles> {
  let found: PortsInTheWay;
  try {
    found = await readPortsInTheWay(plans, readers);
  } catch (error) {
    const why = printable(asStackwardError(error).message);
    return { text: `\nNobody looked for ports of others in these networks: ${why}.\n`, refusal: undefined };
  }
  const names = await ownerNames(portsToName(found.certain, found.perhaps), new Asking(), readers);
  return { text: renderObstacles(found, names), refusal: refusalOf(found, names) };
}

/** '' if there are none. */
export function renderObstacles({ certain, perhaps }: PortsInTheWay, names: OwnerNames): string {
  const part = (heading: string, ports: readonly PortInTheWay[]): string[] =>
    ports.length === 0
      ? []
      : [
          '',
          heading,
          ...ports
            .slice(0, mostNamedPorts)
            .flatMap(({ port, place, isCertain }) => [
              `    ${printable(`${sayPort(port, names)}, in ${place}`)}`,
              ...(isCertain ? commandsFor(port) : [commandToShow(port)]).map(
                (command) => `        ${printableCode(command)}`,
              ),
            ]),
          ...(ports.length > mostNamedPorts ? [`    and ${ports.length - mostNamedPorts} more`] : []),
        ];
  const lines = [
    ...part('In the way: Neutron deletes no network and no subnet with these ports, and no plan of this destruction deletes them.', certain), // prettier-ignore
    ...part(
      'Perhaps in the way, unless a service deletes these ports in time, or the stack that deletes them is destroyed first:',
      perhaps,
    ),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function refusalOf({ certain }: PortsInTheWay, names: OwnerNames): Refused | undefined {
  if (certain.length === 0) return undefined;
  const places = nameFirst([...new Set(certain.map(({ place }) => place))], mostRepeated);
  const named = certain.map(({ port }) => printable(sayPort(port, names)));
  return new Refused(
    `Neutron would not delete ${places} because of ${count(certain.length, 'port')} that no plan of this destruction deletes: ${nameFirst(named, mostRepeated)}; ask whose they are, remove them with the commands above, and run this again`,
    { about: 'order' },
  );
}
