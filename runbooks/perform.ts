/** Does the steps of a plan one after the other, and writes a line into the journal before and after each. */
import { defined } from '../lib/basics/defined';
import { asStackwardError, problemOf, type Reason } from '../lib/basics/errors';
import { withoutSecrets } from '../lib/basics/without-secrets';
import type { RunbookLine } from '../lib/journal/runbook-record';
import type { Problem } from '../lib/run/plan';
import type { Step } from './act';
import type { Looking, Running } from './context';
import type { RunbookPlan, StepPlan } from './plan';

export interface StepResult {
  readonly number: number;
  readonly step: Step;
  readonly outcome: 'kept' | 'done' | 'unchanged' | 'failed' | 'skipped';
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: Reason;
  readonly message?: string;
}

export interface RunbookReport {
  readonly results: readonly StepResult[];
  readonly problems: readonly Problem[];
  readonly interrupted: boolean;
}

export interface Course {
  /** Writes a line to disk. @throws UnrecoverableError; then no further step begins */
  record(line: RunbookLine): void;
  /** Returns why no further step may begin, for example because the lock was lost; undefined if the run may go on. */
  refuse(): string | undefined;
  onResult(result: StepResult): void;
  readonly signal: AbortSignal;
}

export async function performRunbook(plan: RunbookPlan, running: Running, course: Course): Promise<RunbookReport> {
  const results: StepResult[] = [];
  const problems: Problem[] = [];
  let isOver = false;
  for (const [index, planned] of plan.steps.entries()) {
    const base = { number: index + 1, step: planned.step };
    isOver ||= course.signal.aborted;
    let result: StepResult = { ...base, outcome: 'skipped' };
    try {
      if (!isOver) result = await performStep(base, planned, running, course);
    } catch (error) {
      // Only the journal throws here.
      problems.push(problemOf(error, 'journal'));
      result = { ...base, outcome: 'failed', ...reasonOf(error) };
    }
    isOver ||= result.outcome === 'failed';
    results.push(result);
    course.onResult(result);
  }
  const interrupted = course.signal.aborted && results.some(({ outcome }) => outcome === 'skipped');
  return { results, problems, interrupted };
}

const reasonOf = (error: unknown): Refused => {
  const { reason, message } = asStackwardError(error);
  // A service's error may repeat the request with its secrets, and the message goes to the terminal and into the journal.
  return { reason, message: withoutSecrets(message) };
};

type Base = Pick<StepResult, 'number' | 'step'>;

async function performStep(base: Base, planned: StepPlan, running: Running, course: Course): Promise<StepResult> {
  const { number, step } = base;
  if (planned.is === 'kept') return { ...base, outcome: 'kept', before: planned.before, after: planned.now };
  const line = (rest: Omit<RunbookLine, 'time' | 'step'>): void =>
    course.record({ time: running.clock.now().toISOString(), step: number, ...rest });
  const failed = (met: Refused, after?: unknown): StepResult => {
    line({ outcome: 'failed', ...defined({ state: data(after) }), ...met });
    return { ...base, outcome: 'failed', ...met, after };
  };
  const before = await observed(step, running);
  if (!before.isRead) return failed(before.met);
  if (step.isDone(before.state)) {
    line({ outcome: 'unchanged', ...defined({ state: data(before.state) }) });
    return { ...base, outcome: 'unchanged', before: before.state, after: before.state };
  }
  const refusal = blocked(course.refuse()) ?? (await refusalOf(step, before.state, running));
  if (refusal !== undefined) return failed(refusal, before.state);
  line({ outcome: 'begun', ...defined({ state: data(before.state) }) });
  let met: Refused | undefined;
  const result = await step.perform(running).catch((error: unknown) => void (met = reasonOf(error)));
  const isResult = step.isMeasurement && met === undefined;
  const after: Observed = isResult ? { isRead: true, state: result } : await observed(step, running);
  if (!after.isRead) return failed(met ?? after.met);
  // The answer may have been lost although the act was done, so the second look decides.
  if (step.isDone(after.state)) {
    line({ outcome: 'done', ...defined({ state: data(after.state) }) });
    return { ...base, outcome: 'done', before: before.state, after: after.state };
  }
  const message = `it is still ${step.say(after.state)}; see what \`stackward doctor\` says, then run it again with --resume`;
  return failed(met ?? { reason: 'NotConverged', message }, after.state);
}

type Refused = Required<Pick<StepResult, 'reason' | 'message'>>;

const blocked = (message: string | undefined): Refused | undefined =>
  message === undefined ? undefined : { reason: 'Blocked', message };

/** Why the step must not begin now. A question that could not be asked refuses too. */
export const refusalOf = (step: Step, state: unknown, looking: Looking): Promise<Refused | undefined> =>
  step.refuse(state, looking).then(blocked, reasonOf);

type Observed = { readonly isRead: true; readonly state: unknown } | { readonly isRead: false; readonly met: Refused };

const observed = (step: Step, running: Running): Promise<Observed> =>
  step.observe(running).then(
    (state) => ({ isRead: true, state }),
    (error: unknown) => ({ isRead: false, met: reasonOf(error) }),
  );

const data = (state: unknown): RunbookLine['state'] => state as RunbookLine['state'];

/** The same exit codes as of `plan` and `apply`: 0 if all is done, 2 if steps are left, 1 if there is a problem. */
export function runbookExitCode(plan: RunbookPlan, { results, problems, interrupted }: RunbookReport): number {
  if (plan.problems.length > 0 || problems.length > 0 || results.some(({ outcome }) => outcome === 'failed')) return 1;
  return interrupted ? 2 : 0;
}
