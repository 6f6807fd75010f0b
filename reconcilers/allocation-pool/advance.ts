/** The pools of subnets once these steps are done. Pure. */
import { compact, only, parseAddress, parseRange } from '../../lib/net/ip-ranges';
import { newIds, withWrites, writesFor, type Ledger } from './ledger/ledger';
import type { AllocationPoolStep } from './model';
import type { AllocationPoolObserved, ObservedSubnet } from './observe';

export function advance(
  observed: AllocationPoolObserved,
  applied: readonly AllocationPoolStep[],
): AllocationPoolObserved {
  const subnets = new Map(observed.subnets);
  for (const step of applied) {
    const subnet = subnets.get(step.subnetId);
    if (subnet) subnets.set(step.subnetId, withPools(subnet, step));
  }
  return { ...observed, subnets };
}

function withPools(subnet: ObservedSubnet, step: AllocationPoolStep): ObservedSubnet {
  const pools = step.pools.map(parseRange);
  const used = compact((subnet.allocated ?? []).map((address) => only(parseAddress(address))));
  const ledgers = subnet.ledgers.map((ledger): Ledger =>
    ledger.book === 'api'
      ? { ...ledger, pools: step.pools.map(({ start, end }) => ({ id: '', start, end })) }
      : withWrites(ledger, writesFor(ledger, pools, used, newIds(ledger))),
  );
  return { ...subnet, ledgers };
}
