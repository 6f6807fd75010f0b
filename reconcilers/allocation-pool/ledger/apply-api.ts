/** One API request per subnet. Neutron itself changes its tables. */
import type { NetworkWriter, Subnet } from '../../../lib/contract/ports';
import { parseRange } from '../../../lib/net/ip-ranges';
import type { StepResult } from '../../../lib/contract/reconciler';
import { failed, Patience, refuseIfMoved, unchanged } from './guard';
import type { AllocationPoolStep } from '../model';
import { holdsExactly } from './ledger';
import { observedOf, type AllocationPoolObserved, type ObservedSubnet } from '../observe';

export async function* applyToApi(
  steps: readonly AllocationPoolStep[],
  { subnets }: AllocationPoolObserved,
  writer: NetworkWriter,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const patience = new Patience();
  for (const step of steps) {
    if (stop.aborted) return;
    if (patience.stopped !== undefined) {
      yield { id: step.id, outcome: 'skipped', message: patience.stopped };
      continue;
    }
    let result: StepResult;
    try {
      result = await writeSubnet(writer, step, subnets.get(step.subnetId) as ObservedSubnet);
      patience.succeeded();
    } catch (error) {
      result = failed(step, patience.met(error));
    }
    yield result;
  }
}

async function writeSubnet(
  writer: NetworkWriter,
  step: AllocationPoolStep,
  before: ObservedSubnet,
): Promise<StepResult> {
  const [now] = await writer.subnets([step.subnetId]);
  if (now && holdsExactly(now.allocationPools, step.pools.map(parseRange))) return unchanged(step);
  const allocated = now ? ((await writer.allocatedAddresses([now])).get(now.id) ?? []) : [];
  refuseIfMoved(step, before, now && observedOf(now, allocated));
  await writer.setAllocationPools(now as Subnet, step.pools);
  return { id: step.id, outcome: 'applied' };
}
