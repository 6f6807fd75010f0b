/** An exception as it was on some hosts before a run: what the journal keeps of it, and the spec that brings it back. */
import { z } from 'zod';

const lines = z.array(z.string());
const ownRules = z.strictObject({ mangle: lines, filter: lines });

export const exceptionImage = z.strictObject({
  /** The construct's path, as the comments of its rules have it. */
  comment: z.string().min(1),
  /** As the kernel printed them; all empty: it was not there. */
  ipv4: ownRules,
  ipv6: ownRules,
  /** The agent's own, which a write must hold. */
  lockFile: z.string().optional(),
});

export type ExceptionImage = z.infer<typeof exceptionImage>;

export const restoredException = z.strictObject({
  restore: z.array(z.strictObject({ target: z.templateLiteral(['host:', z.string()]), image: exceptionImage })).min(1),
});

export type RestoredException = z.infer<typeof restoredException>;
