/**
 * A bundle's plan is evidence of what was reviewed. It has configuration and commands of its own, so it is never
 * applied: Terraform plans the code that is here, and that plan may do what the reviewed plan showed.
 */
import { findDifferences, readPlanChanges } from '../../review/terraform/plan-changes';
import { StackTerraform, type TerraformContext } from '../../adapters/terraform/stack';
import { asStackwardError, StalePlan } from '../../lib/basics/errors';
import type { TerraformHalf } from '../both-halves';

/**
 * The half with a problem instead of its plan, if the plan does what nobody reviewed.
 * @param half planned from the code that is here
 * @param reviewed the file of the reviewed plan, which nobody else can write
 */
export async function withReviewed(
  half: TerraformHalf,
  reviewed: string,
  context: TerraformContext,
): Promise<TerraformHalf> {
  const { planned, ...head } = half;
  if (planned === undefined) return half;
  const where = `stack ${half.stack.name}`;
  try {
    const told = readPlanChanges(await new StackTerraform(half.stack, context).show(reviewed), where);
    const differences = findDifferences(told, readPlanChanges(planned.json, where), { isMoved: false });
    if (differences.length === 0) return half;
    const words = `this code does not do what was reviewed: ${sayDifferences(differences)}; review again`;
    return { ...head, problem: new StalePlan(words, { where }) };
  } catch (error) {
    return { ...head, problem: asStackwardError(error) };
  }
}

const mostDifferences = 5;

export function sayDifferences(all: readonly string[]): string {
  const more = all.length > mostDifferences ? [`and ${all.length - mostDifferences} more`] : [];
  return [...all.slice(0, mostDifferences), ...more].join(', ');
}
