import { chooseMethod, type ExceptionMethod, type ExceptionWish } from '../../lib/synth/exception-method';
import { firewallDrivers, type FirewallDriver } from '../../lib/openstack/firewall-driver';
import { isAtLeast, releases, type Release } from '../../lib/openstack/releases';

type Wish = Omit<ExceptionWish, 'release' | 'firewallDriver'>;
type Expected = ExceptionMethod['method'] | 'finding';

const port = { pairs: 0, letsNothingIn: false };
const routed: Wish = { mode: 'routed', sources: ['10.1.0.0/24'], destinations: 'any', port };
const bridged: Wish = { ...routed, mode: 'bridged' };
const any = { sources: 'any', destinations: 'any' } as const;
const named = { destinations: ['10.2.0.0/24'] };
const clients = [
  { macAddress: 'fa:16:3e:00:00:01', addresses: ['10.1.0.1', '10.1.0.128/25'] },
  { macAddress: 'fa:16:3e:00:00:02', addresses: ['10.1.0.2'] },
];
const prefixes = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.${index}.0.0/16`);

/** From that release on, up to the next that is named. */
type History = readonly (readonly [Release, Expected])[];
const always = (expected: Expected): History => [['icehouse', expected]];

/** [what, the wish, with iptables or iptables_hybrid, with openvswitch or ovn] */
const table: readonly (readonly [string, Wish, History, History])[] = [
  [
    'routed, named sources to any',
    routed,
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'address-pairs'],
    ],
    [
      ['icehouse', 'finding'],
      ['mitaka', 'address-pairs'],
    ],
  ],
  ['routed, destinations named', { ...routed, ...named }, always('packet-filter'), always('finding')],
  [
    'routed, any to any',
    { ...routed, ...any },
    always('packet-filter'),
    [
      ['icehouse', 'finding'],
      ['mitaka', 'port-security-off'],
    ],
  ],
  ['routed, any to a prefix', { ...routed, ...any, ...named }, always('packet-filter'), always('finding')],
  ['routed, 11 sources', { ...routed, sources: prefixes(11) }, always('packet-filter'), always('finding')],
  [
    'routed, 10 sources',
    { ...routed, sources: prefixes(10) },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'address-pairs'],
    ],
    [
      ['icehouse', 'finding'],
      ['mitaka', 'address-pairs'],
    ],
  ],
  [
    'routed, 10 sources beside a pair of the port',
    { ...routed, sources: prefixes(10), port: { ...port, pairs: 1 } },
    always('packet-filter'),
    always('finding'),
  ],
  [
    'routed, a port without a group',
    { ...routed, port: { ...port, letsNothingIn: true } },
    always('packet-filter'),
    always('finding'),
  ],
  [
    'bridged, any to any',
    { ...bridged, ...any },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'port-security-off'],
    ],
    [
      ['icehouse', 'finding'],
      ['mitaka', 'port-security-off'],
    ],
  ],
  [
    'bridged, named sources without clients',
    bridged,
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'finding'],
    ],
    always('finding'),
  ],
  [
    'bridged, clients',
    { ...bridged, clients },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'address-pairs'],
    ],
    [
      ['icehouse', 'finding'],
      ['mitaka', 'address-pairs'],
    ],
  ],
  [
    'bridged, clients and destinations',
    { ...bridged, ...named, clients },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'finding'],
    ],
    always('finding'),
  ],
  [
    'bridged, a client outside of the sources',
    { ...bridged, sources: ['10.1.0.0/25'], clients },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'finding'],
    ],
    always('finding'),
  ],
  [
    'bridged, clients of any address',
    { ...bridged, sources: 'any', clients },
    [
      ['icehouse', 'packet-filter'],
      ['liberty', 'address-pairs'],
    ],
    [
      ['icehouse', 'finding'],
      ['mitaka', 'address-pairs'],
    ],
  ],
];

const usesIptables = (driver: FirewallDriver): boolean => driver.startsWith('iptables');

test.each(table)('%s, in every release with every driver', (_what, wish, iptables, others) => {
  const chosen = releases.map((release) =>
    firewallDrivers.map((firewallDriver) => {
      const found = chooseMethod({ ...wish, release, firewallDriver });
      return `${release} ${firewallDriver}: ${'finding' in found ? 'finding' : found.method}`;
    }),
  );
  const expected = releases.map((release) =>
    firewallDrivers.map((driver) => {
      const history = usesIptables(driver) ? iptables : others;
      const since = history.findLast(([from]) => isAtLeast(release, from));
      return `${release} ${driver}: ${since?.[1]}`;
    }),
  );
  expect(chosen).toEqual(expected);
});

test('the pairs are the sources, and bridged each client with its MAC address', () => {
  const zed = { release: 'zed', firewallDriver: 'iptables_hybrid' } as const;
  expect(chooseMethod({ ...routed, ...zed, sources: ['10.1.0.0/24', '2001:db8::/64'] })).toMatchObject({
    pairs: [{ ipAddress: '10.1.0.0/24' }, { ipAddress: '2001:db8::/64' }],
  });
  expect(chooseMethod({ ...bridged, ...zed, clients })).toMatchObject({
    pairs: [
      { ipAddress: '10.1.0.1', macAddress: 'fa:16:3e:00:00:01' },
      { ipAddress: '10.1.0.128/25', macAddress: 'fa:16:3e:00:00:01' },
      { ipAddress: '10.1.0.2', macAddress: 'fa:16:3e:00:00:02' },
    ],
  });
});

test.each<[string, Partial<ExceptionWish>, string]>([
  [
    'a driver that the release had not',
    { release: 'liberty', firewallDriver: 'openvswitch' },
    'the firewall driver openvswitch is of Mitaka or later, and the cloud is declared as liberty; correct one of the two at OpenStackCloud',
  ],
  [
    'destinations without iptables',
    { firewallDriver: 'ovn', ...named },
    "address pairs name no destinations, and ovn leaves nothing to iptables; say destinations: 'any', and let the receivers' groups narrow it",
  ],
  [
    'too many sources without iptables',
    { firewallDriver: 'openvswitch', sources: prefixes(11) },
    "it makes 11 address pairs, and Neutron takes 10 per port, and openvswitch leaves nothing to iptables; name fewer and wider prefixes, or say 'any' for sources and destinations, which switches port security off (nothing is filtered there then, neither foreign addresses nor what others send, and a review calls it security-off)",
  ],
  [
    'bridged without clients',
    { mode: 'bridged' },
    "Neutron of zed drops foreign MAC addresses before iptables sees them; name the clients whose frames pass here ({ macAddress, addresses }), or say 'any' for sources and destinations, which switches port security off (nothing is filtered there then, neither foreign addresses nor what others send, and a review calls it security-off)",
  ],
  [
    'a client outside of the sources',
    { mode: 'bridged', clients, sources: ['10.1.0.0/25'] },
    'the client fa:16:3e:00:00:01 sends from 10.1.0.128/25, which none of the sources holds; add it to the sources, or leave it out',
  ],
])('%s: the finding says what to do', (_what, wish, finding) => {
  const zed = { release: 'zed', firewallDriver: 'iptables_hybrid' } as const;
  expect(chooseMethod({ ...routed, ...zed, ...wish })).toEqual({ finding });
});
