import { quotaFindings } from '../../lib/synth/quota-plan';

const uses = [
  { tenant: 'acme', counts: { networks: 1, subnets: 2, ports: 3, instances: 1, cores: 2, ramMiB: 512 } },
  { tenant: 'acme', counts: { ports: 4, securityGroups: 1, securityGroupRules: 5 } },
  { tenant: 'globex', counts: { ports: 90 } },
];

test.each([
  ['as large as what is declared', { networks: 1, subnets: 2, ports: 7, instances: 1, cores: 2, ramMiB: 512 }, []],
  ['without limits', { networks: -1, ports: -1, instances: -1 }, []],
  ['that names nothing', {}, []],
  [
    'one port short',
    { ports: 6 },
    [/^the quota allows 6 ports and the code declares 7 \(with one for DHCP .*; set ports to 7 or more/],
  ],
  ['of zero', { networks: 0 }, [/allows 0 networks and the code declares 1/]],
  [
    'that forgets the group "default"',
    { securityGroups: 1, securityGroupRules: 8 },
    [/declares 2 \(with/, /declares 9 \(with/],
  ],
  ['short in Nova', { instances: 0, cores: 1, ramMiB: 511 }, [/instances/, /2; set cores/, /512; set ramMiB/]],
])('a quota %s', (_what, limits, expected) => {
  const found = quotaFindings([{ path: 'acme/Tenant/Quotas', tenant: 'acme', limits }], uses);
  expect(found).toEqual(
    expected.map((message) => ({ path: 'acme/Tenant/Quotas', message: expect.stringMatching(message) as string })),
  );
});

test('another tenant’s things are not counted', () => {
  expect(quotaFindings([{ path: 'q', tenant: 'initech', limits: { ports: 0, securityGroups: 0 } }], uses)).toEqual([]);
});
