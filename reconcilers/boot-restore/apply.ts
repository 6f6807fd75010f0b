/** Has the host program make, or remove, what the host runs when it starts: all of it, in one write. */
import { TransientError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';
import type { Target } from '../../lib/contract/target';

export async function* apply(
  steps: readonly BootRestoreStep[],
  observed: BootRestoreObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  if (steps.length === 0) return;
  const wanted = steps.some((step) => step.wanted);
  const host = await to.host(target);
  if (stop.aborted) return;
  const swap = { verb: 'swap-boot-files', stateFolder: host.stateFolder, wanted, expect: observed.boot.seen } as const;
  const [[outcome] = []] = await host.write([[swap]]);
  for (const { id } of steps) {
    if (outcome?.ok) yield { id, outcome: 'applied' };
    else {
      const error = outcome?.error ?? new TransientError('the host gave no answer to it');
      yield { id, outcome: 'failed', reason: error.reason, message: error.message };
    }
  }
}
