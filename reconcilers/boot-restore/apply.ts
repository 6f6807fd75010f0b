/** Lets the host program make or remove the unit, with all of its files in one write. */
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';
import type { Target } from '../../lib/contract/target';
import { writeAll } from '../../lib/hosts/write-all';

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
  const failed = await writeAll(host, [{ sequence: [swap], things: steps }]);
  for (const step of steps) {
    const error = failed.get(step);
    if (error === undefined) yield { id: step.id, outcome: 'applied' };
    else yield { id: step.id, outcome: 'failed', reason: error.reason, message: error.message };
  }
}
