/**
 * The kind allocation-pool keeps a subnet's pools as declared, in Neutron's database or through its API
 * (docs/adr/0002). Declared and live pools are compared as sets of addresses.
 */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { effect } from './effect';
import { poolImage, restore } from './image';
import { subnetIdOf } from './ledger/declared';
import { locate } from './locate';
import { kind } from './model';
import { observe } from './observe';
import { allocationPoolSpec } from './spec';

export const allocationPool = defineKind(
  {
    kind,
    whenRemoved: 'its pools stay as they are',
    ownership: 'key',
    spec: allocationPoolSpec,
    identify: (spec) => `subnet ${subnetIdOf(spec)}`,
    image: {
      schema: poolImage,
      before: (step, { subnets }) => ({ ledgers: subnets.get(step.subnetId)?.ledgers ?? [] }),
    },
    locate,
    observe,
    diff,
    effect,
    advance,
    apply,
  },
  restore,
);
