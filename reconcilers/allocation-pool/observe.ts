/** Reads the subnets that the specs name from one target. */
import { defined } from '../../lib/basics/defined';
import { sizeOf } from '../../lib/net/ip-ranges';
import { append } from '../../lib/basics/lists';
import type { Cluster, NetworkReader, Readers, SqlQuery, SqlReader, Subnet } from '../../lib/contract/ports';
import type { Placement, Wanted } from '../../lib/contract/reconciler';
import { chunksOf, countAllocated, probeTables, readAllocated, readOwners, readSubnets } from './ledger/database';
import type { ReadSubnet, SubnetRow, Tables } from './ledger/database';
import { subnetIdOf } from './ledger/declared';
import { addressesOf, type Ledger } from './ledger/ledger';
import { mayRebuildRanges } from './ledger/rebuilt-ranges';
import type { AllocationPoolSpec } from './spec';

export interface ObservedSubnet extends SubnetRow {
  /** The first ledger is the one that the API shows. Addresses are handed out from the last. */
  readonly ledgers: readonly Ledger[];
  /** Addresses in use. Absent if nothing depends on them: the pools are as declared and far from full. */
  readonly allocated?: readonly string[];
}

export interface AllocationPoolObserved {
  /** Absent if the subnets were read through the API. */
  readonly tables?: Tables;
  /** Present if the database is a Galera cluster. */
  readonly cluster?: Cluster;
  /**
   * True if an update through the API may stop all creation of ports, and no configured database shows whether it does.
   */
  readonly mayRebuildRanges?: true;
  /** Subnets by id, in lower case. A subnet that doesn't exist is absent. */
  readonly subnets: ReadonlyMap<string, ObservedSubnet>;
}

/** A pool with this share of addresses in use, or more, gets a warning. */
export const isNearlyFull = (used: bigint | number, size: bigint): boolean => BigInt(used) * 10n > size * 9n;

export async function observe(
  { target, wanted }: Placement<AllocationPoolSpec>,
  from: Readers,
): Promise<AllocationPoolObserved> {
  return target.startsWith('database:')
    ? observeDatabase(await from.database(target), wanted)
    : observeApi(await from.network(target), wanted, from.databases.has('neutron'));
}

const specsById = (wanted: readonly Wanted<AllocationPoolSpec>[]): Map<string, AllocationPoolSpec> =>
  new Map(wanted.map(({ spec }) => [subnetIdOf(spec), spec]));

const byId = (all: readonly ObservedSubnet[]): ReadonlyMap<string, ObservedSubnet> =>
  new Map(all.map((subnet) => [subnet.id.toLowerCase(), subnet]));

/** All chunks read from one snapshot of the database, so that ranges and allocations belong together. */
async function observeDatabase(
  reader: SqlReader,
  wanted: readonly Wanted<AllocationPoolSpec>[],
): Promise<AllocationPoolObserved> {
  const tables = await probeTables(reader);
  const specs = specsById(wanted);
  const subnets = await reader.snapshot(async (view) => {
    const found: ObservedSubnet[] = [];
    for (const ids of chunksOf([...specs.keys()])) append(found, await observeChunk(view, tables, ids, specs));
    return found;
  });
  const cluster = await reader.cluster();
  return { tables, subnets: byId(subnets), ...defined({ cluster }) };
}

async function observeChunk(
  view: SqlQuery,
  tables: Tables,
  ids: readonly string[],
  specs: ReadonlyMap<string, AllocationPoolSpec>,
): Promise<readonly ObservedSubnet[]> {
  const owners = await readOwners(view, tables, ids);
  const subnets = await readSubnets(view, tables, owners, false);
  const used = tables.ranges ? undefined : await countAllocated(view, ids);
  const needed = new Set(
    subnets
      .filter(({ id, ledgers }) => !used || dependsOnAllocations(specs.get(id), ledgers, used.get(id) ?? 0))
      .map(({ id }) => id),
  );
  const allocated = await readAllocated(
    view,
    tables,
    owners.filter((owner) => needed.has(owner.subnetId)),
    false,
  );
  return subnets.map((subnet) => withAllocated(subnet, allocated.get(subnet.id)));
}

const withAllocated = (subnet: ReadSubnet, allocated: readonly string[] | undefined): ObservedSubnet =>
  allocated === undefined ? subnet : { ...subnet, allocated };

/**
 * Without tables of free ranges, addresses in use matter only if pools are going to change or may be nearly full.
 * Declared pools in another spelling count as a change: this costs one SELECT and writes nothing.
 */
function dependsOnAllocations(spec: AllocationPoolSpec | undefined, ledgers: readonly Ledger[], used: number): boolean {
  if (!spec) return false;
  const isSpelledSo = ({ pools }: Ledger): boolean =>
    pools.length === spec.pools.length &&
    pools.every((row) => spec.pools.some(({ start, end }) => start === row.start && end === row.end));
  return !ledgers.every(isSpelledSo) || (used > 0 && isNearlyFull(used, sizeOf(addressesOf(spec.pools))));
}

async function observeApi(
  reader: NetworkReader,
  wanted: readonly Wanted<AllocationPoolSpec>[],
  knowsDatabase: boolean,
): Promise<AllocationPoolObserved> {
  const subnets = await reader.subnets([...specsById(wanted).keys()]);
  const allocated = await reader.allocatedAddresses(subnets);
  const isOld = subnets.some(({ revisionNumber }) => revisionNumber === undefined);
  const rebuilds = isOld && !knowsDatabase && mayRebuildRanges(await reader.extensions());
  return {
    subnets: byId(subnets.map((subnet) => observedOf(subnet, allocated.get(subnet.id) ?? []))),
    ...defined({ mayRebuildRanges: rebuilds ? (true as const) : undefined }),
  };
}

export const observedOf = (subnet: Subnet, allocated: readonly string[]): ObservedSubnet => ({
  id: subnet.id,
  networkId: subnet.networkId,
  ipVersion: subnet.ipVersion,
  cidr: subnet.cidr,
  gatewayIp: subnet.gatewayIp,
  ledgers: [
    { book: 'api', owner: subnet.id, pools: subnet.allocationPools.map(({ start, end }) => ({ id: '', start, end })) },
  ],
  allocated,
});
