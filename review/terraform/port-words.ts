/** A port that no plan knows, in a person's words, and the commands that take it out of the way. Pure. */
import { printableName } from '../../lib/basics/printable';
import { uuid } from '../../lib/basics/uuid';
import type { Port } from '../../lib/contract/ports';
import { isNeutronsOwn, routerInterfaces } from '../../lib/openstack/port-owners';

/** Id → name, of the things that ports belong to. An id without a name here is shown itself. */
export interface OwnerNames {
  readonly servers: ReadonlyMap<string, string>;
  readonly routers: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, string>;
}

/** `port web (10.93.0.77) of server old in project ops`. */
export const sayPort = (port: Port, names: OwnerNames): string => printableName(wordsFor(port, names));

function wordsFor(port: Port, { servers, routers, projects }: OwnerNames): string {
  const { id, name, deviceId, deviceOwner: owner, projectId = '' } = port;
  const addresses = port.fixedIps.map(({ address }) => address);
  const inBrackets = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`;
  const inProject = projectId === '' ? '' : ` in project ${projects.get(projectId) ?? projectId}`;
  const router = routers.get(deviceId) ?? deviceId;
  if (routerInterfaces.includes(owner)) return `interface${inBrackets} of router ${router}${inProject}`;
  if (owner === 'network:router_gateway') return `gateway${inBrackets} of router ${router}${inProject}`;
  if (owner === 'network:floatingip') return `floating IP ${addresses.join(', ')}${inProject}`;
  const own = `port ${name === '' ? id : name}${inBrackets}`;
  if (owner.startsWith('compute:')) return `${own} of server ${servers.get(deviceId) ?? deviceId}${inProject}`;
  if (owner === 'network:dhcp') return `${own} of DHCP${inProject}`;
  if (owner === 'trunk:subport') return `${own} of trunk ${deviceId}${inProject}`;
  return owner === '' ? `${own}${inProject}` : `${own} of ${owner} ${deviceId}${inProject}`;
}

/**
 * For whoever may delete the port; where no command is known, one that tells more. WARNING: whoever makes a port may
 * write anything as its device: what a shell would run, or the router of somebody else.
 */
export function commandsFor(port: Port): readonly string[] {
  const { id, deviceId, deviceOwner: owner } = port;
  const remove = `openstack port delete ${id}`;
  if (owner === '') return [remove];
  if (!uuid.safeParse(deviceId).success) return [commandToShow(port)];
  if (routerInterfaces.includes(owner)) return [`openstack router remove port ${deviceId} ${id}`];
  // Nova leaves a port that somebody else made.
  if (owner.startsWith('compute:')) return [`openstack server remove port ${deviceId} ${id}`, remove];
  if (owner === 'trunk:subport') return [`openstack network trunk unset --subport ${id} ${deviceId}`, remove];
  // These commands change the device and don't name the port.
  if (owner === 'network:router_gateway' && isNeutronsOwn(port))
    return [`openstack router unset --external-gateway ${deviceId}`];
  if (owner === 'network:floatingip' && isNeutronsOwn(port)) return [`openstack floating ip delete ${deviceId}`];
  return [commandToShow(port)];
}

/** Changes nothing, so it also fits a port that may be gone in time. */
export const commandToShow = ({ id }: Port): string => `openstack port show ${id}`;
