/**
 * Reads what Nova's databases have about servers and about heartbeats of Nova's services, in any release since
 * Icehouse.
 *
 * Since Ocata, a server begins as a row of `nova_api.build_requests` and a row of `instance_mappings` whose cell is
 * NULL. The conductor gives it a cell and deletes the request. So a request that stays shows that no conductor has done
 * this.
 *
 * A heartbeat is in `services.last_seen_up` since Liberty. Before Liberty, it is in `updated_at`, but Nova also writes
 * this column when an operator enables or disables the service. Only a heartbeat changes `report_count`, so two
 * readings of it show whether the service lives.
 */
import type { DatabaseName } from '../../lib/contract/ports';
import { defined } from '../../lib/basics/defined';
import { layoutOf } from '../../lib/inventory/layout';
import type { Schema } from '../../lib/inventory/relation';
import { cellDatabases, schemaSeen, selectSeen, utc, type CellDatabase, type DatabaseReaders } from '../database-view';
import { heartbeatOfService, intervals, subjectOf, type Heartbeat } from '../heartbeats';
import { failed, look, mapLooked, read, thenLook, untried, type Looked } from '../looked';

/** The cell that has a server. */
export type Cell =
  | { readonly is: 'cell'; readonly name: string }
  /** No conductor has given it one. */
  | { readonly is: 'no cell yet' }
  /** There is no row: Nova's API doesn't find the server. */
  | { readonly is: 'unmapped' };

export interface NovaRecord {
  /** True if `build_requests` still has a row of the server. */
  readonly isRequested: Looked<boolean>;
  readonly cell: Looked<Cell>;
  /** Hosts that are mapped to some cell. */
  readonly mappedHosts: Looked<ReadonlySet<string>>;
}

const unnamed = (name: DatabaseName) => untried(`stackward.yaml names no database ${name}`);
const cellTables = ['build_requests', 'instance_mappings', 'cell_mappings', 'host_mappings'];

/** Reads all these servers in one snapshot. */
export async function readNovaRecords(
  readers: DatabaseReaders,
  ids: readonly string[],
): Promise<(id: string) => NovaRecord> {
  const cells = await lookAtCells(readers, ids);
  return (id) => ({
    isRequested: thenLook(cells, ({ requested }) => mapLooked(requested, (all) => all.has(id))),
    cell: thenLook(cells, ({ cellOf }) => mapLooked(cellOf, (all) => all.get(id) ?? { is: 'unmapped' })),
    mappedHosts: thenLook(cells, ({ hosts }) => hosts),
  });
}

interface Cells {
  readonly requested: Looked<ReadonlySet<string>>;
  readonly cellOf: Looked<ReadonlyMap<string, Cell>>;
  readonly hosts: Looked<ReadonlySet<string>>;
}

async function lookAtCells(readers: DatabaseReaders, ids: readonly string[]): Promise<Looked<Cells>> {
  if (ids.length === 0) return untried('no task is under way');
  if (await isOneDatabase(readers)) return untried('this release has no cells');
  if (!readers.databases.has('nova_api')) return unnamed('nova_api');
  return look(async () => (await readers.database('database:nova_api')).snapshot(async (view) => {
    const schema = await schemaSeen(view, cellTables);
    const requests = await selectSeen<{ id: string }>(view, schema, 'nova_api', { from: ['build_requests r'], fields: { id: 'r.instance_uuid' }, where: ['r.instance_uuid IN (?)'] }, [ids]); // prettier-ignore
    const mappings = await selectSeen<{ id: string; cell: string | number | null }>(view, schema, 'nova_api', { from: ['instance_mappings m'], fields: { id: 'm.instance_uuid', cell: 'm.cell_id' }, needs: ['m.cell_id'], where: ['m.instance_uuid IN (?)'] }, [ids]); // prettier-ignore
    const names = await selectSeen<{ id: string | number; name: string | null }>(view, schema, 'nova_api', { from: ['cell_mappings c'], fields: { id: 'c.id', name: 'c.name' }, needs: ['c.id', 'c.name'] }); // prettier-ignore
    const hosts = await selectSeen<{ host: string }>(view, schema, 'nova_api', { from: ['host_mappings h'], fields: { host: 'h.host' }, needs: ['h.host'] }); // prettier-ignore
    const nameOf = (cell: string | number): string => (names.isRead ? names.value.find(({ id }) => String(id) === String(cell))?.name : undefined) ?? String(cell); // prettier-ignore
    return {
      requested: mapLooked(requests, (rows) => new Set(rows.map(({ id }) => id))),
      cellOf: mapLooked(mappings, (rows) => new Map(rows.map(({ id, cell }): [string, Cell] => [id, cell === null ? { is: 'no cell yet' } : { is: 'cell', name: nameOf(cell) }]))), // prettier-ignore
      hosts: mapLooked(hosts, (rows) => new Set(rows.map(({ host }) => host))),
    };
  })); // prettier-ignore
}

/** True if the layout of the database is that from before Ocata. */
export async function isOneDatabase(readers: DatabaseReaders): Promise<boolean> {
  if (!readers.databases.has('nova')) return false;
  const seen = await look(async () =>
    (await readers.database('database:nova')).snapshot((view) => schemaSeen(view, ['compute_nodes'])),
  );
  return seen.isRead && layoutOf(seen.value) === 'one database';
}

/** The rows of `services` in the databases of the cell and of cell0. Further cells are not read. */
export interface BeatsOfDatabase {
  readonly beats: readonly Heartbeat[];
  /** The column that has the heartbeat: `last_seen_up`, or `updated_at` before Liberty. */
  readonly column: string;
  /**
   * Service → true if its `report_count` moved between two readings. A service of which nobody read it twice is
   * absent. Each is named by `subjectOf`.
   */
  readonly moved: ReadonlyMap<string, boolean>;
}

interface Row {
  readonly name: string;
  readonly host: string;
  readonly disabled: string | number | null;
  readonly reason?: string | null;
  readonly forced?: string | number | null;
  readonly reports?: string | number | null;
  readonly seen: string | null;
  readonly now: string;
}

const time = (text: string | null): Date | undefined => (text === null ? undefined : new Date(text));
const hasLastSeen = (schema: Schema): boolean => schema.has('services', 'last_seen_up');

/** @param pause resolves after this number of seconds */
export async function readNovaBeats(
  readers: DatabaseReaders,
  pause: (seconds: number) => Promise<void>,
): Promise<Looked<BeatsOfDatabase>> {
  const first = await readRows(readers);
  if (!first.isRead) return first;
  const { rows, column } = first.value;
  const beats = rows.map(beatOf);
  if (column === 'last_seen_up' || !beats.some(({ isUp }) => isUp)) return read({ beats, column, moved: new Map() });
  await pause(intervals.nova.report * 1.1 + 1);
  const second = await readRows(readers);
  if (!second.isRead) return second;
  const later = new Map(second.value.rows.map((row) => [subjectOf(row), row.reports]));
  const moved = rows.flatMap((row): [string, boolean][] => {
    const after = later.get(subjectOf(row));
    return row.reports == null || after == null ? [] : [[subjectOf(row), after !== row.reports]];
  });
  return read({ beats, column, moved: new Map(moved) });
}

async function readRows(readers: DatabaseReaders): Promise<Looked<{ rows: readonly Row[]; column: string }>> {
  const names = cellDatabases(readers);
  if (!names.includes('nova')) return unnamed('nova');
  const parts = await Promise.all(names.map((name) => look(() => rowsIn(readers, name))));
  const unread = parts.find((part) => !part.isRead);
  if (unread?.isRead === false) return unread;
  const found = parts.flatMap((part) => (part.isRead ? [part.value] : []));
  const refused = found.map(({ rows }) => rows).find((rows) => !rows.isRead);
  if (refused?.isRead === false) return refused;
  const rows = found.flatMap((part) => (part.rows.isRead ? part.rows.value : []));
  return rows.length === 0
    ? failed('the table services of Nova is empty')
    : read({ rows, column: found[0]?.column ?? '' });
}

async function rowsIn(
  readers: DatabaseReaders,
  name: CellDatabase,
): Promise<{ rows: Looked<readonly Row[]>; column: string }> {
  const reader = await readers.database(`database:${name}`);
  return reader.snapshot(async (view) => {
    const schema = await schemaSeen(view, ['services']);
    const column = hasLastSeen(schema) ? 'last_seen_up' : 'updated_at';
    const rows = await selectSeen<Row>(view, schema, name, {
      from: ['services s'],
      fields: {
        name: 's.`binary`',
        host: 's.host',
        disabled: 's.disabled',
        reason: 's.disabled_reason',
        forced: 's.forced_down',
        reports: 's.report_count',
        seen: utc(`s.${column}`),
        now: utc('UTC_TIMESTAMP()'),
      },
      needs: ['s.`binary`', 's.host', 's.disabled', `s.${column}`],
      where: ['s.deleted = 0'],
    });
    return { rows, column };
  });
}

/** Judges like Nova, by the age of the heartbeat; but the age is measured with the database's clock. */
function beatOf({ name, host, disabled, reason, forced, seen, now }: Row): Heartbeat {
  const heartbeat = time(seen);
  const clock = new Date(now);
  const age = heartbeat === undefined ? Infinity : Math.abs(clock.getTime() - heartbeat.getTime()) / 1000;
  const isForcedDown = forced === undefined || forced === null ? undefined : Number(forced) !== 0;
  const record = {
    binary: name,
    host,
    isEnabled: Number(disabled ?? 0) === 0,
    isUp: isForcedDown !== true && age <= intervals.nova.down,
    ...defined({ disabledReason: reason ?? undefined, isForcedDown, heartbeat }),
  };
  return heartbeatOfService('nova', record, clock);
}

/** The list of Nova's API, corrected by `report_count`. If the API has no answer, the rows of the database. */
export function mergeBeats(
  told: Looked<readonly Heartbeat[]>,
  rows: Looked<BeatsOfDatabase>,
): { readonly services: Looked<readonly Heartbeat[]>; readonly isWhole: boolean } {
  if (!rows.isRead) return { services: told, isWhole: told.isRead };
  const { beats, moved } = rows.value;
  const correct = (beat: Heartbeat): Heartbeat =>
    moved.get(subjectOf(beat)) === false ? { ...beat, isUp: false, hasMoved: false } : beat;
  return told.isRead
    ? { services: read(told.value.map(correct)), isWhole: true }
    : { services: read(beats.map(correct)), isWhole: false };
}
