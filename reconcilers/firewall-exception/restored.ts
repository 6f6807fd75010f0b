/** An exception as it was on some hosts before a run: what the journal keeps of it. */
import { z } from 'zod';
import type { Before } from '../../lib/reconciler';
import { parseImages, type RestoredOn } from '../../lib/restored';

const lines = z.array(z.string());
const ownRules = z.strictObject({ mangle: lines, filter: lines });

const exceptionImage = z.strictObject({
  /** The construct's path, as the comments of its rules have it. */
  comment: z.string().min(1),
  /** As the kernel printed them; all empty: it was not there. */
  ipv4: ownRules,
  ipv6: ownRules,
  /** The agent's own, which a write must hold. */
  lockFile: z.string().optional(),
});

export type ExceptionImage = z.infer<typeof exceptionImage>;

export type RestoredException = RestoredOn<ExceptionImage>;

export const restore = (before: readonly Before[]): RestoredException => parseImages(exceptionImage, before);
