/** What was there for the boot of some hosts before a run: what the journal keeps of it. */
import { z } from 'zod';
import { parseImages, type RestoredOn } from '../../lib/restored';
import type { Before } from '../../lib/reconciler';

export const bootImage = z.strictObject({
  /** The resource's id: the files are the same for all of them. */
  id: z.string().min(1),
  /** Path → content; null: there was none. */
  files: z.record(z.string(), z.string().nullable()),
});

export type BootImage = z.infer<typeof bootImage>;

export type RestoredBoot = RestoredOn<BootImage>;

export const restore = (before: readonly Before[]): RestoredBoot => parseImages(bootImage, before);
