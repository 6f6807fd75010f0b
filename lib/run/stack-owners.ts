/**
 * Two owners can have left things under one stack's name, because the stack had another owner before. Steps are named
 * by kind, path and target, and a rollback makes one manifest per stack. Therefore one run takes the things of one
 * owner, and the next run takes the rest.
 */
import type { Manifest } from '../contract/manifest';
import { stepKey, type PlannedStep, type Problem } from './plan';

/** For each stack keeps the steps of its declared owner, or else of the owner whose name comes first. */
export function oneOwnerEach(
  steps: readonly PlannedStep[],
  manifests: readonly Manifest[],
): { readonly kept: readonly PlannedStep[]; readonly refused: readonly Problem[] } {
  const declared = new Set(steps.filter((step) => step.leftBy === undefined).map(({ id }) => stackOf(id)));
  const owners = new Map<string, string>();
  for (const { leftBy } of steps) {
    const known = leftBy && owners.get(leftBy.stack);
    if (leftBy && (known === undefined || leftBy.owner < known)) owners.set(leftBy.stack, leftBy.owner);
  }
  for (const { stack, owner } of manifests)
    if (declared.has(stack) || steps.some(({ leftBy }) => leftBy?.stack === stack && leftBy.owner === owner))
      owners.set(stack, owner);
  const kept = steps.filter((step) => step.leftBy === undefined);
  const taken = new Set(kept.map(({ id, target }) => stepKey(id, target)));
  const refused: Problem[] = [];
  for (const step of steps) {
    const { id, target, leftBy } = step;
    if (leftBy === undefined) continue;
    const first = owners.get(leftBy.stack);
    const where = stepKey(id, target);
    if (first === leftBy.owner && !taken.has(where)) {
      taken.add(where);
      kept.push(step);
    } else
      refused.push({
        where,
        reason: 'TransientError',
        message: `${leftBy.owner} left it in a stack ${leftBy.stack}, and this run changes things of ${first} under the same name; a rollback could not tell the two apart, so run it again for this one`,
      });
  }
  return { kept, refused };
}

/** A resource's path begins with its stack. */
const stackOf = (id: string): string => id.slice(id.indexOf('.') + 1).split('/')[0] ?? '';
