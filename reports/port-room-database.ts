/**
 * Reads quotas of ports, and address pools, from Neutron's own database of any release. People whose credentials show
 * only one project need this way, because the API hides all other projects from them.
 *
 * The table has only the quotas that somebody set. The default is in neutron.conf, so the limit of a project without a
 * row is absent.
 */
import type { PoolRoom, PortQuota, PortRoom } from '../lib/contract/port-room';
import { defined } from '../lib/basics/defined';
import { UnrecoverableError } from '../lib/basics/errors';
import { holds, parseAddress, parseRange, sizeOf, type IpRange } from '../lib/net/ip-ranges';
import { schemaSeen, selectSeen, type DatabaseReaders } from './database-view';
import { look, type Looked } from './looked';

const tables = ['quotas', 'ports', 'subnets', 'ipallocationpools', 'ipallocations'];

/** Up to Mitaka a project is a tenant. */
const projectOf = (alias: string): readonly string[] => [`${alias}.project_id`, `${alias}.tenant_id`];

interface QuotaRow {
  readonly projectId: string | null;
  readonly amount: string | number | null;
}
interface PoolRow {
  readonly subnetId: string;
  readonly name: string | null;
  readonly networkId: string;
  readonly first: string;
  readonly last: string;
}

/** Undefined: stackward.yaml names no database of Neutron. */
export async function readPortRoom(readers: DatabaseReaders): Promise<Looked<PortRoom> | undefined> {
  if (!readers.databases.has('neutron')) return undefined;
  return look(async () =>
    (await readers.database('database:neutron')).snapshot(async (view) => {
      const schema = await schemaSeen(view, tables);
      const rows = async <Row extends object>(draft: Parameters<typeof selectSeen>[3]): Promise<readonly Row[]> => {
        const looked = await selectSeen<Row>(view, schema, 'neutron', draft);
        if (looked.isRead) return looked.value;
        throw new UnrecoverableError(`${looked.why}; docs/database-grants.md has the grants`);
      };
      const limits = await rows<QuotaRow>({ from: ['quotas q'], fields: { projectId: projectOf('q'), amount: 'q.`limit`' }, needs: ['q.`limit`'], where: ["q.resource = 'port'"] }); // prettier-ignore
      const ports = await rows<{ projectId: string | null }>({ from: ['ports p'], fields: { projectId: projectOf('p') }, needs: ['p.id'] }); // prettier-ignore
      const pools = await rows<PoolRow>({ from: ['ipallocationpools a', 'subnets s ON s.id = a.subnet_id'], fields: { subnetId: 's.id', name: 's.name', networkId: 's.network_id', first: 'a.first_ip', last: 'a.last_ip' }, needs: ['s.network_id', 'a.first_ip', 'a.last_ip'] }); // prettier-ignore
      const held = await rows<{ subnetId: string; address: string }>({ from: ['ipallocations i'], fields: { subnetId: 'i.subnet_id', address: 'i.ip_address' }, needs: ['i.subnet_id', 'i.ip_address'] }); // prettier-ignore
      return { quotas: quotasOf(limits, ports), pools: poolsOf(pools, held) };
    }),
  );
}

function quotasOf(
  limits: readonly QuotaRow[],
  ports: readonly { readonly projectId: string | null }[],
): readonly PortQuota[] {
  const used = new Map<string, number>();
  for (const { projectId } of ports) if (projectId) used.set(projectId, (used.get(projectId) ?? 0) + 1);
  const set = new Map(limits.map(({ projectId, amount }) => [projectId ?? '', Number(amount ?? -1)]));
  const projects = new Set([...used.keys(), ...set.keys()]);
  return [...projects].map((projectId) => ({ projectId, used: used.get(projectId) ?? 0, ...defined({ limit: set.get(projectId) }) })); // prettier-ignore
}

function poolsOf(
  rows: readonly PoolRow[],
  held: readonly { readonly subnetId: string; readonly address: string }[],
): readonly PoolRoom[] {
  const subnets = new Map(rows.map((row) => [row.subnetId, { row, pools: [] as IpRange[], used: 0 }]));
  for (const { subnetId, first, last } of rows)
    subnets.get(subnetId)?.pools.push(parseRange({ start: first, end: last }));
  for (const { subnetId, address } of held) {
    const subnet = subnets.get(subnetId);
    const value = subnet && parseAddress(address);
    if (value && subnet.pools.some((pool) => holds(pool, value))) subnet.used += 1;
  }
  return [...subnets.values()].map(({ row, pools, used }) => {
    const { subnetId, networkId, name } = row;
    return { subnetId, name: name ?? '', networkId, total: Number(sizeOf(pools)), used };
  });
}
