/**
 * Judges a router's devices in its namespace: whether they exist, are up, have their addresses, and are joined to the
 * switch. Pure.
 */
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { Looked } from '../looked';
import type { Link } from './devices';
import type { RouterPlace } from './host-looks';
import { assumed, broken, hopOf, proved, verdictOf, type Hop, type Verdict } from './hop';
import { deadVlan, type SwitchPort } from './switch';

/**
 * Neutron's rule for names of devices: a prefix and as much of an id as 14 characters hold. Source: LINUX_DEV_LEN of
 * neutron_lib/constants.py, since Folsom.
 */
export const deviceName = (prefix: string, id: string): string => `${prefix}${id}`.slice(0, 14);

export const portDevice = (prefix: string, { id }: Pick<PortRecord, 'id'>): string => deviceName(prefix, id);

/** Of a device that should be there. */
export interface WantedDevice {
  readonly device: string;
  readonly addresses: readonly string[];
}

/** Steps: one that plugs a missing device in, and one that makes the agent set the addresses again. */
export interface DeviceSteps {
  readonly restart: string;
  readonly nudge: string;
}

export function judgeDevice(router: RouterPlace, wanted: WantedDevice, { restart, nudge }: DeviceSteps): Verdict {
  const { device, addresses } = wanted;
  return verdictOf({ links: router.links }, ({ links }) => {
    const link = links.find((each) => each.name === device);
    if (link === undefined) return broken(`${device} is not there`, restart);
    if (!link.isUp) {
      const up = `\`ip netns exec ${router.namespace} ip link set ${device} up\` on ${router.host}`;
      return broken(`${device} is down`, `${up}, then trace again: its routes went with it`);
    }
    if (!link.hasCarrier) return broken(`${device} has no carrier: nothing is at its other end`, restart);
    return verdictOf({ all: router.addresses }, ({ all }) => {
      const there = all.filter((each) => each.device === device).map(({ address }) => address);
      const missing = addresses.filter((address) => !there.includes(address));
      if (missing.length > 0)
        return broken(`${device} lacks the address ${missing.join(', ')}`, nudge, [
          `it has ${there.join(', ') || 'none'}`,
        ]);
      const packets = `packets so far: ${link.received ?? '?'} received, ${link.sent ?? '?'} sent`;
      return proved([`${device} is up`, ...(addresses.length > 0 ? [addresses.join(', ')] : [])].join(' with '), [
        packets,
      ]);
    });
  });
}

/** The hop that tells whether the router's devices are ports of the switch. */
export function switchHop(router: RouterPlace, looked: Looked<readonly string[]>, restart: string): Hop {
  const looks = { devices: looked, links: router.links };
  return hopOf("router's switch", router.host, looks, ({ devices, links }) => {
    if (devices.length === 0) return assumed('the router has no device that could be on it');
    const [own, pairs] = parted(devices, links);
    const beyond = `${pairs.join(' and ')} are ends of pairs, and nobody looked at the bridges of their other ends`;
    if (own.length === 0) return assumed(beyond);
    return verdictOf({ ports: router.switch }, ({ ports }) => {
      const verdict = joined(own, ports, restart);
      return verdict.proof === 'proved' && pairs.length > 0
        ? assumed(`${verdict.found}; ${beyond}`, verdict.evidence)
        : verdict;
    });
  });
}

/** With a Linux bridge, or Open vSwitch with pairs, the device's other end has another name. */
function parted(devices: readonly string[], links: readonly Link[]): readonly [own: string[], pairs: string[]] {
  const isPair = (device: string): boolean => links.some((link) => link.isPair && link.name === device);
  return [devices.filter((device) => !isPair(device)), devices.filter(isPair)];
}

function joined(devices: readonly string[], ports: readonly SwitchPort[], restart: string): Verdict {
  const found = ports.filter((port) => devices.includes(port.name));
  const missing = devices.filter((device) => !found.some((port) => port.name === device));
  if (missing.length > 0) return broken(`${missing.join(' and ')} is on no bridge of Open vSwitch`, restart);
  const [trouble] = found.flatMap((port) => {
    const said = switchTrouble(port);
    return said === undefined ? [] : [`${port.name}: ${said}`];
  });
  const shown = devices.flatMap((device) =>
    found
      .filter((port) => port.name === device)
      .map(({ bridge, tag }) => `${device} on ${bridge}, local VLAN ${tag ?? 'none'}`),
  );
  return trouble === undefined ? proved(shown.join('; ')) : broken(trouble, restart, shown);
}

export function switchTrouble({ bridge, tag, error }: SwitchPort): string | undefined {
  if (error !== undefined) return `Open vSwitch says: ${error}`;
  if (tag === deadVlan)
    return `on ${bridge} it is in VLAN ${deadVlan}, where the agent puts what it could not bind, and drops it`;
  return undefined;
}
