/**
 * Reads the parts of the inventory from the databases in stackward.yaml. Each database is read in one consistent view.
 * The number of statements doesn't depend on the number of servers: one to information_schema, and one for each
 * relation.
 */
import { append } from '../../lib/basics/lists';
import { databaseNames, type DatabaseName, type Readers } from '../../lib/contract/ports';
import { count } from '../../lib/render/text';
import { isFound, selectOf, type RelationMissing, type Schema } from '../../lib/inventory/relation';
import { layoutOf, uuidOfCell0 } from '../../lib/inventory/layout';
import { relations, tablesRead, type RelationMaker } from '../../lib/inventory/relations';
import type { Dataset, PartName, ServerRecord } from '../../lib/inventory/records';
import { schemaSeen } from '../database-view';
import { look, type Unread } from '../looked';
import { recordOf, serverOfRequest, type Row } from './database-records';

/** Relations for a part with another name. If several relations have rows with the same key, the first row is used. */
const parts: Readonly<Record<string, PartName>> = {
  buildRequests: 'servers',
  cellsOfServers: 'servers',
  computeQuotaDefaults: 'computeQuotas',
  volumeQuotaDefaults: 'volumeQuotas',
  federatedUsers: 'users',
  otherUsers: 'users',
};
const partOf = (relation: string): PartName => parts[relation] ?? (relation as PartName);

/** nova_api comes first: if both databases have a table, Nova uses nova_api's. */
const readingOrder: readonly DatabaseName[] = ['nova_api', ...databaseNames.filter((name) => name !== 'nova_api')];

/** The readings of one database. */
interface DatabaseRead {
  readonly schema: Schema;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  /** Relations that can't be read. */
  readonly missing: ReadonlyMap<string, RelationMissing>;
}

export interface DatabaseReading {
  readonly data: Dataset;
  /** Why a part, of which no relation could be read, is absent. */
  readonly unread: ReadonlyMap<PartName, string>;
  /** Databases that did not answer. */
  readonly failed: readonly (Unread & { readonly database: DatabaseName })[];
  /** Sentences about servers that exist but were not read. */
  readonly elsewhere: readonly string[];
  readonly hasAllServers: boolean;
}

export async function readDatabases(
  readers: Pick<Readers, 'databases' | 'database'>,
  wanted: ReadonlySet<PartName>,
): Promise<DatabaseReading> {
  const names = readingOrder.filter((name) => readers.databases.has(name) && relationsOf(name, wanted).length > 0);
  const looks = await Promise.all(
    names.map(async (name) => ({ name, looked: await look(() => readDatabase(readers, name, wanted)) })),
  );
  const read = new Map(looks.flatMap(({ name, looked }) => (looked.isRead ? [[name, looked.value] as const] : [])));
  const data = datasetOf(read);
  return {
    data,
    unread: unreadOf(read, data),
    failed: looks.flatMap(({ name, looked }) => (looked.isRead ? [] : [{ ...looked, database: name }])),
    ...completenessOf(read, data.servers ?? []),
  };
}

const relationsOf = (name: DatabaseName, wanted: ReadonlySet<PartName>): [string, RelationMaker][] =>
  Object.entries(relations[name]).filter(([relation]) => wanted.has(partOf(relation)));

async function readDatabase(
  readers: Pick<Readers, 'database'>,
  name: DatabaseName,
  wanted: ReadonlySet<PartName>,
): Promise<DatabaseRead> {
  const reader = await readers.database(`database:${name}`);
  return reader.snapshot(async (view) => {
    const schema = await schemaSeen(view, tablesRead);
    const rows = new Map<string, readonly Row[]>();
    const missing = new Map<string, RelationMissing>();
    for (const [relation, make] of relationsOf(name, wanted)) {
      const found = make(schema);
      if (isFound(found)) rows.set(relation, await view.query<Row>(selectOf(found)));
      else missing.set(relation, found);
    }
    return { schema, rows, missing };
  });
}

function datasetOf(read: ReadonlyMap<DatabaseName, DatabaseRead>): Dataset {
  const lists: Partial<Record<PartName, object[]>> = {};
  const add = (part: PartName, records: readonly object[]): void => append((lists[part] ??= []), records);
  for (const [database, { rows }] of read)
    for (const [relation, found] of rows) {
      if (relation === 'cellsOfServers' || relation === 'buildRequests') continue;
      const foundIn = database === 'nova_cell0' ? 'nova_cell0' : 'nova';
      const more = relation === 'servers' ? { foundIn } : {};
      add(partOf(relation), found.map((row) => recordOf<object>(row, more))); // prettier-ignore
    }
  addBuildRequests(read.get('nova_api')?.rows.get('buildRequests') ?? [], lists);
  return lists as Dataset;
}

/** Leaves out a request whose server is in a cell by now. */
function addBuildRequests(requests: readonly Row[], lists: Partial<Record<PartName, object[]>>): void {
  // Without the cells the list of servers would be incomplete.
  if (lists.servers === undefined) return;
  const inCells = new Set((lists.servers as ServerRecord[]).map(({ id }) => id));
  for (const request of requests) {
    const { server, key } = serverOfRequest(request);
    if (inCells.has(server.id)) continue;
    lists.servers.push(server);
    if (key) lists.publicKeys?.push(key);
  }
}

function unreadOf(read: ReadonlyMap<DatabaseName, DatabaseRead>, data: Dataset): Map<PartName, string> {
  const unread = new Map<PartName, string>();
  for (const [database, { missing }] of read)
    for (const [relation, { missing: columns, why: known }] of missing) {
      const part = partOf(relation);
      if (data[part] !== undefined) continue;
      const before = unread.get(part);
      const why = `${database} ${known ?? `shows this account no ${columns.join(', ')}`}`;
      unread.set(part, before === undefined ? why : `${before}; ${why}`);
    }
  return unread;
}

/** Tells whether a place that was not read may have servers. */
function completenessOf(
  read: ReadonlyMap<DatabaseName, DatabaseRead>,
  servers: readonly ServerRecord[],
): Pick<DatabaseReading, 'elsewhere' | 'hasAllServers'> {
  const nova = read.get('nova');
  if (nova === undefined) return { elsewhere: [], hasAllServers: false };
  const mapped = read.get('nova_api')?.rows.get('cellsOfServers');
  const layout = layoutOf(nova.schema);
  // Liberty to Newton may have the tables of cells, without any server in them yet.
  if (layout === 'one database' && (mapped ?? []).length === 0) return { elsewhere: [], hasAllServers: true };
  if (layout === 'untold' && mapped === undefined) return { elsewhere: [untoldLayout], hasAllServers: false };
  const lacking = [
    ...(read.has('nova_cell0')
      ? []
      : ['nova_cell0 was not read, so servers for which no host was found may be missing']),
    ...(mapped === undefined
      ? ['nova_api was not read, so servers that have reached no cell, and those of further cells, may be missing']
      : []),
  ];
  const inCells = (mapped ?? []).filter(({ cellId }) => cellId !== uuidOfCell0 || !read.has('nova_cell0'));
  const others = serversOfOtherCells(inCells, new Set(servers.map(({ id }) => id)));
  const counted = [...others].map(
    ([cell, number]) =>
      `of the cell ${cell}, ${count(number, 'server')} ${number === 1 ? 'is' : 'are'} in a database that stackward.yaml does not name`,
  );
  const elsewhere = [...lacking.slice(others.has('cell0') ? 1 : 0), ...counted];
  return { elsewhere, hasAllServers: elsewhere.length === 0 };
}

const untoldLayout =
  'nova shows this account no compute_nodes, which tells whether nova has all servers; grant it as docs/database-grants.md says, because those of nova_cell0, of further cells and of nova_api may be missing';

/**
 * If one server of a cell was read, the whole cell was read. A missing server of that cell was made or deleted in
 * between.
 */
function serversOfOtherCells(mapped: readonly Row[], known: ReadonlySet<string>): ReadonlyMap<string, number> {
  const readCells = new Set(mapped.filter(({ serverId }) => known.has(String(serverId))).map(({ cellId }) => cellId));
  const others = new Map<string, number>();
  for (const { cell, cellId } of mapped) {
    if (readCells.has(cellId ?? null)) continue;
    const name = cellId === uuidOfCell0 ? 'cell0' : String(cell ?? cellId);
    others.set(name, (others.get(name) ?? 0) + 1);
  }
  return others;
}
