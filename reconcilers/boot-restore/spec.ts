/**
 * The exceptions of a stack that come back when their hosts start. The kind's name and its fields are contract
 * (docs/adr/0006-kinds-on-hosts.md).
 */
import * as z from 'zod';
import { whereabouts } from '../firewall-exception/chain/whereabouts';

export const bootRestoreSpec = z.strictObject({
  /** Every firewall-exception of the stack. The unit is on their hosts. */
  exceptions: z.array(whereabouts).min(1),
});

export type BootRestoreSpec = z.infer<typeof bootRestoreSpec>;
