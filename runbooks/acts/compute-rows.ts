/**
 * Deletes the service and the nodes of a compute host in Nova's own database, for releases whose API reports no id of a
 * service. The act does what Nova of Icehouse does (`service_destroy`): the rows stay, with their id in `deleted`.
 */
import * as z from 'zod';
import { Blocked } from '../../lib/basics/errors';
import type { SqlQuery, SqlTransaction } from '../../lib/contract/ports';
import { defineAct, type Undo } from '../act';
import { hostName } from './compute-enablement';
import { useOf } from './compute-removal';

const rowId = z.string().regex(/^[1-9]\d{0,9}$/, 'must be the id of a row');
const rows = z.strictObject({
  /** A row with `isDeleted` counts as deleted, though it is still in the table. */
  services: z
    .array(
      z.strictObject({
        id: rowId,
        isDeleted: z.boolean(),
        isEnabled: z.boolean(),
        reason: z.string().max(10_000).nullable(),
      }),
    )
    .max(100),
  nodes: z.array(z.strictObject({ id: rowId, isDeleted: z.boolean() })).max(1_000),
});
type Rows = z.infer<typeof rows>;

interface Row {
  readonly id: number | string;
  readonly deleted: number | string | null;
}
interface ServiceRow extends Row {
  readonly disabled: number | null;
  readonly disabled_reason: string | null;
  readonly report_count: number;
}
const rowOf = ({ id, deleted }: Row) => ({ id: String(id), isDeleted: String(deleted ?? 0) !== '0' });

type Named = Readonly<Record<'services' | 'nodes', readonly string[]>>;

/** The values of an IN list, which SQL doesn't allow to be empty. No row has the id 0. */
const listed = (ids: readonly string[]): readonly string[] => (ids.length === 0 ? ['0'] : ids);

/** The rows that aren't deleted, and those that this run deleted. Rows of an earlier life stay out. */
async function readRows(from: SqlQuery, host: string, named: Named): Promise<Rows & { readonly reports: number[] }> {
  const found = await from.query<ServiceRow>(
    "SELECT id, deleted, disabled, disabled_reason, report_count FROM services WHERE host = ? AND `binary` = 'nova-compute' AND (deleted = 0 OR id IN (?)) ORDER BY id",
    [host, listed(named.services)],
  );
  const ids = found.map(({ id }) => String(id));
  const nodes = await from.query<Row>(
    'SELECT id, deleted FROM compute_nodes WHERE service_id IN (?) AND (deleted = 0 OR id IN (?)) ORDER BY id',
    [listed(ids), listed(named.nodes)],
  );
  const services = found.map((row) => ({ ...rowOf(row), isEnabled: row.disabled !== 1, reason: row.disabled_reason }));
  return { services, nodes: nodes.map(rowOf), reports: found.map((row) => Number(row.report_count)) };
}

const idsOf = (all: readonly { readonly id: string }[]): string[] => all.map(({ id }) => id);

/** @returns the ids of the host's nova-compute and of its nodes, and how often each service has reported */
export async function findServiceRows(from: SqlQuery, host: string) {
  const { services, nodes, reports } = await readRows(from, host, { services: [], nodes: [] });
  return { services: idsOf(services), nodes: idsOf(nodes), reports };
}

/** The ids may come from a journal, so they must be those of the host, in both tables. */
function otherRows(host: string, named: Named, now: Rows): string | undefined {
  const [services, nodes] = [idsOf(now.services), idsOf(now.nodes)];
  if (services.join() === named.services.join() && nodes.join() === named.nodes.join()) return undefined;
  return `nova-compute of ${host} has other rows by now (service ${services.join(', ') || 'none'}, node ${nodes.join(', ') || 'none'}); start a new run`;
}

/** A service that reported since the plan lives, or lived in between. */
async function refuseReported(
  transaction: SqlTransaction,
  services: readonly string[],
  reports: readonly number[],
): Promise<void> {
  const found = await transaction.query<{ report_count: number }>(
    'SELECT report_count FROM services WHERE id IN (?) ORDER BY id FOR UPDATE',
    [services],
  );
  if (found.map((row) => Number(row.report_count)).join() !== reports.join())
    throw new Blocked('nova-compute reported since the plan was made, so it was at work; see whether it is stopped, then start a new run'); // prettier-ignore
}

async function refuseServers(transaction: SqlTransaction, host: string): Promise<void> {
  const [server] = await transaction.query<{ uuid: string }>(
    'SELECT uuid FROM instances WHERE host = ? AND deleted = 0 LIMIT 1 FOR UPDATE',
    [host],
  );
  if (server !== undefined) throw new Blocked(`${host} has servers, such as ${server.uuid}; evacuate or delete them, then resume`); // prettier-ignore
}

async function mark(
  transaction: SqlTransaction,
  table: 'services' | 'compute_nodes',
  ids: readonly string[],
  isDeleted: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  const set = isDeleted ? 'deleted = id, deleted_at = UTC_TIMESTAMP()' : 'deleted = 0, deleted_at = NULL';
  const state = isDeleted ? 'deleted = 0' : 'deleted = id';
  await transaction.execute(`UPDATE ${table} SET ${set} WHERE id IN (?) AND ${state}`, [ids]);
}

export const computeRows = defineAct({
  name: 'compute-rows',
  inputs: z.strictObject({
    host: hostName,
    services: z.array(rowId).min(1).max(100),
    nodes: z.array(rowId).max(1_000),
    /** For each service, how often it had reported when the run was planned. */
    reports: z.array(z.int().min(0)).max(100),
    to: z.enum(['deleted', 'there']),
  }),
  state: rows,
  title: ({ host, services, nodes, to }) =>
    `${to === 'deleted' ? 'delete' : 'bring back'} nova-compute of ${host} in Nova's database, in one transaction: service ${services.join(', ')}, ${nodes.length === 0 ? 'no node' : `node ${nodes.join(', ')}`}`,
  thing: ({ host }) => `compute ${host}`,
  observe: async ({ host, services: named, nodes: namedNodes }, { readers }) => {
    const database = await readers.database('database:nova');
    const read = await database.snapshot((view) => readRows(view, host, { services: named, nodes: namedNodes }));
    return { services: read.services, nodes: read.nodes };
  },
  say: ({ services, nodes }) => {
    const all = [...services, ...nodes];
    if (all.length === 0) return 'no row';
    return all.every(({ isDeleted }) => isDeleted) ? 'deleted' : all.some(({ isDeleted }) => isDeleted) ? 'deleted in part' : 'there'; // prettier-ignore
  },
  isDone: ({ services: wanted, nodes: wantedNodes, to }, { services, nodes }) =>
    idsOf(services).join() === wanted.join() &&
    idsOf(nodes).join() === wantedNodes.join() &&
    [...services, ...nodes].every(({ isDeleted }) => isDeleted === (to === 'deleted')),
  refuse: (given, now, looking) =>
    otherRows(given.host, given, now) ?? (given.to === 'deleted' ? useOf(given.host, looking) : undefined),
  perform: async ({ host, services, nodes, reports, to }, { writers }) => {
    const database = await writers.database('database:nova');
    await database.transaction(async (transaction) => {
      const now = await readRows(transaction, host, { services, nodes });
      if (otherRows(host, { services, nodes }, now) !== undefined)
        throw new Blocked(`nova-compute of ${host} has other rows by now; start a new run`);
      if (to === 'deleted') {
        await refuseServers(transaction, host);
        await refuseReported(transaction, services, reports);
      }
      await mark(transaction, 'compute_nodes', nodes, to === 'deleted');
      await mark(transaction, 'services', services, to === 'deleted');
    });
  },
  undo: (given, before): Undo => {
    const wasThere = [...before.services, ...before.nodes].some(({ isDeleted }) => !isDeleted);
    return { is: 'step', step: computeRows.restore({ ...given, to: wasThere ? 'there' : 'deleted' }) };
  },
});
