/**
 * Neutron keeps a subnet's pools in one or two places, called ledgers here: `ipallocationpools`, which the API shows, and
 * from the pluggable IPAM on (Liberty; the default since Newton) `ipamallocationpools`, from which addresses are handed out.
 * Up to Mitaka each has a table of free ranges beside it, from which the allocator takes without looking at the pools.
 *
 * Everything here is pure. Source: neutron@icehouse-eol db_base_plugin_v2.py, neutron@HEAD ipam/drivers/neutrondb_ipam.
 */
import { defined } from '../../../lib/basics/defined';
import type { IpRange } from '../../../lib/net/ip-ranges';
import { compact, formatRange, isInside, overlap, parseRange, sizeOf, subtract } from '../../../lib/net/ip-ranges';
import { sha256 } from '../../../lib/basics/sha256';
import type { AddressRange } from '../../../lib/contract/ports';

/** `api`: the pools that the API answers, if only the API is used. */
export type Book = 'ipallocationpools' | 'ipamallocationpools' | 'api';

export interface PoolRow extends AddressRange {
  readonly id: string;
}

export interface RangeRow extends AddressRange {
  readonly poolId: string;
}

export interface Ledger {
  readonly book: Book;
  /** The id that the pool rows refer to: that of the subnet, or that of its row in `ipamsubnets`. */
  readonly owner: string;
  readonly pools: readonly PoolRow[];
  /** Free addresses. Absent if the release has no such table. */
  readonly ranges?: readonly RangeRow[];
}

/** A row as a range. Undefined if Neutron couldn't read it (inverted, mixed families, no address). */
function findRange(row: AddressRange): IpRange | undefined {
  try {
    return parseRange(row);
  } catch {
    return undefined;
  }
}

/** Addresses that the rows hold, compacted; broken rows hold none. */
export function addressesOf(rows: readonly AddressRange[]): IpRange[] {
  return compact(rows.map(findRange).filter((range) => range !== undefined));
}

const isSame = (a: readonly IpRange[], b: readonly IpRange[]): boolean =>
  a.length === b.length && a.every(({ first, last }, index) => first === b[index]?.first && last === b[index].last);

/** True if these rows hold exactly the addresses of `pools` (compact), each once. */
export function holdsExactly(rows: readonly AddressRange[], pools: readonly IpRange[]): boolean {
  const ranges = rows.map(findRange).filter((range) => range !== undefined);
  return ranges.length === rows.length && isSame(compact(ranges), pools) && sizeOf(ranges) === sizeOf(pools);
}

/** `203.0.113.71-203.0.113.75, 203.0.113.80`. A broken row is printed as it is, so that a reader sees it. */
export function renderRows(rows: readonly AddressRange[]): string {
  const ranges = rows.map(findRange);
  const broken = rows.filter((_, index) => !ranges[index]).map(({ start, end }) => `${start}-${end} (no range)`);
  const good = ranges
    .filter((range) => range !== undefined)
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .map(formatRange);
  return [...good, ...broken].join(', ') || 'none';
}

/**
 * The first thing wrong with the free ranges of a ledger, as the end of a sentence; undefined when the allocator can
 * use them: each lies in its own pool, holds no allocated address, and shares none with another.
 * An address in no range is legal: the allocator finds it again when it rebuilds the ranges.
 */
export function findRangeFault(ledger: Ledger, allocated: readonly IpRange[]): string | undefined {
  if (!ledger.ranges) return undefined;
  const pools = new Map(ledger.pools.map((row) => [row.id, findRange(row)]));
  const found: IpRange[] = [];
  for (const row of ledger.ranges) {
    const range = findRange(row);
    const pool = pools.get(row.poolId);
    if (!range) return `the free range ${row.start}-${row.end} is none`;
    if (formatRange(range) !== spelled(row))
      return `the free range ${spelled(row)} is not spelled as Neutron compares it`;
    if (!pool || !isInside(range, pool)) return `the free range ${formatRange(range)} lies outside of its pool`;
    found.push(range);
  }
  if (sizeOf(found) !== sizeOf(compact(found))) {
    const twice = found.find((range, index) =>
      found.some((earlier, position) => position < index && overlap(range, earlier)),
    );
    return `two free ranges share addresses of ${twice ? formatRange(twice) : 'one another'}`;
  }
  const taken = firstShared(compact(found), allocated);
  return taken && `the free ranges hold ${formatRange(taken)}, which a port has`;
}

const spelled = ({ start, end }: AddressRange): string => (start === end ? start : `${start}-${end}`);

/** The first addresses that are in both lists (compact). */
function firstShared(ranges: readonly IpRange[], holes: readonly IpRange[]): IpRange | undefined {
  let next = 0;
  for (const hole of holes) {
    while (next < ranges.length && (ranges[next] as IpRange).last < hole.first) next++;
    const range = ranges[next];
    if (range && overlap(range, hole))
      return {
        version: hole.version,
        first: range.first > hole.first ? range.first : hole.first,
        last: range.last < hole.last ? range.last : hole.last,
      };
  }
  return undefined;
}

/** The writes after which a ledger holds `pools`, and its ranges hold the free addresses of these pools. */
export interface LedgerWrites {
  readonly update: readonly (PoolRow & { readonly before: AddressRange })[];
  readonly insert: readonly PoolRow[];
  readonly remove: readonly string[];
  /** Replaces all ranges of the ledger: ranges of the pools in `clear` are removed, `fill` is added. */
  readonly ranges?: { readonly clear: readonly string[]; readonly fill: readonly RangeRow[] };
}

/**
 * Computes the rows. A row that shares addresses with a wanted pool keeps its id, so that references to it stay valid.
 * @param pools compact
 * @param newId makes the id of a row that is inserted
 */
export function writesFor(
  ledger: Ledger,
  pools: readonly IpRange[],
  allocated: readonly IpRange[],
  newId: () => string,
): LedgerWrites {
  const right = holdsExactly(ledger.pools, pools);
  const rows = right ? keep(ledger.pools) : assign(ledger.pools, pools, newId);
  const ranges = ledger.ranges && {
    clear: ledger.pools.map((row) => row.id),
    fill: rows.after.flatMap((row) => subtract([row.range], allocated).map((free) => rangeRow(row.id, free))),
  };
  const written = rows.after.filter(
    (row) => row.before === undefined || spelled(row.before) !== formatRange(row.range),
  );
  return {
    update: right
      ? []
      : written.flatMap(({ id, range, before }) => (before ? [{ id, ...addressRange(range), before }] : [])),
    insert: written.filter((row) => !row.before).map(({ id, range }) => ({ id, ...addressRange(range) })),
    remove: rows.remove,
    ...defined({ ranges }),
  };
}

/**
 * Ids (UUIDs of version 8) that depend only on the ledger, so that two stackwards insert rows with the same ids. Two
 * nodes of a cluster accept inserts into one subnet at the same moment, because neither knows the locks of the other.
 * With equal ids the cluster accepts only one commit and refuses the other as a deadlock. That transaction starts
 * again, and finds the pools of the first.
 */
export function newIds({ book, owner, pools }: Ledger): () => string {
  const taken = new Set(pools.map((row) => row.id));
  let count = 0;
  return () => {
    for (;;) {
      const digest = sha256(`${book} ${owner} ${count++}`);
      const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
      const id = [...parts, digest.slice(20, 32)].join('-');
      if (!taken.has(id)) return id;
    }
  };
}

/** The ledger after these writes. */
export function withWrites(ledger: Ledger, { update, insert, remove, ranges }: LedgerWrites): Ledger {
  const updated = new Map(update.map(({ id, start, end }) => [id, { id, start, end }]));
  const kept = ledger.pools.filter(({ id }) => !remove.includes(id)).map((row) => updated.get(row.id) ?? row);
  const free = ranges && [
    ...(ledger.ranges ?? []).filter(({ poolId }) => !ranges.clear.includes(poolId)),
    ...ranges.fill,
  ];
  return { ...ledger, pools: [...kept, ...insert], ...defined({ ranges: free }) };
}

interface Assigned {
  readonly after: readonly { readonly id: string; readonly range: IpRange; readonly before?: AddressRange }[];
  readonly remove: readonly string[];
}

const keep = (rows: readonly PoolRow[]): Assigned => ({
  after: rows.flatMap((row) => {
    const range = findRange(row);
    return range ? [{ id: row.id, range, before: row }] : [];
  }),
  remove: [],
});

function assign(rows: readonly PoolRow[], pools: readonly IpRange[], newId: () => string): Assigned {
  const left = new Map([...rows].sort((a, b) => (a.id < b.id ? -1 : 1)).map((row) => [row, findRange(row)]));
  const after = pools.map((pool) => {
    for (const [row, range] of left)
      if (range && overlap(range, pool)) {
        left.delete(row);
        return { id: row.id, range: pool, before: { start: row.start, end: row.end } };
      }
    return { id: newId(), range: pool };
  });
  return { after, remove: [...left.keys()].map((row) => row.id) };
}

export function addressRange(range: IpRange): AddressRange {
  const [start = '', end = start] = formatRange(range).split('-');
  return { start, end };
}

const rangeRow = (poolId: string, range: IpRange): RangeRow => ({ poolId, ...addressRange(range) });
