/** The pools that a subnet is to have, declared whole. Kind name and fields are contract (docs/adr/0001-manifest.md). */
import * as z from 'zod';
import { id } from '../../lib/basics/line';

const range = z.strictObject({ start: id, end: id });

export const allocationPoolSpec = z.strictObject({
  /** UUID of the Neutron subnet. */
  subnetId: id,
  /** Order has no meaning; the ends belong to the pool. */
  pools: z.array(range).min(1),
  /**
   * `database`: the reconciler writes Neutron's tables (Icehouse and older, or where forced).
   * `api`: the reconciler updates the subnet (a subnet that Terraform doesn't own, Juno or later).
   * `check`: Terraform owns the pools; the reconciler only reads and warns.
   */
  method: z.enum(['database', 'api', 'check']),
  /** Lets pools lose addresses, as long as no allocation is left outside. Default: refused. */
  allowShrink: z.boolean().optional(),
});

export type AllocationPoolSpec = z.infer<typeof allocationPoolSpec>;
