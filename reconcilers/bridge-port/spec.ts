/** Flags that a port of Neutron has on its Linux bridge. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import { z } from 'zod';
import { InvalidConfiguration } from '../../lib/errors';
import { line } from '../../lib/line';

export const flagNames = ['hairpin', 'learning', 'flood'] as const;
export type FlagName = (typeof flagNames)[number];

export const bridgePortSpec = z
  .strictObject({
    /** UUID of the Neutron port. */
    portId: line,
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
  path: z.string(),
  stack: z.string(),
  before: z.boolean(),
  written: z.boolean(),
});
export type RecordEntry = z.infer<typeof recordEntry>;

/** One flag of one device, as it was. */
const flagImage = z.object({
  device: z.string(),
  flag: z.enum(flagNames),
  /** Null: what was recorded of it changed alone. */
  value: z.boolean().nullable(),
  /** Null: not recorded. */
  entry: recordEntry.nullable(),
});
export const bridgePortImage = z.object({ portId: z.string(), flags: z.array(flagImage) });
export type BridgePortImage = z.infer<typeof bridgePortImage>;

const restoreSpec = z.strictObject({
  restore: z
    .array(z.object({ target: z.templateLiteral(['host:', z.string().min(1)]), image: bridgePortImage }))
    .min(1),
});

/** Bridges back what a step found, on the hosts where it was found. From the journal alone. */
export type BridgePortRestore = z.infer<typeof restoreSpec>;

export type BridgePortSpec = BridgePortDeclared | BridgePortRestore;

/** @throws InvalidConfiguration naming the field */
export function parseBridgePort(input: unknown): BridgePortSpec {
  const isRestore = typeof input === 'object' && input !== null && 'restore' in input;
  const parsed = (isRestore ? restoreSpec : bridgePortSpec).safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'spec';
  throw new InvalidConfiguration(`the field "${field}" is not valid: ${issue?.message}; see docs/kinds/bridge-port.md`);
}
