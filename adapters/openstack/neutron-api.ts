/** Neutron's subnets, ports and agents through its API. Reads are batched: a constant number of requests per chunk. */
import type * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { StalePlan } from '../../lib/basics/errors';
import type { AddressRange, Network, NetworkAgent, NetworkWriter, Port, Subnet } from '../../lib/contract/ports';
import {
  agentAnswer,
  extensionAnswer,
  heldAddressesAnswer,
  networkAnswer,
  portAnswer,
  subnetAnswer,
} from './neutron-answers';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';

/** 36-character ids; 100 of them keep a query string below the 8 KiB that most proxies allow. */
const idsPerRequest = 100;
/** With its filter and its escapes, an IPv6 address is twice as long. */
const addressesPerRequest = 50;
/** A name has at most 255 characters. Each takes up to twelve when it is escaped, so one name stays below 8 KiB. */
const longestNamesQuery = 4_000;

export class NeutronApi implements NetworkWriter {
  #extensions: Promise<ReadonlySet<string>> | undefined;

  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  async subnets(ids: readonly string[]): Promise<readonly Subnet[]> {
    const found = await this.listByIds(subnetAnswer, 'subnets', 'id', ids);
    return found.map(subnetOf);
  }

  async subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]> {
    const found = await this.listByIds(subnetAnswer, 'subnets', 'network_id', [...new Set(networkIds)]);
    return found.map(subnetOf);
  }

  async allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const result = new Map<string, string[]>(subnets.map((subnet) => [subnet.id, []]));
    const networks = [...new Set(subnets.map((subnet) => subnet.networkId))];
    const ports = await this.listByIds(heldAddressesAnswer, 'ports', 'network_id', networks, ['fixed_ips']);
    for (const { subnet_id, ip_address } of ports.flatMap((port) => port.fixed_ips))
      result.get(subnet_id)?.push(ip_address);
    return result;
  }

  async ports(ids: readonly string[]): Promise<readonly Port[]> {
    const found = await this.listByIds(portAnswer, 'ports', 'id', [...new Set(ids)]);
    return found.map(portOf);
  }

  async portsOf(networkIds: readonly string[]): Promise<readonly Port[]> {
    const found = await this.listByIds(portAnswer, 'ports', 'network_id', [...new Set(networkIds)]);
    return found.map(portOf);
  }

  async networks(by: 'id' | 'name', values: readonly string[]): Promise<readonly Network[]> {
    if (values.length === 0) return [];
    const own = (await this.session.login()).project?.id;
    const asked = [...new Set(values)];
    const found = await (by === 'id' ? this.listByIds(networkAnswer, 'networks', by, asked) : this.networksNamed(asked)); // prettier-ignore
    return found.map(({ id, name, tenant_id, 'provider:network_type': type }) => ({
      id,
      name,
      showsAllPorts: typeof type === 'string' || (typeof tenant_id === 'string' && tenant_id === own),
    }));
  }

  /** Neutron's database compares names by its collation: MySQL's also equates case, accents, and blanks at the end. */
  private async networksNamed(names: readonly string[]): Promise<z.infer<typeof networkAnswer>[]> {
    const asked = new Set(names);
    const found = new Map<string, z.infer<typeof networkAnswer>>();
    for (const query of queriesOf('name', names, longestNamesQuery))
      for (const network of await this.#lists.get(networkAnswer, 'networks', `?${query}`))
        if (asked.has(network.name)) found.set(network.id, network);
    return [...found.values()];
  }

  async portsAt(networkId: string, addresses: readonly string[]): Promise<readonly Port[]> {
    const asked = [...new Set(addresses)];
    const found = new Map<string, Port>();
    for (const part of chunksOf(asked, addressesPerRequest)) {
      const query = new URLSearchParams([
        ['network_id', networkId],
        ...part.map((address): [string, string] => ['fixed_ips', `ip_address=${address}`]),
      ]);
      for (const port of await this.#lists.get(portAnswer, 'ports', `?${query}`)) {
        if (port.network_id.toLowerCase() !== networkId.toLowerCase())
          throw this.#lists.refused('ports', `holds one of network ${port.network_id}, which was not asked for`);
        found.set(port.id, portOf(port));
      }
    }
    return [...found.values()];
  }

  async agents(): Promise<readonly NetworkAgent[]> {
    const found = await this.#lists.get(agentAnswer, 'agents', '');
    return found.map(({ host, agent_type, alive }) => ({ host, type: agent_type, isAlive: alive }));
  }

  extensions(): Promise<ReadonlySet<string>> {
    this.#extensions ??= this.#lists
      .get(extensionAnswer, 'extensions', '')
      .then((found) => new Set(found.map(({ alias }) => alias)));
    return this.#extensions;
  }

  async setAllocationPools(subnet: Subnet, pools: readonly AddressRange[]): Promise<void> {
    const { revisionNumber: revision } = subnet;
    if (revision === undefined) await this.refuseChanged(subnet);
    await this.session.call('network', `/v2.0/subnets/${encodeURIComponent(subnet.id)}`, {
      method: 'PUT',
      body: { subnet: { allocation_pools: pools.map(({ start, end }) => ({ start, end })) } },
      ...defined({ headers: revision === undefined ? undefined : { 'if-match': `revision_number=${revision}` } }),
    });
  }

  /** Before Newton a subnet has no revision to match, so it is read again as late as possible. */
  private async refuseChanged(subnet: Subnet): Promise<void> {
    const [now] = await this.subnets([subnet.id]);
    const pools = ({ allocationPools }: Subnet): string => JSON.stringify(allocationPools);
    if (!now || pools(now) !== pools(subnet) || now.gatewayIp !== subnet.gatewayIp)
      throw new StalePlan(`subnet ${subnet.id} changed after the plan was made; plan again`);
  }

  private async listByIds<Item extends object>(
    item: z.ZodType<Item>,
    collection: string,
    field: string,
    ids: readonly string[],
    fields: readonly string[] = [],
  ): Promise<Item[]> {
    const asked = new Set(ids.map((id) => id.toLowerCase()));
    const result: Item[] = [];
    for (const part of chunksOf(ids, idsPerRequest)) {
      const query = new URLSearchParams([
        ...part.map((id): [string, string] => [field, id]),
        ...fields.map((name): [string, string] => ['fields', name]),
      ]);
      for (const found of await this.#lists.get(item, collection, `?${query}`)) {
        const value = (found as Readonly<Record<string, unknown>>)[field];
        if (typeof value === 'string' && !asked.has(value.toLowerCase()))
          throw this.#lists.refused(collection, `holds one of ${field} ${value}, which was not asked for`);
        result.push(found);
      }
    }
    return result;
  }
}

function* chunksOf<Value>(values: readonly Value[], size: number): Generator<readonly Value[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}

/** As many values in each query as fit, and at least one. */
function queriesOf(field: string, values: readonly string[], longest: number): string[] {
  const queries: string[] = [];
  for (const value of values) {
    const part = new URLSearchParams([[field, value]]).toString();
    const last = queries.at(-1);
    if (last !== undefined && last.length + part.length < longest) queries[queries.length - 1] = `${last}&${part}`;
    else queries.push(part);
  }
  return queries;
}

function subnetOf(subnet: z.infer<typeof subnetAnswer>): Subnet {
  return {
    id: subnet.id,
    name: subnet.name,
    networkId: subnet.network_id,
    ipVersion: subnet.ip_version,
    cidr: subnet.cidr,
    gatewayIp: subnet.gateway_ip ?? null,
    allocationPools: subnet.allocation_pools,
    ...defined({ revisionNumber: subnet.revision_number ?? undefined }),
  };
}

function portOf(port: z.infer<typeof portAnswer>): Port {
  const hybridPlug = port['binding:vif_details']?.ovs_hybrid_plug ?? undefined;
  return {
    id: port.id,
    name: port.name,
    networkId: port.network_id,
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnetId: subnet_id, address: ip_address })),
    deviceId: port.device_id,
    deviceOwner: port.device_owner,
    status: port.status,
    hostId: port['binding:host_id'] ?? '',
    vifType: port['binding:vif_type'] ?? '',
    ...defined({
      projectId: port.tenant_id ?? undefined,
      hybridPlug,
      portSecurity: port.port_security_enabled ?? undefined,
    }),
    securityGroups: port.security_groups ?? [],
  };
}
