/** A router's devices in its namespace: there, up, with their addresses, and joined to the switch. Pure. */
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { RouterPlace } from './host-looks';
import { broken, hopOf, proved, unreadable, type Hop } from './hop';
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
export function switchHop(router: RouterPlace, devices: readonly string[], restart: string): Hop {
  const name = "router's switch";
  // A bridge of Linux, or Open vSwitch with pairs, has the other end under another name.
  const pairs = router.links.isRead ? router.links.value.filter(({ isPair }) => isPair).map((link) => link.name) : [];
  const own = devices.filter((device) => !pairs.includes(device));
  if (own.length === 0)
    return proved(name, router.host, `${devices.join(' and ')} are ends of pairs whose other ends are there`);
  return hopOf(name, router.host, router.switch, (ports) => {
    const joined = own.map((device) => ports.find((port) => port.name === device));
    const missing = own.filter((_, index) => joined[index] === undefined);
    if (missing.length > 0)
      return broken(name, router.host, `${missing.join(' and ')} is on no bridge of Open vSwitch`, restart);
    const found = joined.flatMap((port) => port ?? []);
    const troubles = found.flatMap((port) => {
      const trouble = switchTrouble(port);
      return trouble === undefined ? [] : [`${port.name}: ${trouble}`];
    });
    const [trouble] = troubles;
    const shown = found.map((port) => `${port.name} on ${port.bridge}, local VLAN ${port.tag ?? 'none'}`);
    if (trouble !== undefined) return broken(name, router.host, trouble, restart, shown);
    return proved(name, router.host, shown.join('; '));
  });
}

export function switchTrouble({ bridge, tag, error }: SwitchPort): string | undefined {
  if (error !== undefined) return `Open vSwitch says: ${error}`;
  if (tag === deadVlan)
    return `on ${bridge} it is in VLAN ${deadVlan}, where the agent puts what it could not bind, and drops it`;
  return undefined;
}
