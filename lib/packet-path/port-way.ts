/** The way of a packet between a port's tap and the only way out of its bridge, and the tap's name. Pure. */
import type { Way } from './packet';

export interface BridgePort {
  readonly bridge: string;
  readonly port: string;
}

/** `leaves`: out of the port. `enters`: into it. */
export type Direction = 'leaves' | 'enters';

/**
 * @param beside the other end, if it is a tap on the same bridge
 * @returns a text that says why the way isn't known
 */
export function wayAt(ports: readonly BridgePort[], tap: string, direction: Direction, beside?: string): Way | string {
  const bridge = ports.find(({ port }) => port === tap)?.bridge;
  if (bridge === undefined) return `${tap} is on no bridge there: the server is shut down, or was not plugged`;
  const others = ports.filter((candidate) => candidate.bridge === bridge && candidate.port !== tap);
  const far = beside === undefined ? others.map(({ port }) => port).filter(isUplink) : [beside];
  const [uplink, ...more] = far;
  if (uplink === undefined) return `the bridge ${bridge} has no port that leads out of the host`;
  if (more.length > 0) return `the bridge ${bridge} has several ports that lead out: ${far.join(', ')}`;
  return direction === 'leaves'
    ? { is: 'bridged', bridge, from: tap, to: uplink }
    : { is: 'bridged', bridge, from: uplink, to: tap };
}

const isUplink = (port: string): boolean => !port.startsWith('tap');

/** The tap of a port. neutron-lib `DEVICE_NAME_MAX_LEN`: 14 characters, since Essex. */
export const tapOf = (portId: string): string => `tap${portId.slice(0, 11)}`;
