/** Networks, subnets, routers and floating IPs of a project, as source. Pure. */
import { parseAddress } from '../../lib/net/ip-ranges';
import type {
  NetworkOfProject,
  PortOfProject,
  Project,
  RouterOfProject,
  SubnetOfProject,
} from '../../lib/contract/project-port';
import type { Draft } from './draft';
import { Code, Names, textLiteral, type Value } from './source';

const orNone = <Item>(list: readonly Item[]): readonly Item[] | undefined => (list.length === 0 ? undefined : list);

export function writeNetworks(draft: Draft, project: Project): void {
  for (const network of project.networks)
    if (network.projectId === project.id) writeNetwork(draft, network, project);
    else writeForeign(draft, network, project);
}

const subnetsOf = ({ id }: NetworkOfProject, { subnets }: Project): readonly SubnetOfProject[] =>
  subnets.filter(({ networkId }) => networkId === id);

function writeNetwork(draft: Draft, network: NetworkOfProject, project: Project): void {
  const { id, name, description, isEnabled, isShared, hasPortSecurity } = network;
  const [first, ...more] = subnetsOf(network, project);
  if (first === undefined) {
    draft.omit(`network ${name} (${id}), because it has no subnet`);
    return;
  }
  const variable = draft.make(
    { construct: 'TenantNetwork', sort: 'Network', id, name, resource: 'resource' },
    {
      name,
      description,
      adminStateUp: isEnabled ? undefined : false,
      portSecurityEnabled: hasPortSecurity === false ? false : undefined,
      ...subnetProps(first),
    },
  );
  if (isShared) draft.add(`${variable.text}.resource.shared = true;`);
  draft.import(`${variable.text}.subnet.resource`, first.id);
  // The construct names the first subnet as its network.
  if (first.name !== name) draft.add(`${variable.text}.subnet.resource.name = ${textLiteral(first.name)};`);
  const ofFirst = new Code(`${variable.text}.subnet`);
  draft.importRoutes(ofFirst, first.id, first.routes);
  draft.known.set(first.id, ofFirst);
  for (const subnet of more) writeSubnet(draft, variable, subnet);
}

function writeSubnet(draft: Draft, network: Code, subnet: SubnetOfProject): void {
  const { id, variable } = draft.names.next(subnet.name, 'Subnet');
  const props = draft.props({ name: subnet.name, ...subnetProps(subnet) });
  draft.add(`const ${variable.text} = ${network.text}.addSubnet(${textLiteral(id)}, ${props});`);
  draft.import(`${variable.text}.resource`, subnet.id);
  draft.importRoutes(variable, subnet.id, subnet.routes);
  draft.known.set(subnet.id, variable);
}

const subnetProps = (subnet: SubnetOfProject): Readonly<Record<string, Value>> => ({
  cidr: subnet.cidr,
  gateway: subnet.gateway ?? 'none',
  dhcp: subnet.hasDhcp ? undefined : false,
  dnsNameservers: orNone(subnet.nameservers),
  hostRoutes: orNone(subnet.routes.map(({ destination, nextHop }) => ({ destination, nextHop }))),
  allocationPools: orNone(subnet.pools.map(({ start, end }) => ({ start, end }))),
  ipv6AddressMode: subnet.ipv6AddressMode,
  ipv6RaMode: subnet.ipv6RaMode,
});

function writeForeign(draft: Draft, network: NetworkOfProject, project: Project): void {
  const subnets = subnetsOf(network, project);
  draft.make(
    { construct: 'SharedNetwork.fromNetworkId', sort: 'Network', id: network.id, name: network.name },
    {
      networkId: network.id,
      networkName: network.name,
      subnets: orNone(subnets.map(({ id, cidr, gateway }) => ({ subnetId: id, cidr, gateway: gateway ?? 'none' }))),
    },
  );
}

/** The props of a port's addresses; undefined with a reason where the code has no subnet for them. */
export function addressProps(
  draft: Draft,
  { networkId, addresses }: PortOfProject,
  { subnets }: Project,
): Readonly<Record<string, Value>> | undefined {
  const network = draft.known.get(networkId);
  const own = addresses.map(({ subnetId }) => subnets.find(({ id }) => id === subnetId));
  if (network === undefined || own.some((subnet) => subnet?.networkId !== networkId)) return undefined;
  const texts = addresses.map(({ address }) => address);
  const isGateway = addresses.some(({ address }, index) => own[index]?.gateway === address);
  const isOutside = addresses.some(({ address }, index) => !isInPools(address, own[index]));
  return {
    network,
    address: texts.length === 1 ? texts[0] : orNone(texts),
    isGateway: isGateway || undefined,
    outsidePools: (isOutside && !isGateway) || undefined,
  };
}

function isInPools(address: string, subnet: SubnetOfProject | undefined): boolean {
  const value = parseAddress(address).value;
  return (subnet?.pools ?? []).some(
    ({ start, end }) => parseAddress(start).value <= value && value <= parseAddress(end).value,
  );
}

export function writeRouters(draft: Draft, project: Project): void {
  for (const router of project.routers) writeRouter(draft, router, project);
}

function writeRouter(draft: Draft, router: RouterOfProject, project: Project): void {
  const { id, name, description, gateway, routes } = router;
  const outside = gateway && draft.known.get(gateway.networkId);
  const variable = draft.make(
    { construct: 'TenantRouter', sort: 'Router', id, name, resource: 'resource' },
    {
      name,
      description,
      gateway: outside && { network: outside, snat: gateway?.hasSnat },
      routes: orNone(routes.map(({ destination, nextHop }) => ({ destination, nextHop }))),
    },
  );
  if (gateway && !outside)
    draft.omit(`the gateway of router ${name}, because network ${gateway.networkId} can't be read`);
  const legs = project.ports.filter(
    (port) => port.deviceId === id && port.deviceOwner.startsWith('network:router_inter'),
  );
  draft.importRoutes(variable, id, routes);
  const taken = new Names();
  for (const leg of legs) writeInterface(draft, { router: variable, taken }, leg, project);
}

/** The construct's interface has the gateway address of its subnet. */
function writeInterface(
  draft: Draft,
  { router, taken }: { readonly router: Code; readonly taken: Names },
  port: PortOfProject,
  project: Project,
): void {
  const [first, second] = port.addresses;
  const subnet = project.subnets.find(({ id }) => id === first?.subnetId);
  const [network, ofCode] = [draft.known.get(port.networkId), draft.known.get(subnet?.id ?? '')];
  if (network === undefined || subnet === undefined || second !== undefined || subnet.gateway !== first?.address) {
    const addresses = port.addresses.map(({ address }) => address).join(', ');
    draft.omit(`the interface ${addresses} (port ${port.id}) of ${router.text}, because its address is not the gateway of its subnet`); // prettier-ignore
    return;
  }
  const { id } = taken.next(network.text.replace(/^network/, ''), 'Interface');
  const props = draft.props({ network, subnet: ofCode });
  draft.import(`${router.text}.addInterface(${textLiteral(id)}, ${props})`, port.id);
}

export function writeFloatingIps(draft: Draft, project: Project): void {
  for (const { id, address, networkId, portId, portAddress } of project.floatingIps) {
    const network = draft.known.get(networkId);
    const port = portId === undefined ? undefined : draft.known.get(portId);
    if (network === undefined || (portId !== undefined && port === undefined))
      draft.omit(`floating IP ${address} (${id}), because the code has no ${network ? `port ${portId ?? ''}` : `network ${networkId}`}`); // prettier-ignore
    else
      draft.make(
        { construct: 'FloatingIp', sort: 'FloatingIp', id, name: `ip ${address}`, resource: 'resource' },
        { network, address, port, portAddress: port && portAddress },
      );
  }
}
