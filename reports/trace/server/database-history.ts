/**
 * Actions, events and faults of one server in Nova's databases, of any release: the tables are the same since Icehouse. The API
 * tells the last fault alone, and actions of the newest requests.
 */
import type { SqlQuery } from '../../../lib/contract/ports';
import type { ActionEvent, ServerAction } from '../../../lib/contract/server-ports';
import { cellDatabases, utc, type DatabaseReaders } from '../../database-view';
import type { ServerFault } from './timeline';

export interface History {
  readonly actions: readonly ServerAction[];
  readonly faults: readonly ServerFault[];
  /** Tables that hold more rows of this server than are read; the newest are. */
  readonly cut: readonly string[];
}

/** Of one table and server. */
export const mostRows = 10_000;
const newest = `LIMIT ${mostRows + 1}`;

const actionsQuery = `SELECT id, action, request_id AS request, ${utc('start_time')} AS started, message
  FROM instance_actions WHERE instance_uuid = ? ORDER BY start_time DESC, id DESC ${newest}`;
const eventsQuery = `SELECT e.action_id AS action, e.event AS event, ${utc('e.start_time')} AS started,
  ${utc('e.finish_time')} AS finished, e.result AS result, e.traceback AS traceback
  FROM instance_actions_events e JOIN instance_actions a ON a.id = e.action_id
  WHERE a.instance_uuid = ? ORDER BY e.start_time DESC, e.id DESC ${newest}`;
const faultsQuery = `SELECT host, message, details, ${utc('created_at')} AS created, ${utc('deleted_at')} AS deleted
  FROM instance_faults WHERE instance_uuid = ? ORDER BY created_at DESC, id DESC ${newest}`;

interface ActionRow {
  readonly id: number;
  readonly action: string;
  readonly request: string | null;
  readonly started: string | null;
  readonly message: string | null;
}
interface EventRow {
  readonly action: number;
  readonly event: string;
  readonly started: string | null;
  readonly finished: string | null;
  readonly result: string | null;
  readonly traceback: string | null;
}
interface FaultRow {
  readonly host: string | null;
  readonly message: string | null;
  readonly details: string | null;
  readonly created: string | null;
  readonly deleted: string | null;
}

/** Of every database of Nova that the configuration names; undefined: it names none. */
export async function readHistory(readers: DatabaseReaders, serverId: string): Promise<History | undefined> {
  const named = cellDatabases(readers);
  if (named.length === 0) return undefined;
  const all = await Promise.all(
    named.map(async (name) =>
      (await readers.database(`database:${name}`)).snapshot((view) => historyIn(view, serverId)),
    ),
  );
  return {
    actions: all.flatMap(({ actions }) => actions),
    faults: all.flatMap(({ faults }) => faults),
    cut: [...new Set(all.flatMap(({ cut }) => cut))],
  };
}

async function historyIn(view: SqlQuery, serverId: string): Promise<History> {
  const actions = bounded('instance_actions', await view.query<ActionRow>(actionsQuery, [serverId]));
  const events = bounded('instance_actions_events', await view.query<EventRow>(eventsQuery, [serverId]));
  const faults = bounded('instance_faults', await view.query<FaultRow>(faultsQuery, [serverId]));
  const eventsByAction = new Map<number, ActionEvent[]>(actions.rows.map(({ id }) => [id, []]));
  for (const row of events.rows) eventsByAction.get(row.action)?.push(eventOf(row));
  return {
    actions: actions.rows.map((row) => ({
      action: row.action,
      requestId: row.request ?? '?',
      events: eventsByAction.get(row.id) ?? [],
      ...present({ startedAt: timeOf(row.started), message: row.message }),
    })),
    faults: faults.rows.map((row) => ({
      message: row.message ?? '?',
      ...present({ host: row.host, details: row.details, created: timeOf(row.created), deleted: timeOf(row.deleted) }),
    })),
    cut: [...actions.cut, ...events.cut, ...faults.cut],
  };
}

/** In the order of time; a query asks for one row more than is taken, with the newest first. */
const bounded = <Row>(
  table: string,
  rows: readonly Row[],
): { readonly rows: readonly Row[]; readonly cut: readonly string[] } => ({
  rows: rows.slice(0, mostRows).toReversed(),
  cut: rows.length > mostRows ? [table] : [],
});

const eventOf = (row: EventRow): ActionEvent => ({
  event: row.event,
  ...present({
    startedAt: timeOf(row.started),
    finishedAt: timeOf(row.finished),
    result: row.result,
    traceback: row.traceback,
  }),
});

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** NULL stands for a value that nobody told. */
const present = <Value extends object>(value: Value): { [K in keyof Value]?: NonNullable<Value[K]> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) as {
    [K in keyof Value]?: NonNullable<Value[K]>;
  };
