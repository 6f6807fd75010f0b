import {
  CloudStack,
  FixedIpPort,
  FloatingIp,
  SecurityGroup,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  type OpenStackCloudProps,
  type SubnetProps,
} from '../../constructs';
import { appWithCloud, named, only, synth, synthError, type SynthesizedStack } from '../support/synth';

function stacks(props: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(props);
  return { app, shared: new CloudStack(app, 'shared', { cloud }), acme: new TenantStack(app, 'acme', { cloud }) };
}

const ref = (type: string, name: string, attribute = 'id') =>
  expect.stringMatching(new RegExp(`^\\$\\{${type}\\.${name}_[0-9A-F]{8}\\.${attribute}\\}$`)) as string;
const tenantId = ref('openstack_identity_project_v3', 'Tenant_Project');
const wishes = (stack: SynthesizedStack) =>
  (stack.output['stackward_manifest']?.value as { resources: unknown }).resources;

describe('a network', () => {
  function subnetOf(props: SubnetProps, cloudProps: Partial<OpenStackCloudProps> = {}) {
    const { app, acme } = stacks(cloudProps);
    new TenantNetwork(acme, 'Green', props);
    const stack = synth(app).stack('acme');
    return { stack, subnet: only(stack, 'openstack_networking_subnet_v2') };
  }

  test('of a tenant is in the tenant’s project, is named like its construct, and sets no attribute that the code doesn’t name (case 1009)', () => {
    const { stack, subnet } = subnetOf({ cidr: '10.0.0.0/24' });
    expect(only(stack, 'openstack_networking_network_v2')).toEqual({ name: 'Green', tenant_id: tenantId });
    expect(subnet).toEqual({
      name: 'Green',
      cidr: '10.0.0.0/24',
      ip_version: 4,
      network_id: ref('openstack_networking_network_v2', 'Green_Network'),
      tenant_id: tenantId,
    });
    expect(wishes(stack)).toEqual({});
  });

  test.each([
    ['10.0.0.7', { gateway_ip: '10.0.0.7' }],
    ['none', { no_gateway: true }],
  ])('with the gateway %s', (gateway, expected) => {
    const { subnet } = subnetOf({ cidr: '10.0.0.0/24', gateway, dhcp: false, dnsNameservers: ['10.0.0.9'] });
    const { gateway_ip, no_gateway } = subnet;
    expect({ gateway_ip, no_gateway }).toEqual({ gateway_ip: undefined, no_gateway: undefined, ...expected });
    expect(subnet).toMatchObject({ enable_dhcp: false, dns_nameservers: ['10.0.0.9'] });
  });

  test('gives routes to its servers', () => {
    const { stack } = subnetOf({
      cidr: '10.0.0.0/24',
      hostRoutes: [{ destination: '10.9.0.0/16', nextHop: '10.0.0.2' }],
    });
    expect(only(stack, 'openstack_networking_subnet_route_v2')).toEqual({
      subnet_id: ref('openstack_networking_subnet_v2', 'Green_Subnet'),
      destination_cidr: '10.9.0.0/16',
      next_hop: '10.0.0.2',
    });
  });

  test('may have further subnets, with pools of their own', () => {
    const { app, acme } = stacks();
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    green.addSubnet('V6', { cidr: '2001:db8::/64', allocationPools: [{ start: '2001:db8::10', end: '2001:db8::1f' }] });
    const stack = synth(app).stack('acme');
    expect(named(stack, 'openstack_networking_subnet_v2', 'Green_V6')).toMatchObject({ name: 'V6', ip_version: 6 });
    expect(wishes(stack)).toHaveProperty(['acme/Green/V6/AllocationPools']);
  });

  describe('with allocation pools', () => {
    const pools = [{ start: '10.0.0.10', end: '10.0.0.19' }];

    test.each<[OpenStackCloudProps['release'], SubnetProps['allocationPoolMethod'] | undefined, string]>([
      ['zed', undefined, 'check'],
      ['juno', undefined, 'check'],
      ['icehouse', undefined, 'database'],
      ['zed', 'database', 'database'],
    ])('on %s, forced to %s, has the method %s', (release, allocationPoolMethod, method) => {
      const forced = allocationPoolMethod ? { allocationPoolMethod } : {};
      const { stack, subnet } = subnetOf({ cidr: '10.0.0.0/24', allocationPools: pools, ...forced }, { release });
      expect(subnet['allocation_pool']).toEqual(pools);
      expect(subnet['lifecycle']).toEqual(method === 'database' ? { ignore_changes: ['allocation_pool'] } : undefined);
      expect(wishes(stack)).toEqual({
        'acme/Green/AllocationPools': {
          kind: 'allocation-pool',
          dependsOn: [],
          spec: { subnetId: ref('openstack_networking_subnet_v2', 'Green_Subnet'), pools, method },
        },
      });
    });
  });

  test('shared by all tenants has no tenant, and names its physical network', () => {
    const { app, shared } = stacks();
    const segment = { networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 };
    new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true, segment, mtu: 1450 });
    const stack = synth(app).stack('shared');
    expect(only(stack, 'openstack_networking_network_v2')).toEqual({
      name: 'Red',
      shared: true,
      external: true,
      mtu: 1450,
      segments: [{ network_type: 'vlan', physical_network: 'physnet1', segmentation_id: 100 }],
    });
    expect(only(stack, 'openstack_networking_subnet_v2')).not.toHaveProperty('tenant_id');
  });

  test('exposes its Terraform resource for settings without a prop', () => {
    const { app, acme } = stacks();
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    green.resource.mtu = 1400;
    green.subnet.resource.tags = ['x'];
    const stack = synth(app).stack('acme');
    expect(only(stack, 'openstack_networking_network_v2')).toMatchObject({ mtu: 1400 });
    expect(only(stack, 'openstack_networking_subnet_v2')).toMatchObject({ tags: ['x'] });
  });
});

describe('a port', () => {
  test('takes each address from the subnet that holds it', () => {
    const { app, acme } = stacks();
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    green.addSubnet('More', { cidr: '10.0.1.0/24' });
    green.addSubnet('V6', { cidr: '2001:db8::/64' });
    new FixedIpPort(acme, 'Port', { network: green, address: ['10.0.1.5', '2001:db8::5'] });
    expect(only(synth(app).stack('acme'), 'openstack_networking_port_v2')).toEqual({
      name: 'Port',
      tenant_id: tenantId,
      network_id: ref('openstack_networking_network_v2', 'Green_Network'),
      fixed_ip: [
        { subnet_id: ref('openstack_networking_subnet_v2', 'Green_More_Subnet'), ip_address: '10.0.1.5' },
        { subnet_id: ref('openstack_networking_subnet_v2', 'Green_V6_Subnet'), ip_address: '2001:db8::5' },
      ],
    });
  });

  test('without an address gets one of the first subnet; without groups it has the project’s default group', () => {
    const { app, acme } = stacks();
    const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    new FixedIpPort(acme, 'Any', { network });
    new FixedIpPort(acme, 'None', { network, securityGroups: [] });
    new FixedIpPort(acme, 'Off', { network, portSecurity: false });
    const stack = synth(app).stack('acme');
    const type = 'openstack_networking_port_v2';
    expect(named(stack, type, 'Any')['fixed_ip']).toEqual([
      { subnet_id: ref('openstack_networking_subnet_v2', 'Green_Subnet') },
    ]);
    expect(named(stack, type, 'Any')).not.toHaveProperty('no_security_groups');
    expect(named(stack, type, 'None')).toMatchObject({ no_security_groups: true });
    expect(named(stack, type, 'Off')).toMatchObject({ no_security_groups: true, port_security_enabled: false });
  });

  test('on a network of another stack refers to that stack’s outputs', () => {
    const { app, shared, acme } = stacks();
    const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24' });
    new FixedIpPort(acme, 'Port', { network: red, address: '203.0.113.5' });
    const stack = synth(app).stack('acme');
    expect(only(stack, 'openstack_networking_port_v2')['network_id']).toMatch(/^\$\{data\.terraform_remote_state\./);
    expect(stack.data['terraform_remote_state']).toMatchObject({
      'cross-stack-reference-input-shared': { config: { path: '../../../terraform.shared.tfstate' } },
    });
  });

  test('on a network known without a subnet can’t have an address', () => {
    const { acme } = stacks();
    const network = TenantNetwork.fromNetworkId(acme, 'Old', { networkId: 'n-1' });
    new FixedIpPort(acme, 'Any', { network });
    expect(() => new FixedIpPort(acme, 'Port', { network, address: '10.0.0.5' })).toThrow(
      'acme/Port: acme/Old is known without a subnet to take 10.0.0.5 from; name one in its prop subnets',
    );
  });

  test.each([
    [
      { allowedAddressPairs: Array.from({ length: 11 }, (_, n) => ({ ipAddress: `10.9.${String(n)}.0/24` })) },
      /has 11 address pairs, and Neutron takes 10/,
    ],
    [{ portSecurity: false, securityGroups: ['g'] }, /port security is off, and there Neutron takes neither/],
  ])('%#: what Neutron would refuse is a finding', (props, expected) => {
    const { app, acme } = stacks();
    new FixedIpPort(acme, 'Port', { network: new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' }), ...props });
    expect(synthError(app)).toMatch(expected);
  });
});

test('an imported network is checked like one in the code', () => {
  const { app, shared, acme } = stacks();
  const subnets = [{ subnetId: 's-1', cidr: '203.0.113.0/24', gateway: '203.0.113.9' }];
  for (const stack of [shared, acme]) {
    const network = SharedNetwork.fromNetworkId(stack, 'Red', { networkId: 'n-1', subnets });
    new FixedIpPort(stack, 'Port', { tenant: acme.tenant, network, address: '203.0.113.5' });
    new FixedIpPort(stack, `At-${stack.node.id}`, {
      tenant: acme.tenant,
      network,
      address: stack === acme ? '203.0.113.9' : '192.0.2.5',
    });
  }
  expect(synthError(app).split('\n').slice(1)).toEqual([
    expect.stringContaining('shared/At-shared: 192.0.2.5 is outside 203.0.113.0/24'),
    expect.stringContaining('acme/Port: 203.0.113.5 is used twice: shared/Port has it too'),
    expect.stringContaining('acme/At-acme: 203.0.113.9 is the gateway of shared/Red'),
  ]);
});

test('a security group has its rules as data, in any order', () => {
  const group = (turn: boolean) => {
    const { app, acme } = stacks();
    const peers = new SecurityGroup(acme, 'Peers');
    const rules = [
      { direction: 'ingress' as const, protocol: 'tcp', port: 443, remote: '192.0.2.0/24' },
      { direction: 'ingress' as const, protocol: 'tcp', port: { from: 8000, to: 8080 }, remote: '2001:db8::/32' },
      { direction: 'ingress' as const, remote: 'self' },
      { direction: 'egress' as const, remote: peers },
    ];
    new SecurityGroup(acme, 'Web', { rules: turn ? [...rules].reverse() : rules });
    return synth(app).stack('acme').resource['openstack_networking_secgroup_rule_v2'] ?? {};
  };
  const base = { tenant_id: tenantId, security_group_id: ref('openstack_networking_secgroup_v2', 'Web_Group') };
  expect(Object.values(group(false))).toEqual(
    expect.arrayContaining([
      {
        ...base,
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: 443,
        port_range_max: 443,
        remote_ip_prefix: '192.0.2.0/24',
      },
      {
        ...base,
        direction: 'ingress',
        ethertype: 'IPv6',
        protocol: 'tcp',
        port_range_min: 8000,
        port_range_max: 8080,
        remote_ip_prefix: '2001:db8::/32',
      },
      { ...base, direction: 'ingress', ethertype: 'IPv4', remote_group_id: base.security_group_id },
      {
        ...base,
        direction: 'egress',
        ethertype: 'IPv4',
        remote_group_id: ref('openstack_networking_secgroup_v2', 'Peers_Group'),
      },
    ]),
  );
  expect(group(true)).toEqual(group(false));
});

test('a rule that Neutron makes by itself is a finding, unless its own two are deleted', () => {
  const { app, acme } = stacks();
  const rules = [{ direction: 'egress' as const }, { direction: 'egress' as const, ethertype: 'IPv6' as const }];
  new SecurityGroup(acme, 'Web', { rules });
  new SecurityGroup(acme, 'Bare', { rules, deleteDefaultRules: true });
  expect(synthError(app).split('\n').slice(1)).toEqual([
    expect.stringContaining("acme/Web: its rule egress-IPv4-any-all-any: Neutron's own rule lets all IPv4 out already"),
    expect.stringContaining("acme/Web: its rule egress-IPv6-any-all-any: Neutron's own rule lets all IPv6 out already"),
  ]);
});

describe('a router', () => {
  test('has interfaces at the subnet’s gateway address, or at a named address', () => {
    const { app, shared, acme } = stacks();
    const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true });
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    const orange = new TenantNetwork(acme, 'Orange', { cidr: '10.1.0.0/24' });
    const router = new TenantRouter(acme, 'Router', {
      gateway: { network: red, addresses: ['203.0.113.7'], snat: false },
      interfaces: [green],
      routes: [{ destination: '10.8.0.0/16', nextHop: '10.0.0.9' }],
    });
    router.addInterface('Orange', { network: orange, address: '10.1.0.7' });
    const port = new FixedIpPort(acme, 'Port', { network: green, address: '10.0.0.5' });
    new FloatingIp(acme, 'Public', { network: red, port, router });
    const stack = synth(app).stack('acme');
    expect(only(stack, 'openstack_networking_router_v2')).toMatchObject({
      tenant_id: tenantId,
      enable_snat: false,
      external_fixed_ip: [{ ip_address: '203.0.113.7' }],
    });
    const type = 'openstack_networking_router_interface_v2';
    expect(named(stack, type, 'Router_Interface-Green')).toMatchObject({
      subnet_id: ref('openstack_networking_subnet_v2', 'Green_Subnet'),
    });
    expect(named(stack, type, 'Router_Interface-Orange')).toMatchObject({
      port_id: ref('openstack_networking_port_v2', 'Router_InterfacePort-Orange'),
    });
    expect(only(stack, 'openstack_networking_floatingip_v2')).toMatchObject({
      pool: expect.stringContaining('Red_Network') as string,
      port_id: ref('openstack_networking_port_v2', 'Port'),
      depends_on: [expect.stringContaining('Interface-Green'), expect.stringContaining('Interface-Orange')],
    });
  });

  test('is the only port that may have the gateway’s address', () => {
    const { app, acme } = stacks();
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    const bare = new TenantNetwork(acme, 'Bare', { cidr: '10.1.0.0/24', gateway: 'none' });
    new TenantRouter(acme, 'One', { interfaces: [green] });
    new TenantRouter(acme, 'Two', { interfaces: [green, bare] });
    expect(synthError(app).split('\n').slice(1)).toEqual([
      '  acme/Two: acme/Bare has no gateway address for its interface; give the interface an address',
      '  acme/Two: 10.0.0.1 is used twice: acme/One has it too; give each its own address',
    ]);
  });
});
