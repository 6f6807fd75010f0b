/**
 * Who may have caused a difference: somebody who changed the thing since a run wrote it, or the code. Pure. The journal
 * is the only witness, so of a thing that no run of it wrote nothing is said.
 */
import type { Change } from '../contract/reconciler';
import { stepKey, type Plan, type PlannedStep } from '../run/plan';
import type { RecordedRun, StepRecord } from './run-record';
import { digitsOf } from './run-reference';

/**
 * The plan with `since` in each step whose thing a run wrote.
 * @param runs the latest first; no more are read than are needed
 */
export function withSince(plan: Plan, runs: Iterable<RecordedRun>): Plan {
  const open = new Set(plan.steps.map(({ id, target }) => stepKey(id, target)));
  const found = new Map<string, Since>();
  if (open.size > 0)
    for (const run of runs) {
      for (const step of run.record.steps) {
        const key = stepKey(step.id, step.target);
        if (!open.has(key)) continue;
        const outcome = run.results.get(key)?.outcome;
        if (outcome === 'skipped') continue;
        open.delete(key);
        // A step that failed, or has no result, may have written anything.
        if (outcome === 'applied' || outcome === 'unchanged') found.set(key, { run, step });
      }
      if (open.size === 0) break;
    }
  return { ...plan, steps: plan.steps.map((step) => sayIn(step, found.get(stepKey(step.id, step.target)))) };
}

interface Since {
  readonly run: RecordedRun;
  readonly step: StepRecord;
}

function sayIn(step: PlannedStep, since: Since | undefined): PlannedStep {
  if (since === undefined) return step;
  const { run, step: written } = since;
  const known = step.changes.filter(({ attribute }) => valuesOf(attribute, written.changes).length > 0);
  if (known.length === 0) return step;
  const moved = known.find(({ attribute, before }) => !valuesOf(attribute, written.changes).includes(before));
  const time = run.record.startedAt;
  const when = `${time.slice(0, 10)} ${time.slice(11, 16)} UTC, run ${digitsOf(run.name)}`;
  if (moved === undefined)
    return { ...step, since: { isOutside: false, message: `as left at ${when}; the code changed since` } };
  const [left = 'absent'] = valuesOf(moved.attribute, written.changes);
  const message = `changed since ${when}, by somebody else; that run left ${moved.attribute} = ${left}`;
  return { ...step, since: { isOutside: true, message } };
}

/** The values that a run left. A rule of the same name may be in two files, so there may be several. */
const valuesOf = (
  attribute: string,
  written: readonly (Omit<Change, 'before' | 'after'> & { after?: string | undefined })[],
): (string | undefined)[] =>
  // prettier-ignore
  written.filter((change) => change.attribute === attribute).map(({ after }) => after);
