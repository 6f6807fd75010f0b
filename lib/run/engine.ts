/**
 * The engine: makes a plan, and applies it.
 *
 * Goals: a failure of one target never hides or stops another target. Once the manifests are accepted, nothing is
 * thrown at the caller. Everything that was not done is reported. How: every target is observed once, side by side
 * within a bound. Steps are done in dependency order, level by level. After apply each touched target is observed and
 * diffed again, so no separate proof has to be trusted. Given up: a level waits for its slowest target before the next
 * level starts.
 */
import pLimit from 'p-limit';
import { asStackwardError, problemOf } from '../basics/errors';
import { groupedBy } from '../basics/groups';
import type { Kind, Look } from '../contract/kind';
import type { Manifest } from '../contract/manifest';
import type { Readers, Writers } from '../contract/ports';
import { ownKey, type StepResult, type Sweep } from '../contract/reconciler';
import type { Target } from '../contract/target';
import { assemble } from './assemble';
import { locate, refuseUnknownTargets, type Located } from './locate';
import { concurrency, observe, type Observations } from './observe';
import { dependencyLevels } from './plan';
import type { Filter, Plan, PlannedStep, Problem } from './plan';
import { prepare, type Request } from './prepare';
import { lookAgain, type SecondLook } from './second-look';
import { placesToSweep, sweepOf } from './sweep';

export const everything: Filter = { stacks: [], kinds: [], targets: [] };

/**
 * Reads every target and says what `apply` would do. Writes nothing.
 * @param sweep the things that may be removed; default: `sweepOf` the manifests
 * @throws InvalidConfiguration when the manifests as a whole can't be right; a failure of one resource or one target is
 *   a problem in the plan
 */
export async function plan(
  manifests: readonly Manifest[],
  kinds: readonly Kind[],
  from: Readers,
  filter: Filter = everything,
  sweep: readonly Sweep[] = sweepOf(manifests, filter),
): Promise<Plan> {
  const request = { manifests, kinds, filter, sweep };
  const prepared = await prepare(request, from);
  const swept = await placesToSweep(sweep, from);
  const located = await locate(prepared, swept.targets, from);
  refuseUnknownTargets(filter, located);
  return assemble(request, prepared, swept, located, await observeOn(filter.targets, located, from));
}

/**
 * The plan of the second look, for these targets alone. The run has already found them, so Neutron is not asked for
 * them again.
 */
async function planAgain(request: Request, targets: readonly Target[], from: Readers): Promise<Plan> {
  const prepared = await prepare(request, from);
  const swept = request.sweep.length > 0 ? targets : [];
  const located = await locate(prepared, swept, from);
  const seen = await observeOn(targets, located, from);
  return assemble(request, prepared, { targets: swept, unswept: [], warnings: [] }, located, seen);
}

/** @param targets [] means all */
const observeOn = (targets: readonly string[], { placed }: Located, from: Readers): Promise<Observations> =>
  observe(
    placed.filter(({ target }) => targets.length === 0 || targets.includes(target)),
    from,
  );

export interface Report extends SecondLook {
  /** One result per planned step, in the order in which the steps ended. */
  readonly results: readonly (StepResult & { readonly step: PlannedStep })[];
  readonly interrupted: boolean;
}

/**
 * Does the steps of the plan and looks again. Never throws.
 * @param signal once aborted, no further write is begun; the write under way ends, and the rest is skipped
 * @param onResult gets each result as it comes; if it throws, the run ends in the same way and the report has the
 *   problem
 */
export async function apply(
  planned: Plan,
  kinds: readonly Kind[],
  manifests: readonly Manifest[],
  from: Readers,
  to: Writers,
  options: {
    filter?: Filter;
    sweep?: readonly Sweep[];
    signal?: AbortSignal;
    onResult?: (result: Report['results'][number]) => void;
  } = {},
): Promise<Report> {
  const results: Report['results'][number][] = [];
  const undone = new Set(planned.undone);
  const unrecorded = new AbortController();
  const recordProblems: Problem[] = [];
  const report = (step: PlannedStep, result: StepResult): void => {
    if (result.outcome === 'failed' || result.outcome === 'skipped') undone.add(result.id);
    const entry = { ...result, step };
    results.push(entry);
    try {
      options.onResult?.(entry);
    } catch (error) {
      if (unrecorded.signal.aborted) return;
      recordProblems.push(problemOf(error, 'journal'));
      unrecorded.abort("the journal can't be written, so it was not begun; run it again");
    }
  };
  const stop = AbortSignal.any([unrecorded.signal, ...(options.signal ? [options.signal] : [])]);
  const limit = pLimit(concurrency);
  /** By `placeOf`: the step that failed there first, at an earlier level. */
  const firstFailed = new Map<string, string>();
  let { looks } = planned;
  for (const steps of byLevel(planned)) {
    const ready = steps.filter((step) => {
      const blocker = planned.dependencies.get(step.id)?.find((id) => undone.has(id));
      if (blocker)
        report(step, { id: step.id, outcome: 'skipped', message: `it depends on ${blocker}, which is not done` });
      return !blocker;
    });
    const begun = results.length;
    const reportWithCause: typeof report = (step, result) =>
      report(step, withCause(result, firstFailed.get(placeOf(step))));
    looks = await eachLook(looks, ready, (look, own) => limit(() => applyTo(look, own, to, stop, reportWithCause)));
    for (const { step, outcome } of results.slice(begun))
      if (outcome === 'failed' && !firstFailed.has(placeOf(step))) firstFailed.set(placeOf(step), step.id);
  }
  const filter = options.filter ?? everything;
  const sweep = options.sweep ?? sweepOf(manifests, filter);
  const again = (targets: readonly Target[]) => planAgain({ manifests, kinds, filter, sweep }, targets, from);
  const { problems, found } = await lookAgain(planned, again, results);
  return {
    results,
    found,
    problems: [...recordProblems, ...problems],
    interrupted: options.signal?.aborted === true && results.some((result) => result.outcome === 'skipped'),
  };
}

/** Steps of one place share one observation. */
const placeOf = ({ kind, target }: PlannedStep | Look): string => `${kind} ${target}`;

/** Looks after the work on those that have steps; a look without steps stays as it is. */
async function eachLook(
  looks: readonly Look[],
  steps: readonly PlannedStep[],
  work: (look: Look, own: readonly PlannedStep[]) => Promise<Look>,
): Promise<readonly Look[]> {
  const byPlace = groupedBy(steps, placeOf);
  return Promise.all(
    looks.map((look) => {
      const own = byPlace.get(placeOf(look));
      return own ? work(look, own) : look;
    }),
  );
}

/** A failed step leaves a state that nobody observed. A later step there may find another world than the plan saw. */
const withCause = (result: StepResult, failed: string | undefined): StepResult =>
  result.reason !== 'StalePlan' || failed === undefined
    ? result
    : { ...result, message: `${result.message ?? ''}; ${failed} failed there before in this run, which may be why` };

/** Steps that may be done side by side, the earliest first. */
function byLevel({ steps, dependencies }: Plan): readonly (readonly PlannedStep[])[] {
  const levels = dependencyLevels(dependencies);
  return [...groupedBy(steps, ({ id }) => levels.get(id) ?? 0)].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * Does one target's steps of one level. A step without a result afterwards is reported as failed or skipped.
 * @returns the look that the next level starts from
 */
async function applyTo(
  look: Look,
  steps: readonly PlannedStep[],
  to: Writers,
  stop: AbortSignal,
  report: (step: PlannedStep, result: StepResult) => void,
): Promise<Look> {
  const left = new Map(steps.map((step) => [step.id, step]));
  const done = new Set<string>();
  const ended = (): Look => look.after(done);
  const rest = (result: Omit<StepResult, 'id'>): void => {
    for (const step of left.values()) report(step, { id: step.id, ...result });
    left.clear();
  };
  const notBegun = (): Look => {
    rest({
      outcome: 'skipped',
      message: typeof stop.reason === 'string' ? stop.reason : 'the run was interrupted before it; run it again',
    });
    return ended();
  };
  if (stop.aborted) return notBegun();
  try {
    for await (const result of look.apply([...left.values()].map(ownKey), to, stop)) {
      const step = left.get(result.id);
      left.delete(result.id);
      if (step === undefined) continue;
      if (result.outcome === 'applied' || result.outcome === 'unchanged') done.add(ownKey(step));
      report(step, result);
    }
    if (stop.aborted) return notBegun();
    rest({
      outcome: 'failed',
      reason: 'UnrecoverableError',
      message: 'the kind gave no result for this step; this is a defect of stackward, so report it',
    });
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    rest({ outcome: 'failed', reason, message });
  }
  return ended();
}
