/** Neutron's subnets, ports and agents through its API. Reads are batched: a constant number of requests per chunk. */
import type * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { StalePlan, UnrecoverableError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { AddressRange, NetworkAgent, NetworkWriter, Port, Subnet } from '../../lib/contract/ports';
import {
  agentAnswer,
  extensionAnswer,
  heldAddressesAnswer,
  pageAnswer,
  portAnswer,
  subnetAnswer,
} from './neutron-answers';
import type { OpenStackSession } from './openstack-session';
import { sayFault } from '../../lib/basics/schema-fault';

/** 36-character ids; 100 of them keep a query string below the 8 KiB that most proxies allow. */
const idsPerRequest = 100;

/** Of one question: what a cloud of 100,000 ports comes to, several times over. */
const mostPages = 1_000;
const mostItems = 500_000;
const mostBytes = 64 << 20;

export class NeutronApi implements NetworkWriter {
  /** Several kinds ask for the same agents and ports in the same turn. */
  readonly #underWay = new Map<string, Promise<unknown[]>>();

  #extensions: Promise<ReadonlySet<string>> | undefined;

  constructor(private readonly session: OpenStackSession) {}

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

  async agents(): Promise<readonly NetworkAgent[]> {
    const found = await this.list(agentAnswer, 'agents', '');
    return found.map(({ host, agent_type, alive }) => ({ host, type: agent_type, isAlive: alive }));
  }

  extensions(): Promise<ReadonlySet<string>> {
    this.#extensions ??= this.list(extensionAnswer, 'extensions', '').then(
      (found) => new Set(found.map(({ alias }) => alias)),
    );
    return this.#extensions;
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
    for (let from = 0; from < ids.length; from += idsPerRequest) {
      const query = new URLSearchParams([
        ...ids.slice(from, from + idsPerRequest).map((id): [string, string] => [field, id]),
        ...fields.map((name): [string, string] => ['fields', name]),
      ]);
      for (const found of await this.list(item, collection, `?${query}`)) {
        const value = (found as Readonly<Record<string, unknown>>)[field];
        if (typeof value === 'string' && !asked.has(value.toLowerCase()))
          throw this.refused(collection, `holds one of ${field} ${value}, which was not asked for`);
        result.push(found);
      }
    }
    return result;
  }

  /** Who asks while the same question is under way shares its answer. */
  private list<Item>(item: z.ZodType<Item>, collection: string, query: string): Promise<Item[]> {
    const key = `${collection}${query}`;
    const answer =
      this.#underWay.get(key) ?? this.pages(item, collection, query).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer as Promise<Item[]>;
  }

  /** A `next` is followed by its query alone: whatever host it names, the token goes to the endpoint of the catalogue. */
  private async pages<Item>(item: z.ZodType<Item>, collection: string, first: string): Promise<Item[]> {
    const path = `/v2.0/${collection}`;
    const schema = pageAnswer(collection, item);
    const budget = { bytes: mostBytes };
    const asked = new Set<string>();
    const result: Item[] = [];
    for (let query: string | undefined = first; query !== undefined;) {
      if (asked.has(query))
        throw this.refused(collection, 'links to a page that was read before, so that it never ends');
      if (asked.size === mostPages) throw this.refused(collection, `has more than ${mostPages} pages`);
      asked.add(query);
      const parsed = schema.safeParse(await this.session.call('network', `${path}${query}`, { budget }));
      if (!parsed.success) throw this.refused(collection, `has an unknown form: ${sayFault(parsed.error)}`);
      append(result, parsed.data[collection] as Item[]);
      if (result.length > mostItems) throw this.refused(collection, `has more than ${mostItems} entries`);
      query = this.nextOf(collection, parsed.data[`${collection}_links`] as Links | undefined);
    }
    return result;
  }

  private nextOf(collection: string, links: Links = []): string | undefined {
    const next = links.find((link) => link.rel === 'next')?.href;
    if (next === undefined) return undefined;
    const url = URL.canParse(next) ? new URL(next) : undefined;
    if (url?.pathname.endsWith(`/v2.0/${collection}`) !== true)
      throw this.refused(collection, 'links to a next page that is not of this collection');
    return url.search;
  }

  private refused(collection: string, fault: string): UnrecoverableError {
    return new UnrecoverableError(
      `Neutron's answer to GET /v2.0/${collection} ${fault}; see what answers at the network endpoint`,
      { where: `cloud ${this.session.cloud}` },
    );
  }
}

type Links = readonly { readonly rel: string; readonly href: string }[];

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
    ...defined({ hybridPlug, portSecurity: port.port_security_enabled ?? undefined }),
    securityGroups: port.security_groups ?? [],
  };
}
