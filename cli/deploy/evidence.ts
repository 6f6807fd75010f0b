/**
 * A bundle's plan is evidence of what was reviewed. It has configuration and commands of its own, so it is never
 * applied: Terraform plans the code that is here, and that plan may do what the reviewed plan showed, or the rest of it.
 */
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, StalePlan, type StackwardError } from '../../lib/basics/errors';
import { doneBefore, lastBegun, type BundleUses } from '../../lib/journal/bundle-uses';
import { isOtherState, sayMoved, type BundledStack } from '../../lib/journal/bundle';
import { findDoneSince, findDifferences, type NameOfAddress } from '../../review/terraform/plan-changes';
import { namesInPlans } from './show';
import { showPlan, type HalfWithState, type PlannedHalf, type TerraformHalf } from '../both-halves';

interface Evidence {
  readonly bundled: BundledStack;
  /** The file of the reviewed plan, which nobody else can write. */
  readonly file: string;
  readonly uses: BundleUses;
  readonly context: TerraformContext;
}

export interface ComparedHalf {
  /** With a problem instead of its plan, if the plan does what nobody reviewed. */
  readonly half: TerraformHalf;
  /** The changes of the bundle; undefined if they can't be shown. */
  readonly reviewed?: Pick<PlannedHalf, 'plan' | 'manifest'>;
  /** One sentence that names the changes which are done already. */
  readonly done?: string;
}

/** @param half planned from the code that is here */
export async function compareWithReviewed(half: HalfWithState, evidence: Evidence): Promise<ComparedHalf> {
  const { planned, ...head } = half;
  if (planned === undefined) return { half };
  try {
    const reviewed = await showPlan(new StackTerraform(half.stack, evidence.context), evidence.file);
    const problem = findStale(half, planned, reviewed, evidence);
    if (problem !== undefined) return { half: { ...head, problem } };
    const done = sayDone(half, planned, reviewed, evidence);
    return { half, reviewed, ...defined({ done }) };
  } catch (error) {
    return { half: { ...head, problem: asStackwardError(error) } };
  }
}

function findStale(
  { stack: { name }, state }: HalfWithState,
  planned: PlannedHalf,
  { plan }: Pick<PlannedHalf, 'plan'>,
  { bundled, uses }: Evidence,
): StackwardError | undefined {
  const where = `stack ${name}`;
  const moved = sayMoved(bundled.state, state);
  if (isOtherState(bundled.state, state))
    return new StalePlan(`its state is another one: ${moved}; review again`, { where });
  const differences = findDifferences(plan, planned.plan, { isMoved: false, nameOf: namesOf(name, planned, plan) });
  const why = moved === undefined ? '' : ` (${moved})`;
  if (differences.length > 0)
    return new StalePlan(`this code does not do what was reviewed: ${sayDifferences(differences)}${why}; review again`, { where }); // prettier-ignore
  const before = doneBefore(uses, name);
  if (before === undefined || !planned.hasChanges) return undefined;
  return new StalePlan(`deploy ${before.name} did Terraform's half of it from this bundle, and this would do it a second time; review again`, { where }); // prettier-ignore
}

/** A thing that one of the plans does not know is named by the other. */
function namesOf(stack: string, { plan: now }: PlannedHalf, reviewed: PlannedHalf['plan']): NameOfAddress {
  const [names, others] = [now, reviewed].map((plan) => namesInPlans([{ stack, plan }]));
  return (address) => {
    const name = names?.(stack, address) ?? address;
    return name === address ? (others?.(stack, address) ?? address) : name;
  };
}

function sayDone(
  { stack: { name } }: TerraformHalf,
  planned: PlannedHalf,
  { plan }: Pick<PlannedHalf, 'plan'>,
  { uses }: Evidence,
): string | undefined {
  const done = findDoneSince(plan, planned.plan, namesOf(name, planned, plan));
  if (done.length === 0) return undefined;
  const run = lastBegun(uses, name);
  const by = run === undefined ? '' : `, by deploy ${run.name}`;
  return `${done.length} of ${plan.changes.length} changes that Terraform was to make are already so${by}: ${sayDifferences(done)}`;
}

const mostDifferences = 5;

export function sayDifferences(all: readonly string[]): string {
  const more = all.length > mostDifferences ? [`and ${all.length - mostDifferences} more`] : [];
  return [...all.slice(0, mostDifferences), ...more].join(', ');
}
