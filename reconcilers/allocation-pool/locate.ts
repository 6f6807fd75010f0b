/** The target of a subnet's pools: Neutron's database, or its API. Nothing is ever left over there. */
import type { Readers } from '../../lib/contract/ports';
import { placeByTarget } from '../../lib/contract/place';
import type { Located, Wanted } from '../../lib/contract/reconciler';
import { subnetIdOf } from './ledger/declared';
import { readKeptByIpam } from './ledger/rebuilt-ranges';
import type { AllocationPoolSpec } from './spec';
import type { Target } from '../../lib/contract/target';

export async function locate(
  specs: readonly Wanted<AllocationPoolSpec>[],
  from: Readers,
): Promise<Located<AllocationPoolSpec>> {
  const throughApi = specs.filter(({ spec }) => spec.method !== 'database');
  const kept = await readKeptByIpam(
    throughApi.map(({ spec }) => subnetIdOf(spec)),
    from,
  );
  const targetOf = (spec: AllocationPoolSpec): Target =>
    spec.method === 'database' || kept.has(subnetIdOf(spec)) ? 'database:neutron' : `api:${from.cloud}`;
  return { placements: placeByTarget(specs.map((resource) => [targetOf(resource.spec), resource])), findings: [] };
}
