/** Decides what a deploy may do: by the review of a bundle, or by the review that the deploy makes itself. */
import type { SynthesizedStack } from '../../adapters/terraform/app';
import { lookupBy } from '../../lib/basics/groups';
import { parseSavedPlan } from '../../lib/journal/saved-plan';
import type { Review, Risk } from '../../review/model';
import type { RiskName } from '../../review/risks/classes';
import type { PlannedHalf, TerraformHalf } from '../both-halves';
import { savedHalvesOf } from '../review/keep-bundle';
import type { MadeReview } from '../review/make-review';
import type { BundledDeploy } from './bundled';
import type { ReviewedHalf } from './our-steps';

/** Everything that a deploy may do. */
export interface ReviewedDeploy {
  /** Of what is left to do, judged by the stackward.yaml of now. */
  readonly review: Review;
  /** In the order of the review. */
  readonly stacks: readonly ReviewedStack[];
  /** Stack → what the review showed of it. */
  readonly reviewed: ReadonlyMap<string, ReviewedHalf>;
  /** `stepKey`s of stackward's steps that the review shows and that are left, since the bundle doesn't show them. */
  readonly left: ReadonlySet<string>;
  /** The bundle that it comes from. */
  readonly bundle?: Pick<BundledDeploy, 'digest'>;
}

export type ReviewedStack = PlannedStack | WaitingStack | LeftStack;

export interface PlannedStack {
  readonly is: 'planned';
  readonly stack: SynthesizedStack;
  /** The plan that this deploy made and applies. */
  readonly terraform: PlannedHalf;
  readonly reviewed: ReviewedHalf;
  /** The stacks that let go of what it removes. */
  readonly removesAfter: readonly string[];
}

/** Nothing of it was reviewed, because other stacks have to be applied first. */
interface WaitingStack {
  readonly is: 'waiting';
  readonly stack: SynthesizedStack;
  readonly waitsFor: readonly string[];
}

/** A part of it could not be reviewed, or it removes what others use, so nothing of it is done. */
interface LeftStack {
  readonly is: 'left';
  readonly stack: SynthesizedStack;
  /** At least one. */
  readonly problems: readonly string[];
}

/** The review that this deploy made of its own plans is what it may do. */
export function decideByReview({ review, own }: MadeReview, halves: readonly TerraformHalf[]): ReviewedDeploy {
  const reviewed = new Map<string, ReviewedHalf>();
  const savedHalf = own && savedHalvesOf(own);
  for (const { stack, planned } of halves) {
    if (planned === undefined) continue;
    const { manifest, hasChanges } = planned;
    const text = manifest && savedHalf?.(manifest);
    const ours = text === undefined ? undefined : parseSavedPlan(text, `stack ${stack.name}`);
    reviewed.set(stack.name, { manifest, hasChanges, ours });
  }
  const stacks = leaveUnfinished(stacksOf(review, halves, reviewed), new Map());
  return { review, stacks, reviewed, left: new Set() };
}

/** The review of what is left to do of a bundle. */
export function decideByBundle(
  { review }: MadeReview,
  { halves, reviewed, removesAfter, digest }: BundledDeploy,
  left: ReadonlySet<string>,
): ReviewedDeploy {
  const stacks = leaveUnfinished(stacksOf(review, halves, reviewed), removesAfter);
  return { review, stacks, reviewed, left, bundle: { digest } };
}

export const reasonToLeave = (user: string): string => `it removes what ${user} uses, and ${user} is not done`;

/**
 * Leaves each stack that removes what a stack uses which this deploy doesn't finish. Otherwise it does the stack after
 * those that are planned, and leaves it when they fail.
 * @param removesAfter stack → the stacks before it by the review of a bundle, where nobody did them since
 */
function leaveUnfinished(
  stacks: readonly ReviewedStack[],
  removesAfter: ReadonlyMap<string, readonly string[]>,
): readonly ReviewedStack[] {
  const planned = new Set(stacks.filter(({ is }) => is === 'planned').map(({ stack }) => stack.name));
  const notDone = new Set<string>();
  const userOf = (each: ReviewedStack): string | undefined => {
    const known = each.is === 'planned' ? each.removesAfter : [];
    const all = [...known, ...(removesAfter.get(each.stack.name) ?? [])];
    return all.find((name) => !planned.has(name) || notDone.has(name));
  };
  for (let size = -1; size !== notDone.size;) {
    size = notDone.size;
    // A dependency without force comes later, and holds up nothing.
    const before = new Set<string>();
    for (const each of stacks) {
      const { name, dependsOn } = each.stack;
      if (each.is === 'planned' && !dependsOn.some((first) => before.has(first)) && userOf(each) === undefined)
        continue;
      before.add(name);
      notDone.add(name);
    }
  }
  return stacks.map((each) => {
    const user = each.is === 'planned' ? userOf(each) : undefined;
    return user === undefined ? each : { is: 'left', stack: each.stack, problems: [reasonToLeave(user)] };
  });
}

/**
 * Each stack in the order of the review, with what this deploy may do of it. A problem of no stack, such as a host on
 * which nobody could look for leftovers, holds up only stacks for which stackward could not plan its half.
 */
function stacksOf(
  review: Review,
  halves: readonly TerraformHalf[],
  all: ReadonlyMap<string, ReviewedHalf>,
): readonly ReviewedStack[] {
  const { problems, stacks } = review;
  const places = new Map(stacks.map(({ name }, place) => [name, place]));
  const placeOf = ({ stack }: TerraformHalf): number => places.get(stack.name) ?? -1;
  const problemsIn = lookupBy(problems, ({ stack }) => stack);
  const stuckIn = lookupBy(stuckThings(review), ({ stack }) => stack);
  return [...halves]
    .sort((a, b) => placeOf(a) - placeOf(b))
    .map((half): ReviewedStack => {
      const { stack, waitsFor = [], planned } = half;
      const reviewed = all.get(stack.name);
      const isUnplanned = planned?.manifest !== undefined && reviewed?.ours === undefined;
      const own = isUnplanned
        ? problems.filter((problem) => ['', stack.name].includes(problem.stack))
        : problemsIn(stack.name);
      const why = [...own, ...stuckIn(stack.name)].map(({ message }) => message);
      if (why.length > 0) return { is: 'left', stack, problems: why };
      if (waitsFor.length > 0) return { is: 'waiting', stack, waitsFor };
      if (isUnplanned) return { is: 'left', stack, problems: ["stackward's half was not planned; review again"] };
      if (planned === undefined || reviewed === undefined)
        return { is: 'left', stack, problems: ['it was not planned; review again'] };
      const removesAfter = (stacks[placeOf(half)]?.removesAfter ?? []).map((each) => each.stack);
      return { is: 'planned', stack, terraform: planned, reviewed, removesAfter };
    });
}

/** What stacks remove although other stacks use it. An acknowledgement changes nothing about that. */
const stuckThings = ({ risks, acknowledged }: Review): Risk[] =>
  [...risks, ...acknowledged.map(({ risk }) => risk)].filter(
    (risk) => risk.class === ('needs-two-deploys' satisfies RiskName),
  );
