import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import type { AddressRange } from '../lib/contract/ports';
import { poolFindings } from '../lib/synth/subnet-checks';
import type { AllocationPoolSpec } from '../reconcilers/allocation-pool/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declareResource } from './internal/declarations';

export interface AllocationPoolsProps {
  /** UUID of the Neutron subnet, or a reference to it. */
  readonly subnetId: string;
  /** All pools of the subnet, in any order. Both ends of a range belong to the pool. */
  readonly pools: readonly AddressRange[];
  /**
   * Who changes the pools: docs/adr/0002-allocation-pool-methods.md. @default 'api'; on Icehouse 'database', because
   * its API can't
   */
  readonly method?: AllocationPoolSpec['method'];
  /** Lets the pools lose addresses that no port has. @default a smaller pool is refused */
  readonly allowShrink?: boolean;
}

/**
 * The allocation pools of a subnet, kept by stackward. A network in the code makes this construct for its own subnets.
 * Use it by itself for a subnet that Terraform doesn't own.
 *
 *     new AllocationPools(stack, 'OldPublic', { subnetId: '2f0c…', pools: [{ start: '203.0.113.71', end: '203.0.113.85' }] });
 */
export class AllocationPools extends Construct {
  /** The spec of the manifest's resource under this construct's path. */
  readonly spec: AllocationPoolSpec;

  constructor(scope: Construct, id: string, props: AllocationPoolsProps) {
    super(scope, id);
    requireProps(this, props, 'subnetId', 'pools');
    checkTexts(this, props);
    const { subnetId, pools, allowShrink } = props;
    for (const finding of poolFindings(pools)) addFinding(this, finding);
    const method = props.method ?? (CloudStack.of(this).cloud.changesPoolsByApi ? 'api' : 'database');
    this.spec = {
      subnetId,
      pools: pools.map(({ start, end }) => ({ start, end })),
      method,
      ...defined({ allowShrink }),
    };
    claim(this, `the allocation pools of subnet ${subnetId}`);
    declareResource(this, { kind: 'allocation-pool', spec: this.spec });
  }
}
