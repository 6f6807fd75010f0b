/** That the exceptions of one stack come back when their hosts start. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import * as z from 'zod';
import { firewallExceptionSpec } from '../firewall-exception/spec';

export const bootRestoreSpec = z.strictObject({
  /** Every firewall-exception of the stack: where it is, the unit is. */
  exceptions: z.array(firewallExceptionSpec.pick({ portId: true, placement: true, firewallDriver: true })).min(1),
});

export type BootRestoreSpec = z.infer<typeof bootRestoreSpec>;
