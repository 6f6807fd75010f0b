/** Writes pools, and only if they still are as the plan saw them. */
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import { applyToApi } from './ledger/apply-api';
import { applyToDatabase } from './ledger/apply-database';
import type { AllocationPoolStep } from './model';
import type { AllocationPoolObserved } from './observe';
import type { Target } from '../../lib/contract/target';

export async function* apply(
  steps: readonly AllocationPoolStep[],
  observed: AllocationPoolObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  if (target.startsWith('database:')) yield* applyToDatabase(steps, observed, await to.database(target), stop);
  else yield* applyToApi(steps, observed, await to.network(target), stop);
}
