/** The pools of a subnet before a run, as the journal keeps them. */
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { line } from '../../lib/basics/line';
import { uuid } from '../../lib/basics/uuid';
import type { RestoredResource } from '../../lib/contract/resource';
import { refusedImage, type RestoredOn } from '../../lib/contract/restored';
import { parseSpec } from '../../lib/contract/spec';
import type { Target } from '../../lib/contract/target';
import { kind } from './model';
import { allocationPoolSpec, type AllocationPoolSpec } from './spec';

/** Ranges of one subnet; Neutron's own limit is far below. */
const maxPools = 10_000;

/** A restore uses only the pools of the last ledger, because Neutron hands out addresses from that ledger. */
export const poolImage = z.object({
  ledgers: z
    .array(z.object({ pools: z.array(z.object({ start: line, end: line })).max(maxPools) }))
    .min(1)
    .max(16),
});

/**
 * The spec that brings back the recorded pools: those from which Neutron handed out addresses. Before the run, the two
 * tables of pools (ledger/ledger.ts) may have contradicted each other. A restore writes the same pools into both of
 * them.
 */
export function restore(
  { restore: [first, ...others] }: RestoredOn<z.infer<typeof poolImage>>,
  { declared }: RestoredResource,
): AllocationPoolSpec {
  if (first === undefined || others.length > 0)
    throw new InvalidConfiguration(
      'the run says that the pools of one subnet are in several places; bring them back by hand',
    );
  const { target, image } = first;
  if (declared === undefined) throw refusedImage(target, 'nothing ever removes pools');
  const spec = parseSpec(allocationPoolSpec, declared, kind);
  if (!writesTo(spec, target)) throw refusedImage(target, `no run with the method "${spec.method}" writes there`);
  if (!uuid.safeParse(spec.subnetId).success) throw refusedImage(target, `"${spec.subnetId}" is no UUID of a subnet`);
  const pools = image.ledgers.at(-1)?.pools ?? [];
  return { ...spec, pools: pools.map(({ start, end }) => ({ start, end })), allowShrink: true };
}

/** The method `api` writes in the database if the IPAM keeps the subnet (rebuilt-ranges.ts). */
const writesTo = ({ method }: AllocationPoolSpec, target: Target): boolean =>
  method !== 'check' && (target.startsWith('database:') || (method === 'api' && target.startsWith('api:')));
