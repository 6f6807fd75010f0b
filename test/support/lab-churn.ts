/**
 * Makes a Neutron agent write its tables again, a fixed number of times: groups that change, and ports that come and
 * go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabSubnet } from './lab-cloud';
import type { LabGuests, LabPort } from './lab-guests';

/** Adds or removes a rule of the group every second, so the number of seconds is about the number of changes. */
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

/**
 * Makes and plugs one port of the group after the other, waits until the agent has made its chains, and removes it
 * again.
 */
export async function plugPorts(
  guests: LabGuests,
  host: string,
  group: string,
  on: LabSubnet,
  ports: number,
  signal: AbortSignal,
): Promise<void> {
  for (let made = 0; made < ports; made++) {
    signal.throwIfAborted();
    const [port] = (await guests.ports(host, group, [{ on }])) as [LabPort];
    await guests.boot(host, port);
    await guests.untilActive([port]);
    await guests.unplug(host, port);
    await guests.removePort(port);
  }
}

/** Looks at the agent's rules until the signal. @returns how often they differed from the look before */
export async function countRewrites(guests: LabGuests, host: string, signal: AbortSignal): Promise<number> {
  const look = async (): Promise<string> =>
    (await guests.onHost(host, 'iptables-save', '-t', 'filter'))
      .split('\n')
      .filter((line) => line.startsWith('-A neutron-openvswi-'))
      .join('\n');
  let rewrites = 0;
  let before = await look();
  while (!signal.aborted) {
    const now = await look();
    if (now !== before) rewrites += 1;
    before = now;
    // The agent's own loop takes two seconds.
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
  return rewrites;
}
