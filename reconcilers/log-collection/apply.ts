/** Applies all steps of a host in one write: the host program writes the files and restarts rsyslog. */
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import { writeAll } from '../../lib/hosts/write-all';
import type { LogsObserved, LogStep } from './model';

export async function* apply(
  steps: readonly LogStep[],
  _: LogsObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  if (steps.length === 0) return;
  const host = await to.host(target);
  if (stop.aborted) return;
  const changes = steps.map(({ files: { owner, path, seen }, after }) => ({ owner, path, ...after, expect: seen }));
  const failed = await writeAll(host, [{ sequence: [{ verb: 'swap-log-files', changes }], things: steps }]);
  for (const step of steps) {
    const error = failed.get(step);
    if (error === undefined) yield { id: step.id, outcome: 'applied' };
    else yield { id: step.id, outcome: 'failed', reason: error.reason, message: error.message };
  }
}
