import type { Readers } from '../../lib/contract/ports';
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

describe('parse', () => {
  test('takes what the construct writes', () => {
    const spec = declared([five, ['2001:db8::1', '2001:db8::2']], { method: 'check', allowShrink: true });
    expect(allocationPool.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
  test.each([
    ['subnetId', { ...declared([five]), subnetId: '' }],
    ['pools', { ...declared([five]), pools: [] }],
    ['pools.0.end', { ...declared([five]), pools: [{ start: '203.0.113.71' }] }],
    ['method', { ...declared([five]), method: 'sql' }],
    ['allowShrink', { ...declared([five]), allowShrink: 'yes' }],
    ['gateway', { ...declared([five]), gateway: '203.0.113.65' }],
    ['spec', null],
  ])('names the field %s', (field, input) => {
    expect(() => allocationPool.parse(input)).toThrow(`the field "${field}" is not valid`);
  });
});

test('one subnet is one thing, in whatever case its id is written', () => {
  expect(allocationPool.identify(declared([five], { subnetId: subnetId.toUpperCase() }))).toBe(`subnet ${subnetId}`);
});

test('the method says which target is written', async () => {
  const wanted = (['database', 'api', 'check'] as const).map((method) => ({
    id: `allocation-pool.${method}`,
    stack: 's',
    owner: 'o',
    spec: declared([five], { method }),
  }));
  const locate = (specs: typeof wanted) =>
    allocationPool.locate(specs, { cloud: 'lab', databases: new Set() as Readers['databases'] } as Readers);
  const { placements } = await locate(wanted);
  expect(placements.map(({ target, wanted: there }) => [target, there.map(({ id }) => id)])).toEqual([
    ['database:neutron', ['allocation-pool.database']],
    ['api:lab', ['allocation-pool.api', 'allocation-pool.check']],
  ]);
  expect(await locate([])).toEqual({ placements: [], findings: [] });
});

describe('a step', () => {
  test('shows what a reviewer asks for', () => {
    const subnet = observedSubnet([five], { allocated: ['203.0.113.71', '203.0.113.73', '203.0.113.66'] });
    expect(diff(declared([fifteen]), subnet)).toEqual({
      steps: [
        {
          id: 'allocation-pool.shared/Red/AllocationPools',
          action: 'update',
          subject: `subnet ${subnetId} (203.0.113.64/26)`,
          changes: [
            {
              attribute: 'allocation_pools',
              before: '203.0.113.71-203.0.113.75',
              after: '203.0.113.71-203.0.113.85',
            },
          ],
          because: 'the code declares other pools',
          notes: ['adds 10 addresses'],
          asides: ['2 of 15 addresses in use; gateway 203.0.113.65'],
          subnetId,
          pools: [{ start: '203.0.113.71', end: '203.0.113.85' }],
        },
      ],
      findings: [],
    });
  });

  test.each<[string, readonly Pair[], readonly Pair[]]>([
    [
      'touching pools',
      [five],
      [
        ['203.0.113.71', '203.0.113.72'],
        ['203.0.113.73', '203.0.113.75'],
      ],
    ],
    [
      'the other way round',
      [
        ['203.0.113.73', '203.0.113.75'],
        ['203.0.113.71', '203.0.113.72'],
      ],
      [five],
    ],
    ['another order', [['203.0.113.80', '203.0.113.81'], five], [five, ['203.0.113.80', '203.0.113.81']]],
  ])('is not needed for %s', (_, live, wanted) => {
    expect(diff(declared(wanted), observedSubnet(live))).toEqual({ steps: [], findings: [] });
  });

  test('is not needed for another spelling', () => {
    const subnet = observedSubnet([['2001:db8::7', '2001:db8::9']], {
      ipVersion: 6,
      cidr: '2001:db8::/64',
      gatewayIp: null,
    });
    expect(diff(declared([['2001:DB8:0::7', '2001:db8:0:0:0:0:0:9']]), subnet)).toEqual({ steps: [], findings: [] });
  });

  test.each<[string, ObservedSubnet, string, readonly unknown[]]>([
    [
      'the API shows more than is handed out',
      observedSubnet([], { ledgers: [ledger('ipallocationpools', [fifteen]), ledger('ipamallocationpools', [five])] }),
      'the API shows the declared pools, and Neutron hands out addresses from others',
      [{ attribute: 'ipamallocationpools', before: '203.0.113.71-203.0.113.75', after: '203.0.113.71-203.0.113.85' }],
    ],
    [
      'more is handed out than the API shows',
      observedSubnet([], { ledgers: [ledger('ipallocationpools', [five]), ledger('ipamallocationpools', [fifteen])] }),
      'the pools that the API shows and those that Neutron hands out from differ',
      [{ attribute: 'ipallocationpools', before: '203.0.113.71-203.0.113.75', after: '203.0.113.71-203.0.113.85' }],
    ],
    [
      'a row ends before it starts',
      observedSubnet([['203.0.113.75', '203.0.113.71']]),
      'the code declares other pools',
      [
        {
          attribute: 'allocation_pools',
          before: '203.0.113.75-203.0.113.71 (no range)',
          after: '203.0.113.71-203.0.113.85',
        },
      ],
    ],
    [
      'two rows hold the same address',
      observedSubnet([
        ['203.0.113.71', '203.0.113.80'],
        ['203.0.113.80', '203.0.113.85'],
      ]),
      'the code declares other pools',
      [
        {
          attribute: 'allocation_pools',
          before: '203.0.113.71-203.0.113.80, 203.0.113.80-203.0.113.85',
          after: '203.0.113.71-203.0.113.85',
        },
      ],
    ],
    [
      'there is no row',
      observedSubnet([]),
      'the code declares other pools',
      [{ attribute: 'allocation_pools', before: 'none', after: '203.0.113.71-203.0.113.85' }],
    ],
  ])('repairs it when %s', (_, subnet, because, changes) => {
    expect(diff(declared([fifteen]), subnet)).toMatchObject({ steps: [{ because, changes }], findings: [] });
  });
});

describe('free ranges, up to Mitaka', () => {
  const icehouse = (ranges: readonly (readonly [number, string, string])[], pools: readonly Pair[] = [fifteen]) =>
    observedSubnet([], {
      ledgers: [ledger('ipallocationpools', pools, ranges)],
      allocated: ['203.0.113.71', '203.0.113.73'],
    });

  test.each<[string, readonly (readonly [number, string, string])[]]>([
    [
      'exactly the free addresses',
      [
        [0, '203.0.113.72', '203.0.113.72'],
        [0, '203.0.113.74', '203.0.113.85'],
      ],
    ],
    ['some of the free addresses: the rest comes with the next rebuild', [[0, '203.0.113.80', '203.0.113.85']]],
    ['none at all', []],
  ])('are right with %s', (_, ranges) => {
    expect(diff(declared([fifteen]), icehouse(ranges), 'icehouse')).toEqual({ steps: [], findings: [] });
  });

  test.each<[string, readonly (readonly [number, string, string])[]]>([
    ['the free ranges hold 203.0.113.73, which a port has', [[0, '203.0.113.72', '203.0.113.80']]],
    ['the free range 203.0.113.84-203.0.113.90 lies outside of its pool', [[0, '203.0.113.84', '203.0.113.90']]],
    ['the free range 203.0.113.80 lies outside of its pool', [[7, '203.0.113.80', '203.0.113.80']]],
    [
      'two free ranges share addresses of 203.0.113.78-203.0.113.80',
      [
        [0, '203.0.113.74', '203.0.113.79'],
        [0, '203.0.113.78', '203.0.113.80'],
      ],
    ],
    ['the free range 203.0.113.80-203.0.113.74 is none', [[0, '203.0.113.80', '203.0.113.74']]],
  ])('are repaired because %s', (because, ranges) => {
    expect(diff(declared([fifteen]), icehouse(ranges), 'icehouse')).toMatchObject({
      steps: [
        {
          because,
          changes: [{ attribute: 'free ranges', after: '203.0.113.72, 203.0.113.74-203.0.113.85' }],
        },
      ],
    });
  });

  test('of another spelling are repaired, since Neutron hands the text out as it stands', () => {
    const subnet = observedSubnet([], {
      ipVersion: 6,
      cidr: '2001:db8::/64',
      gatewayIp: null,
      allocated: [],
      ledgers: [ledger('ipallocationpools', [['2001:db8::7', '2001:db8::9']], [[0, '2001:DB8::7', '2001:db8::9']])],
    });
    expect(diff(declared([['2001:db8::7', '2001:db8::9']]), subnet, 'icehouse')).toMatchObject({
      steps: [{ because: 'the free range 2001:DB8::7-2001:db8::9 is not spelled as Neutron compares it' }],
    });
  });

  test('show the golden example as it will be, beside what is reviewed: with every port they change', () => {
    const before = icehouse(
      [
        [0, '203.0.113.72', '203.0.113.72'],
        [0, '203.0.113.74', '203.0.113.75'],
      ],
      [five],
    );
    expect(diff(declared([fifteen]), before, 'icehouse').steps).toMatchObject([
      {
        changes: [
          { attribute: 'allocation_pools', before: '203.0.113.71-203.0.113.75', after: '203.0.113.71-203.0.113.85' },
        ],
        asides: [
          'free ranges: 203.0.113.72, 203.0.113.74-203.0.113.75 -> 203.0.113.72, 203.0.113.74-203.0.113.85',
          '2 of 15 addresses in use; gateway 203.0.113.65',
        ],
      },
    ]);
  });

  test('of the ledger that is not in use are not looked at: the pluggable IPAM never keeps them', () => {
    const subnet = observedSubnet([], {
      ledgers: [
        ledger('ipallocationpools', [fifteen], [[0, '203.0.113.71', '203.0.113.85']]),
        ledger('ipamallocationpools', [fifteen], [[0, '203.0.113.74', '203.0.113.85']]),
      ],
      allocated: ['203.0.113.71', '203.0.113.73'],
    });
    expect(diff(declared([fifteen]), subnet, 'mitaka')).toEqual({ steps: [], findings: [] });
  });
});

describe('nearly full (case 1006 b)', () => {
  const used = (count: number) => Array.from({ length: count }, (_, index) => `203.0.113.${71 + index}`);
  const fifty: Pair = ['203.0.113.71', '203.0.113.120'];

  test.each([
    [45, 0],
    [46, 1],
    [50, 1],
  ])('%i of 50 give %i warnings', (count, warnings) => {
    const { findings } = diff(declared([fifty]), observedSubnet([fifty], { allocated: used(count) }));
    expect(findings).toHaveLength(warnings);
    if (warnings > 0)
      expect(findings[0]).toEqual({
        id: 'allocation-pool.shared/Red/AllocationPools',
        message: `the pools of subnet ${subnetId} (203.0.113.71-203.0.113.120) are ${count < 50 ? 'nearly full' : 'full'}: ${count} of 50 addresses are in use; extend them${count < 50 ? ' before port creation fails' : ': port creation fails'}`,
      });
  });

  test('counts after the change, and only what lies in the pools', () => {
    const allocated = used(5);
    expect(diff(declared([fifteen]), observedSubnet([five], { allocated })).findings).toEqual([]);
    const outside = ['203.0.113.66', '203.0.113.67', '203.0.113.68', '203.0.113.69', '203.0.113.70'];
    expect(diff(declared([five]), observedSubnet([five], { allocated: outside })).findings).toEqual([]);
  });
});

describe('check only warns', () => {
  const live = (pairs: readonly Pair[], allocated: readonly string[]) =>
    observedSubnet([], { ledgers: [ledger('api', pairs)], allocated });
  const check = (pairs: readonly Pair[], subnet: ObservedSubnet) =>
    allocationPool.diff(placementOf(declared(pairs, { method: 'check' })), { subnets: new Map([[subnet.id, subnet]]) });

  test('reports no fixed addresses outside of pools that are as declared', () => {
    expect(check([five], live([five], ['203.0.113.66', '203.0.113.72']))).toEqual({ steps: [], findings: [] });
  });

  test('says in one sentence what somebody changed, and what ports lose by it', () => {
    const subnet = live(
      [
        ['203.0.113.71', '203.0.113.72'],
        ['203.0.113.90', '203.0.113.95'],
      ],
      ['203.0.113.75', '203.0.113.91', '203.0.113.72'],
    );
    expect(check([five], subnet)).toEqual({
      steps: [],
      findings: [
        {
          id: 'allocation-pool.shared/Red/AllocationPools',
          message:
            `the live pools of subnet ${subnetId} are 203.0.113.71-203.0.113.72, 203.0.113.90-203.0.113.95, the code declares 203.0.113.71-203.0.113.75: ` +
            "`cdktf apply` writes the code's; which leave out 1 address in use (203.0.113.91); the live pools cover 1 in use no longer (203.0.113.75)",
        },
      ],
    });
  });

  test('warns of full live pools', () => {
    const allocated = [71, 72, 73, 74, 75].map((last) => `203.0.113.${last}`);
    expect(check([five], live([five], allocated)).findings[0]?.message).toContain('are full: 5 of 5');
  });
});
