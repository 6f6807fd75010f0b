/** Whether there was something for the boot of some hosts before a run: what the journal keeps of it. */
import * as z from 'zod';
import { idOf } from '../../lib/contract/kind';
import type { RestoredOn } from '../../lib/contract/restored';
import type { RestoredResource } from '../../lib/contract/resource';

/** No content: the host program alone knows what a host may run when it starts. */
export const bootImage = (recorded: RestoredResource) =>
  z.strictObject({
    /** The resource's id: what is there is the same for all of them. */
    id: z.literal(idOf(recorded)),
    isThere: z.boolean(),
  });

export type BootImage = z.infer<ReturnType<typeof bootImage>>;

export type RestoredBoot = RestoredOn<BootImage>;
