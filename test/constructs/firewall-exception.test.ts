import {
  FirewallException,
  FixedIpPort,
  SecurityGroup,
  TenantNetwork,
  TenantStack,
  type FirewallExceptionProps,
  type FixedIpPortProps,
  type OpenStackCloudProps,
} from '../../constructs';
import { bootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { firewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { appWithCloud, named, only, synth, synthError } from '../support/synth';

type Wish = Partial<Omit<FirewallExceptionProps, 'port'>>;

function stackWithPort(cloudProps: Partial<OpenStackCloudProps> = {}, portProps: Partial<FixedIpPortProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  const acme = new TenantStack(app, 'acme', { cloud });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24' });
  const port = new FixedIpPort(acme, 'Port', { network, address: '10.1.0.9', ...portProps });
  const allow = (id: string, wish: Wish = {}) =>
    new FirewallException(acme, id, {
      port,
      mode: 'routed',
      sources: ['10.9.0.0/24'],
      destinations: 'any',
      reason: 'clients of the VPN',
      ...wish,
    });
  const portResource = () => only(synth(app).stack('acme'), 'openstack_networking_port_v2');
  const wishes = () =>
    (synth(app).stack('acme').output['stackward_manifest']?.value as { resources: Record<string, object> }).resources;
  return { app, acme, network, port, allow, portResource, wishes };
}

test('Terraform sets address pairs, beside those of the port, when they can express the exception', () => {
  const { allow, portResource, wishes } = stackWithPort(
    {},
    { allowedAddressPairs: [{ ipAddress: '10.7.0.7', macAddress: 'fa:16:3e:00:00:07' }] },
  );
  const made = [
    allow('Vpn', { sources: ['10.9.0.0/24', '2001:db8:9::/64'] }),
    allow('Lab', { sources: ['10.8.0.0/24'] }),
  ];
  expect(made.map(({ method }) => method)).toEqual(['address-pairs', 'address-pairs']);
  expect(made[0]?.because).toBe('its sources are few and named, and any destination is allowed');
  expect(portResource()['allowed_address_pairs']).toEqual([
    { ip_address: '10.7.0.7', mac_address: 'fa:16:3e:00:00:07' },
    { ip_address: '10.9.0.0/24' },
    { ip_address: '2001:db8:9::/64' },
    { ip_address: '10.8.0.0/24' },
  ]);
  expect(wishes()).toEqual({});
});

test('uses the packet filter, and a boot restore, when address pairs cannot express the exception', () => {
  const { allow, portResource, wishes } = stackWithPort({ release: 'mitaka', markBit: 7 });
  expect(allow('Vpn', { destinations: ['10.2.0.0/24'], placement: 'candidates' }).method).toBe('packet-filter');
  allow('Internet', { sources: 'any', destinations: ['10.1.0.0/25'], reason: 'answers from anywhere' });
  const { 'acme/Vpn': vpn, 'acme/Internet': internet, 'acme/BootRestore': boot } = wishes();
  const portId = expect.stringMatching(/^\$\{openstack_networking_port_v2\.Port_\w+\.id\}$/) as string;
  const cloud = { release: 'mitaka', firewallDriver: 'iptables_hybrid', markBit: 7 };
  expect(vpn).toEqual({
    kind: 'firewall-exception',
    dependsOn: [],
    spec: {
      portId,
      mode: 'routed',
      sources: ['10.9.0.0/24'],
      destinations: ['10.2.0.0/24'],
      reason: 'clients of the VPN',
      placement: 'candidates',
      ...cloud,
    },
  });
  expect(internet).toEqual({
    kind: 'firewall-exception',
    dependsOn: [],
    spec: {
      portId,
      mode: 'routed',
      sources: 'any',
      destinations: ['10.1.0.0/25'],
      reason: 'answers from anywhere',
      placement: 'bound',
      ...cloud,
    },
  });
  expect(boot).toEqual({
    kind: 'boot-restore',
    dependsOn: ['acme/Vpn', 'acme/Internet'],
    spec: {
      exceptions: [
        { portId, placement: 'candidates', firewallDriver: 'iptables_hybrid' },
        { portId, placement: 'bound', firewallDriver: 'iptables_hybrid' },
      ],
    },
  });
  for (const resource of [vpn, internet]) firewallExceptionSpec.parse((resource as { spec: object }).spec);
  bootRestoreSpec.parse((boot as { spec: object }).spec);
  expect(portResource()).not.toHaveProperty('allowed_address_pairs');
});

test('uses the packet filter once the port has ten address pairs', () => {
  const { allow, portResource } = stackWithPort();
  const sources = Array.from({ length: 9 }, (_, index) => `10.${20 + index}.0.0/16`);
  expect(allow('Nine', { sources }).method).toBe('address-pairs');
  expect(allow('Tenth').method).toBe('address-pairs');
  expect(allow('Eleventh', { sources: ['10.8.0.0/24'] }).method).toBe('packet-filter');
  expect(portResource()['allowed_address_pairs']).toHaveLength(10);
});

test('refuses dozens of sources with dozens of destinations, and names the number of rules', () => {
  const { app, allow } = stackWithPort();
  const dozens = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => `${first}.${index}.0.0/16`);
  allow('Few', { sources: dozens(20, 20), destinations: dozens(50, 25) });
  expect(synth(app).warnings).toEqual([]);
  allow('Many', { sources: dozens(80, 20), destinations: dozens(110, 26) });
  expect(synthError(app)).toMatch(/it makes 1040 rules, for each source with each destination, and 1000 are allowed/);
});

test('refuses more than a hundred prefixes, and names their number', () => {
  const { app, allow } = stackWithPort();
  allow('Many', { destinations: Array.from({ length: 101 }, (_, index) => `30.${index}.0.0/16`) });
  expect(synthError(app)).toMatch(/its destinations are 101 prefixes, and 100 are allowed; name fewer and wider ones/);
});

test.each(['fe80::/10', 'fe80::/64', '169.254.0.0/16'])(
  'refuses link-local sources (%s) with mode routed',
  (source) => {
    const { app, allow } = stackWithPort();
    allow('Local', { sources: [source], destinations: 'any' });
    expect(synthError(app)).toMatch(
      /is link-local, which no router passes on, so nothing of it could pass; leave it out/,
    );
  },
);

test('refuses an IPv4 prefix that is written as IPv6', () => {
  const { app, allow } = stackWithPort();
  allow('Mapped', { sources: ['::ffff:a00:0/104'] });
  expect(synthError(app)).toMatch(/in its sources, ::ffff:a00:0\/104 is of IPv4 and written as IPv6.*write it as IPv4/);
});

test('uses the packet filter at a port without a group, because address pairs let nothing in there', () => {
  expect(stackWithPort({}, { securityGroups: [] }).allow('Vpn').method).toBe('packet-filter');
});

test('with mode bridged, address pairs name the clients’ MAC addresses, also by reference; any to any switches port security off', () => {
  const given = stackWithPort();
  const client = new FixedIpPort(given.acme, 'Client', { network: given.network, address: '10.1.0.20' });
  given.allow('Clients', {
    mode: 'bridged',
    sources: ['10.1.0.0/24'],
    clients: [
      { macAddress: client.macAddress, addresses: ['10.1.0.20'] },
      { macAddress: 'fa:16:3e:00:00:21', addresses: ['10.1.0.21'] },
    ],
  });
  expect(
    named(synth(given.app).stack('acme'), 'openstack_networking_port_v2', 'Port_')['allowed_address_pairs'],
  ).toEqual([
    {
      ip_address: '10.1.0.20',
      mac_address: expect.stringMatching(/^\$\{openstack_networking_port_v2\.Client_\w+\.mac_address\}$/) as string,
    },
    { ip_address: '10.1.0.21', mac_address: 'fa:16:3e:00:00:21' },
  ]);
  const open = stackWithPort();
  expect(open.allow('All', { mode: 'bridged', sources: 'any' }).method).toBe('port-security-off');
  expect(open.portResource()).toMatchObject({ port_security_enabled: false, no_security_groups: true });
  expect(open.portResource()).not.toHaveProperty('allowed_address_pairs');
});

test('uses the packet filter for a bridged server on Icehouse, with the same code', () => {
  const { allow, wishes } = stackWithPort({ release: 'icehouse' });
  const clients = [{ macAddress: 'fa:16:3e:00:00:21', addresses: ['10.1.0.21'] }];
  expect(allow('Clients', { mode: 'bridged', sources: ['10.1.0.0/24'], clients }).method).toBe('packet-filter');
  expect(Object.keys(wishes())).toEqual(['acme/BootRestore', 'acme/Clients']);
});

test.each<[string, Wish, string]>([
  ['no reason', { reason: ' ' }, 'its reason is empty; say why it is needed'],
  ['a reason that reads backwards', { reason: 'a\u202eb' }, 'its reason has a line break or another control character'],
  ['a reason of two lines', { reason: 'a\nb' }, 'its reason has a line break or another control character; write one'],
  ['no source', { sources: [] }, "its sources are empty; name prefixes, or say 'any'"],
  ['no destination', { destinations: [] }, "its destinations are empty; name prefixes, or say 'any'"],
  ['no CIDR', { sources: ['10.9.0.1'] }, 'in its sources, "10.9.0.1" is not a CIDR; write it as'],
  [
    'host bits',
    { sources: ['10.9.0.1/24'] },
    'in its sources, 10.9.0.1/24 has host bits set; the network it lies in is 10.9.0.0/24',
  ],
  ['a hidden any', { sources: ['0.0.0.0/0'] }, "in its sources, 0.0.0.0/0 is every address of its family; say 'any'"],
  [
    'an any in halves',
    { sources: ['0.0.0.0/1', '128.0.0.0/1'] },
    "in its sources, 0.0.0.0/1 and 128.0.0.0/1 together are every address of their family; say 'any'",
  ],
  [
    'an any of IPv6 in three, beside IPv4',
    { sources: 'any', destinations: ['8000::/2', '10.9.0.0/24', '::/1', 'c000::/2'] },
    "in its destinations, 8000::/2 and ::/1 and c000::/2 together are every address of their family; say 'any'",
  ],
  ['another spelling', { sources: ['2001:DB8::/32'] }, 'in its sources, 2001:DB8::/32 is written 2001:db8::/32'],
  ['twice the same', { sources: ['10.9.0.0/24', '10.9.0.0/24'] }, 'its sources name 10.9.0.0/24 twice; leave one'],
  [
    'one in the other',
    { sources: ['10.9.0.0/24', '10.9.0.0/16'] },
    'in its sources, 10.9.0.0/24 and 10.9.0.0/16 overlap; leave the wider one',
  ],
  [
    'two families',
    { destinations: ['10.2.0.0/24', '2001:db8::/64'] },
    '2001:db8::/64 has no source of its family, so nothing of it could pass; add one, or leave it out',
  ],
  [
    'routed clients',
    { clients: [{ macAddress: 'fa:16:3e:00:00:21', addresses: ['10.1.0.21'] }] },
    'it names clients, and frames of a routed server bear its own MAC address; leave them out, or make it bridged',
  ],
  [
    'no MAC address',
    { mode: 'bridged', clients: [{ macAddress: 'FA-16-3E-00-00-21', addresses: ['10.9.0.21'] }] },
    'of a client, "FA-16-3E-00-00-21" is no MAC address of a port; write six pairs in lower case, such as fa:16:3e:00:00:01',
  ],
  [
    'no address',
    { mode: 'bridged', clients: [{ macAddress: 'fa:16:3e:00:00:21', addresses: [] }] },
    'the client fa:16:3e:00:00:21 has no address; name those that it sends from',
  ],
  ['bridged without clients', { mode: 'bridged' }, 'Neutron of zed drops foreign MAC addresses before iptables'],
])('%s is a finding', (_what, wish, expected) => {
  const { app, allow } = stackWithPort();
  expect(allow('Vpn', wish).method).toBeUndefined();
  expect(synthError(app)).toMatch(/^one finding/);
  expect(synthError(app)).toContain(`acme/Vpn: ${expected}`);
});

test('finds two exceptions of one port that let the same packets pass', () => {
  const { app, allow } = stackWithPort();
  allow('Vpn');
  allow('Other', { sources: ['10.8.0.0/24'] });
  allow('Wide', { sources: ['10.9.0.128/25', '10.7.0.0/24'], destinations: ['10.2.0.0/24'] });
  expect(synthError(app)).toBe(
    'one finding, nothing was written:\n  acme/Wide: acme/Vpn lets some of the same pass at acme/Port; make them one, or name prefixes apart',
  );
});

test('finds an exception at a port with port security off, and one that would switch it off at a port with groups', () => {
  const off = stackWithPort({}, { portSecurity: false });
  off.allow('Vpn');
  expect(synthError(off.app)).toContain(
    'acme/Vpn: port security is off at acme/Port, so everything passes there already; leave the exception out',
  );
  const on = stackWithPort({ firewallDriver: 'openvswitch' }, { portSecurity: true });
  on.allow('Vpn', { sources: 'any' });
  expect(synthError(on.app)).toContain(
    'acme/Vpn: it switches port security off at acme/Port, where Neutron then takes',
  );
  const grouped = stackWithPort({ firewallDriver: 'ovn' });
  const port = new FixedIpPort(grouped.acme, 'Web', {
    network: grouped.network,
    address: '10.1.0.30',
    securityGroups: [new SecurityGroup(grouped.acme, 'Group')],
  });
  grouped.allow('Vpn', { sources: 'any', port } as Wish);
  expect(synthError(grouped.app)).toContain('acme/Vpn: it switches port security off at acme/Web');
});

test('finds an exception that repeats an address pair of its port', () => {
  const { app, allow } = stackWithPort({}, { allowedAddressPairs: [{ ipAddress: '10.9.0.0/24' }] });
  allow('Vpn');
  expect(synthError(app)).toContain(
    'acme/Vpn: acme/Port has the address pair 10.9.0.0/24 already; leave one of the two',
  );
});

test('refuses a mark bit that packets don’t have', () => {
  expect(() => appWithCloud({ markBit: 32 })).toThrow('Cloud: markBit is 32; a packet mark has the bits 0 to 31');
});

describe('a routed server whose named sources hold its own subnet', () => {
  const words = (sources: string, verb: string) =>
    `acme/Vpn: in its sources, ${sources} ${verb} addresses of 10.1.0.0/24, the port's own subnet, so its server can pose as its neighbours there; leave them out unless that is meant`;

  test.each([
    ['its subnet', ['10.1.0.0/24'], words('10.1.0.0/24', 'holds')],
    ['half of everything', ['0.0.0.0/1'], words('0.0.0.0/1', 'holds')],
    ['two neighbours', ['10.1.0.7/32', '10.1.0.8/32', '10.9.0.0/24'], words('10.1.0.7/32 and 10.1.0.8/32', 'hold')],
  ])('%s: warns, with address pairs and with the packet filter', (_, sources, warning) => {
    for (const destinations of ['any', ['10.2.0.0/24']] as const) {
      const { app, allow } = stackWithPort({ release: 'mitaka' });
      allow('Vpn', { sources, destinations });
      expect(synth(app).warnings).toEqual([warning]);
    }
  });

  test('does not warn of its own address, of mode bridged, or of foreign sources', () => {
    const { app, allow } = stackWithPort({ release: 'kilo' });
    allow('Own', { sources: ['10.1.0.9/32', '10.9.0.0/24'] });
    allow('Bridge', { sources: ['10.1.0.128/25'], mode: 'bridged' });
    expect(synth(app).warnings).toEqual([]);
  });
});
