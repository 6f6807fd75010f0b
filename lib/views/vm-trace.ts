/**
 * `vw_vm_trace`: the actions on each server with their events, and its faults, in one list. Deleted servers are in it
 * too, because people use a trace to find out why a server was deleted.
 *
 * These tables are in the cell's database in every release, with the same columns since Icehouse.
 */
import { quoteName } from '../sql/quote';
import { schemaOf, type SchemaNames, type SchemasSeen } from './schemas';
import { isMarked, type ViewImpossible, type ViewMade } from './view-made';

const columns = ['vm_name', 'action', 'event', 'start_time', 'finish_time', 'result', 'details'] as const;

const needed: Readonly<Record<string, readonly string[]>> = {
  instances: ['uuid', 'display_name'],
  instance_actions: ['id', 'instance_uuid', 'action', 'start_time', 'finish_time', 'message', 'deleted'],
  instance_actions_events: ['action_id', 'event', 'start_time', 'finish_time', 'result', 'traceback', 'deleted'],
  instance_faults: ['instance_uuid', 'host', 'created_at', 'deleted_at', 'message', 'details'],
};

export function vmTrace(names: SchemaNames, seen: SchemasSeen): ViewMade | ViewImpossible {
  const nova = schemaOf('nova', names);
  const missing = missingIn(nova, seen);
  if (missing.length > 0) return { missing };
  const cell0 = schemaOf('nova_cell0', names);
  const reads = [nova, ...(missingIn(cell0, seen).length === 0 && cell0 !== nova ? [cell0] : [])];
  return {
    selectWith: (mark) => reads.flatMap((schema) => selectsIn(schema, mark)).join(' UNION ALL '),
    columns,
    reads,
    empty: [],
  };
}

const missingIn = (schema: string, seen: SchemasSeen): string[] =>
  Object.entries(needed).flatMap(([table, wanted]) =>
    wanted
      .filter((column) => seen.columns.get(schema)?.get(table)?.has(column) !== true)
      .map((column) => `${schema}.${table}.${column}`),
  );

function selectsIn(schema: string, mark: string): string[] {
  const from = quoteName(schema);
  const list = (...expressions: readonly string[]): string =>
    expressions.map((expression, place) => `${expression} AS ${columns[place] ?? ''}`).join(', ');
  return [
    `SELECT ${list('i.display_name', 'a.action', 'e.event', 'COALESCE(e.start_time, a.start_time)', 'COALESCE(e.finish_time, a.finish_time)', 'COALESCE(e.result, a.message)', 'e.traceback')} ` +
      `FROM ${from}.instance_actions a JOIN ${from}.instances i ON i.uuid = a.instance_uuid ` +
      `LEFT JOIN ${from}.instance_actions_events e ON e.action_id = a.id AND e.deleted = 0 WHERE a.deleted = 0 AND ${isMarked('i', mark)}`,
    `SELECT ${list('i.display_name', 'f.host', "'#instance fault'", 'f.created_at', 'f.deleted_at', 'f.message', 'f.details')} ` +
      `FROM ${from}.instance_faults f JOIN ${from}.instances i ON i.uuid = f.instance_uuid WHERE ${isMarked('i', mark)}`,
  ];
}
