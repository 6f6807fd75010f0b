/** The flags of some devices as they were before a run: what the journal keeps of them. */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import type { RestoredOn } from '../../lib/contract/restored';
import { uuid } from '../../lib/basics/uuid';
import { flagNames, recordEntry, type BridgePortDeclared } from './spec';
import { devicesOf } from './model';

/** A record on a host may be older than this version: its ids are checked where they come from a run's folder. */
const ownEntry = recordEntry.extend({ portId: uuid, path: line, stack: line }).strict();

/** One flag of one device, as it was. */
const flagImage = z
  .strictObject({
    device: z.string(),
    flag: z.enum(flagNames),
    /** Null: what was recorded of it changed alone. */
    value: z.boolean().nullable(),
    /** Null: not recorded. */
    entry: ownEntry.nullable(),
  })
  .refine(({ device, flag, entry }) => entry === null || (entry.device === device && entry.flag === flag), {
    message: 'is of another flag than the image',
    path: ['entry'],
  });

/** A construct may have declared another port before; an entry says which. */
const maxFlags = 64;

export const bridgePortImage = z
  .strictObject({ portId: uuid, flags: z.array(flagImage).max(maxFlags) })
  .superRefine(({ portId, flags }, context) => {
    for (const [index, { device, entry }] of flags.entries()) {
      const id = (entry?.portId ?? portId).toLowerCase();
      const own = devicesOf({ id, vifType: 'ovs' });
      if (!own.includes(device))
        context.addIssue({
          code: 'custom',
          path: ['flags', index, 'device'],
          message: `${device} is no device of port ${id}, whose are ${own.join(' and ')}`,
        });
    }
  });
export type BridgePortImage = z.infer<typeof bridgePortImage>;

/** Brings back what a step found, on the hosts where it was found. */
export type BridgePortRestore = RestoredOn<BridgePortImage>;

export type BridgePortSpec = BridgePortDeclared | BridgePortRestore;
