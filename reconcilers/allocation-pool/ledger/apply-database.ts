/**
 * One short transaction per network. Its subnets share Neutron's allocator, so they are written together or not at all.
 *
 * The transaction locks and compares all rows before its first write. If Neutron and the transaction wait for each
 * other before that, the server rolls the transaction back. Nothing is lost, and it starts again.
 * `standardattributes.revision_number` is left alone (docs/kinds/allocation-pool.md, "In the database").
 */
import { asStackwardError, StalePlan } from '../../../lib/basics/errors';
import { compact, only, parseAddress, parseRange, subtract, type IpRange } from '../../../lib/net/ip-ranges';
import type { SqlTransaction, SqlWriter } from '../../../lib/contract/ports';
import type { StepResult } from '../../../lib/contract/reconciler';
import { failed, notLookedAt, Patience, refuseIfMoved, failForTaken, unchanged } from './guard';
import { readAllocated, readSubnets, type Owner, type Tables } from './database';
import { statementsFor } from './statements';
import { usedIn } from './in-use';
import type { AllocationPoolStep } from '../model';
import { addressesOf, findRangeFault, holdsExactly, newIds, writesFor, type Ledger, type LedgerWrites } from './ledger';
import type { AllocationPoolObserved, ObservedSubnet } from '../observe';

export async function* applyToDatabase(
  steps: readonly AllocationPoolStep[],
  observed: AllocationPoolObserved,
  writer: SqlWriter,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const patience = new Patience();
  for (const together of byNetwork(steps, observed)) {
    if (stop.aborted) return;
    if (patience.stopped !== undefined) {
      for (const { id } of together) yield { id, outcome: 'skipped', message: patience.stopped };
      continue;
    }
    let results: StepResult[];
    try {
      const written = await writer.transaction((transaction) => writeNetwork(transaction, together, observed));
      patience.succeeded();
      const taken = await findTaken([...written], observed, writer);
      results = together.map((step) => taken.get(step) ?? (written.has(step) ? applied(step) : unchanged(step)));
    } catch (error) {
      const met = patience.met(error);
      results = together.map((step) => failed(step, met));
    }
    yield* results;
  }
}

function byNetwork(
  steps: readonly AllocationPoolStep[],
  { subnets }: AllocationPoolObserved,
): Iterable<readonly AllocationPoolStep[]> {
  const networks = new Map<string, AllocationPoolStep[]>();
  for (const step of steps) {
    const network = subnets.get(step.subnetId)?.networkId ?? '';
    networks.set(network, [...(networks.get(network) ?? []), step]);
  }
  return networks.values();
}

/** @returns the steps that had something left to write */
async function writeNetwork(
  transaction: SqlTransaction,
  steps: readonly AllocationPoolStep[],
  observed: AllocationPoolObserved,
): Promise<ReadonlySet<AllocationPoolStep>> {
  const { subnets, tables } = observed;
  if (!tables) throw new StalePlan('this observation is not of a database; plan again');
  const now = await readLocked(transaction, tables, steps, subnets);
  const todo = steps.filter((step) => {
    const subnet = now.get(step.subnetId);
    if (subnet && isAsDeclared(subnet, step)) return false;
    refuseIfMoved(step, subnets.get(step.subnetId) as ObservedSubnet, subnet);
    return true;
  });
  for (const step of todo) {
    const { ledgers, allocated = [] } = now.get(step.subnetId) as ObservedSubnet;
    const pools = step.pools.map(parseRange);
    for (const ledger of ledgers)
      await writeLedger(transaction, ledger, writesFor(ledger, pools, rangesOf(allocated), newIds(ledger)));
  }
  return new Set(todo);
}

const applied = ({ id }: AllocationPoolStep): StepResult => ({ id, outcome: 'applied' });

/**
 * Steps that gave back an address which a port holds now. Neutron may have chosen the address before the commit and
 * stored it afterwards: it waited for this transaction's locks, or another node of a cluster let it. The read waits for
 * such a port, because the locks are released to Neutron first.
 */
async function findTaken(
  written: readonly AllocationPoolStep[],
  { subnets, tables }: AllocationPoolObserved,
  writer: SqlWriter,
): Promise<ReadonlyMap<AllocationPoolStep, StepResult>> {
  const lost = new Map<AllocationPoolStep, readonly IpRange[]>();
  for (const step of written) {
    const before = subnets.get(step.subnetId)?.ledgers.flatMap((ledger) => ledger.pools) ?? [];
    const ranges = subtract(addressesOf(before), step.pools.map(parseRange));
    if (ranges.length > 0) lost.set(step, ranges);
  }
  const results = new Map<AllocationPoolStep, StepResult>();
  if (lost.size === 0 || !tables) return results;
  const owners = [...lost.keys()].map(({ subnetId }): Owner => ({ subnetId, ipamIds: [] }));
  const allocated = await writer
    .transaction((transaction) => readAllocated(transaction, tables, owners, true))
    .catch(asStackwardError);
  for (const [step, ranges] of lost) {
    if (allocated instanceof Error) {
      results.set(step, notLookedAt(step, allocated));
      continue;
    }
    const used = (allocated.get(step.subnetId) ?? []).map((address) => only(parseAddress(address)));
    const taken = usedIn(ranges, used);
    if (taken.length > 0) results.set(step, failForTaken(step, taken));
  }
  return results;
}

const rangesOf = (addresses: readonly string[]) => compact(addresses.map((address) => only(parseAddress(address))));

function isAsDeclared({ ledgers, allocated = [] }: ObservedSubnet, step: AllocationPoolStep): boolean {
  const pools = step.pools.map(parseRange);
  const live = ledgers.at(-1);
  return (
    ledgers.every((ledger) => holdsExactly(ledger.pools, pools)) &&
    (!live || findRangeFault(live, rangesOf(allocated)) === undefined)
  );
}

/**
 * The subnets as they are, locked until the transaction ends. Allocations are read if free ranges or lost addresses
 * need them.
 */
async function readLocked(
  transaction: SqlTransaction,
  tables: Tables,
  steps: readonly AllocationPoolStep[],
  before: AllocationPoolObserved['subnets'],
): Promise<ReadonlyMap<string, ObservedSubnet>> {
  const owners = steps.map(({ subnetId }): Owner => {
    const [, ...ipam] = before.get(subnetId)?.ledgers ?? [];
    return { subnetId, ipamIds: ipam.map((ledger) => ledger.owner) };
  });
  const subnets = await readSubnets(transaction, tables, owners, true);
  const poolsOf = new Map(steps.map((step) => [step.subnetId, step.pools.map(parseRange)]));
  const inNeed = new Set(
    subnets
      .filter(({ id, ledgers }) =>
        ledgers.some(({ pools, ranges }) => ranges || subtract(addressesOf(pools), poolsOf.get(id) ?? []).length > 0),
      )
      .map(({ id }) => id),
  );
  const asked = owners.filter((owner) => inNeed.has(owner.subnetId));
  const allocated = await readAllocated(transaction, tables, asked, true);
  return new Map(
    subnets.map((subnet) => [subnet.id, { ...subnet, allocated: allocated.get(subnet.id) ?? [] } as ObservedSubnet]),
  );
}

async function writeLedger(transaction: SqlTransaction, ledger: Ledger, writes: LedgerWrites): Promise<void> {
  const { book } = ledger;
  if (book === 'api') throw new StalePlan('this observation is not of a database; plan again');
  for (const { sql, values, row } of statementsFor(ledger, book, writes)) {
    const matched = await transaction.execute(sql, values);
    if (row !== undefined && matched !== 1)
      throw new StalePlan(`row ${row} of ${book} changed although it was locked; plan again`);
  }
}
