/** The flags of some devices as they were before a run: what the journal keeps of them. */
import { z } from 'zod';
import type { Before } from '../../lib/reconciler';
import { parseImages, type RestoredOn } from '../../lib/restored';
import { flagNames, recordEntry, type BridgePortDeclared } from './spec';

/** One flag of one device, as it was. */
const flagImage = z.object({
  device: z.string(),
  flag: z.enum(flagNames),
  /** Null: what was recorded of it changed alone. */
  value: z.boolean().nullable(),
  /** Null: not recorded. */
  entry: recordEntry.nullable(),
});
const bridgePortImage = z.object({ portId: z.string(), flags: z.array(flagImage) });
export type BridgePortImage = z.infer<typeof bridgePortImage>;

/** Brings back what a step found, on the hosts where it was found. */
export type BridgePortRestore = RestoredOn<BridgePortImage>;

export type BridgePortSpec = BridgePortDeclared | BridgePortRestore;

export const restore = (before: readonly Before[]): BridgePortRestore => parseImages(bridgePortImage, before);
