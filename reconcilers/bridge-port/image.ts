/** The flags of some devices before a run, as the journal keeps them. */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import type { RestoredOn } from '../../lib/contract/restored';
import { uuid } from '../../lib/basics/uuid';
import { flagNames, recordEntry, type BridgePortDeclared } from './spec';
import { devicesOf } from './model';

/** A record on a host may be older than this version, so its ids are checked only when a run's folder is read. */
const ownEntry = recordEntry.extend({ portId: uuid, path: line, stack: line }).strict();

/** One flag of one device before the run. */
const flagImage = z
  .strictObject({
    device: z.string(),
    flag: z.enum(flagNames),
    /** Null: the run changed only the entry in the record. */
    value: z.boolean().nullable(),
    /** Null: the flag had no entry in the record. */
    entry: ownEntry.nullable(),
  })
  .refine(({ device, flag, entry }) => entry === null || (entry.device === device && entry.flag === flag), {
    message: 'is of another flag than the image',
    path: ['entry'],
  });

/** The construct may have declared another port before. The entry names the port. */
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

/** Restores what a step found, on the host where the step found it. */
export type BridgePortRestore = RestoredOn<BridgePortImage>;

export type BridgePortSpec = BridgePortDeclared | BridgePortRestore;
