/** Observed subnets for tests of pure code, with a different value in every field. */
import { defined } from '../../lib/basics/defined';
import type { Placement } from '../../lib/contract/reconciler';
import type { Ledger } from '../../reconcilers/allocation-pool/ledger/ledger';
import type { AllocationPoolObserved, ObservedSubnet } from '../../reconcilers/allocation-pool/observe';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import type { Tables } from '../../reconcilers/allocation-pool/ledger/database';

export type Pair = readonly [string, string];

export const subnetId = '0d5f7a52-3c1e-4b8e-9f43-1a2b3c4d5e6f';

export const tablesOf = {
  icehouse: { ranges: true, ipam: false, ipamRanges: false },
  mitaka: { ranges: true, ipam: true, ipamRanges: true },
  zed: { ranges: false, ipam: true, ipamRanges: false },
} as const satisfies Record<string, Tables>;

export const rowsOf = (prefix: string, pairs: readonly Pair[]) =>
  pairs.map(([start, end], index) => ({ id: `${prefix}-${index}`, start, end }));

/** Free ranges as `[index of the pool, first, last]`. */
export function ledger(
  book: Ledger['book'],
  pairs: readonly Pair[],
  ranges?: readonly (readonly [number, string, string])[],
): Ledger {
  const rows = rowsOf(book, pairs);
  return {
    book,
    owner: book === 'ipamallocationpools' ? 'ipam-of-it' : subnetId,
    pools: rows,
    ...defined({
      ranges: ranges?.map(([index, start, end]) => ({ poolId: rows[index]?.id ?? 'nowhere', start, end })),
    }),
  };
}

/** 203.0.113.64/26 with gateway .65; both ledgers of a release since Newton. */
export function observedSubnet(pairs: readonly Pair[], more: Partial<ObservedSubnet> = {}): ObservedSubnet {
  return {
    id: subnetId,
    networkId: 'net-of-it',
    ipVersion: 4,
    cidr: '203.0.113.64/26',
    gatewayIp: '203.0.113.65',
    ledgers: [ledger('ipallocationpools', pairs), ledger('ipamallocationpools', pairs)],
    ...more,
  };
}

export function declared(pairs: readonly Pair[], more: Partial<AllocationPoolSpec> = {}): AllocationPoolSpec {
  return { subnetId, method: 'database', pools: pairs.map(([start, end]) => ({ start, end })), ...more };
}

export const placementOf = (spec: AllocationPoolSpec): Placement<AllocationPoolSpec> => ({
  target: spec.method === 'database' ? 'database:neutron' : 'api:lab',
  wanted: [{ id: 'allocation-pool.shared/Red/AllocationPools', stack: 'shared', owner: 'example-cloud', spec }],
  sweep: [],
  owners: ['example-cloud'],
  ids: [],
});

export const observedOf = (
  subnet: ObservedSubnet | undefined,
  tables: Tables = tablesOf.zed,
): AllocationPoolObserved => ({
  tables,
  subnets: new Map(subnet ? [[subnet.id, subnet]] : []),
});
