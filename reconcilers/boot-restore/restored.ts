/** What was there for the boot of some hosts before a run: what the journal keeps, and the spec that brings it back. */
import { z } from 'zod';

export const bootImage = z.strictObject({
  /** The resource's id: the files are the same for all of them. */
  id: z.string().min(1),
  /** Path → content; null: there was none. */
  files: z.record(z.string(), z.string().nullable()),
});

export type BootImage = z.infer<typeof bootImage>;

export const restoredBoot = z.strictObject({
  restore: z.array(z.strictObject({ target: z.templateLiteral(['host:', z.string()]), image: bootImage })).min(1),
});

export type RestoredBoot = z.infer<typeof restoredBoot>;
