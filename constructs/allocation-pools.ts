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
  /** Declared whole; both ends belong to a pool; order has no meaning. */
  readonly pools: readonly AddressRange[];
  /** Who changes the pools: docs/adr/0002-allocation-pool-methods.md. @default 'api'; on Icehouse, whose API can't, 'database' */
  readonly method?: AllocationPoolSpec['method'];
  /** Lets pools lose addresses, if none of them is allocated. @default refused */
  readonly allowShrink?: boolean;
}

/**
 * The allocation pools of a subnet, kept by stackward. Networks in the code make theirs by themselves; alone it is for a
 * subnet that Terraform doesn't own.
 *
 *     new AllocationPools(stack, 'OldPublic', { subnetId: '2f0c…', pools: [{ start: '203.0.113.71', end: '203.0.113.85' }] });
 */
export class AllocationPools extends Construct {
  /** As it stands in the manifest, under this construct's path. */
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
