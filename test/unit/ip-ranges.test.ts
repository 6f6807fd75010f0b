import fc from 'fast-check';
import {
  canonicalAddress,
  compact,
  formatAddress,
  formatRange,
  holds,
  isInside,
  overlap,
  parseAddress,
  parseCidr,
  parseRange,
  poolSpace,
  sizeOf,
  subtract,
  type IpRange,
  type IpVersion,
} from '../../lib/net/ip-ranges';

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', 4, 0n],
    ['203.0.113.71', 4, 3405803847n],
    ['255.255.255.255', 4, 4294967295n],
    ['::', 6, 0n],
    ['2001:DB8:0:0::7', 6, 42540766411282592856903984951653826567n],
  ] as const)('reads %s', (text, version, value) => {
    expect(parseAddress(text)).toEqual({ version, value });
  });

  it.each([
    ...['', ' ', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.04', '1.2..4', '.1.2.3', '1.2.3.', '1.2.3.4 '],
    ...['1.2.3.4/32', '0x1.2.3.4', '-1.2.3.4', '1e1.2.3.4', '１.2.3.4', 'localhost'],
    ...['2001:db8::7/64', 'fe80::1%eth0', '::ffff:192.0.2.1', '2001:db8:::7', '1::2::3', '2001:db8::g'],
  ])('refuses %p, saying what to write', (text) => {
    expect(() => parseAddress(text)).toThrow(`"${text}" is not an IP address; write one address such as`);
  });
});

it.each([
  ['2001:DB8:0::7', '2001:db8::7'],
  ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
  ['203.0.113.7', '203.0.113.7'],
])('spells %s as Neutron stores it: %s', (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

describe('parseRange', () => {
  it('refuses two families', () => {
    expect(() => parseRange({ start: '203.0.113.7', end: '2001:db8::7' })).toThrow(
      'the pool 203.0.113.7-2001:db8::7 mixes IPv4 and IPv6; give both ends in one family',
    );
  });
  it('refuses the wrong order, and shows the right one', () => {
    expect(() => parseRange({ start: '203.0.113.9', end: '203.0.113.7' })).toThrow(
      'the pool 203.0.113.9-203.0.113.7 ends before it starts; write it as 203.0.113.7-203.0.113.9',
    );
  });
});

describe('parseCidr', () => {
  it.each([
    '203.0.113.0',
    '203.0.113.0/33',
    '203.0.113.0/',
    '203.0.113.0/-1',
    '2001:db8::/129',
    '1.2.3.0/24/5',
    'x/24',
  ])('refuses %s', (text) => {
    expect(() => parseCidr(text)).toThrow('is not');
  });
  it('refuses host bits, and names the network', () => {
    expect(() => parseCidr('203.0.113.70/26')).toThrow(
      '203.0.113.70/26 has host bits set; the network it lies in is 203.0.113.64/26',
    );
  });
  it.each([
    ['203.0.113.64/26', '203.0.113.65-203.0.113.126'],
    ['203.0.113.0/30', '203.0.113.1-203.0.113.2'],
    ['203.0.113.0/31', '203.0.113.0-203.0.113.1'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['2001:db8::/126', '2001:db8::1-2001:db8::3'],
    ['2001:db8::/127', '2001:db8::-2001:db8::1'],
    ['2001:db8::/64', '2001:db8::1-2001:db8::ffff:ffff:ffff:ffff'],
  ])('lets the pools of %s use %s', (cidr, space) => {
    expect(formatRange(poolSpace(parseCidr(cidr)))).toBe(space);
  });
});

const r = (first: number, last = first): IpRange => ({ version: 4, first: BigInt(first), last: BigInt(last) });

describe('overlap and isInside', () => {
  it.each([
    [r(1, 5), r(5, 9), true, false],
    [r(1, 5), r(6, 9), false, false],
    [r(3, 4), r(1, 9), true, true],
    [r(1, 9), r(1, 9), true, true],
    [{ ...r(1, 9), version: 6 as const }, r(1, 9), false, false],
  ])('%#', (a, b, overlaps, inside) => {
    expect([overlap(a, b), isInside(a, b)]).toEqual([overlaps, inside]);
  });
});

describe('laws', () => {
  // Small numbers, so that ranges touch and overlap often; the model is the plain set of addresses.
  const range = fc
    .tuple(fc.constantFrom<IpVersion>(4, 6), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 8 }))
    .map(([version, first, length]): IpRange => ({ ...r(first, first + length), version }));
  const ranges = fc.array(range, { maxLength: 8 });
  const setOf = (all: readonly IpRange[]): Set<string> => {
    const found = new Set<string>();
    for (const { version, first, last } of all)
      for (let value = first; value <= last; value++) found.add(`${version} ${value}`);
    return found;
  };
  const isCompact = (all: readonly IpRange[]): boolean =>
    all.every((range, index) => {
      const before = all[index - 1];
      return !before || before.version < range.version || before.last + 1n < range.first;
    });

  it('compact keeps the addresses, in order and without neighbours, in any order of input', () => {
    fc.assert(
      fc.property(ranges, fc.infiniteStream(fc.nat()), (all, keys) => {
        const result = compact(all);
        expect(setOf(result)).toEqual(setOf(all));
        expect(isCompact(result)).toBe(true);
        const shuffled = all.map((item) => ({ item, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
        expect(compact(shuffled.map(({ item }) => item))).toEqual(result);
      }),
    );
  });

  it('subtract is set difference, compact', () => {
    fc.assert(
      fc.property(ranges, ranges, (all, holes) => {
        const result = subtract(all, holes);
        const left = [...setOf(all)].filter((address) => !setOf(holes).has(address));
        expect(setOf(result)).toEqual(new Set(left));
        expect(isCompact(result)).toBe(true);
      }),
    );
  });

  it('sizeOf counts what holds says yes to', () => {
    fc.assert(
      fc.property(range, fc.bigInt({ min: 0n, max: 80n }), (single, value) => {
        expect(holds(single, { version: single.version, value })).toBe(
          setOf([single]).has(`${single.version} ${value}`),
        );
        expect(sizeOf([single])).toBe(BigInt(setOf([single]).size));
      }),
    );
  });

  it('format and parse are inverse', () => {
    const address = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ version: 4 as const, value })),
      fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ version: 6 as const, value })),
    );
    fc.assert(
      fc.property(address, ({ version, value }) => {
        expect(parseAddress(formatAddress(version, value))).toEqual({ version, value });
      }),
    );
  });
});
