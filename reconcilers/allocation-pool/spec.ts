/** All pools that a subnet is to have. The kind's name and its fields are contract (docs/adr/0001-manifest.md). */
import * as z from 'zod';
import { id } from '../../lib/basics/line';

const range = z.strictObject({ start: id, end: id });

export const allocationPoolSpec = z.strictObject({
  /** UUID of the Neutron subnet. */
  subnetId: id,
  /** In any order. Both ends of a range belong to the pool. */
  pools: z.array(range).min(1),
  /**
   * `database`: the reconciler writes Neutron's tables (Icehouse and older, or where forced).
   * `api`: the reconciler updates the subnet (a subnet that Terraform doesn't own, Juno or later).
   * `check`: Terraform owns the pools; the reconciler only reads and warns.
   */
  method: z.enum(['database', 'api', 'check']),
  /** Lets the pools lose addresses that no port has. Default: a smaller pool is refused. */
  allowShrink: z.boolean().optional(),
});

export type AllocationPoolSpec = z.infer<typeof allocationPoolSpec>;
