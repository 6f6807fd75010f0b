/**
 * Neutron's subnets and ports in memory, with the behaviour of its API since Newton: pools are checked before they are
 * stored, every update raises the revision, and a stale revision is refused.
 */
import { defined } from '../../lib/basics/defined';
import { randomUUID } from 'node:crypto';
import { InvalidConfiguration, StalePlan, UnrecoverableError } from '../../lib/basics/errors';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';
import type {
  AddressRange,
  Network,
  NetworkAgent,
  NetworkReader,
  NetworkWriter,
  Port,
  Subnet,
} from '../../lib/contract/ports';
import { readDeclared } from '../../reconcilers/allocation-pool/ledger/declared';
import type { NetworkBench, NewSubnet } from '../contract/network-suite';

const extensionsOf = {
  kilo: ['subnet_allocation'],
  mitaka: ['subnet_allocation', 'address-scope', 'rbac-policies'],
  zed: ['subnet_allocation', 'address-scope', 'rbac-policies', 'standard-attr-revisions'],
} as const;

export class FakeNetwork implements NetworkBench, NetworkWriter {
  readonly writer = this;
  readonly member = {
    networks: async (...asked: Parameters<NetworkReader['networks']>) =>
      (await this.networks(...asked)).map((network) => ({ ...network, showsAllPorts: false })),
    portsAt: async (...asked: Parameters<NetworkReader['portsAt']>) =>
      (await this.portsAt(...asked)).filter(({ projectId }) => projectId === 'member'),
  };
  readonly #subnets = new Map<string, Subnet>();
  readonly #ports = new Map<string, string[]>();
  readonly #bound = new Map<string, Port>();
  readonly #agents: NetworkAgent[] = [];

  /** @param release before Newton, subnets have no revision */
  constructor(private readonly release: keyof typeof extensionsOf = 'zed') {}

  subnets(ids: readonly string[]): Promise<readonly Subnet[]> {
    return Promise.resolve([...new Set(ids)].flatMap((id) => this.#subnets.get(id) ?? []));
  }

  extensions(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set<string>(extensionsOf[this.release]));
  }

  subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]> {
    return Promise.resolve([...this.#subnets.values()].filter((subnet) => networkIds.includes(subnet.networkId)));
  }

  allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return Promise.resolve(new Map(subnets.map(({ id }) => [id, [...(this.#ports.get(id) ?? [])]])));
  }

  ports(ids: readonly string[]): Promise<readonly Port[]> {
    return Promise.resolve([...new Set(ids)].flatMap((id) => this.#bound.get(id) ?? []));
  }

  portsOf(networkIds: readonly string[]): Promise<readonly Port[]> {
    return Promise.resolve([...this.#bound.values()].filter(({ networkId }) => networkIds.includes(networkId)));
  }

  networks(by: 'id' | 'name', values: readonly string[]): Promise<readonly Network[]> {
    const ids = [...this.#subnets.values()].map(({ networkId }) => networkId);
    const all = [...new Set(ids)].map((id) => ({ id, name: `network-${id}`, showsAllPorts: true }));
    return Promise.resolve(all.filter((network) => values.includes(network[by])));
  }

  async portsAt(networkId: string, addresses: readonly string[]): Promise<readonly Port[]> {
    const isAt = ({ address }: Port['fixedIps'][number]): boolean => addresses.includes(address);
    return (await this.portsOf([networkId])).filter(({ fixedIps }) => fixedIps.some(isAt));
  }

  agents(): Promise<readonly NetworkAgent[]> {
    return Promise.resolve([...this.#agents]);
  }

  addAgent(agent: NetworkAgent): void {
    this.#agents.push(agent);
  }

  async bindPort(subnetId: string, hostId: string): Promise<string> {
    const address = await this.takeAddress(subnetId);
    const { networkId } = this.#subnets.get(subnetId) as Subnet;
    return this.putPort({ networkId, fixedIps: [{ subnetId, address }], hostId, projectId: 'admin' });
  }

  /**
   * Adds or moves a port, and returns its id. The port is plugged as the Open vSwitch agent's iptables driver does it,
   * unless `port` says otherwise.
   */
  putPort(port: Partial<Port>): string {
    const id = port.id ?? randomUUID();
    this.#bound.set(id, {
      id,
      name: '',
      networkId: randomUUID(),
      macAddress: 'fa:16:3e:00:00:01',
      fixedIps: [],
      deviceId: '',
      deviceOwner: 'compute:nova',
      status: 'ACTIVE',
      hostId: '',
      vifType: 'ovs',
      hybridPlug: true,
      portSecurity: true,
      securityGroups: [],
      ...this.#bound.get(id),
      ...port,
    });
    return id;
  }

  setAllocationPools(subnet: Subnet, pools: readonly AddressRange[]): Promise<void> {
    const now = this.#subnets.get(subnet.id);
    if (!now || now.revisionNumber !== subnet.revisionNumber)
      return Promise.reject(new StalePlan(`subnet ${subnet.id} changed after it was read; plan again`));
    const { refusals } = readDeclared({ subnetId: subnet.id, pools: [...pools], method: 'api' }, now);
    if (refusals.length > 0) return Promise.reject(new InvalidConfiguration(refusals.join('; ')));
    this.update(now, { allocationPools: pools });
    return Promise.resolve();
  }

  createSubnet({ cidr, gateway, pools }: NewSubnet, networkId: string = randomUUID()) {
    const id = randomUUID();
    this.#subnets.set(id, {
      id,
      name: '',
      networkId,
      ipVersion: cidr.includes(':') ? 6 : 4,
      cidr,
      gatewayIp: gateway,
      allocationPools: pools,
      ...defined({ revisionNumber: this.release === 'zed' ? 0 : undefined }),
    });
    this.#ports.set(id, []);
    return Promise.resolve({ id, networkId });
  }

  async createPort(subnetId: string, wanted?: string): Promise<string> {
    const address = await this.takeAddress(subnetId, wanted);
    const { networkId } = this.#subnets.get(subnetId) as Subnet;
    const unbound = { deviceOwner: '', status: 'DOWN', vifType: 'unbound' };
    const projectId = wanted === undefined ? 'member' : 'admin';
    this.putPort({ ...unbound, networkId, fixedIps: [{ subnetId, address }], projectId });
    return address;
  }

  private takeAddress(subnetId: string, address?: string): Promise<string> {
    const subnet = this.#subnets.get(subnetId);
    const ports = this.#ports.get(subnetId);
    if (!subnet || !ports) return Promise.reject(new InvalidConfiguration(`no subnet ${subnetId}`));
    const used = compact(ports.map((port) => only(parseAddress(port))));
    const [free] = subtract(subnet.allocationPools.map(parseRange), used);
    const taken = address ?? (free && formatAddress(free.version, free.first));
    if (taken === undefined)
      return Promise.reject(new UnrecoverableError(`No more IP addresses available on network ${subnet.networkId}.`));
    ports.push(taken);
    return Promise.resolve(taken);
  }

  rename(subnetId: string, name: string): Promise<void> {
    const subnet = this.#subnets.get(subnetId);
    if (subnet) this.update(subnet, { name });
    return Promise.resolve();
  }

  /** Removes a subnet and everything in it. */
  remove(subnetId: string): void {
    this.#subnets.delete(subnetId);
    this.#ports.delete(subnetId);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private update(subnet: Subnet, change: Partial<Subnet>): void {
    const { revisionNumber } = subnet;
    const revision = revisionNumber === undefined ? {} : { revisionNumber: revisionNumber + 1 };
    this.#subnets.set(subnet.id, { ...subnet, ...change, ...revision });
  }
}
