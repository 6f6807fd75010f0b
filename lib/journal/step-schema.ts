/** The parts of a step that a saved plan and the record of a run have in common. */
import * as z from 'zod';
import { stepKey } from '../run/plan';

/** Text for people: a reason, a value of a policy file. */
export const words = z.string().max(1024 * 1024);

export const action = z.enum(['create', 'update', 'delete']);

export const changes = z.array(z.strictObject({ attribute: words, before: words.optional(), after: words.optional() }));

/** Refuses a second step of one id on one target. */
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
