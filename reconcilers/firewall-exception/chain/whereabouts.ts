/** The fields by which the hosts of an exception are found. */
import * as z from 'zod';
import { id } from '../../../lib/basics/line';

export const whereabouts = z.strictObject({
  /** UUID of the Neutron port. */
  portId: id,
  /** `bound`: on the host that the port is bound to now. `candidates`: on every host that it may move to. */
  placement: z.enum(['bound', 'candidates']),
  /** Only these two drivers use iptables. */
  firewallDriver: z.enum(['iptables', 'iptables_hybrid']),
});
export type Whereabouts = z.infer<typeof whereabouts>;
