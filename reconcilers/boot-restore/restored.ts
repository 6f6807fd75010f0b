/** What was there for the boot of some hosts before a run: what the journal keeps of it. */
import { z } from 'zod';
import { idOf } from '../../lib/kind';
import { parseImages, type RestoredOn } from '../../lib/restored';
import type { RestoredResource } from '../../lib/resource';

/** Paths and contents are compared with those of the host that they are of: the folder of its state is known there. */
const files = z
  .record(z.string().max(4096), z.string().max(65_536).nullable())
  .refine((all) => Object.keys(all).length <= 16, 'names more files than this kind writes');

const bootImage = (id: string) =>
  z.strictObject({
    /** The resource's id: the files are the same for all of them. */
    id: z.literal(id),
    /** Path → content; null: there was none. */
    files,
  });

export type BootImage = z.infer<ReturnType<typeof bootImage>>;

export type RestoredBoot = RestoredOn<BootImage>;

export const restore = (recorded: RestoredResource): RestoredBoot => parseImages(bootImage(idOf(recorded)), recorded);
