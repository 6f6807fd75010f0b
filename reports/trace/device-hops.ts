/** A router's devices in its namespace: there, up, with their addresses, and joined to the switch. Pure. */
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { Looked } from '../looked';
import type { RouterPlace } from './host-looks';
import { assumed, broken, hopOf, proved, unreadable, type Hop } from './hop';
import { deadVlan, type SwitchPort } from './switch';

/** Neutron's rule for names of devices: a prefix and the first 11 characters of the port's id. */
export const portDevice = (prefix: string, { id }: Pick<PortRecord, 'id'>): string => `${prefix}${id.slice(0, 11)}`;

interface Wanted {
  readonly name: string;
  readonly place: RouterPlace;
  readonly device: string;
  readonly addresses: readonly string[];
  /** Steps: what plugs a device that is missing, and what makes the agent set its addresses anew. */
  readonly restart: string;
  readonly nudge: string;
}

export function deviceHop({ name, place: router, device, addresses, restart, nudge }: Wanted): Hop {
  const place = router.host;
  if (!router.links.isRead) return unreadable(name, place, router.links);
  const link = router.links.value.find((each) => each.name === device);
  if (link === undefined) return broken(name, place, `${device} is not there`, restart);
  if (!link.isUp) {
    const up = `\`ip netns exec ${router.namespace} ip link set ${device} up\` on ${router.host}`;
    return broken(name, place, `${device} is down`, `${up}, then trace again: its routes went with it`);
  }
  if (!link.hasCarrier) return broken(name, place, `${device} has no carrier: nothing is at its other end`, restart);
  if (!router.addresses.isRead) return unreadable(name, place, router.addresses);
  const there = router.addresses.value.filter((each) => each.device === device).map(({ address }) => address);
  const missing = addresses.filter((address) => !there.includes(address));
  if (missing.length > 0)
    return broken(name, place, `${device} lacks the address ${missing.join(', ')}`, nudge, [
      `it has ${there.join(', ') || 'none'}`,
    ]);
  const packets = `packets so far: ${link.received ?? '?'} received, ${link.sent ?? '?'} sent`;
  return proved(name, place, `${device} is up with ${addresses.join(', ')}`, [packets]);
}

/** Whether the router's devices are ports of the switch. */
export function switchHop(router: RouterPlace, looked: Looked<readonly string[]>, restart: string): Hop {
  const name = "router's switch";
  return hopOf(name, router.host, looked, (devices) =>
    hopOf(name, router.host, router.links, (links) => {
      if (devices.length === 0) return assumed(name, router.host, 'the router has no device that could be on it');
      // A bridge of Linux, or Open vSwitch with pairs, has the other end under another name.
      const isPair = (device: string): boolean => links.some((link) => link.isPair && link.name === device);
      const own = devices.filter((device) => !isPair(device));
      const pairs = devices.filter(isPair);
      const beyond = `${pairs.join(' and ')} are ends of pairs, and nobody looked at the bridges of their other ends`;
      if (own.length === 0) return assumed(name, router.host, beyond);
      const hop = hopOf(name, router.host, router.switch, (ports) => joinedHop(name, router.host, own, ports, restart));
      return hop.proof === 'proved' && pairs.length > 0
        ? assumed(name, router.host, `${hop.found}; ${beyond}`, hop.evidence)
        : hop;
    }),
  );
}

function joinedHop(
  name: string,
  host: string,
  devices: readonly string[],
  ports: readonly SwitchPort[],
  restart: string,
): Hop {
  const found = ports.filter((port) => devices.includes(port.name));
  const missing = devices.filter((device) => !found.some((port) => port.name === device));
  if (missing.length > 0)
    return broken(name, host, `${missing.join(' and ')} is on no bridge of Open vSwitch`, restart);
  const [trouble] = found.flatMap((port) => {
    const said = switchTrouble(port);
    return said === undefined ? [] : [`${port.name}: ${said}`];
  });
  const shown = devices.flatMap((device) =>
    found
      .filter((port) => port.name === device)
      .map(({ bridge, tag }) => `${device} on ${bridge}, local VLAN ${tag ?? 'none'}`),
  );
  return trouble === undefined ? proved(name, host, shown.join('; ')) : broken(name, host, trouble, restart, shown);
}

export function switchTrouble({ bridge, tag, error }: SwitchPort): string | undefined {
  if (error !== undefined) return `Open vSwitch says: ${error}`;
  if (tag === deadVlan)
    return `on ${bridge} it is in VLAN ${deadVlan}, where the agent puts what it could not bind, and drops it`;
  return undefined;
}
