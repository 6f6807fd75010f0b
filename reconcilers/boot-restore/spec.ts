/** That the exceptions of one stack come back when their hosts start. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import * as z from 'zod';
import { whereabouts } from '../firewall-exception/chain/whereabouts';

export const bootRestoreSpec = z.strictObject({
  /** Every firewall-exception of the stack: where it is, the unit is. */
  exceptions: z.array(whereabouts).min(1),
});

export type BootRestoreSpec = z.infer<typeof bootRestoreSpec>;
