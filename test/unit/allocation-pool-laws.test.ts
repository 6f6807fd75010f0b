import { defined } from '../../lib/basics/defined';
import fc from 'fast-check';
import { allocationPool } from '../../reconcilers/allocation-pool';
import type { ObservedSubnet } from '../../reconcilers/allocation-pool/observe';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { declared, ledger, observedOf, observedSubnet, placementOf, tablesOf } from '../support/pool-fixtures';
import type { Pair } from '../support/pool-fixtures';
import { compact, only, parseAddress, parseRange, type IpRange } from '../../lib/net/ip-ranges';
import {
  findRangeFault,
  holdsExactly,
  writesFor,
  type Ledger,
  type LedgerWrites,
} from '../../reconcilers/allocation-pool/ledger/ledger';

const diff = (spec: AllocationPoolSpec, subnet?: ObservedSubnet, era: keyof typeof tablesOf = 'zed') =>
  allocationPool.diff(placementOf(spec), observedOf(subnet, tablesOf[era]));

describe('laws', () => {
  const space = 20;
  const pairs = fc.uniqueArray(fc.integer({ min: 0, max: space }), { minLength: 2, maxLength: 8 }).map((ends) => {
    const sorted = [...ends].sort((a, b) => a - b);
    const result: Pair[] = [];
    for (let index = 0; index + 1 < sorted.length; index += 2)
      result.push([`203.0.113.${70 + sorted[index]!}`, `203.0.113.${70 + sorted[index + 1]!}`]);
    return result;
  });
  const allocated = fc
    .uniqueArray(fc.integer({ min: 66, max: 95 }))
    .map((all) => all.map((last) => `203.0.113.${last}`));

  test('the order of pools, rows and allocations has no meaning', () => {
    fc.assert(
      fc.property(pairs, pairs, allocated, (live, wanted, used) => {
        const shrink = { allowShrink: true };
        const there = diff(declared(wanted, shrink), observedSubnet(live, { allocated: used }));
        const back = diff(
          declared([...wanted].reverse(), shrink),
          observedSubnet([...live].reverse(), { allocated: [...used].reverse() }),
        );
        expect(back.steps).toEqual(there.steps);
        expect(back.findings.length).toBe(there.findings.length);
      }),
    );
  });

  test('a plan has a step, or a refusal, or the pools are as declared; never two of these', () => {
    fc.assert(
      fc.property(pairs, pairs, allocated, fc.boolean(), (live, wanted, used, allowShrink) => {
        const found = diff(declared(wanted, { allowShrink }), observedSubnet(live, { allocated: used }));
        const refused = found.findings.some((finding) => finding.reason !== undefined);
        const addresses = (all: readonly Pair[]) =>
          new Set(
            all.flatMap(([start, end]) => {
              const [from, to] = [Number(start.split('.')[3]), Number(end.split('.')[3])];
              return Array.from({ length: to - from + 1 }, (_, index) => from + index);
            }),
          );
        const [now, then] = [addresses(live), addresses(wanted)];
        const lost = [...now].filter((address) => !then.has(address));
        const harmed = lost.some((address) => used.includes(`203.0.113.${address}`));
        const same = lost.length === 0 && now.size === then.size;
        expect({ steps: found.steps.length, refused }).toEqual(
          same
            ? { steps: 0, refused: false }
            : lost.length > 0 && (!allowShrink || harmed)
              ? { steps: 0, refused: true }
              : { steps: 1, refused: false },
        );
      }),
    );
  });

  /** A ledger after these writes, as the database would have it. */
  const written = (before: Ledger, { update, insert, remove, ranges }: LedgerWrites): Ledger => ({
    ...before,
    pools: [
      ...before.pools
        .filter((row) => !remove.includes(row.id))
        .map((row) => {
          const change = update.find((updated) => updated.id === row.id);
          return change ? { id: row.id, start: change.start, end: change.end } : row;
        }),
      ...insert,
    ],
    ...defined({
      ranges: before.ranges && [
        ...before.ranges.filter((row) => !ranges?.clear.includes(row.poolId)),
        ...(ranges?.fill ?? []),
      ],
    }),
  });
  const ids = () => {
    let last = 0;
    return () => `new-${++last}`;
  };

  test('a write makes the declared pools with sound ranges, and a second write changes no row of a pool', () => {
    fc.assert(
      fc.property(pairs, fc.boolean(), pairs, allocated, (live, hasRanges, wanted, used) => {
        const before = ledger(
          'ipallocationpools',
          live,
          hasRanges ? live.map(([a, b], index) => [index, a, b]) : undefined,
        );
        const pools = compact(wanted.map(([start, end]) => parseRange({ start, end })));
        const taken = compact(used.map((address) => only(parseAddress(address))));
        const after = written(before, writesFor(before, pools, taken, ids()));

        expect(holdsExactly(after.pools, pools)).toBe(true);
        expect(findRangeFault(after, taken)).toBeUndefined();
        const addresses = (all: readonly IpRange[]) =>
          all.flatMap(({ first, last }) =>
            Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index)),
          );
        if (hasRanges) {
          const free = addresses(pools).filter((value) => !addresses(taken).includes(value));
          expect(addresses(compact((after.ranges ?? []).map(parseRange)))).toEqual(free);
        }
        const again = writesFor(after, pools, taken, ids());
        expect([again.update, again.insert, again.remove]).toEqual([[], [], []]);
      }),
    );
  });

  test('a row that shares addresses with a wanted pool keeps its id', () => {
    const before = ledger('ipallocationpools', [
      ['203.0.113.71', '203.0.113.75'],
      ['203.0.113.90', '203.0.113.95'],
    ]);
    const pools = [
      parseRange({ start: '203.0.113.71', end: '203.0.113.85' }),
      parseRange({ start: '203.0.113.99', end: '203.0.113.99' }),
    ];
    expect(writesFor(before, pools, [], ids())).toEqual({
      update: [
        {
          id: 'ipallocationpools-0',
          start: '203.0.113.71',
          end: '203.0.113.85',
          before: { start: '203.0.113.71', end: '203.0.113.75' },
        },
      ],
      insert: [{ id: 'new-1', start: '203.0.113.99', end: '203.0.113.99' }],
      remove: ['ipallocationpools-1'],
    });
  });
});
