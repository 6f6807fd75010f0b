/**
 * Reads Neutron's quotas for ports and its allocation pools, and how much of them is in use: four lists, in every
 * release.
 */
import * as z from 'zod';
import { uuid } from '../../lib/basics/uuid';
import type { PoolRoom, PortQuota, PortRoom, PortRoomReader } from '../../lib/contract/port-room';
import { holds, parseAddress, parseRange, sizeOf, type IpAddress } from '../../lib/net/ip-ranges';
import { NeutronLists } from './neutron-lists';
import { subnetAnswer } from './neutron-answers';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer, text } from './report-answers';

/** Icehouse has only tenants, and later releases still have the field. */
const portAnswer = z.object({
  tenant_id: text,
  fixed_ips: z.array(z.object({ subnet_id: uuid, ip_address: z.string().max(64) })),
});
const limit = z.number().int().min(-1);
/** `GET /v2.0/quotas` lists the projects that have quotas of their own. */
const ownQuotaAnswer = z.object({ tenant_id: text.nullish(), project_id: text.nullish(), port: limit });
const quotaAnswer = z.object({ quota: z.object({ port: limit }) });

const addressFields = ['id', 'name', 'network_id', 'ip_version', 'cidr', 'allocation_pools'];
const query = (fields: readonly string[]): string =>
  `?${new URLSearchParams(fields.map((field): [string, string] => ['fields', field]))}`;

type Port = z.infer<typeof portAnswer>;

export class NeutronRoom implements PortRoomReader {
  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  async room(): Promise<PortRoom> {
    const [ports, subnets] = await Promise.all([
      this.#lists.get(portAnswer, 'ports', query(['tenant_id', 'fixed_ips'])),
      this.#lists.get(subnetAnswer, 'subnets', query(addressFields)),
    ]);
    return { quotas: await this.quotas(ports), pools: poolsOf(subnets, ports) };
  }

  private async quotas(ports: readonly Port[]): Promise<readonly PortQuota[]> {
    const used = new Map<string, number>();
    // A router's port to the outside belongs to no project.
    for (const { tenant_id: project } of ports) if (project !== '') used.set(project, (used.get(project) ?? 0) + 1);
    const own = new Map<string, number>();
    for (const { tenant_id, project_id, port } of await this.#lists.get(ownQuotaAnswer, 'quotas', ''))
      own.set(project_id ?? tenant_id ?? '', port);
    const ordinary = [...used.keys()].find((project) => !own.has(project));
    const byDefault = ordinary === undefined ? -1 : await this.quotaOf(ordinary);
    // A project without ports may have a quota of none.
    const projects = new Set([...used.keys(), ...own.keys()]);
    return [...projects].map((projectId) => ({ projectId, limit: own.get(projectId) ?? byDefault, used: used.get(projectId) ?? 0 })); // prettier-ignore
  }

  private async quotaOf(project: string): Promise<number> {
    const answer = await this.session.call('network', `/v2.0/quotas/${encodeURIComponent(project)}`);
    return checkedAnswer(quotaAnswer, answer, 'Neutron to GET /v2.0/quotas', this.session.cloud).quota.port;
  }
}

function poolsOf(subnets: readonly z.infer<typeof subnetAnswer>[], ports: readonly Port[]): readonly PoolRoom[] {
  const held = new Map<string, IpAddress[]>(subnets.map(({ id }) => [id, []]));
  for (const { subnet_id, ip_address } of ports.flatMap((port) => port.fixed_ips))
    held.get(subnet_id)?.push(parseAddress(ip_address));
  return subnets.map(({ id, name, network_id: networkId, allocation_pools }) => {
    const pools = allocation_pools.map(parseRange);
    const used = (held.get(id) ?? []).filter((address) => pools.some((pool) => holds(pool, address))).length;
    return { subnetId: id, name, networkId, total: Number(sizeOf(pools)), used };
  });
}
