import { gatewayOf } from '../../lib/synth/subnet-checks';
import { addressFindings, type AddressPlan, type SubnetDeclaration } from '../../lib/synth/address-plan';
import type { Release } from '../../lib/openstack/releases';
import { address, plan, subnet, without } from '../support/address-plan';

const lines = (parts: Partial<AddressPlan>, release: Release = 'zed') =>
  addressFindings(plan(parts), release).map(({ path, message }) => `${path}: ${message}`);

describe('an address', () => {
  const green = subnet('green', '198.51.100.0/24');
  const six = subnet('six', '2001:db8:1::/64');

  test.each([
    [
      '198.51.101.7',
      /^port: 198\.51\.101\.7 is outside 198\.51\.100\.0\/24; choose one in 198\.51\.100\.1-198\.51\.100\.254$/,
    ],
    ['198.51.100.0', /is the network address of 198\.51\.100\.0\/24/],
    ['198.51.100.255', /is the broadcast address of 198\.51\.100\.0\/24/],
    ['198.51.100.1', /is the gateway of green; choose another, or say isGateway/],
    ['198.51.100', /is not an IP address/],
    ['2001:db8:1::7', /is outside 198\.51\.100\.0\/24/],
  ])('%s on an IPv4 subnet', (text, expected) => {
    expect(lines({ subnets: [green], addresses: [address('port', 'green', text)] })).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test.each([
    ['2001:db8:2::7', /is outside 2001:db8:1::\/64; choose one in 2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff$/],
    ['2001:DB8:1:0::', /is the gateway of six/],
  ])('%s on an IPv6 subnet', (text, expected) => {
    expect(lines({ subnets: [six], addresses: [address('port', 'six', text)] })).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test('the last address of an IPv6 subnet is an address', () => {
    expect(lines({ subnets: [six], addresses: [address('p', 'six', '2001:db8:1::ffff:ffff:ffff:ffff')] })).toEqual([]);
  });

  test('may be the network address of IPv6 from Ussuri on', () => {
    const parts = {
      subnets: [subnet('six', '2001:db8:1::/64', { gateway: '2001:db8:1::1' })],
      addresses: [address('port', 'six', '2001:db8:1::')],
    };
    expect(lines(parts, 'ussuri')).toEqual([]);
    expect(lines(parts, 'train')).toEqual([expect.stringMatching(/^port: 2001:db8:1:: is the network address/)]);
  });

  test.each<[string, string, Release, RegExp | undefined]>([
    ['198.51.100.4/31', '198.51.100.4', 'zed', /is the network address of 198\.51\.100\.4\/31; choose a wider cidr/],
    ['198.51.100.4/31', '198.51.100.5', 'zed', undefined],
    ['198.51.100.4/31', '198.51.100.5', 'train', /is the broadcast address of 198\.51\.100\.4\/31/],
    ['198.51.100.4/32', '198.51.100.4', 'zed', /is the network address/],
    ['2001:db8::4/127', '2001:db8::5', 'icehouse', undefined],
    ['2001:db8::4/128', '2001:db8::4', 'zed', undefined],
  ])('on %s: %s on %s', (cidr, text, release, expected) => {
    const parts = { subnets: [subnet('p2p', cidr, { gateway: 'none' })], addresses: [address('port', 'p2p', text)] };
    expect(lines(parts, release)).toEqual(expected ? [expect.stringMatching(expected)] : []);
  });

  test('can be chosen by a router alone where servers make their own', () => {
    const services = { dhcp: true, ipv6AddressMode: 'slaac', ipv6RaMode: 'slaac' };
    const subnets = [subnet('six', '2001:db8:1::/64', { services })];
    expect(lines({ subnets, addresses: [address('port', 'six', '2001:db8:1::7')] })).toEqual([
      "port: 2001:db8:1::7 can't be chosen on 2001:db8:1::/64, where servers make their own addresses (slaac); leave the address out",
    ]);
    const atRouter = address('router', 'six', '2001:db8:1::', { isRouter: true, isGateway: true });
    expect(lines({ subnets, addresses: [atRouter] })).toEqual([]);
  });

  test('may be the gateway where that is said, and has to be it then', () => {
    const routed = subnet('green', '198.51.100.0/24', { gateway: '198.51.100.254' });
    const gatewayAt = (text: string) => ({
      subnets: [routed],
      addresses: [address('utm', 'green', text, { isGateway: true })],
    });
    expect(lines(gatewayAt('198.51.100.254'))).toEqual([]);
    expect(lines(gatewayAt('198.51.100.253'))).toEqual([
      expect.stringMatching(
        /^utm: it should be the gateway, but its address is 198\.51\.100\.253, and the gateway of green is 198\.51\.100\.254/,
      ),
    ]);
  });

  test('of a port that is the gateway of one family need not be that of the other', () => {
    const six = subnet('six', '2001:db8:1::/64', { network: 'green' });
    const both = (...texts: string[]) =>
      lines({
        subnets: [green, six],
        addresses: texts.map((text) =>
          address('utm', 'green', text, {
            isGateway: true,
            subnet: text.includes(':') ? 'six/Subnet' : 'green/Subnet',
          }),
        ),
      });
    expect(both('198.51.100.1', '2001:db8:1::9')).toEqual([]);
    expect(both('2001:db8:1::9', '198.51.100.1')).toEqual([]);
    expect(both('198.51.100.9', '2001:db8:1::9')).toEqual([expect.stringMatching(/^utm: it should be the gateway/)]);
  });

  test('on a subnet without a gateway may be the first', () => {
    const bare = subnet('green', '198.51.100.0/24', { gateway: 'none' });
    expect(lines({ subnets: [bare], addresses: [address('port', 'green', '198.51.100.1')] })).toEqual([]);
  });

  test('is used once on a network, however it is written, and may be used on another', () => {
    const addresses = [
      address('acme/A', 'six', '2001:db8:1::7'),
      address('globex/B', 'six', '2001:0DB8:1::0007'),
      address('acme/C', 'other', '2001:db8:1::7'),
    ];
    expect(lines({ addresses })).toEqual([
      'globex/B: 2001:0DB8:1::0007 is used twice: acme/A has it too; give each its own address',
    ]);
  });

  test('is used once on networks that a UTM bridges', () => {
    const addresses = [address('a', 'green', '10.0.0.7'), address('b', 'orange', '10.0.0.7')];
    const bridges = [
      { path: 'one', networks: ['green', 'blue'] },
      { path: 'two', networks: ['orange', 'blue'] },
    ];
    expect(lines({ addresses })).toEqual([]);
    expect(lines({ addresses, bridges })).toEqual([expect.stringMatching(/^b: 10\.0\.0\.7 is used twice: a has it/)]);
  });

  test('on a subnet whose cidr nobody knows is not measured', () => {
    const unknown = without(subnet('green', ''), 'cidr');
    expect(lines({ subnets: [unknown], addresses: [address('port', 'green', '192.0.2.7')] })).toEqual([]);
  });
});

describe('a gateway', () => {
  test.each([
    ['2001:db8::1', /^green: the gateway 2001:db8::1 is outside 198\.51\.100\.0\/24, and of another family/],
    ['198.51.100.255', /the gateway 198\.51\.100\.255 is the broadcast address/],
    ['198.51.100.0', /the gateway 198\.51\.100\.0 is the network address/],
    ['nowhere', /"nowhere" is not an IP address/],
  ])('at %s', (gateway, expected) => {
    expect(lines({ subnets: [subnet('green', '198.51.100.0/24', { gateway })] })).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test.each<[Release, number]>([
    ['icehouse', 0],
    ['juno', 1],
    ['mitaka', 1],
    ['ocata', 0],
    ['zed', 0],
  ])('outside of the cidr on %s', (release, count) => {
    const outside = subnet('red', '203.0.113.0/28', { gateway: '203.0.113.129' });
    expect(lines({ subnets: [outside] }, release)).toHaveLength(count);
  });

  test.each<[Release, string]>([
    ['icehouse', '2001:db8:1::1'],
    ['train', '2001:db8:1::1'],
    ['ussuri', '2001:db8:1::'],
    ['zed', '2001:db8:1::'],
  ])('that Neutron of %s chooses on IPv6 is %s', (release, expected) => {
    expect(gatewayOf({ cidr: '2001:db8:1::/64' }, release)).toBe(expected);
    expect(gatewayOf({ cidr: '198.51.100.0/24' }, release)).toBe('198.51.100.1');
    const pools = [{ start: '2001:db8:1::1', end: '2001:db8:1::9' }];
    const found = lines({ subnets: [subnet('six', '2001:db8:1::/64', { pools })] }, release);
    expect(found).toHaveLength(expected.endsWith('::1') ? 1 : 0);
  });

  test('is none that Neutron finds in a /31', () => {
    expect(lines({ subnets: [subnet('p2p', '198.51.100.4/31')] })).toEqual([
      expect.stringMatching(/^p2p: Neutron finds no gateway in 198\.51\.100\.4\/31.*say gateway: 'none'/),
    ]);
  });

  test('may be link-local on IPv6', () => {
    expect(lines({ subnets: [subnet('six', '2001:db8::/64', { gateway: 'fe80::1' })] })).toEqual([]);
  });
});

describe('a pool', () => {
  const withPools = (cidr: string, ...pools: string[]) =>
    lines({
      subnets: [
        subnet('red', cidr, {
          pools: pools.map((text) => {
            const [start = '', end = ''] = text.split('..');
            return { start, end };
          }),
        }),
      ],
    });

  test.each<[string, string[], RegExp]>([
    [
      '203.0.113.0/24',
      ['203.0.113.250..203.0.114.5'],
      /^red: the pool .* leaves 203\.0\.113\.0\/24; pools there lie in 203\.0\.113\.1-203\.0\.113\.254$/,
    ],
    ['203.0.113.0/24', ['203.0.113.250..203.0.113.255'], /leaves/],
    ['203.0.113.0/24', ['203.0.113.1..203.0.113.9'], /holds the gateway 203\.0\.113\.1, which Neutron would hand out/],
    ['203.0.113.0/24', ['203.0.113.10..203.0.113.19', '203.0.113.19..203.0.113.29'], /the pools .* overlap/],
    [
      '203.0.113.0/24',
      ['203.0.113.19..203.0.113.10'],
      /ends before it starts; write it as 203\.0\.113\.10-203\.0\.113\.19/,
    ],
    ['203.0.113.0/24', ['203.0.113.19..2001:db8::5'], /mixes IPv4 and IPv6/],
    ['2001:db8::/64', ['2001:db8::..2001:db8::5'], /leaves 2001:db8::\/64/],
    ['203.0.113.7/24', [], /has host bits set; the network it lies in is 203\.0\.113\.0\/24/],
  ])('%s %j', (cidr, pools, expected) => {
    const found = withPools(cidr, ...pools);
    expect(found).toContainEqual(expect.stringMatching(expected));
  });

  test('two that touch, in any order, are fine', () => {
    expect(withPools('203.0.113.0/24', '203.0.113.20..203.0.113.29', '203.0.113.10..203.0.113.19')).toEqual([]);
  });

  describe('that ends below a declared address', () => {
    const pools = [{ start: '203.0.113.10', end: '203.0.113.19' }];
    const shared = without(subnet('red', '203.0.113.0/24', { pools }), 'tenant');
    const owned = subnet('red', '203.0.113.0/24', { pools });
    const portsOn = (on: SubnetDeclaration, ...last: number[]) =>
      lines({ subnets: [on], addresses: last.map((n) => address(`p${String(n)}`, 'red', `203.0.113.${String(n)}`)) });
    const beyond = (n: number) =>
      `p${String(n)}: 203.0.113.${String(n)} lies beyond the pools of red, which end at 203.0.113.19; ` +
      'extend the pool, or say outsidePools: true where this is meant';

    test('on a shared network was meant to hold it', () => {
      expect(portsOn(shared, 15, 40)).toEqual([beyond(40)]);
    });

    test('on a tenant’s own network was meant to hold what runs on from its end', () => {
      expect(portsOn(owned, 22, 21, 20, 40)).toEqual([beyond(20), beyond(21), beyond(22)]);
      expect(portsOn(owned, 5, 21)).toEqual([]);
    });

    test('below the pools is where fixed addresses may lie', () => {
      expect(portsOn(shared, 5)).toEqual([]);
    });

    test('on purpose is said', () => {
      const meant = address('p', 'red', '203.0.113.40', { outsidePools: true });
      expect(lines({ subnets: [shared], addresses: [meant] })).toEqual([]);
    });
  });
});

describe('two subnets', () => {
  const management = without(subnet('management', '10.0.0.0/16'), 'tenant');

  test.each<[string, Partial<AddressPlan>, RegExp | undefined]>([
    [
      'of one tenant',
      { subnets: [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.128/25')] },
      /^b: 10\.0\.0\.128\/25 overlaps 10\.0\.0\.0\/24 of a, and both belong to one tenant/,
    ],
    [
      'of two tenants',
      { subnets: [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.0/24', { tenant: 'globex' })] },
      undefined,
    ],
    [
      'of two tenants behind one router',
      {
        subnets: [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.0/24', { tenant: 'globex' })],
        routers: [{ path: 'router', subnets: ['a/Subnet', 'b/Subnet'] }],
      },
      /router routes between them/,
    ],
    ['a shared one and a tenant’s', { subnets: [subnet('a', '10.0.9.0/24'), management] }, /the tenant reaches both/],
    [
      'both shared',
      { subnets: [management, { ...management, path: 'other', key: 'other', network: 'other' }] },
      /^other: 10\.0\.0\.0\/16 overlaps .* every tenant reaches both/,
    ],
    ['of two families', { subnets: [subnet('a', '0.0.0.0/0'), subnet('b', '::/0')] }, undefined],
    [
      'that a UTM bridges, with one range',
      {
        subnets: [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.0/24')],
        bridges: [{ path: 'utm', networks: ['a', 'b'] }],
      },
      undefined,
    ],
    [
      'that a UTM bridges, with ranges that differ',
      {
        subnets: [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.0/25')],
        bridges: [{ path: 'utm', networks: ['a', 'b'] }],
      },
      /overlaps/,
    ],
    ['that are one, imported twice', { subnets: [management, management] }, undefined],
  ])('%s', (_what, parts, expected) => {
    expect(lines(parts)).toEqual(expected ? [expect.stringMatching(expected)] : []);
  });
});

test.each([
  ['the red network, no subnet named', { network: 'red' }, true],
  ['the very subnet', { network: 'red', subnet: 'red/Subnet' }, true],
  ['another subnet of it', { network: 'red', subnet: 'red/Floating' }, false],
  ['another network', { network: 'public' }, false],
])('a floating address from %s', (_what, from, isFinding) => {
  const found = lines({
    floating: [{ path: 'web', ...from }],
    red: [{ path: 'utm', network: 'red', subnet: 'red/Subnet' }],
  });
  expect(found).toEqual(
    isFinding ? [expect.stringMatching(/^web: it takes its address from the subnet that utm has/)] : [],
  );
});
