/** What the journal says was on some hosts before a run, as most kinds ask for it. From the journal alone. */
import { z } from 'zod';
import { InvalidConfiguration } from './errors';
import type { Before, Target } from './reconciler';

export interface RestoredOn<Image> {
  readonly restore: readonly { readonly target: Target; readonly image: Image }[];
}

const hostTarget = z.templateLiteral(['host:', z.string().min(1)]);

/**
 * @param schema of what a run of this kind records, and nothing else
 * @throws InvalidConfiguration naming the target and the field
 */
export function parseImages<Image>(schema: z.ZodType<Image>, before: readonly Before[]): RestoredOn<Image> {
  return {
    restore: before.map(({ target, image }) => {
      const parsed = z.object({ target: hostTarget, image: schema }).safeParse({ target, image });
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new InvalidConfiguration(
        `the journal has no image of ${target} that this kind writes: the field "${issue?.path.join('.')}" is not valid: ${issue?.message}; a run that somebody edited can't be rolled back`,
      );
    }),
  };
}
