/** Ports and servers of a project, as source. Pure. */
import type { PortOfProject, Project, ServerOfProject } from '../../lib/contract/project-port';
import type { Draft } from './draft';
import { addressProps } from './networks';
import { Names, type Code, type Value } from './source';

/** Ports that Neutron makes for itself and removes by itself. */
const ofNeutron = ['network:dhcp', 'network:router_interface', 'network:router_gateway', 'network:floatingip', 'network:ha_', 'network:router_ha', 'network:router_centralized', 'network:floatingip_agent']; // prettier-ignore

/** Neutron's agent writes it at a sub-port of a trunk. */
const ofSubPort = 'trunk:subport';

export function writePorts(draft: Draft, project: Project): void {
  for (const port of project.ports) {
    const { id, name, deviceOwner } = port;
    if (ofNeutron.some((owner) => deviceOwner.startsWith(owner))) continue;
    if (deviceOwner !== '' && deviceOwner !== ofSubPort && !deviceOwner.startsWith('compute:'))
      draft.omit(`port ${name} (${id}), because it belongs to ${deviceOwner}`);
    else writePort(draft, port, project);
    if (port.trunkId !== undefined)
      draft.omit(`trunk ${port.trunkId} of port ${name} (${id}), because Terraform's provider imports no trunk`);
  }
}

function writePort(draft: Draft, port: PortOfProject, project: Project): void {
  const { id, name, description, hasPortSecurity } = port;
  const place = addressProps(draft, port, project);
  if (place === undefined) {
    draft.omit(`port ${name} (${id}), because the code has no network ${port.networkId} with its subnets`);
    return;
  }
  const pairs = port.pairs.map(({ address, mac }) => ({
    ipAddress: address,
    macAddress: mac === port.mac ? undefined : mac,
  }));
  draft.make(
    { construct: 'FixedIpPort', sort: 'Port', id, name: name === '' ? firstAddress(port) : name, resource: 'resource' },
    {
      name,
      description,
      ...place,
      securityGroups: hasPortSecurity === false ? undefined : groupsOf(draft, port, project),
      portSecurity: hasPortSecurity === false ? false : undefined,
      allowedAddressPairs: pairs.length === 0 ? undefined : pairs,
    },
  );
}

const firstAddress = ({ addresses }: PortOfProject): string => addresses[0]?.address ?? '';

/** Undefined for the project's group default alone: it is the construct's own default. */
function groupsOf(draft: Draft, { groups }: PortOfProject, project: Project): Value {
  const usual = project.groups.find(({ name }) => name.toLowerCase() === 'default')?.id;
  if (groups.length === 1 && groups[0] === usual) return undefined;
  return groups.map((id) => draft.known.get(id) ?? id);
}

export function writeServers(draft: Draft, project: Project): void {
  for (const server of project.servers) writeServer(draft, server, project);
}

function writeServer(draft: Draft, server: ServerOfProject, project: Project): void {
  const { id, name, imageId, keyName, flavorId, volumes } = server;
  const nics = nicsOf(draft, id, project);
  const [boot, ...more] = volumes;
  const bootVolume = imageId === undefined ? boot : undefined;
  const why = whyNot(nics, imageId ?? bootVolume);
  if (why !== undefined || nics === undefined) {
    draft.omit(`server ${name} (${id}), because ${why ?? ''}`);
    return;
  }
  const variable = draft.make(
    { construct: 'Server', sort: 'Server', id, name },
    { name, image: imageId === undefined ? undefined : { id: imageId }, bootVolume, flavor: { id: flavorId }, nics, keyPair: keyName }, // prettier-ignore
  );
  draft.add(`importServer(${variable.text}, '${id}');`);
  for (const volume of imageId === undefined ? more : volumes)
    draft.omit(`volume ${volume}, which is attached to server ${name}; write a Volume for it, and import it`);
}

function whyNot(nics: object | undefined, disk: string | undefined): string | undefined {
  if (nics === undefined) return 'one of its ports is not in the code';
  if (Object.keys(nics).length === 0) return 'it has no port';
  return disk === undefined ? 'it has neither an image nor a volume' : undefined;
}

/** In the order in which Neutron lists the ports. Undefined if the code lacks a port. */
function nicsOf(draft: Draft, server: string, { ports, networks }: Project): Record<string, Code> | undefined {
  const names = new Names();
  const nics: Record<string, Code> = {};
  for (const port of ports.filter(({ deviceId }) => deviceId === server)) {
    const variable = draft.known.get(port.id);
    if (variable === undefined) return undefined;
    const network = networks.find(({ id }) => id === port.networkId)?.name ?? '';
    nics[names.next(network, 'Nic').id.replace(/^./, (first) => first.toLowerCase())] = variable;
  }
  return nics;
}
