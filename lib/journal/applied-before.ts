/**
 * Finds out from the journal whether a saved plan was applied before (docs/adr/0004-journal.md). Pure.
 *
 * A reviewer approves a plan for one application. If somebody rolled it back, applying the file again would silently
 * undo that decision. An interrupted run is different: its remaining steps were approved and never done.
 */
import { stepKey, type Plan } from '../run/plan';
import type { RecordedRun } from './run-record';

/**
 * Why this saved plan must not be used again: a step would be done a second time, or the plan was rolled back.
 * Undefined if it may be used.
 * @param planned the plan as it would be now
 * @param digest of the saved plan
 * @param runs of the journal
 */
export function findSecondUse(planned: Plan, digest: string, runs: readonly RecordedRun[]): string | undefined {
  const own = runs.filter(({ record }) => record.plan === digest);
  const [first] = own;
  if (first === undefined || planned.steps.length === 0) return undefined;
  const back = runs.find(({ record }) => own.some(({ name }) => name === record.rolledBack));
  if (back !== undefined) {
    const undoneRun = own.find(({ name }) => name === back.record.rolledBack) ?? first;
    return `${saying(undoneRun)}, and rolled back at ${back.record.startedAt} in run ${back.name}`;
  }
  for (const step of planned.steps) {
    const where = stepKey(step.id, step.target);
    const done = own.find(({ results }) => isDone.includes(results.get(where)?.outcome));
    if (done !== undefined) return `${saying(done)}, and would change ${where} a second time`;
  }
  return undefined;
}

const isDone: readonly (string | undefined)[] = ['applied', 'unchanged'];

const saying = ({ name, record }: RecordedRun): string => `this plan was applied at ${record.startedAt} in run ${name}`;
