/** Plans the resumption and the rollback of a recorded run (docs/adr/0019-runbooks.md). */
import type { RecordedRunbook, StepHistory } from '../lib/journal/runbook-record';
import type { Problem } from '../lib/run/plan';
import type { Step } from './act';
import type { Looking } from './context';
import { refusalOf } from './perform';
import type { RunbookPlan, StepPlan } from './plan';
import { restoreRun, type Restored } from './recorded';

interface Past extends StepHistory {
  readonly step: Step;
  readonly now: unknown;
  /**
   * True if a later step of the run on the same thing is done now, or began and left the thing as it is now. Then
   * nobody else changed the thing since, although the state after this step is gone.
   */
  readonly isCovered: boolean;
}
type Open = Pick<Past, 'step' | 'now'>;

const isFinished = ({ outcome }: StepHistory): boolean => outcome === 'done' || outcome === 'unchanged';

/** All steps of the run. A step that this run and the runs before it in the chain never began has no history. */
async function pastOf(
  { record, results }: RecordedRunbook,
  restored: Restored,
  looking: Looking,
): Promise<readonly (Past | Open)[]> {
  const steps = restored.steps.map((step, index) => {
    const kept = record.steps[index]?.kept;
    const history: StepHistory | undefined = kept ? { outcome: 'done', ...kept } : results.get(index + 1);
    return { step, history };
  });
  const all = await Promise.all(steps.map(async (each) => ({ ...each, now: await stateNow(each, looking) })));
  return all.map(({ step, now, history }, index) => {
    if (history === undefined) return { step, now };
    const covers = (later: (typeof all)[number]): boolean =>
      later.step.thing === step.thing && later.history !== undefined && isTheLast(later.step, later.history, later.now);
    return { step, now, ...history, isCovered: all.slice(index + 1).some(covers) };
  });
}

/** Only the journal has the result of a measurement; every other state is read again. */
const stateNow = (
  { step, history }: { readonly step: Step; readonly history: StepHistory | undefined },
  looking: Looking,
): Promise<unknown> =>
  step.isMeasurement && history?.outcome === 'done' ? Promise.resolve(history.after) : step.observe(looking);

/** True if this step is the last that changed its thing. A step that has no state after it proves that only if done. */
const isTheLast = (step: Step, { after }: StepHistory, now: unknown): boolean =>
  step.isDone(now) || (after !== undefined && step.isSame(now, after));

const isPast = (each: Past | Open): each is Past => 'outcome' in each;

const headOf = ({ runbook, given, thing }: Restored) => ({
  runbook: runbook.name,
  ...given,
  thing,
  seen: [],
  preconditions: [],
});

const movedSince = ({ step, now, after }: Past): Problem => ({
  where: step.title,
  reason: 'StalePlan',
  message: `it is ${step.say(now)}, and the run left it ${step.say(after)}; somebody changed it since, so decide by hand`,
});

/**
 * Plans the rest of a run that was interrupted or failed. If somebody changed what a finished step did, that is a
 * problem.
 */
export async function planResume(run: RecordedRunbook, looking: Looking): Promise<RunbookPlan> {
  const restored = await restoreRun(run, looking);
  const looks = (await pastOf(run, restored, looking)).map((past): { planned: StepPlan; problem?: Problem } => {
    const { step, now } = past;
    if (!isPast(past)) return { planned: { is: step.isDone(now) ? 'done' : 'to do', step, now } };
    const kept: StepPlan = { is: 'kept', step, now, before: past.before ?? now };
    if (!isFinished(past)) return { planned: step.isDone(now) ? kept : { is: 'to do', step, now } };
    if (past.isCovered || step.isSame(now, past.after)) return { planned: kept };
    return { planned: kept, problem: movedSince(past) };
  });
  const steps = looks.map(({ planned }) => planned);
  const moved = looks.flatMap(({ problem }) => problem ?? []);
  return {
    ...headOf(restored),
    steps,
    lasting: [],
    problems: moved.length > 0 ? moved : await refusalsOf(steps, looking),
    resumes: run.name,
  };
}

/**
 * A resumption has no preconditions of its own, so the plan asks each step whether it may begin. A step is left out if
 * an earlier step is to change the same thing, or another part of the same whole, first.
 */
async function refusalsOf(steps: readonly StepPlan[], looking: Looking): Promise<readonly Problem[]> {
  const open = steps.filter(({ is }) => is === 'to do');
  const first = open.filter(({ step }, index) => !open.slice(0, index).some((each) => each.step.whole === step.whole));
  const refusals = first.map(async ({ step, now }): Promise<Problem[]> => {
    const refusal = await refusalOf(step, now, looking);
    return refusal === undefined ? [] : [{ where: step.title, ...refusal }];
  });
  return (await Promise.all(refusals)).flat();
}

/** Plans to undo the steps of a run, the last step first. What somebody changed since the run is left alone. */
export async function planUndo(run: RecordedRunbook, looking: Looking): Promise<RunbookPlan> {
  const restored = await restoreRun(run, looking);
  const steps: StepPlan[] = [];
  const lasting: { title: string; because: string }[] = [];
  const problems: Problem[] = [];
  /** Things on which a later step can't be undone. */
  const stuck = new Set<string>();
  for (const past of (await pastOf(run, restored, looking)).filter(isPast).reverse()) {
    if (past.outcome === 'unchanged' || past.before === undefined) continue;
    const undo = past.step.undo(past.before);
    if (undo.is === 'nothing') continue;
    const { now } = past;
    const isLeft = past.isCovered || wasLeft(past);
    if (undo.is === 'never') {
      if (!past.step.isDone(now)) continue;
      stuck.add(past.step.thing);
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
      problems.push(movedSince({ ...past, after: past.after ?? past.before }));
    }
  }
  return { ...headOf(restored), steps, lasting, problems, rolledBack: run.name };
}

/**
 * True if the thing is still as the run left it. After a step that failed or has no result, nobody knows that state.
 * Such a step counts only if it is done now.
 */
const wasLeft = ({ step, now, outcome, after }: Past): boolean =>
  outcome === 'done' ? step.isSame(now, after) : step.isDone(now);
