/** The fields that a step has both in a saved plan and in the record of a run. */
import * as z from 'zod';
import { stepKey } from '../run/plan';

/** Text for people, such as a reason or a value of a policy file. */
export const words = z.string().max(1024 * 1024);

export const action = z.enum(['create', 'update', 'delete']);

export const changes = z.array(z.strictObject({ attribute: words, before: words.optional(), after: words.optional() }));

/** Refuses two steps with the same id and target. */
export function refuseTwins(
  steps: readonly { readonly id: string; readonly target: string }[],
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, { id, target }] of steps.entries()) {
    const key = stepKey(id, target);
    if (seen.has(key)) context.addIssue({ code: 'custom', message: `names ${key} twice`, path: [index] });
    seen.add(key);
  }
}
