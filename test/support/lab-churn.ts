/** What makes a Neutron agent write its tables again, a fixed number of times: groups that change, and ports that come and go. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabSubnet } from './lab-cloud';
import type { LabGuests } from './lab-guests';

/** Every second a rule more or less in the group; about as many seconds as changes. */
export async function changeGroup(
  guests: LabGuests,
  group: string,
  changes: number,
  signal: AbortSignal,
): Promise<void> {
  let added: string | undefined;
  for (let change = 0; change < changes; change++) {
    if (added === undefined) {
      const port = 7000 + change;
      added = await guests.addRule(group, { protocol: 'tcp', port_range_min: port, port_range_max: port });
    } else {
      await guests.removeRule(added);
      added = undefined;
    }
    await sleep(1000, undefined, { signal });
  }
}

/** Every other second a port of the group is made, and the one before deleted. */
export async function createPorts(
  guests: LabGuests,
  host: string,
  group: string,
  on: LabSubnet,
  ports: number,
  signal: AbortSignal,
): Promise<void> {
  for (let made = 0; made < ports; made++) {
    const [port] = await guests.ports(host, group, [{ on }]);
    await sleep(2000, undefined, { signal });
    await guests.removePort(port!);
  }
}
