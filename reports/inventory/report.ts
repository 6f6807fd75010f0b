/** `stackward inventory`: which columns and servers, in which order, and how it ends. Pure but for the reading. */
import { defined } from '../../lib/basics/defined';
import { InvalidCommand, UnrecoverableError } from '../../lib/basics/errors';
import { nearestNames } from '../../lib/basics/nearest';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { Column, Value } from '../../lib/inventory/column';
import { columns } from '../../lib/inventory/columns';
import { byText, Join } from '../../lib/inventory/join';
import type { ServerRecord } from '../../lib/inventory/records';
import { readInventory, type Reading } from './read';
import { parseWhere, type Condition } from './where';

export interface Choice {
  /** Undefined: the caller chooses from `offered`. */
  readonly named: readonly Column[] | undefined;
  readonly offered: readonly Column[];
  readonly conditions: readonly Condition[];
  readonly vcpuRatio: number | undefined;
}

export interface ServerRow {
  readonly id: string;
  /** The value of any column whose parts were read. */
  valueOf(column: Column): Value;
}

/** A column of which no row has a value. */
export interface UnknownColumn {
  readonly name: string;
  readonly why: string;
}

export interface Inventory {
  readonly rows: readonly ServerRow[];
  readonly columns: readonly Column[];
  readonly unknown: readonly UnknownColumn[];
  /** Servers that a condition could not judge. */
  readonly unjudged: readonly { readonly condition: string; readonly servers: number }[];
  /** About each condition that none of the servers meets. */
  readonly unmet: readonly string[];
  readonly failed: Reading['failed'];
  readonly ways: Reading['ways'];
  readonly exitCode: 0 | 1;
}

const columnOf = (name: string): Column => {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  const near = nearestNames(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are: ${names.join(', ')}`;
  throw new InvalidCommand(`--columns names "${name}", and there is no such column; ${hint}`);
};

/** @throws InvalidConfiguration naming what is allowed */
export function choose(
  options: { readonly columns?: string; readonly where: readonly string[]; readonly vcpuRatio?: string },
  offered: readonly Column[],
): Choice {
  const names = options.columns?.split(',').map((name) => name.trim());
  const ratio = options.vcpuRatio === undefined ? undefined : Number(options.vcpuRatio);
  if (ratio !== undefined && !(ratio > 0 && ratio <= 1000))
    throw new InvalidCommand(`--vcpu-ratio "${options.vcpuRatio}" is no number above 0; write it as 5 or 1.5`);
  const named = names && [...new Set(names)].map(columnOf);
  return { named, offered: named ?? offered, conditions: options.where.map(parseWhere), vcpuRatio: ratio };
}

/** @throws UnrecoverableError where no server could be read */
export async function takeInventory(
  readers: Pick<ReportReaders, 'databases' | 'database' | 'inventory'>,
  { named, offered, conditions, vcpuRatio }: Choice,
): Promise<Inventory> {
  const used = new Set([...offered, ...order, ...conditions.flatMap((condition) => condition.columns)]);
  const parts = new Set([...used].flatMap(({ needs }) => needs));
  const reading = await readInventory(readers, parts);
  const { servers } = reading.data;
  if (servers === undefined) throw noServers(reading);
  const join = new Join(reading.data, {
    hasAllServers: reading.hasAllServers,
    ...defined({ vcpuRatio }),
  });
  const all = sorted(servers.map((server) => rowOf(server, join)));
  const { rows, unjudged } = judged(all, conditions);
  const unmet = unmetBy(all, conditions);
  const unknown = unknownOf(all, offered, reading);
  const isNamedUnknown = named !== undefined && unknown.length > 0;
  const isWhole = reading.failed.length === 0 && unjudged.length === 0 && !isNamedUnknown;
  const { failed, ways } = reading;
  return { rows, columns: offered, unknown, unjudged, unmet, failed, ways, exitCode: isWhole ? 0 : 1 };
}

function noServers({ failed, unread }: Reading): UnrecoverableError {
  // A service that fails keeps more than its servers from being read; one reason is enough to begin with.
  const ofServers = failed.filter(({ what }) => /^database nova|\bservers\b/.test(what));
  const whys = [...ofServers.map(({ what, why }) => `${what}: ${why}`), unread.get('servers')?.why ?? ''];
  return new UnrecoverableError(
    `no server could be read: ${[...new Set(whys.filter((why) => why !== ''))].join('; ')}`,
    { about: unread.get('servers')?.about ?? 'reading' },
  );
}

const rowOf = (server: ServerRecord, join: Join): ServerRow => ({
  id: server.id,
  valueOf: (column) => column.value(server, join),
});

/** Sorts by zone, host, name and time; missing values come first. */
const order = ['zone', 'host', 'name', 'created', 'id'].map(columnOf);

function sorted(rows: readonly ServerRow[]): ServerRow[] {
  const keyed = rows.map((row) => ({ row, key: order.map((column) => orderText(row.valueOf(column))) }));
  const differing = (a: readonly string[], b: readonly string[]): number =>
    a.findIndex((text, index) => text !== b[index]);
  keyed.sort(({ key: a }, { key: b }) => {
    const place = differing(a, b);
    return place < 0 ? 0 : byText(a[place] ?? '', b[place] ?? '');
  });
  return keyed.map(({ row }) => row);
}

const orderText = (value: Value): string => {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : String(value);
};

function judged(all: readonly ServerRow[], conditions: readonly Condition[]): Pick<Inventory, 'rows' | 'unjudged'> {
  const unjudged = new Map<string, number>();
  const rows = all.filter(({ valueOf }) =>
    conditions.every((condition) => {
      const holds = condition.holds(valueOf);
      if (holds === undefined) unjudged.set(condition.text, (unjudged.get(condition.text) ?? 0) + 1);
      return holds === true;
    }),
  );
  return { rows, unjudged: [...unjudged].map(([condition, servers]) => ({ condition, servers })) };
}

/** Of no servers no condition says anything. */
function unmetBy(all: readonly ServerRow[], conditions: readonly Condition[]): string[] {
  const servers = all.map(({ valueOf }) => valueOf);
  const isUnmet = ({ holds }: Condition): boolean => servers.every((valueOf) => holds(valueOf) === false);
  return all.length === 0 ? [] : conditions.filter(isUnmet).map(({ sayUnmet }) => sayUnmet(servers));
}

/** If there are no servers, no column is unknown. */
function unknownOf(all: readonly ServerRow[], offered: readonly Column[], { unread }: Reading): UnknownColumn[] {
  if (all.length === 0) return [];
  return offered
    .filter((column) => all.every(({ valueOf }) => valueOf(column) === undefined))
    .map(({ name, needs, notByApi }) => {
      const whys = needs.flatMap((part) => unread.get(part)?.why ?? []);
      return { name, why: [...new Set(whys)].join('; ') || notByApi || 'no record has a value of it' };
    });
}
