/** The plan of a run: its steps, and what is there now. Nothing here writes. */
import { StalePlan } from '../lib/basics/errors';
import type { Problem } from '../lib/run/plan';
import type { Step } from './act';
import type { Looking } from './context';
import type { Given, Precondition, Runbook, RunbookOptions } from './runbook';

/** `kept`: an earlier run of the chain did it. `done`: nothing is left to do. */
export type StepPlan =
  | { readonly is: 'to do' | 'done'; readonly step: Step; readonly now: unknown }
  | { readonly is: 'kept'; readonly step: Step; readonly now: unknown; readonly before: unknown };

export interface RunbookPlan {
  readonly runbook: string;
  readonly argument: string;
  readonly options: RunbookOptions;
  /**
   * The whole of the first step, such as `compute cnode01`: the same whatever name of the thing the user gave. The lock
   * is taken for this text.
   */
  readonly thing: string;
  readonly seen: readonly string[];
  readonly preconditions: readonly Precondition[];
  readonly steps: readonly StepPlan[];
  /** For a rollback: the steps that can't be undone. */
  readonly lasting: readonly { readonly title: string; readonly because: string }[];
  /** Why the run must not begin. For a rollback: what it leaves alone. */
  readonly problems: readonly Problem[];
  readonly resumes?: string;
  readonly rolledBack?: string;
}

export const toDo = ({ steps }: RunbookPlan): readonly StepPlan[] => steps.filter(({ is }) => is === 'to do');

export async function planRunbook(runbook: Runbook, given: Given, looking: Looking): Promise<RunbookPlan> {
  const { seen, preconditions, steps } = await runbook.prepare(given, looking);
  return {
    runbook: runbook.name,
    argument: given.argument,
    options: given.options,
    thing: steps[0].whole,
    seen,
    preconditions,
    steps: await Promise.all(steps.map((step) => look(step, looking))),
    lasting: [],
    problems: [],
  };
}

export async function look(step: Step, looking: Looking): Promise<StepPlan> {
  const now = await step.observe(looking);
  return { is: step.isDone(now) ? 'done' : 'to do', step, now };
}

/**
 * Looks at every step once more, under the lock.
 * @throws StalePlan if something is not as the plan showed it
 */
export async function refuseMoved({ steps }: RunbookPlan, looking: Looking): Promise<void> {
  // The journal alone tells a result that was measured.
  const changing = steps.filter(({ is, step }) => is !== 'kept' || !step.isMeasurement);
  const states = await Promise.all(changing.map(({ step }) => step.observe(looking)));
  for (const [index, { step, now }] of changing.entries())
    if (!step.isSame(now, states[index]))
      throw new StalePlan(
        `the plan showed: ${step.say(now)}; it is now: ${step.say(states[index])}; look at the new plan and decide again`,
        { where: step.title },
      );
}
