/** Plans the resumption and the rollback of a recorded run (docs/adr/0019-runbooks.md). */
import type { RecordedRunbook, StepHistory } from '../lib/journal/runbook-record';
import type { Problem } from '../lib/run/plan';
import type { Step } from './act';
import type { Looking } from './context';
import { look, type RunbookPlan, type StepPlan } from './plan';
import { restoreStep } from './registry';
import type { RunbookOptions } from './runbook';

interface Past extends StepHistory {
  readonly step: Step;
  /** True if a later step of the run changed the same thing, so that the state after this step is gone. */
  readonly isCovered: boolean;
}

const isFinished = ({ outcome }: StepHistory): boolean => outcome === 'done' || outcome === 'unchanged';

/** All steps of the run. A step that this run and the runs before it in the chain never began has no history. */
function pastOf({ name, record, results }: RecordedRunbook): readonly (Past | Pick<Past, 'step'>)[] {
  const all = record.steps.map(({ step: number, act, inputs, kept }) => {
    const step = restoreStep(act, inputs, name);
    const history: StepHistory | undefined = kept ? { outcome: 'done', ...kept } : results.get(number);
    return { step, history };
  });
  return all.map(({ step, history }, index) =>
    history === undefined
      ? { step }
      : {
          step,
          ...history,
          isCovered: all
            .slice(index + 1)
            .some((later) => later.history !== undefined && later.step.thing === step.thing),
        },
  );
}

const isPast = (each: Past | Pick<Past, 'step'>): each is Past => 'outcome' in each;

const headOf = ({ record }: RecordedRunbook) => ({
  runbook: record.runbook,
  argument: record.argument,
  options: record.options as RunbookOptions,
  thing: record.thing,
  seen: [],
  preconditions: [],
});

const movedSince = ({ step, after }: Past, now: unknown): Problem => ({
  where: step.title,
  reason: 'StalePlan',
  message: `it is ${step.say(now)}, and the run left it ${step.say(after)}; somebody changed it since, so decide by hand`,
});

/**
 * Plans the rest of a run that was interrupted or failed. If somebody changed what a finished step did, that is a
 * problem.
 */
export async function planResume(run: RecordedRunbook, looking: Looking): Promise<RunbookPlan> {
  const looks = await Promise.all(
    pastOf(run).map(async (past): Promise<{ planned: StepPlan; problem?: Problem }> => {
      const { step } = past;
      if (!isPast(past)) return { planned: await look(step, looking) };
      const now = await step.observe(looking);
      const kept: StepPlan = { is: 'kept', step, now, before: past.before ?? now };
      if (!isFinished(past)) return { planned: step.isDone(now) ? kept : { is: 'to do', step, now } };
      if (past.isCovered || step.isSame(now, past.after)) return { planned: kept };
      return { planned: kept, problem: movedSince(past, now) };
    }),
  );
  return {
    ...headOf(run),
    steps: looks.map(({ planned }) => planned),
    lasting: [],
    problems: looks.flatMap(({ problem }) => problem ?? []),
    resumes: run.name,
  };
}

/** Plans to undo the steps of a run, the last step first. What somebody changed since the run is left alone. */
export async function planUndo(run: RecordedRunbook, looking: Looking): Promise<RunbookPlan> {
  const steps: StepPlan[] = [];
  const lasting: { title: string; because: string }[] = [];
  const problems: Problem[] = [];
  /** Things on which a later step can't be undone. */
  const stuck = new Set<string>();
  for (const past of pastOf(run).filter(isPast).reverse()) {
    if (past.outcome === 'unchanged' || past.before === undefined) continue;
    const undo = past.step.undo(past.before);
    if (undo.is === 'nothing') continue;
    const now = await past.step.observe(looking);
    const isLeft = past.isCovered || wasLeft(past, now);
    if (undo.is === 'never') {
      if (past.step.isDone(now)) stuck.add(past.step.thing);
      lasting.push({ title: past.step.title, because: undo.because });
      continue;
    }
    const state = await undo.step.observe(looking);
    if (undo.step.isDone(state)) continue;
    if (stuck.has(past.step.thing))
      lasting.push({ title: past.step.title, because: 'a later step on the same thing stays done' });
    else if (isLeft) steps.push({ is: 'to do', step: undo.step, now: state });
    else {
      stuck.add(past.step.thing);
      problems.push(movedSince({ ...past, after: past.after ?? past.before }, now));
    }
  }
  return { ...headOf(run), steps, lasting, problems, rolledBack: run.name };
}

/**
 * True if the thing is still as the run left it. After a step that failed or has no result, nobody knows that state.
 * Such a step counts only if it is done now.
 */
const wasLeft = ({ step, outcome, after }: Past, now: unknown): boolean =>
  outcome === 'done' ? step.isSame(now, after) : step.isDone(now);
