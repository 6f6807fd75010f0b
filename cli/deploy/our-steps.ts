/** Decides which of stackward's steps a deploy may do: those of the review, and those that the review could not show. Pure. */
import { lookupBy } from '../../lib/basics/groups';
import { append } from '../../lib/basics/lists';
import { findOtherValue } from '../../lib/basics/known-values';
import { idOf } from '../../lib/contract/kind';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { reviewed, type SavedPlan } from '../../lib/journal/saved-plan';
import { stepKey, type Plan, type PlannedStep } from '../../lib/run/plan';
import { stackInId, stackOfStep } from '../../review/stack-of-step';

/** The part of the review about one stack. */
export interface ReviewedHalf {
  /** Undefined if the stack has no manifest. */
  readonly manifest: DeclaredManifest | undefined;
  /** True if Terraform had something to do. A step may then meet another state than the review showed. */
  readonly hasChanges: boolean;
  /** Undefined if stackward's half could not be planned. */
  readonly ours: SavedPlan | undefined;
}

/** The kind and the target of each step: stacks that have one of them in common are planned together. */
const placesOf = ({ ours }: ReviewedHalf): Set<string> =>
  new Set(ours?.steps.map(({ id, target }) => `${id.replace(/\..*/s, '')} ${target}`));

/** Tells the other stacks that have steps where a stack has some, such as a grant of the same rule. */
export function companionsIn(all: ReadonlyMap<string, ReviewedHalf>): (stack: string) => readonly string[] {
  const places = new Map([...all].map(([name, half]) => [name, placesOf(half)]));
  return (stack) => {
    const own = places.get(stack) ?? new Set<string>();
    return [...places].flatMap(([name, theirs]) =>
      name !== stack && [...theirs].some((place) => own.has(place)) ? [name] : [],
    );
  };
}

/** The part of a plan that is about this stack, and nothing that is about its companions. */
export function partOf(planned: Plan, stack: string, companions: readonly string[]): Plan {
  const isOther = (id: string): boolean => companions.includes(stackInId(id));
  const without = <Said extends { readonly where: string }>(all: readonly Said[]): Said[] =>
    all.filter(({ where }) => !isOther(where));
  return {
    ...planned,
    stacks: [stack],
    steps: planned.steps.filter((step) => stackOfStep(step) === stack),
    problems: without(planned.problems),
    warnings: without(planned.warnings),
    unswept: without(planned.unswept),
    leaving: without(planned.leaving),
    waiting: planned.waiting.filter(({ id }) => !isOther(id)),
    undone: planned.undone.filter((id) => !isOther(id)),
    converged: planned.converged.filter((id) => !isOther(id)),
  };
}

/**
 * The steps of one stack that may be done.
 * @param planned the plan of this stack as it is now
 * @param now the manifest that it was planned with
 */
export const allowedSteps = (half: ReviewedHalf, planned: Plan, now: DeclaredManifest, isShared: boolean) =>
  reviewed(half.ours ?? nothing, planned, {
    isExpected: expecting(half.manifest, now),
    isBeforeCompared: !half.hasChanges && !isShared,
    isStartCompared: !isShared,
  });

const nothing: Pick<SavedPlan, 'steps'> = { steps: [] };

/**
 * The plan of several stacks, with a warning about each step that may not be done, and the `stepKey`s of these steps.
 * @param manifests with which it was planned
 */
export function markLeft(
  own: Plan,
  halves: ReadonlyMap<string, ReviewedHalf>,
  manifests: readonly DeclaredManifest[],
): { readonly plan: Plan; readonly left: ReadonlySet<string> } {
  const left = new Set<string>();
  const warnings = [...own.warnings];
  const stepsIn = lookupBy(own.steps, stackOfStep);
  const manifestIn = new Map(manifests.map((manifest) => [manifest.stack, manifest]));
  const companionsOf = companionsIn(halves);
  for (const [stack, half] of halves) {
    const now = manifestIn.get(stack);
    if (now === undefined) continue;
    const steps = stepsIn(stack);
    const part = { ...own, steps, warnings: [], problems: [], undone: [] };
    const { plan } = allowedSteps(half, part, now, companionsOf(stack).length > 0);
    for (const step of steps) if (!plan.steps.includes(step)) left.add(stepKey(step.id, step.target));
    append(warnings, plan.warnings);
    append(
      warnings,
      plan.problems.map(({ where, message }) => ({ where, message: `it is left alone: ${message}` })),
    );
  }
  return { plan: { ...own, warnings }, left };
}

/** True for a step that the review could not show, because its resource waited for a value from Terraform. */
function expecting(declared: DeclaredManifest | undefined, now: DeclaredManifest): (step: PlannedStep) => boolean {
  const waited = new Map(
    (declared?.resources ?? [])
      .filter(({ unknown }) => unknown.length > 0)
      .map((resource) => [idOf(resource), resource]),
  );
  const known = new Map(now.resources.map((resource) => [idOf(resource), resource]));
  return ({ id, leftBy, action }) => {
    const [then, own] = [waited.get(id), known.get(id)];
    if (then === undefined || own === undefined || leftBy !== undefined || action === 'delete') return false;
    return then.owner === own.owner && findOtherValue(then.spec, own.spec, 'spec', new Set(then.unknown)) === undefined;
  };
}
