import {
  CloudStack,
  FirewallException,
  FixedIpPort,
  SecurityGroup,
  SharedNetwork,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  type FirewallExceptionProps,
  type FixedIpPortProps,
  type OpenStackCloudProps,
  type UtmInstanceProps,
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
      ...{ port, mode: 'routed', sources: ['10.9.0.0/24'], destinations: 'any', reason: 'clients of the VPN' },
      ...wish,
    });
  const portResource = () => only(synth(app).stack('acme'), 'openstack_networking_port_v2');
  const wishes = () =>
    (synth(app).stack('acme').output['stackward_manifest']?.value as { resources: Record<string, object> }).resources;
  return { app, acme, network, port, allow, portResource, wishes };
}

test('what address pairs can say, Terraform does, beside the pairs that the port has', () => {
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

test('what they can’t takes the packet filter, and comes back when the host starts', () => {
  const { allow, portResource, wishes } = stackWithPort({ release: 'mitaka', markBit: 7 });
  expect(allow('Vpn', { destinations: ['10.2.0.0/24'], placement: 'candidates' }).method).toBe('hook');
  allow('Internet', { sources: 'any', destinations: ['10.1.0.0/25'], reason: 'answers from anywhere' });
  const { 'acme/Vpn': vpn, 'acme/Internet': internet, 'acme/BootRestore': boot } = wishes();
  const portId = expect.stringMatching(/^\$\{openstack_networking_port_v2\.Port_\w+\.id\}$/) as string;
  const cloud = { release: 'mitaka', firewallDriver: 'iptables_hybrid', markBit: 7 };
  expect(vpn).toEqual({
    kind: 'firewall-exception',
    dependsOn: [],
    spec: {
      ...{ portId, mode: 'routed', sources: ['10.9.0.0/24'], destinations: ['10.2.0.0/24'] },
      ...{ reason: 'clients of the VPN', placement: 'candidates', ...cloud },
    },
  });
  expect(internet).toEqual({
    kind: 'firewall-exception',
    dependsOn: [],
    spec: {
      ...{ portId, mode: 'routed', sources: 'any', destinations: ['10.1.0.0/25'] },
      ...{ reason: 'answers from anywhere', placement: 'bound', ...cloud },
    },
  });
  expect(boot).toEqual({
    kind: 'boot-restore',
    dependsOn: ['acme/Vpn', 'acme/Internet'],
    spec: {
      exceptions: [
        { portId, placement: 'candidates' },
        { portId, placement: 'bound' },
      ],
    },
  });
  for (const one of [vpn, internet]) firewallExceptionSpec.parse((one as { spec: object }).spec);
  bootRestoreSpec.parse((boot as { spec: object }).spec);
  expect(portResource()).not.toHaveProperty('allowed_address_pairs');
});

test('with ten pairs in all the port is full: what follows takes the packet filter', () => {
  const { allow, portResource } = stackWithPort();
  const sources = Array.from({ length: 9 }, (_, at) => `10.${20 + at}.0.0/16`);
  expect(allow('Nine', { sources }).method).toBe('address-pairs');
  expect(allow('Tenth').method).toBe('address-pairs');
  expect(allow('Eleventh', { sources: ['10.8.0.0/24'] }).method).toBe('hook');
  expect(portResource()['allowed_address_pairs']).toHaveLength(10);
});

test('a port without a group takes the packet filter: pairs let nothing in', () => {
  expect(stackWithPort({}, { securityGroups: [] }).allow('Vpn').method).toBe('hook');
});

test('bridged: the clients’ MAC addresses, also by reference; any to any switches port security off', () => {
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

test('on Icehouse a bridged server takes the packet filter, with the same code', () => {
  const { allow, wishes } = stackWithPort({ release: 'icehouse' });
  const clients = [{ macAddress: 'fa:16:3e:00:00:21', addresses: ['10.1.0.21'] }];
  expect(allow('Clients', { mode: 'bridged', sources: ['10.1.0.0/24'], clients }).method).toBe('hook');
  expect(Object.keys(wishes())).toEqual(['acme/BootRestore', 'acme/Clients']);
});

test.each<[string, Wish, string]>([
  ['no reason', { reason: ' ' }, 'its reason is empty; say why it is needed'],
  ['no source', { sources: [] }, "its sources are empty; name prefixes, or say 'any'"],
  ['no destination', { destinations: [] }, "its destinations are empty; name prefixes, or say 'any'"],
  ['no CIDR', { sources: ['10.9.0.1'] }, 'in its sources, "10.9.0.1" is not a CIDR; write it as'],
  [
    'host bits',
    { sources: ['10.9.0.1/24'] },
    'in its sources, 10.9.0.1/24 has host bits set; the network it lies in is 10.9.0.0/24',
  ],
  ['a hidden any', { sources: ['0.0.0.0/0'] }, "in its sources, 0.0.0.0/0 is every address of its family; say 'any'"],
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
    'the client\'s "FA-16-3E-00-00-21" is no MAC address; write it as fa:16:3e:00:00:01',
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

test('two exceptions of one port let different packets pass', () => {
  const { app, allow } = stackWithPort();
  allow('Vpn');
  allow('Other', { sources: ['10.8.0.0/24'] });
  allow('Wide', { sources: ['10.9.0.128/25', '10.7.0.0/24'], destinations: ['10.2.0.0/24'] });
  expect(synthError(app)).toBe(
    'one finding, nothing was written:\n  acme/Wide: acme/Vpn lets some of the same pass at acme/Port; make them one, or name prefixes apart',
  );
});

test('a port with port security off needs none, and one with groups can’t have it switched off', () => {
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
    ...{ network: grouped.network, address: '10.1.0.30', securityGroups: [new SecurityGroup(grouped.acme, 'Group')] },
  });
  grouped.allow('Vpn', { sources: 'any', port } as Wish);
  expect(synthError(grouped.app)).toContain('acme/Vpn: it switches port security off at acme/Web');
});

test('a pair that the port declares itself is a finding', () => {
  const { app, allow } = stackWithPort({}, { allowedAddressPairs: [{ ipAddress: '10.9.0.0/24' }] });
  allow('Vpn');
  expect(synthError(app)).toContain(
    'acme/Vpn: acme/Port has the address pair 10.9.0.0/24 already; leave one of the two',
  );
});

test('a mark bit that no packet has is refused', () => {
  expect(() => appWithCloud({ markBit: 32 })).toThrow('Cloud: markBit is 32; a packet mark has the bits 0 to 31');
});

function utm(props: Partial<UtmInstanceProps>, cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  const green = new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24' });
  green.addSubnet('V6', { cidr: '2001:db8:1::/64' });
  const orange = new TenantNetwork(acme, 'Orange', { cidr: '10.2.0.0/24' });
  const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24' });
  const all = {
    green: { network: green, address: '10.1.0.254' },
    orange: { network: orange, address: '10.2.0.254' },
    red: { network: red, address: '203.0.113.11' },
  };
  const made = new UtmInstance(acme, 'Utm', { image: 'i', flavor: 'f', mode: 'routed', ...all, ...props });
  const pairsOf = (nic: string) =>
    named(synth(app).stack('acme'), 'openstack_networking_port_v2', `Utm_${nic}_`)['allowed_address_pairs'];
  return { app, acme, made, all, pairsOf };
}

describe('what a UTM passes on', () => {
  test("'nics': at each NIC the subnets of the other inside ones, and no warning any more", () => {
    const { app, pairsOf } = utm({ transit: 'nics' });
    const green = [{ ip_address: '10.1.0.0/24' }, { ip_address: '2001:db8:1::/64' }];
    expect(pairsOf('Green')).toEqual([{ ip_address: '10.2.0.0/24' }]);
    expect(pairsOf('Orange')).toEqual(green);
    expect(pairsOf('Red')).toEqual([...green, { ip_address: '10.2.0.0/24' }]);
    expect(synth(app).warnings).toEqual([]);
  });

  test('by NIC: whichever means it takes', () => {
    const { app, made, pairsOf } = utm({
      transit: {
        green: { sources: 'any', destinations: ['10.1.0.0/24'], reason: 'answers from the Internet' },
        orange: { sources: ['10.1.0.0/24'], destinations: 'any', reason: 'clients reach the servers' },
      },
    });
    expect(pairsOf('Green')).toBeUndefined();
    expect(pairsOf('Orange')).toEqual([{ ip_address: '10.1.0.0/24' }]);
    expect(made.node.findAll().flatMap((node) => (node instanceof FirewallException ? [node.node.path] : []))).toEqual([
      'acme/Utm/Transit/Green',
      'acme/Utm/Transit/Orange',
    ]);
    const { resources } = synth(app).stack('acme').output['stackward_manifest']?.value as { resources: object };
    expect(Object.keys(resources)).toEqual(['acme/BootRestore', 'acme/Utm/Transit/Green']);
  });

  test('bridged on Icehouse: the whole segment at green and orange, routed at red', () => {
    const { app } = utm({ mode: 'bridged', transit: 'nics' }, { release: 'icehouse' });
    const { resources } = synth(app).stack('acme').output['stackward_manifest']?.value as {
      resources: Record<string, { spec: Partial<FirewallExceptionProps> }>;
    };
    const sources = ['10.1.0.0/24', '2001:db8:1::/64', '10.2.0.0/24'];
    for (const [nic, mode] of [
      ['Green', 'bridged'],
      ['Orange', 'bridged'],
      ['Red', 'routed'],
    ])
      expect(resources[`acme/Utm/Transit/${nic}`]?.spec).toMatchObject({ mode, sources, destinations: 'any' });
    expect(resources['acme/BootRestore']?.spec).toMatchObject({ exceptions: [{}, {}, {}] });
  });

  test('bridged on a later release: it takes the clients', () => {
    const { app } = utm({ mode: 'bridged', transit: 'nics' });
    expect(synthError(app)).toMatch(/acme\/Utm\/Transit\/Green: .*name the clients whose frames pass here/);
  });

  test('an exception beside the UTM is as good: no warning', () => {
    const { app, acme, made } = utm({
      transit: { orange: { sources: ['10.1.0.0/24'], destinations: 'any', reason: 'x' } },
    });
    new FirewallException(acme, 'Vpn', {
      ...{ port: made.nics.green as FixedIpPort, mode: 'routed', sources: ['10.9.0.0/24'], destinations: 'any' },
      reason: 'a VPN behind it',
    });
    expect(synth(app).warnings).toEqual([]);
  });

  test('a NIC with port security off is open already', () => {
    const { app, cloud } = appWithCloud();
    const acme = new TenantStack(app, 'acme', { cloud });
    const nics = Object.fromEntries(
      (['green', 'orange'] as const).map((nic, at) => {
        const network = new TenantNetwork(acme, nic, { cidr: `10.${at}.0.0/24` });
        return [nic, { network, address: `10.${at}.0.254`, ...(nic === 'green' ? { portSecurity: false } : {}) }];
      }),
    );
    new UtmInstance(acme, 'Utm', { image: 'i', flavor: 'f', mode: 'routed', transit: 'nics', ...nics });
    const { stack, warnings } = synth(app);
    expect(warnings).toEqual([]);
    const ports = stack('acme').resource['openstack_networking_port_v2'] ?? {};
    expect(Object.values(ports).map((port) => [port['port_security_enabled'], port['allowed_address_pairs']])).toEqual([
      [false, undefined],
      [undefined, [{ ip_address: '10.0.0.0/24' }]],
    ]);
  });

  test.each<[string, Partial<UtmInstanceProps>, string]>([
    [
      'a NIC that it has not',
      { orange: undefined as never, transit: { orange: { sources: 'any', destinations: 'any', reason: 'x' } } },
      'acme/Utm: its transit names orange, and it has no such NIC; add one, or leave it out',
    ],
    [
      'nothing to pass on',
      { orange: undefined as never, red: undefined as never, transit: 'nics' },
      "acme/Utm: transit 'nics' opens nothing",
    ],
  ])('%s is a finding', (_what, props, expected) => {
    expect(synthError(utm(props).app)).toContain(expected);
  });

  test('an imported network needs its cidr', () => {
    const { app, cloud } = appWithCloud();
    const acme = new TenantStack(app, 'acme', { cloud });
    const old = TenantNetwork.fromNetworkId(acme, 'Old', { networkId: 'n-1', subnets: [{ subnetId: 's-1' }] });
    const orange = new TenantNetwork(acme, 'Orange', { cidr: '10.2.0.0/24' });
    new UtmInstance(acme, 'Utm', {
      ...{ image: 'i', flavor: 'f', mode: 'routed', userData: '#!/bin/sh\n', transit: 'nics' },
      ...{ green: { network: old }, orange: { network: orange } },
    });
    expect(synthError(app)).toContain(
      "acme/Utm: transit 'nics' needs the cidr of each subnet of acme/Old; give it, or name the sources",
    );
  });
});
