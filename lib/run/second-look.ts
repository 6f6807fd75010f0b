/**
 * The look after apply, at every step that was attempted. It is the only proof that a step is done, and it shows the
 * state that a failed step left.
 */
import { asStackwardError, problemOf } from '../basics/errors';
import { stepKey, type Note, type Plan, type PlannedStep, type Problem } from './plan';
import { ownKey, type StepResult } from '../contract/reconciler';
import type { Target } from '../contract/target';

type Result = StepResult & { readonly step: PlannedStep };

export interface SecondLook {
  /** Things that still differ although their step reported success, or that couldn't be read again. */
  readonly problems: readonly Problem[];
  /** For each failed step: the state of its thing now. */
  readonly found: readonly Note[];
}

/** @param planAgain makes a new plan for these targets alone */
export async function lookAgain(
  planned: Plan,
  planAgain: (targets: readonly Target[]) => Promise<Plan>,
  results: readonly Result[],
): Promise<SecondLook> {
  const attempted = results.filter((result) => result.outcome !== 'skipped');
  if (attempted.length === 0) return { problems: [], found: [] };
  const again = await planAgain([...new Set(attempted.map((result) => result.step.target))]).catch(asStackwardError);
  if ('reason' in again) return { problems: [problemOf(again, 'after apply')], found: [] };
  const known = new Set([...planned.problems, ...planned.unswept].map(textOf));
  const fresh = [...again.problems, ...again.unswept].filter((problem) => !known.has(textOf(problem)));
  const keyOf = (step: PlannedStep): string => stepKey(ownKey(step), step.target);
  const differing = new Map(again.steps.map((step) => [keyOf(step), step]));
  const problems: Problem[] = [];
  const found: Note[] = [];
  for (const { step, outcome } of attempted) {
    const where = stepKey(step.id, step.target);
    const now = differing.get(keyOf(step));
    if (!again.looks.some(({ kind, target }) => kind === step.kind && target === step.target)) {
      if (fresh.length === 0) problems.push({ where, reason: 'TransientError', message: unseen });
    } else if (outcome === 'failed') {
      if (!fresh.some((problem) => problem.where === where)) found.push({ where, message: howItIs(step, now) });
    } else if (now)
      problems.push({
        where,
        reason: 'NotConverged',
        message: `it was written and differs again (${now.because}); something else writes it too, so find out what, then plan again`,
      });
  }
  return { problems: [...problems, ...fresh], found };
}

const unseen = 'it could not be looked at again, so nobody knows whether it is done; run `stackward verify`';

const textOf = ({ where, message }: Problem): string => `${where} ${message}`;

/** @param now the step that would still have to be done; undefined if none */
function howItIs(step: PlannedStep, now: PlannedStep | undefined): string {
  if (!now) return 'after that failure it is as wanted all the same';
  return JSON.stringify(now.before) === JSON.stringify(step.before)
    ? 'after that failure it is as it was before'
    : 'after that failure it is neither as it was before nor as wanted; another run goes on from there, a rollback goes back';
}
