/**
 * Reads Neutron's tables of pools. The code serves every release that has them, because it probes the tables and never
 * the version.
 *
 * Under locks, rows are read in the order in which Neutron locks them. Two transactions then wait for each other
 * instead of ending in a deadlock. The order: free ranges with their pools (the allocator up to Mitaka takes these FOR
 * UPDATE), pools (an update of a subnet writes these first), the subnet, the IPAM's pools, allocations last.
 */
import { defined } from '../../../lib/basics/defined';
import * as z from 'zod';
import { Blocked, UnrecoverableError } from '../../../lib/basics/errors';
import type { SqlQuery } from '../../../lib/contract/ports';
import type { Ledger, PoolRow, RangeRow } from './ledger';
import { firstFault } from '../../../lib/basics/schema-fault';

/** The tables of Neutron that exist and may be read. */
export interface Tables {
  /** `ipavailabilityranges`: up to Mitaka. */
  readonly ranges: boolean;
  /** `ipamsubnets` and its kin: Liberty and later. */
  readonly ipam: boolean;
  /** `ipamavailabilityranges`: Liberty and Mitaka. */
  readonly ipamRanges: boolean;
}

export interface SubnetRow {
  readonly id: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gatewayIp: string | null;
}

/**
 * A subnet's id, and the ids of its rows in `ipamsubnets`: one row if the pluggable IPAM serves the subnet, else none.
 */
export interface Owner {
  readonly subnetId: string;
  readonly ipamIds: readonly string[];
}

/** Ids in one `IN (…)`: 500 of 36 characters are 20 KB, far below MySQL 5.5's packet of 1 MiB. */
const chunkSize = 500;

export function* chunksOf<T>(all: readonly T[], size = chunkSize): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

const text = z.string().max(255);
/**
 * Columns, under the names that the statements below give them. Ids and addresses of an answer become values of the
 * next statement.
 */
const rows = {
  name: z.object({ name: text, engine: text.nullable() }),
  owner: z.object({ id: text, subnetId: text }),
  subnet: z.object({
    id: text,
    networkId: text,
    cidr: text,
    gatewayIp: text.nullable(),
    ipVersion: z.union([z.literal(4), z.literal(6)]),
  }),
  range: z.object({ poolId: text, start: text, end: text, owner: text }),
  pool: z.object({ id: text, start: text, end: text, owner: text }),
  address: z.object({ owner: text, address: text }),
  count: z.object({ subnetId: text, used: z.coerce.number().int().nonnegative() }),
};

/** Rows of a SELECT. Each has the shape of Neutron's tables. */
async function select<Row extends object>(
  from: SqlQuery,
  row: z.ZodType<Row>,
  sql: string,
  values: Parameters<SqlQuery['query']>[1],
): Promise<readonly Row[]> {
  return (await from.query(sql, values)).map((found) => {
    const parsed = row.safeParse(found);
    if (parsed.success) return parsed.data;
    throw new UnrecoverableError(
      `the database answered the column ${firstFault(parsed.error).field} with what Neutron never stores there; name Neutron's database as "host", and its schema as "schema"`,
    );
  });
}

const neutronTables = ['subnets', 'ipallocationpools', 'ipallocations'];
const ipamTables = ['ipamsubnets', 'ipamallocationpools'];
const olderIpamTables = [...ipamTables, 'ipamallocations', 'ipamavailabilityranges'];

/**
 * Finds the tables with one statement. A table on which the user has no grant looks as if it didn't exist, and would be
 * left to contradict the other tables. So the columns of `subnets` tell which tables must exist: Liberty dropped
 * `shared` (liberty/contract/4ffceebfada_rbac_network.py) when it made the tables of the IPAM, and Newton added
 * `segment_id`.
 * @throws UnrecoverableError if the schema is not Neutron's, or if the grants hide a part of it; Blocked if a table has
 * no   transactions
 */
export async function probeTables(from: SqlQuery): Promise<Tables> {
  const found = await select(
    from,
    rows.name,
    `SELECT table_name AS name, engine AS engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)` +
      ` UNION ALL SELECT column_name AS name, NULL AS engine FROM information_schema.columns WHERE table_schema = DATABASE()` +
      ` AND table_name = 'subnets' AND column_name IN ('shared', 'segment_id')`,
    [[...neutronTables, ...olderIpamTables, 'ipavailabilityranges']],
  );
  const names = new Set(found.map((row) => row.name.toLowerCase()));
  const has = (name: string): boolean => names.has(name);
  const isSinceLiberty = has('subnets') && !has('shared');
  const isSinceNewton = has('segment_id');
  const needed = [
    ...neutronTables,
    ...(isSinceNewton ? ipamTables : ['ipavailabilityranges']),
    ...(!isSinceNewton && (isSinceLiberty || olderIpamTables.some(has)) ? olderIpamTables : []),
  ];
  const missing = needed.filter((table) => !has(table));
  if (missing.length > 0)
    throw new UnrecoverableError(
      `this schema shows no table ${missing.join(', ')}: it is not Neutron's, or the user has no grant there; ` +
        `correct "schema", or grant what docs/database-grants.md lists`,
    );
  refuseOtherEngines(found.filter(({ name }) => needed.includes(name.toLowerCase())));
  return { ranges: has('ipavailabilityranges'), ipam: has('ipamsubnets'), ipamRanges: has('ipamavailabilityranges') };
}

function refuseOtherEngines(tables: readonly { readonly name: string; readonly engine: string | null }[]): void {
  const unfit = tables.find(({ engine }) => engine?.toLowerCase() !== 'innodb');
  if (unfit)
    throw new Blocked(
      `the table ${unfit.name} is ${unfit.engine === null ? 'a view' : `of the engine ${unfit.engine}`}, and what stackward writes rests on InnoDB's transactions and row locks; ALTER TABLE … ENGINE = InnoDB, as Neutron makes its tables`,
    );
}

const grouped = <Row>(rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, readonly Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
};

/** `neutron_subnet_id` has no index. Never read this under a lock, because the lock would cover every row. */
export async function readOwners(from: SqlQuery, tables: Tables, ids: readonly string[]): Promise<readonly Owner[]> {
  if (!tables.ipam) return ids.map((subnetId) => ({ subnetId, ipamIds: [] }));
  const found = await select(
    from,
    rows.owner,
    'SELECT id, neutron_subnet_id AS subnetId FROM ipamsubnets WHERE neutron_subnet_id IN (?)',
    [ids],
  );
  const bySubnet = grouped(found, (row) => row.subnetId);
  return ids.map((subnetId) => ({ subnetId, ipamIds: (bySubnet.get(subnetId) ?? []).map((row) => row.id).sort() }));
}

export interface ReadSubnet extends SubnetRow {
  readonly ledgers: readonly Ledger[];
}

/** @param locked inside a transaction that will write: locks pools for update, and the subnet's row against changes */
export async function readSubnets(
  from: SqlQuery,
  tables: Tables,
  owners: readonly Owner[],
  locked: boolean,
): Promise<readonly ReadSubnet[]> {
  if (owners.length === 0) return [];
  const ids = owners.map((owner) => owner.subnetId);
  const ipamIds = owners.flatMap((owner) => owner.ipamIds);
  const neutron = await readLedgers(from, 'ipallocationpools', ids, tables.ranges, locked);
  const subnets = await select<SubnetRow>(
    from,
    rows.subnet,
    'SELECT id, network_id AS networkId, ip_version AS ipVersion, cidr, gateway_ip AS gatewayIp' +
      ` FROM subnets WHERE id IN (?)${locked ? ' LOCK IN SHARE MODE' : ''}`,
    [ids],
  );
  const ipam = await readLedgers(from, 'ipamallocationpools', ipamIds, tables.ipamRanges, locked);
  const ownerOf = new Map(owners.map((owner) => [owner.subnetId, owner]));
  return subnets.map((subnet) => ({
    ...subnet,
    ledgers: [neutron(subnet.id), ...(ownerOf.get(subnet.id)?.ipamIds ?? []).map(ipam)],
  }));
}

const columns = { ipallocationpools: 'subnet_id', ipamallocationpools: 'ipam_subnet_id' } as const;
export const rangeTables = {
  ipallocationpools: 'ipavailabilityranges',
  ipamallocationpools: 'ipamavailabilityranges',
} as const;
export const ownerColumn = (book: keyof typeof columns): string => columns[book];

async function readLedgers(
  from: SqlQuery,
  book: keyof typeof columns,
  owners: readonly string[],
  hasRanges: boolean,
  locked: boolean,
): Promise<(owner: string) => Ledger> {
  if (owners.length === 0) return (owner) => ({ book, owner, pools: [] });
  const lock = locked ? ' FOR UPDATE' : '';
  const rangeRows = hasRanges
    ? await select<RangeRow & { owner: string }>(
        from,
        rows.range,
        `SELECT r.allocation_pool_id AS poolId, r.first_ip AS start, r.last_ip AS end, p.${columns[book]} AS owner` +
          ` FROM ${rangeTables[book]} r JOIN ${book} p ON p.id = r.allocation_pool_id` +
          ` WHERE p.${columns[book]} IN (?)${lock}`,
        [owners],
      )
    : [];
  const poolRows = await select<PoolRow & { owner: string }>(
    from,
    rows.pool,
    `SELECT id, first_ip AS start, last_ip AS end, ${columns[book]} AS owner` +
      ` FROM ${book} WHERE ${columns[book]} IN (?)${lock}`,
    [owners],
  );
  const pools = grouped(poolRows, (row) => row.owner);
  const ranges = grouped(rangeRows, (row) => row.owner);
  return (owner) => ({
    book,
    owner,
    pools: (pools.get(owner) ?? []).map(({ id, start, end }) => ({ id, start, end })),
    ...defined({
      ranges: hasRanges
        ? (ranges.get(owner) ?? []).map(({ poolId, start, end }) => ({ poolId, start, end }))
        : undefined,
    }),
  });
}

/**
 * Addresses in use on each subnet, by subnet id. These are the addresses of ports. If the IPAM keeps free ranges of its
 * own (Liberty, Mitaka), its allocations count too, because its ranges must hold neither.
 * @param locked waits for allocations under way, and keeps new ones waiting until the transaction ends
 */
export async function readAllocated(
  from: SqlQuery,
  tables: Tables,
  owners: readonly Owner[],
  locked: boolean,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (owners.length === 0) return new Map();
  const lock = locked ? ' LOCK IN SHARE MODE' : '';
  const held = await select(
    from,
    rows.address,
    `SELECT subnet_id AS owner, ip_address AS address FROM ipallocations WHERE subnet_id IN (?)${lock}`,
    [owners.map((owner) => owner.subnetId)],
  );
  const ipamIds = owners.flatMap((owner) => owner.ipamIds);
  const more =
    tables.ipamRanges && ipamIds.length > 0
      ? await select(
          from,
          rows.address,
          `SELECT ipam_subnet_id AS owner, ip_address AS address FROM ipamallocations WHERE ipam_subnet_id IN (?)${lock}`,
          [ipamIds],
        )
      : [];
  const byOwner = grouped([...held, ...more], (row) => row.owner);
  return new Map(
    owners.map(({ subnetId, ipamIds: own }) => {
      const addresses = [subnetId, ...own].flatMap((owner) => (byOwner.get(owner) ?? []).map((row) => row.address));
      return [subnetId, own.length === 0 ? addresses : [...new Set(addresses)]];
    }),
  );
}

/** The number of addresses that ports hold on each subnet. An index is enough to answer this. */
export async function countAllocated(from: SqlQuery, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await select(
    from,
    rows.count,
    'SELECT subnet_id AS subnetId, COUNT(*) AS used FROM ipallocations WHERE subnet_id IN (?) GROUP BY subnet_id',
    [ids],
  );
  return new Map(found.map(({ subnetId, used }) => [subnetId, used]));
}
