/** Address arithmetic against netaddr, the library that Neutron itself uses: random cases, both sides, same answer. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { canonicalAddress, formatAddress, formatRange, parseCidr, parseRange, subtract } from '../../lib/net/ip-ranges';

/** Debian's: the first python3 in PATH may be another one. */
const python = '/usr/bin/python3';
const missing =
  spawnSync(python, ['-c', 'import netaddr']).status === 0
    ? undefined
    : `${python} has no netaddr (Debian: python3-netaddr)`;
if (missing !== undefined) process.stdout.write(`skipped, comparison with netaddr: ${missing}\n`);
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);
const testWithNetaddr = missing === undefined ? test : test.skip;

const script = `
import json, sys, netaddr
def spans(ipset):
    return ['-'.join([str(r[0])] + ([str(r[-1])] if len(r) > 1 else [])) for r in ipset.iter_ipranges()]
out = []
for case in json.load(sys.stdin):
    pools = netaddr.IPSet()
    for start, end in case['pools']:
        pools |= netaddr.IPSet(netaddr.IPRange(start, end))
    net = netaddr.IPNetwork(case['cidr'])
    out.append({
        'canonical': [str(netaddr.IPAddress(a)) for a in case['texts']],
        'free': spans(pools - netaddr.IPSet(case['used'])),
        'cidr': [str(netaddr.IPAddress(net.first, net.version)), str(netaddr.IPAddress(net.last, net.version))],
    })
json.dump(out, sys.stdout)
`;

// netaddr writes what lies in ::/96 and ::ffff:0:0/96 with dots; nothing of ours is there.
const address = (version: 4 | 6) =>
  version === 4
    ? fc.bigInt({ min: 1n << 24n, max: (1n << 32n) - 2000n })
    : fc.bigInt({ min: 1n << 112n, max: (1n << 128n) - 2000n });
const padded = (text: string) =>
  text.includes(':')
    ? text
        .toUpperCase()
        .replace(/(^|:)([0-9A-F]{1,3})(?=:|$)/g, (_, colon: string, digits: string) => colon + digits.padStart(4, '0'))
    : text;

const oneCase = fc.constantFrom<4 | 6>(4, 6).chain((version) =>
  fc.record({
    version: fc.constant(version),
    base: address(version),
    pools: fc.array(fc.tuple(fc.nat(600), fc.nat(60)), { minLength: 1, maxLength: 5 }),
    used: fc.array(fc.nat(700), { maxLength: 12 }),
    prefix: fc.integer({ min: 1, max: version === 4 ? 32 : 128 }),
    zeros: fc.integer({ min: 0, max: 100 }),
  }),
);

testWithNetaddr('addresses are spelled, and free ranges and networks computed, as netaddr does', () => {
  const cases = fc
    .sample(oneCase, { numRuns: 400, seed: 20140919 })
    .map(({ version, base, pools, used, prefix, zeros }) => {
      const addressAt = (offset: number) => formatAddress(version, base + BigInt(offset));
      const bits = version === 4 ? 32n : 128n;
      const network = (base >> (bits - BigInt(prefix))) << (bits - BigInt(prefix));
      const holed = formatAddress(
        version,
        (base >> BigInt(zeros % Number(bits / 2n))) << BigInt(zeros % Number(bits / 2n)),
      );
      return {
        texts: [addressAt(0), addressAt(1), holed].map(padded),
        pools: pools.map(([first, length]) => [addressAt(first), addressAt(first + length)] as const),
        used: used.map(addressAt),
        cidr: `${formatAddress(version, network)}/${prefix}`,
      };
    });
  const theirs = JSON.parse(
    execFileSync(python, ['-c', script], { input: JSON.stringify(cases), encoding: 'utf8' }),
  ) as unknown[];
  const ours = cases.map(({ texts, pools, used, cidr }) => {
    const { version, first, last } = parseCidr(cidr);
    const taken = used.map((address) => parseRange({ start: address, end: address }));
    return {
      canonical: texts.map(canonicalAddress),
      free: subtract(
        pools.map(([start, end]) => parseRange({ start, end })),
        taken,
      ).map(formatRange),
      cidr: [formatAddress(version, first), formatAddress(version, last)],
    };
  });
  expect(theirs).toHaveLength(400);
  expect(ours).toEqual(theirs);
});
