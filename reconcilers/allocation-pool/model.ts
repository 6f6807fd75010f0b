/** Types that the modules of the kind allocation-pool share. */
import type { AddressRange } from '../../lib/contract/ports';
import type { Step } from '../../lib/contract/reconciler';

export const kind = 'allocation-pool';

export interface AllocationPoolStep extends Step {
  /** In lower case. */
  readonly subnetId: string;
  /** In the fewest ranges, ascending, canonical. */
  readonly pools: readonly AddressRange[];
}
