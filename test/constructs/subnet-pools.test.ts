/** Subnets whose cidr Neutron takes out of a subnet pool. */
import {
  CloudStack,
  FixedIpPort,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  type OpenStackCloudProps,
  type SubnetProps,
} from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

const subnetPoolId = 'b2069a5b-01f6-433e-9aa0-f5864cb42313';

function acme(props: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(props);
  new CloudStack(app, 'shared', { cloud });
  return { app, stack: new TenantStack(app, 'acme', { cloud }) };
}

function subnetOf(props: SubnetProps) {
  const { app, stack } = acme();
  new TenantNetwork(stack, 'Green', props);
  return only(synth(app).stack('acme'), 'openstack_networking_subnet_v2');
}

/** Also of what the compiler refuses. */
function findingsOf(props: object, cloud: Partial<OpenStackCloudProps> = {}): string {
  const { app, stack } = acme(cloud);
  new TenantNetwork(stack, 'Green', props as SubnetProps);
  return synthError(app);
}

test('the pool stands in place of the cidr, in the provider’s terms', () => {
  expect(subnetOf({ subnetPoolId, prefixLength: 26 })).toMatchObject({
    subnetpool_id: subnetPoolId,
    prefix_length: 26,
    ip_version: 4,
  });
  expect(subnetOf({ subnetPoolId, prefixLength: 26 })).not.toHaveProperty('cidr');
  expect(subnetOf({ subnetPoolId, ipVersion: 6 })).toMatchObject({ subnetpool_id: subnetPoolId, ip_version: 6 });
  expect(subnetOf({ subnetPoolId, ipVersion: 6 })).not.toHaveProperty('prefix_length');
});

test('a cidr beside the pool is taken out of it, and is checked as everywhere', () => {
  expect(subnetOf({ subnetPoolId, cidr: '10.200.7.0/26', gateway: '10.200.7.9' })).toMatchObject({
    subnetpool_id: subnetPoolId,
    cidr: '10.200.7.0/26',
    gateway_ip: '10.200.7.9',
    ip_version: 4,
  });
  expect(findingsOf({ subnetPoolId, cidr: '10.200.7.1/26' })).toContain('10.200.7.1/26 has host bits set');
});

test('ports get an address that Neutron chooses, of the subnet of their family, and routers answer at the gateway', () => {
  const { app, stack } = acme();
  const green = new TenantNetwork(stack, 'Green', { subnetPoolId });
  green.addSubnet('V6', { subnetPoolId: 'e5ce3b3e-5f0d-4c3f-8b2c-0a6f5d0c9a11', ipVersion: 6 });
  new FixedIpPort(stack, 'Port', { network: green });
  new TenantRouter(stack, 'Router', { interfaces: [green] });
  const { resource } = synth(app).stack('acme');
  const reference = expect.stringMatching(
    /^\$\{openstack_networking_subnet_v2.Green_Subnet_[0-9A-F]{8}.id\}$/,
  ) as string;
  expect(Object.values(resource['openstack_networking_port_v2'] ?? {})).toMatchObject([
    { fixed_ip: [{ subnet_id: reference }] },
  ]);
  expect(Object.values(resource['openstack_networking_router_interface_v2'] ?? {})).toMatchObject([
    { subnet_id: reference },
  ]);
});

test('an address out of a cidr that nobody knows yet is a finding, of ports and of routers, in either family', () => {
  const { app, stack } = acme();
  const green = new TenantNetwork(stack, 'Green', { subnetPoolId });
  const v6 = green.addSubnet('V6', { subnetPoolId, ipVersion: 6 });
  new FixedIpPort(stack, 'Port', { network: green, address: ['10.7.0.5', '2001:db8::5'] });
  new TenantRouter(stack, 'Router').addInterface('V6', { network: green, subnet: v6, address: '2001:db8::1' });
  const said = synthError(app);
  expect(said).toContain(
    'acme/Port: 10.7.0.5 is to come from acme/Green, whose cidr Neutron chooses from a subnet pool; leave the address out, or give acme/Green the prop cidr',
  );
  expect(said).toContain('acme/Port: 2001:db8::5 is to come from acme/Green/V6');
  expect(said).toContain('acme/Router: 2001:db8::1 is to come from acme/Green/V6');
});

test.each<[object, RegExp]>([
  [{ subnetPoolId, gateway: '10.7.0.1' }, /its gateway is said, and Neutron chooses the gateway with the cidr/],
  [{ subnetPoolId, gateway: 'none' }, /its gateway is said/],
  [
    { subnetPoolId, allocationPools: [{ start: '10.7.0.5', end: '10.7.0.9' }] },
    /it has allocation pools, which Neutron refuses where it chooses the cidr/,
  ],
  [{ subnetPoolId, prefixLength: 0 }, /its prefixLength is 0; one of IPv4 is 1 to 32/],
  [{ subnetPoolId, prefixLength: 33 }, /its prefixLength is 33/],
  [{ subnetPoolId, prefixLength: 25.5 }, /its prefixLength is 25.5/],
  [{ subnetPoolId, prefixLength: 31 }, /Neutron finds no gateway in a \/31/],
  [{ subnetPoolId, ipVersion: 6, prefixLength: 129 }, /its prefixLength is 129; one of IPv6 is 1 to 128/],
  [{ subnetPoolId, ipVersion: 5 }, /its ipVersion is 5; say 4 or 6/],
  [
    { subnetPoolId, ipVersion: 6, prefixLength: 72, ipv6AddressMode: 'slaac', ipv6RaMode: 'slaac' },
    /servers make their own addresses only in a \/64, and its prefixLength is 72/,
  ],
  [{ cidr: '10.7.0.0/26', prefixLength: 26 }, /its prefixLength is 26 beside a cidr/],
  [{ cidr: '10.7.0.0/26', ipVersion: 4 }, /its ipVersion is 4 beside a cidr/],
])('%j is a finding', (props, expected) => {
  expect(findingsOf(props)).toMatch(expected);
});

test('subnet pools came with Kilo', () => {
  expect(findingsOf({ subnetPoolId }, { release: 'juno' })).toMatch(/Neutron of juno has no subnet pools/);
  expect(findingsOf({ subnetPoolId }, { release: 'kilo' })).toBe('');
});

test('a subnet with neither cidr nor pool is refused at once', () => {
  expect(() => findingsOf({})).toThrow('acme/Green: it has no cidr; give it the prop cidr');
});

test('the subnets of one network and family come out of one pool, or out of none', () => {
  const { app, stack } = acme();
  const green = new TenantNetwork(stack, 'Green', { subnetPoolId });
  green.addSubnet('Same', { subnetPoolId });
  green.addSubnet('V6', { cidr: '2001:db8::/64' });
  green.addSubnet('Other', { cidr: '10.7.0.0/26' });
  expect(synthError(app)).toContain(
    `one finding, nothing was written:\n  acme/Green/Other: it takes its cidr from no subnet pool, and acme/Green from the subnet pool ${subnetPoolId}; Neutron wants one pool for all IPv4 subnets of a network`,
  );
});
