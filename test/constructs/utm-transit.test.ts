import { defined } from '../../lib/basics/defined';
import {
  CloudStack,
  FirewallException,
  type FixedIpPort,
  SharedNetwork,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  type FirewallExceptionProps,
  type OpenStackCloudProps,
  type UtmInstanceProps,
} from '../../constructs';
import { appWithCloud, named, synth, synthError } from '../support/synth';

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
    port: made.nics.green as FixedIpPort,
    mode: 'routed',
    sources: ['10.9.0.0/24'],
    destinations: 'any',
    reason: 'a VPN behind it',
  });
  expect(synth(app).warnings).toEqual([]);
});

test('a NIC with port security off is open already', () => {
  const { app, cloud } = appWithCloud();
  const acme = new TenantStack(app, 'acme', { cloud });
  const nics = Object.fromEntries(
    (['green', 'orange'] as const).map((nic, index) => {
      const network = new TenantNetwork(acme, nic, { cidr: `10.${index}.0.0/24` });
      return [
        nic,
        { network, address: `10.${index}.0.254`, ...defined({ portSecurity: nic === 'green' ? false : undefined }) },
      ];
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
    image: 'i',
    flavor: 'f',
    mode: 'routed',
    userData: '#!/bin/sh\n',
    transit: 'nics',
    green: { network: old },
    orange: { network: orange },
  });
  expect(synthError(app)).toContain(
    "acme/Utm: transit 'nics' needs the cidr of each subnet of acme/Old; give it, or name the sources",
  );
});
