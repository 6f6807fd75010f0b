/** Checks that come before every write of this kind, and the words for its result. */
import { asStackwardError, StalePlan, type StackwardError } from '../../../lib/basics/errors';
import { only, parseAddress, parseRange, subtract, type IpRange } from '../../../lib/net/ip-ranges';
import type { StepResult } from '../../../lib/contract/reconciler';
import type { AllocationPoolStep } from '../model';
import { nameSome, usedIn } from './in-use';
import { addressesOf, renderRows } from './ledger';
import type { ObservedSubnet } from '../observe';

/** @throws StalePlan naming what changed, if the decision depended on it */
export function refuseIfMoved(step: AllocationPoolStep, before: ObservedSubnet, now: ObservedSubnet | undefined): void {
  const name = `subnet ${step.subnetId}`;
  if (!now) throw new StalePlan(`the ${name} is gone since the plan was made; plan again`);
  const was = basisOf(before);
  for (const [what, value] of basisOf(now))
    if (was.get(what) !== value)
      throw new StalePlan(
        `${what} of ${name} was ${was.get(what) ?? 'absent'} in the plan and is ${value} now; plan again`,
      );
  const pools = step.pools.map(parseRange);
  const lost = subtract(addressesOf(now.ledgers.flatMap((ledger) => ledger.pools)), pools);
  const used = (now.allocated ?? []).map((address) => only(parseAddress(address)));
  const outside = lost.length === 0 ? [] : usedIn(lost, used);
  if (outside.length > 0)
    throw new StalePlan(
      `${nameSome(outside)} of ${name}, which the plan gives back, ${outside.length === 1 ? 'is' : 'are'} in use now; plan again`,
    );
}

/**
 * Everything that a plan depends on. Free ranges and allocations change all the time, so the write itself reads them
 * again.
 */
function basisOf({ networkId, cidr, gatewayIp, ledgers }: ObservedSubnet): ReadonlyMap<string, string> {
  return new Map([
    ['network_id', networkId],
    ['cidr', cidr],
    ['gateway_ip', gatewayIp ?? 'none'],
    ...ledgers.map(({ book, pools }) => [book === 'api' ? 'allocation_pools' : book, renderRows(pools)] as const),
  ]);
}

export const failed = (step: AllocationPoolStep, { reason, message }: StackwardError): StepResult => ({
  id: step.id,
  outcome: 'failed',
  reason,
  message,
});

/** The pools are as declared, but a port holds an address that they gave back. */
export function failForTaken({ id, subnetId }: AllocationPoolStep, taken: readonly IpRange[]): StepResult {
  const [took, were, ports] =
    taken.length === 1 ? ['a port took', 'it was', 'the port'] : ['ports took', 'they were', 'the ports'];
  return {
    id,
    outcome: 'failed',
    reason: 'NotConverged',
    message: `the pools of subnet ${subnetId} are as declared, and ${took} ${nameSome(taken)} in the moment in which ${were} given back; declare what is in use, or delete ${ports}`,
  };
}

export const notLookedAt = ({ id, subnetId }: AllocationPoolStep, { reason, message }: StackwardError): StepResult => ({
  id,
  outcome: 'failed',
  reason,
  message: `the pools of subnet ${subnetId} are written, and whether a port took an address in the moment in which it was given back could not be asked (${message}); plan again`,
});

/** Somebody else made the pools as declared between plan and apply. */
export const unchanged = ({ id }: AllocationPoolStep): StepResult => ({
  id,
  outcome: 'unchanged',
  message: 'the pools were as declared already when they were to be written',
});

/**
 * Decides whether the next subnet is tried. A mistake in one subnet says nothing about another. A server that refuses,
 * or that can't be reached three times in a row, is left alone.
 */
export class Patience {
  #inARow = 0;
  #stopped: string | undefined;

  /** Why the remaining subnets are not tried; undefined as long as they are tried. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  succeeded(): void {
    this.#inARow = 0;
  }

  met(error: unknown): StackwardError {
    const known = asStackwardError(error);
    this.#inARow = known.reason === 'TransientError' ? this.#inARow + 1 : 0;
    if (known.reason === 'UnrecoverableError' || this.#inARow === 3)
      this.#stopped = `not tried after this: ${known.message}`;
    return known;
  }
}
