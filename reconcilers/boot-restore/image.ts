/** The journal's image of a host: whether the host had the unit before a run. */
import * as z from 'zod';
import { idOf } from '../../lib/contract/kind';
import type { RestoredOn } from '../../lib/contract/restored';
import type { RestoredResource } from '../../lib/contract/resource';

/** The image has no content, because only the host program decides what a host runs when it starts. */
export const bootImage = (recorded: RestoredResource) =>
  z.strictObject({
    /** The resource's id. The unit is the same for all resources. */
    id: z.literal(idOf(recorded)),
    isThere: z.boolean(),
  });

export type BootImage = z.infer<ReturnType<typeof bootImage>>;

export type RestoredBoot = RestoredOn<BootImage>;
