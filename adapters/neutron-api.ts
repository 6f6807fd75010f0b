/** Neutron's subnets, ports and agents through its API. Reads are batched: a constant number of requests per chunk. */
import { StalePlan } from '../lib/errors';
import { append } from '../lib/lists';
import type { AddressRange, NetworkAgent, NetworkWriter, Port, Subnet } from '../lib/ports';
import type { OpenStackSession } from './openstack-session';

/** 36-character ids; 100 of them keep a query string below the 8 KiB that most proxies allow. */
const idsPerRequest = 100;

interface ApiSubnet {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly allocation_pools: readonly AddressRange[];
  readonly revision_number?: number;
}

interface ApiPort {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: string;
  readonly 'binding:host_id'?: string;
  readonly 'binding:vif_type'?: string;
  readonly 'binding:vif_details'?: { readonly ovs_hybrid_plug?: boolean };
  readonly port_security_enabled?: boolean;
  readonly security_groups?: readonly string[];
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

export class NeutronApi implements NetworkWriter {
  /** Several kinds ask for the same agents and ports in the same turn. */
  readonly #underWay = new Map<string, Promise<unknown[]>>();

  constructor(private readonly session: OpenStackSession) {}

  async subnets(ids: readonly string[]): Promise<readonly Subnet[]> {
    const found = await this.listByIds<ApiSubnet>('subnets', 'id', ids);
    return found.map(subnetOf);
  }

  async subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]> {
    const found = await this.listByIds<ApiSubnet>('subnets', 'network_id', [...new Set(networkIds)]);
    return found.map(subnetOf);
  }

  async allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const result = new Map<string, string[]>(subnets.map((subnet) => [subnet.id, []]));
    const networks = [...new Set(subnets.map((subnet) => subnet.networkId))];
    const ports = await this.listByIds<{ fixed_ips: readonly { subnet_id: string; ip_address: string }[] }>(
      'ports',
      'network_id',
      networks,
      ['fixed_ips'],
    );
    for (const { subnet_id, ip_address } of ports.flatMap((port) => port.fixed_ips))
      result.get(subnet_id)?.push(ip_address);
    return result;
  }

  async ports(ids: readonly string[]): Promise<readonly Port[]> {
    const found = await this.listByIds<ApiPort>('ports', 'id', [...new Set(ids)]);
    return found.map(portOf);
  }

  async agents(): Promise<readonly NetworkAgent[]> {
    const found = await this.list<{ host: string; agent_type: string; alive: boolean }>('agents', '/v2.0/agents');
    return found.map(({ host, agent_type, alive }) => ({ host, type: agent_type, isAlive: alive }));
  }

  async setAllocationPools(subnet: Subnet, pools: readonly AddressRange[]): Promise<void> {
    const { revisionNumber: revision } = subnet;
    if (revision === undefined) await this.refuseChanged(subnet);
    await this.session.call('network', `/v2.0/subnets/${encodeURIComponent(subnet.id)}`, {
      method: 'PUT',
      body: { subnet: { allocation_pools: pools.map(({ start, end }) => ({ start, end })) } },
      ...(revision === undefined ? {} : { headers: { 'if-match': `revision_number=${revision}` } }),
    });
  }

  /** Before Newton there is no revision to match: read again, as late as possible. */
  private async refuseChanged(subnet: Subnet): Promise<void> {
    const [now] = await this.subnets([subnet.id]);
    const pools = (one: Subnet): string => JSON.stringify(one.allocationPools);
    if (!now || pools(now) !== pools(subnet) || now.gatewayIp !== subnet.gatewayIp)
      throw new StalePlan(`subnet ${subnet.id} changed after the plan was made; plan again`);
  }

  private async listByIds<Item>(
    collection: string,
    field: string,
    ids: readonly string[],
    fields: readonly string[] = [],
  ): Promise<Item[]> {
    const result: Item[] = [];
    for (let from = 0; from < ids.length; from += idsPerRequest) {
      const query = new URLSearchParams([
        ...ids.slice(from, from + idsPerRequest).map((id): [string, string] => [field, id]),
        ...fields.map((name): [string, string] => ['fields', name]),
      ]);
      append(result, await this.list<Item>(collection, `/v2.0/${collection}?${query}`));
    }
    return result;
  }

  /** Who asks while the same question is under way shares its answer. */
  private list<Item>(collection: string, path: string): Promise<Item[]> {
    const answer = this.#underWay.get(path) ?? this.pages(collection, path).finally(() => this.#underWay.delete(path));
    this.#underWay.set(path, answer);
    return answer as Promise<Item[]>;
  }

  private async pages<Item>(collection: string, first: string): Promise<Item[]> {
    const result: Item[] = [];
    let path: string | undefined = first;
    while (path !== undefined) {
      const page: Page<Item> = pageOf(await this.session.call<Record<string, unknown>>('network', path), collection);
      append(result, page.items);
      path = page.next;
    }
    return result;
  }
}

/** A server with a page limit of its own adds `<collection>_links` with a `next`. */
function pageOf<Item>(answer: Record<string, unknown>, collection: string): Page<Item> {
  const links = (answer[`${collection}_links`] ?? []) as readonly { rel: string; href: string }[];
  const next = links.find((link) => link.rel === 'next')?.href;
  const url = next === undefined ? undefined : new URL(next);
  return {
    items: (answer[collection] ?? []) as Item[],
    next: url && `${url.pathname.replace(/^.*(?=\/v2\.0\/)/, '')}${url.search}`,
  };
}

function subnetOf(subnet: ApiSubnet): Subnet {
  return {
    id: subnet.id,
    name: subnet.name,
    networkId: subnet.network_id,
    ipVersion: subnet.ip_version,
    cidr: subnet.cidr,
    gatewayIp: subnet.gateway_ip,
    allocationPools: subnet.allocation_pools,
    ...(subnet.revision_number === undefined ? {} : { revisionNumber: subnet.revision_number }),
  };
}

function portOf(port: ApiPort): Port {
  const hybridPlug = port['binding:vif_details']?.ovs_hybrid_plug;
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
    ...(hybridPlug === undefined ? {} : { hybridPlug }),
    ...(port.port_security_enabled === undefined ? {} : { portSecurity: port.port_security_enabled }),
    securityGroups: port.security_groups ?? [],
  };
}
