import { allocationPool } from '../../reconcilers/allocation-pool';
import type { ObservedSubnet } from '../../reconcilers/allocation-pool/observe';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import {
  declared,
  ledger,
  observedOf,
  observedSubnet,
  placementOf,
  subnetId,
  tablesOf,
} from '../support/pool-fixtures';
import type { Pair } from '../support/pool-fixtures';

const diff = (spec: AllocationPoolSpec, subnet?: ObservedSubnet, era: keyof typeof tablesOf = 'zed') =>
  allocationPool.diff(placementOf(spec), observedOf(subnet, tablesOf[era]));

const five: Pair = ['203.0.113.71', '203.0.113.75'];
const fifteen: Pair = ['203.0.113.71', '203.0.113.85'];

describe('refused before any write', () => {
  const refusal = (reason: string, message: string) => ({
    steps: [],
    findings: [{ id: 'allocation-pool.shared/Red/AllocationPools', reason, message }],
  });

  test.each<[readonly Pair[], string]>([
    [
      [['203.0.113.60', '203.0.113.64']],
      'the pool 203.0.113.60-203.0.113.64 leaves the subnet 203.0.113.64/26, where pools may use 203.0.113.65-203.0.113.126; keep it inside',
    ],
    [
      [['203.0.113.120', '203.0.113.127']],
      'the pool 203.0.113.120-203.0.113.127 leaves the subnet 203.0.113.64/26, where pools may use 203.0.113.65-203.0.113.126; keep it inside',
    ],
    [
      [['203.0.113.65', '203.0.113.75']],
      'the pool 203.0.113.65-203.0.113.75 holds the gateway 203.0.113.65, which would be handed out; declare 203.0.113.66-203.0.113.75',
    ],
    [
      [['203.0.113.75', '203.0.113.71']],
      'the pool 203.0.113.75-203.0.113.71 ends before it starts; write it as 203.0.113.71-203.0.113.75',
    ],
    [
      [['2001:db8::7', '2001:db8::9']],
      "the pool 2001:db8::7-2001:db8::9 is IPv6 and the subnet 203.0.113.64/26 is IPv4; declare addresses of the subnet's own family",
    ],
    [
      [['203.0.113.71', '2001:db8::9']],
      'the pool 203.0.113.71-2001:db8::9 mixes IPv4 and IPv6; give both ends in one family',
    ],
    [
      [five, ['203.0.113.75', '203.0.113.80']],
      'the pools 203.0.113.71-203.0.113.75 and 203.0.113.75-203.0.113.80 overlap; declare each address in one pool only',
    ],
    [[['203.0.113.71', 'x']], '"x" is not an IP address; write one address such as 198.51.100.7 or 2001:db8::7'],
  ])('%j', (pools, message) => {
    expect(diff(declared(pools), observedSubnet([five]))).toEqual(refusal('InvalidConfiguration', message));
  });

  test('a pool that holds the gateway, with the two pools around it', () => {
    const subnet = observedSubnet([five], { gatewayIp: '203.0.113.80' });
    expect(diff(declared([fifteen]), subnet).findings[0]?.message).toContain(
      'declare 203.0.113.71-203.0.113.79 and 203.0.113.81-203.0.113.85',
    );
  });

  test('several mistakes are reported together', () => {
    const pools: Pair[] = [
      ['203.0.113.65', '203.0.113.75'],
      ['203.0.113.70', '203.0.113.127'],
      ['203.0.113.9', '203.0.113.8'],
    ];
    expect(diff(declared(pools), observedSubnet([five])).findings).toHaveLength(4);
  });

  test.each([
    ['database', 'is not in this database'],
    ['api', 'does not exist, or these credentials may not see it'],
    ['check', 'does not exist, or these credentials may not see it'],
  ] as const)('a subnet that is not there, by %s', (method, text) => {
    const found = diff(declared([five], { method }));
    expect(found).toMatchObject(refusal('InvalidConfiguration', expect.stringContaining(text) as unknown as string));
  });

  test('addresses that would be lost, unless the code allows it', () => {
    const subnet = observedSubnet([fifteen], { allocated: [] });
    expect(diff(declared([five]), subnet)).toEqual(
      refusal(
        'Blocked',
        'the declared pools leave out 10 addresses that the live pools hold (203.0.113.76-203.0.113.85); declare them, or set "allowShrink" to give them back',
      ),
    );
    expect(diff(declared([five], { allowShrink: true }), subnet)).toMatchObject({
      steps: [{ notes: ['gives back 10 addresses, none of them in use'] }],
      findings: [],
    });
  });

  test('a shrink that leaves ports outside: five of them are named, and the rest counted', () => {
    const allocated = [80, 81, 82, 83, 84, 85, 72, 66].map((last) => `203.0.113.${last}`);
    const found = diff(declared([five], { allowShrink: true }), observedSubnet([fifteen], { allocated }));
    expect(found).toEqual(
      refusal(
        'Blocked',
        'the declared pools leave out 10 addresses that the live pools hold (203.0.113.76-203.0.113.85), of which ports use 6: ' +
          '203.0.113.80, 203.0.113.81, 203.0.113.82, 203.0.113.83, 203.0.113.84 and 1 more; declare these, or delete the ports first',
      ),
    );
  });

  test('accepts a shrink if only addresses that were outside of all pools stay outside', () => {
    const subnet = observedSubnet([fifteen], { allocated: ['203.0.113.66', '203.0.113.120'] });
    expect(diff(declared([five], { allowShrink: true }), subnet).steps).toHaveLength(1);
  });

  test('a shrink counts the addresses that either table holds', () => {
    const subnet = observedSubnet([], {
      ledgers: [ledger('ipallocationpools', [five]), ledger('ipamallocationpools', [fifteen])],
      allocated: ['203.0.113.85'],
    });
    expect(diff(declared([five]), subnet).findings[0]?.message).toContain('leave out 10 addresses');
    expect(diff(declared([five], { allowShrink: true }), subnet).findings[0]?.message).toContain('203.0.113.85');
  });

  test('a subnet that another IPAM driver keeps, and one with two rows in ipamsubnets', () => {
    const foreign = observedSubnet([], { ledgers: [ledger('ipallocationpools', [five])] });
    expect(diff(declared([fifteen]), foreign)).toEqual(
      refusal(
        'Blocked',
        `the subnet ${subnetId} has no row in ipamsubnets: another IPAM driver keeps its pools ("ipam_driver" in neutron.conf); change them through the API`,
      ),
    );
    expect(diff(declared([fifteen]), foreign, 'mitaka').steps).toHaveLength(1);
    const books = ['ipallocationpools', 'ipamallocationpools', 'ipamallocationpools'] as const;
    const twice = observedSubnet([], { ledgers: books.map((book) => ledger(book, [five])) });
    expect(diff(declared([five]), twice).findings[0]).toMatchObject({
      reason: 'Blocked',
      message: expect.stringContaining('has 2 rows in ipamsubnets') as unknown,
    });
  });
});
