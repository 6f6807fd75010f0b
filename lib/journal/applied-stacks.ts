/** Finds the stacks that a journal's runs applied, so that a stack whose code is gone is not forgotten. Pure. */
import type { RecordedDeploy } from './deploy-record';

/**
 * Stack → the latest deploy that did Terraform's half of it, of the stacks that no later destroy took away.
 * @param runs deploys and destroys of both halves, the oldest first
 */
export function appliedStacks(runs: Iterable<RecordedDeploy>): ReadonlyMap<string, string> {
  const applied = new Map<string, string>();
  for (const { name, record, results } of runs)
    for (const { stack, half, outcome } of results) {
      if (half !== 'terraform') continue;
      const isDone = outcome === 'done' || outcome === 'unchanged';
      if (record.command === 'destroy' && isDone) applied.delete(stack);
      if (record.command === 'deploy' && outcome === 'done') applied.set(stack, name);
    }
  return applied;
}
