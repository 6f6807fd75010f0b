/**
 * Flags of a Neutron port on its Linux bridge. The kind's name and its fields are contract
 * (docs/adr/0006-kinds-on-hosts.md).
 */
import * as z from 'zod';
import { id, line } from '../../lib/basics/line';

export const flagNames = ['hairpin', 'learning', 'flood'] as const;
export type FlagName = (typeof flagNames)[number];

export const bridgePortSpec = z
  .strictObject({
    /** UUID of the Neutron port. */
    portId: id,
    /**
     * True: the guest may get its own frames back. This is set only at the tap. False: off at every device of the port.
     * Default: left as it is.
     */
    hairpin: z.boolean().optional(),
    /** False: the bridge doesn't remember the addresses behind the port. Default: left as it is. */
    learning: z.boolean().optional(),
    /** False: frames to addresses that the bridge doesn't know don't reach the port. Default: left as it is. */
    flood: z.boolean().optional(),
  })
  .refine((spec) => flagNames.some((flag) => spec[flag] !== undefined), {
    message: 'names no flag; give hairpin, learning or flood',
  });

export type BridgePortDeclared = z.infer<typeof bridgePortSpec>;

/** The record's entry for a flag that stackward changed. */
export const recordEntry = z.object({
  device: z.string(),
  flag: z.enum(flagNames),
  portId: z.string(),
  /** Path and stack of the construct. */
  path: line,
  stack: line,
  before: z.boolean(),
  written: z.boolean(),
});
export type RecordEntry = z.infer<typeof recordEntry>;
