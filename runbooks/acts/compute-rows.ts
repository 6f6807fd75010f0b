/**
 * Deletes the service and the nodes of a compute host in Nova's own database, for releases whose API reports no id of a
 * service. The act does what Nova of Icehouse does (`service_destroy`): the rows stay, with their id in `deleted`.
 */
import * as z from 'zod';
import { Blocked } from '../../lib/basics/errors';
import type { SqlQuery, SqlTransaction } from '../../lib/contract/ports';
import { defineAct, type Undo } from '../act';
import { hostName } from './compute-enablement';

const rowId = z.string().regex(/^[1-9]\d{0,9}$/, 'must be the id of a row');
const rows = z.strictObject({
  /** A row with `isDeleted` counts as deleted, though it is still in the table. */
  services: z.array(z.strictObject({ id: rowId, isDeleted: z.boolean() })).max(100),
  nodes: z.array(z.strictObject({ id: rowId, isDeleted: z.boolean() })).max(1_000),
});
type Rows = z.infer<typeof rows>;

interface Row {
  readonly id: number | string;
  readonly deleted: number | string | null;
}
const rowOf = ({ id, deleted }: Row) => ({ id: String(id), isDeleted: String(deleted ?? 0) !== '0' });

/** The rows that aren't deleted, and those that this run deleted. */
async function readRows(from: SqlQuery, host: string, services: readonly string[]): Promise<Rows> {
  const named = services.length === 0 ? ['0'] : services;
  const found = await from.query<Row>(
    "SELECT id, deleted FROM services WHERE host = ? AND `binary` = 'nova-compute' AND (deleted = 0 OR id IN (?)) ORDER BY id",
    [host, named],
  );
  const ids = found.map(({ id }) => String(id));
  const nodes = await from.query<Row>(
    'SELECT id, deleted FROM compute_nodes WHERE service_id IN (?) AND (deleted = 0 OR service_id IN (?)) ORDER BY id',
    [ids.length === 0 ? ['0'] : ids, named],
  );
  return { services: found.map(rowOf), nodes: nodes.map(rowOf) };
}

const idsOf = (all: readonly { readonly id: string }[]): string[] => all.map(({ id }) => id);

/** @returns the rows of the host's nova-compute and of its nodes */
export async function findServiceRows(from: SqlQuery, host: string): Promise<Rows> {
  return readRows(from, host, []);
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
  // prettier-ignore
  if (ids.length === 0) return;
  const set = isDeleted ? 'deleted = id, deleted_at = UTC_TIMESTAMP()' : 'deleted = 0, deleted_at = NULL';
  const [state] = isDeleted ? ['deleted = 0'] : ['deleted = id'];
  await transaction.execute(`UPDATE ${table} SET ${set} WHERE id IN (?) AND ${state}`, [ids]);
}

export const computeRows = defineAct({
  name: 'compute-rows',
  inputs: z.strictObject({
    host: hostName,
    services: z.array(rowId).min(1).max(100),
    nodes: z.array(rowId).max(1_000),
    to: z.enum(['deleted', 'there']),
  }),
  state: rows,
  title: ({ host, services, nodes, to }) =>
    `${to === 'deleted' ? 'delete' : 'bring back'} nova-compute of ${host} in Nova's database, in one transaction: service ${services.join(', ')}, ${nodes.length === 0 ? 'no node' : `node ${nodes.join(', ')}`}`,
  thing: ({ host }) => `compute ${host}`,
  observe: async ({ host, services }, { readers }) =>
    (await readers.database('database:nova')).snapshot((view) => readRows(view, host, services)),
  say: ({ services, nodes }) => {
    const all = [...services, ...nodes];
    if (all.length === 0) return 'no row';
    return all.every(({ isDeleted }) => isDeleted) ? 'deleted' : all.some(({ isDeleted }) => isDeleted) ? 'deleted in part' : 'there'; // prettier-ignore
  },
  isDone: ({ services: wanted, nodes: wantedNodes, to }, { services, nodes }) =>
    idsOf(services).join() === wanted.join() &&
    idsOf(nodes).join() === wantedNodes.join() &&
    [...services, ...nodes].every(({ isDeleted }) => isDeleted === (to === 'deleted')),
  refuse: ({ host, services: wanted }, { services }) =>
    idsOf(services).join() === wanted.join()
      ? undefined
      : `nova-compute of ${host} has other rows by now (service ${idsOf(services).join(', ') || 'none'}); start a new run`,
  perform: async ({ host, services, nodes, to }, { writers }) => {
    const database = await writers.database('database:nova');
    await database.transaction(async (transaction) => {
      if (to === 'deleted') await refuseServers(transaction, host);
      await mark(transaction, 'compute_nodes', nodes, to === 'deleted');
      await mark(transaction, 'services', services, to === 'deleted');
    });
  },
  undo: ({ host, services, nodes }, before): Undo =>
    [...before.services, ...before.nodes].some(({ isDeleted }) => !isDeleted)
      ? { is: 'step', step: computeRows.restore({ host, services, nodes, to: 'there' }) }
      : { is: 'step', step: computeRows.restore({ host, services, nodes, to: 'deleted' }) },
});
