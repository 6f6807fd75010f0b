/**
 * Finds a server that is in Nova's database, although Nova's API doesn't find it. Since Ocata, the API looks for a
 * server's row in `nova_api.instance_mappings`. If this row is missing or names no cell, the API answers that the
 * server doesn't exist, while its guest may still run.
 */
import type { SqlValue } from '../../lib/contract/ports';
import { cellDatabases, schemaSeen, selectSeen, type CellDatabase, type DatabaseReaders } from '../database-view';
import { look, type Looked } from '../looked';
import type { Finding } from './finding';
import { isOneDatabase, readNovaRecords, type NovaRecord } from './nova-database';

export interface HiddenServer {
  readonly id: string;
  readonly name: string;
  readonly database: string;
  /** `active`; followed by host and task, if the row has them. */
  readonly state: string;
  readonly record: NovaRecord;
}

interface Row {
  readonly id: string;
  readonly name: string | null;
  readonly host: string | null;
  readonly vmState: string | null;
  readonly taskState: string | null;
}

/**
 * [] if no database has such a server, if the release has no cells, or if no database could be read. The API's answer
 * is then the only one.
 */
export async function readHidden(readers: DatabaseReaders, nameOrId: string): Promise<readonly HiddenServer[]> {
  // Without cells no mapping can be missing: the API hides a server of another project, and that is right.
  if (await isOneDatabase(readers)) return [];
  const found = await Promise.all(
    cellDatabases(readers).map(async (database) => ({ database, rows: await rowsIn(readers, database, nameOrId) })),
  );
  const stored = found.flatMap(({ database, rows }) =>
    rows.isRead ? rows.value.map((row) => ({ database, row })) : [],
  );
  const recordOf = await readNovaRecords(readers, stored.map(({ row }) => row.id)); // prettier-ignore
  return stored
    .map(({ database, row: { id, name, host, vmState, taskState } }): HiddenServer => {
      const state = [vmState ?? '?', ...(taskState === null ? [] : [taskState]), ...(host === null ? [] : [`on ${host}`])]; // prettier-ignore
      return { id, name: name ?? '', database, state: state.join(', '), record: recordOf(id) };
    })
    .filter(({ record: { cell } }) => !(cell.isRead && cell.value.is === 'cell'));
}

async function rowsIn(
  readers: DatabaseReaders,
  database: CellDatabase,
  nameOrId: string,
): Promise<Looked<readonly Row[]>> {
  const looked = await look(async () =>
    (await readers.database(`database:${database}`)).snapshot(async (view) => {
      const schema = await schemaSeen(view, ['instances']);
      const values: SqlValue[] = [nameOrId, nameOrId];
      return selectSeen<Row>(
        view,
        schema,
        database,
        {
          from: ['instances i'],
          fields: { id: 'i.uuid', name: 'i.display_name', host: 'i.host', vmState: 'i.vm_state', taskState: 'i.task_state' },
          needs: ['i.host', 'i.vm_state', 'i.task_state'],
          where: ['i.deleted = 0', '(i.uuid = ? OR i.display_name = ?)'],
        },
        values,
      ); // prettier-ignore
    }),
  );
  return looked.isRead ? looked.value : looked;
}

type Told = Pick<Extract<Finding, { is: 'named' }>, 'found' | 'evidence' | 'step'>;

export function tellHidden({ database, state, record: { cell, isRequested } }: HiddenServer): Told {
  const stored = `the database ${database} has it: ${state}`;
  if (!cell.isRead)
    return {
      found: "Nova's API does not find it, and Nova's database has it.",
      evidence: [stored, `nova_api was not looked at (${cell.why})`],
      step: 'Name the database nova_api in stackward.yaml, and ask again: it tells whether the server has a cell. Only an administrator sees a server of another project.',
    };
  const isUnmapped = cell.value.is === 'unmapped';
  return {
    found: `Nova's API does not find it, because its cell mapping is missing: ${isUnmapped ? 'nova_api.instance_mappings has no row of it' : 'its row of nova_api.instance_mappings names no cell'}.`,
    evidence: [
      stored,
      ...(isRequested.isRead ? [`nova_api.build_requests has ${isRequested.value ? 'a' : 'no'} request of it`] : []),
    ],
    step: isUnmapped
      ? 'Look with `nova-manage cell_v2 verify_instance --uuid ID`, then run `nova-manage cell_v2 map_instances --cell_uuid CELL`, which maps what has no mapping and changes no guest.'
      : 'Look with `nova-manage cell_v2 verify_instance --uuid ID`, and in the log of nova-conductor for the moment at which its build was cut short. Give the row its cell only when the guest is known to run there.',
  };
}
