/** What a later round of a deploy has to know of the stacks that only earlier rounds planned. Pure. */
import type { HalfOutcome } from './document';
import type { PlannedHalf, TerraformHalf } from '../both-halves';

interface Told {
  /** Each stack as its last round planned it. */
  readonly halves: ReadonlyMap<string, TerraformHalf>;
  /** Stack → how its halves ended. */
  readonly outcomes: ReadonlyMap<string, Readonly<Record<string, HalfOutcome>>>;
}

/**
 * A stack that is done has what its plan made. A stack that is not done may still have all that its plan removes, so the
 * plan counts as before.
 * @param now the names of the stacks of this round
 */
export const earlierStacks = ({ halves, outcomes }: Told, now: ReadonlySet<string>): readonly TerraformHalf[] =>
  [...halves.values()]
    .filter(({ stack }) => !now.has(stack.name))
    .map((half) => {
      const ends = Object.values(outcomes.get(half.stack.name) ?? { terraform: 'left' });
      const isDone = !ends.some((end) => end === 'failed' || end === 'left');
      return half.planned !== undefined && isDone ? { ...half, planned: afterwards(half.planned) } : half;
    });

/** A thing that Terraform forgot stays in the cloud. */
const afterwards = ({ plan, ...head }: PlannedHalf): PlannedHalf => ({
  ...head,
  hasChanges: false,
  plan: { ...plan, changes: plan.changes.filter(({ action }) => action === 'forget'), drift: [], outputs: [] },
});
