/**
 * The kind allocation-pool: a subnet's pools are as declared, in Neutron's database or through its API (docs/adr/0002).
 * What is declared and what is there are compared as sets of addresses.
 */
import { z } from 'zod';
import { InvalidConfiguration } from '../../lib/errors';
import type { Readers } from '../../lib/ports';
import type { Before, Located, Reconciler, Target, Wanted } from '../../lib/reconciler';
import { parseSpec } from '../../lib/spec';
import { apply } from './apply';
import { subnetIdOf } from './declared';
import { diff, type AllocationPoolStep } from './diff';
import { observe, type AllocationPoolObserved } from './observe';
import { allocationPoolSpec, type AllocationPoolSpec } from './spec';

const kind = 'allocation-pool';

const parse = (input: unknown): AllocationPoolSpec => parseSpec(allocationPoolSpec, input, kind);

/** A subnet is in Neutron's database, or behind the API: nothing has to be asked for that, and nothing is left over. */
function locate(specs: readonly Wanted<AllocationPoolSpec>[], from: Readers): Promise<Located<AllocationPoolSpec>> {
  const targetOf = ({ method }: AllocationPoolSpec): Target =>
    method === 'database' ? 'database:neutron' : `api:${from.cloud}`;
  const targets = [...new Set(specs.map(({ spec }) => targetOf(spec)))];
  return Promise.resolve({
    placements: targets.map((target) => ({ target, wanted: specs.filter(({ spec }) => targetOf(spec) === target) })),
    findings: [],
  });
}

const image = z.object({
  ledgers: z.array(z.object({ pools: z.array(z.object({ start: z.string(), end: z.string() })) })),
});

/** The pools that addresses were handed out from; what the two tables of a broken state said beside that stays gone. */
function restore([before]: readonly Before[], declared: unknown): AllocationPoolSpec {
  if (declared === undefined)
    throw new InvalidConfiguration('the run says that pools were removed, and nothing ever removes them');
  const pools = image.parse(before?.image).ledgers.at(-1)?.pools ?? [];
  return { ...parse(declared), pools: pools.map(({ start, end }) => ({ start, end })), allowShrink: true };
}

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
  apply,
};
