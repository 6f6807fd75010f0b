/** Flags that a port of Neutron has on its Linux bridge. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import * as z from 'zod';
import { id, line } from '../../lib/basics/line';

export const flagNames = ['hairpin', 'learning', 'flood'] as const;
export type FlagName = (typeof flagNames)[number];

export const bridgePortSpec = z
  .strictObject({
    /** UUID of the Neutron port. */
    portId: id,
    /** True: a frame of the guest may come back to it; on its tap alone. False: on no device of the port. Default: left as it is. */
    hairpin: z.boolean().optional(),
    /** False: the bridge doesn't remember which addresses are behind the port. Default: left as it is. */
    learning: z.boolean().optional(),
    /** False: frames to addresses that the bridge doesn't know don't reach the port. Default: left as it is. */
    flood: z.boolean().optional(),
  })
  .refine((spec) => flagNames.some((flag) => spec[flag] !== undefined), {
    message: 'names no flag; give hairpin, learning or flood',
  });

export type BridgePortDeclared = z.infer<typeof bridgePortSpec>;

/** What is kept of one flag that we changed. */
export const recordEntry = z.object({
  device: z.string(),
  flag: z.enum(flagNames),
  portId: z.string(),
  /** The construct's. */
  path: line,
  stack: line,
  before: z.boolean(),
  written: z.boolean(),
});
export type RecordEntry = z.infer<typeof recordEntry>;
