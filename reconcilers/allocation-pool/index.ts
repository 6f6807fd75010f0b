/**
 * The kind allocation-pool: a subnet's pools are as declared, in Neutron's database or through its API (docs/adr/0002).
 * What is declared and what is there are compared as sets of addresses.
 */
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { line } from '../../lib/basics/line';
import type { Reconciler } from '../../lib/contract/reconciler';
import type { RestoredResource } from '../../lib/contract/resource';
import { parseImage, refusedImage } from '../../lib/contract/restored';
import { parseSpec } from '../../lib/contract/spec';
import { uuid } from '../../lib/basics/uuid';
import { advance } from './advance';
import { apply } from './apply';
import { subnetIdOf } from './ledger/declared';
import { diff } from './diff';
import { locate } from './locate';
import type { AllocationPoolStep } from './model';
import { observe, type AllocationPoolObserved } from './observe';
import { allocationPoolSpec, type AllocationPoolSpec } from './spec';
import type { Target } from '../../lib/contract/target';

/** Of one subnet; Neutron's own limit is far below. */
const maxPools = 10_000;

const kind = 'allocation-pool';

const parse = (input: unknown): AllocationPoolSpec => parseSpec(allocationPoolSpec, input, kind);

/** Of what an image holds, a restore goes by the pools of its last ledger alone. */
const poolImage = z.object({
  ledgers: z
    .array(z.object({ pools: z.array(z.object({ start: line, end: line })).max(maxPools) }))
    .min(1)
    .max(16),
});

/** The pools that addresses were handed out from; what the two tables of a broken state said beside that stays gone. */
function restore({ before: [first, ...others], declared }: RestoredResource): AllocationPoolSpec {
  if (first === undefined || others.length > 0)
    throw new InvalidConfiguration(
      'the run says that the pools of one subnet are in several places; bring them back by hand',
    );
  const { target, image } = first;
  if (declared === undefined) throw refusedImage(target, 'nothing ever removes pools');
  const spec = parse(declared);
  if (!writesTo(spec, target)) throw refusedImage(target, `no run with the method "${spec.method}" writes there`);
  if (!uuid.safeParse(spec.subnetId).success) throw refusedImage(target, `"${spec.subnetId}" is no UUID of a subnet`);
  const pools = parseImage(poolImage, image, target).ledgers.at(-1)?.pools ?? [];
  return { ...spec, pools: pools.map(({ start, end }) => ({ start, end })), allowShrink: true };
}

/** The method `api` writes in the database where the IPAM keeps the subnet (rebuilt-ranges.ts). */
const writesTo = ({ method }: AllocationPoolSpec, target: Target): boolean =>
  method !== 'check' && (target.startsWith('database:') || (method === 'api' && target.startsWith('api:')));

export const allocationPool: Reconciler<
  AllocationPoolSpec,
  AllocationPoolSpec,
  AllocationPoolObserved,
  AllocationPoolStep
> = {
  kind,
  whenRemoved: 'its pools stay as they are',
  leavesOnHosts: false,
  parse,
  restore,
  identify: (spec) => `subnet ${subnetIdOf(spec)}`,
  locate,
  observe,
  diff,
  image: (step, { subnets }) => ({ ledgers: subnets.get(step.subnetId)?.ledgers ?? [] }),
  advance,
  apply,
};
