/**
 * What the acceptance tests of the constructs apply: a shared network, a tenant with everything, a small one.
 * `TENANTS_RUN` is the prefix of every name, `TENANTS_CHANGES` lists what differs from the first apply.
 */
import { App } from 'cdktf';
import { NetworkingSecgroupRuleV2 } from '@cdktf/provider-openstack/lib/networking-secgroup-rule-v2';
import { NetworkingSubnetpoolV2 } from '@cdktf/provider-openstack/lib/networking-subnetpool-v2';
import { defined } from '../../../lib/basics/defined';
import {
  CloudStack,
  FirewallException,
  FixedIpPort,
  FloatingIp,
  OpenStackCloud,
  PolicyGrant,
  SecurityGroup,
  ServerGroup,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  Trunk,
  UtmInstance,
} from '../../../constructs';

export type Change = 'acme-changed' | 'reviewed' | 'globex-old' | 'globex-renamed' | 'globex-retiring' | 'without-acme';

const run = process.env['TENANTS_RUN'] ?? '';
const changes = new Set(JSON.parse(process.env['TENANTS_CHANGES'] ?? '[]') as Change[]);

const app = new App();
const settings = { owner: run, release: 'zed', cloud: 'stackward-lab', deployerRole: 'admin' } as const;
const cloud = new OpenStackCloud(app, 'Cloud', settings);
/** The cloud of the small tenant, whose provider is the oldest that stackward supports until it is upgraded. */
const cloudOfGlobex = changes.has('globex-old')
  ? new OpenStackCloud(app, 'Old', { ...settings, providerVersion: '1.54.1' })
  : cloud;

const shared = new CloudStack(app, 'shared', { cloud });
const red = new SharedNetwork(shared, 'Red', {
  name: `${run}-red`,
  cidr: '203.0.113.0/25',
  external: true,
  allocationPools: [
    { start: '203.0.113.50', end: '203.0.113.59' },
    { start: '203.0.113.10', end: changes.has('reviewed') ? '203.0.113.39' : '203.0.113.29' },
  ],
  allocationPoolMethod: 'database',
});
const pool = new NetworkingSubnetpoolV2(shared, 'Pool', {
  name: `${run}-pool`,
  prefixes: ['10.203.0.0/16'],
  shared: true,
});
// The router's gateway is made before the floating IP and takes any address of the pool, so the pool has not the named one.
const floating = red.addSubnet('Floating', {
  cidr: '203.0.113.128/25',
  dhcp: false,
  allocationPools: [{ start: '203.0.113.150', end: '203.0.113.250' }],
});

if (changes.has('reviewed'))
  new PolicyGrant(shared, 'Grant', {
    intent: 'choose-port-address',
    role: 'member',
    reason: 'tenants number their servers themselves',
  });

if (!changes.has('without-acme')) acme(changes.has('acme-changed'));
globex();
app.synth();

function acme(changed: boolean): void {
  const stack = new TenantStack(app, 'acme', {
    cloud,
    name: `${run}-acme`,
    description: 'A tenant with everything',
    members: [{ name: 'member', roles: ['member'] }],
    quotas: {
      compute: { instances: 1, cores: 2, ramMiB: 256, serverGroups: 1, metadataItems: 0 },
      // Four are declared. Neutron counts one that is just made twice, as itself and as its reservation (quota driver_nolock.py).
      network: { networks: 8, ports: changed ? 31 : 30, securityGroups: 4, floatingIps: -1, subnetPools: 0 },
      blockStorage: { volumes: 0, gigabytes: 20, volumeTypes: { __DEFAULT__: { volumes: 3 } } },
    },
  });
  const guest = new TenantNetwork(stack, 'Guest', { cidr: '10.91.0.0/24', gateway: 'none' });
  const green = new TenantNetwork(stack, 'Green', {
    cidr: '10.91.1.0/24',
    gateway: '10.91.1.254',
    allocationPools: [
      { start: '10.91.1.100', end: '10.91.1.199' },
      ...(changed ? [{ start: '10.91.1.20', end: '10.91.1.29' }] : []),
    ],
    hostRoutes: [{ destination: '10.95.0.0/16', nextHop: '10.91.1.9' }],
    dnsNameservers: ['10.91.1.53'],
  });
  green.addSubnet('V6', { cidr: '2001:db8:91:1::/64', dhcp: false });
  const orange = new TenantNetwork(stack, 'Orange', { cidr: '10.91.1.0/24', gateway: '10.91.1.254', dhcp: false });
  const servers = new TenantNetwork(stack, 'Servers', { cidr: '10.92.0.0/24' });
  const open = {
    red: { sources: 'any', destinations: ['203.0.113.0/25'], reason: 'clients reach public servers as themselves' },
  } as const;
  const utm = new UtmInstance(stack, 'Utm', {
    name: `${run}_utm.1`,
    image: 'stackward-utm',
    flavor: { name: 'stackward.utm', cores: 1, ramMiB: 64 },
    host: 'cnode02',
    // Outside the pools: the router's gateway, which may be made first, takes any address of a pool.
    red: { network: red, address: '203.0.113.5' },
    orange: { network: orange, portSecurity: false },
    green: {
      network: green,
      address: ['10.91.1.254', '2001:db8:91:1::254'],
      isGateway: true,
      portSecurity: changed,
    },
    guest: { network: guest, address: '10.91.0.5' },
    serverGroupId: new ServerGroup(stack, 'Apart', { policy: 'anti-affinity' }).groupId,
    ...defined({ transit: changes.has('reviewed') ? open : undefined }),
  });
  // After its server in the code: Terraform makes it before, or Neutron would refuse a port in use.
  new Trunk(stack, 'Trunk', {
    port: utm.nics.guest as FixedIpPort,
    subPorts: (changed ? ['Vlan7', 'Vlan8'] : ['Vlan7']).map((id) => ({
      // Named: Neutron could pick the address that the next apply wants for Web1.
      port: new FixedIpPort(stack, id, { network: servers, address: `10.92.0.10${id.slice(4)}` }),
      segmentationId: Number(id.slice(4)),
    })),
  });
  const web = new SecurityGroup(stack, 'Web', {
    rules: [
      { direction: 'ingress', protocol: 'tcp', port: 443, remote: '192.0.2.0/24' },
      { direction: 'ingress', protocol: 'icmp', remote: 'self' },
      { direction: 'ingress', protocol: 'icmp', port: 8, remote: '192.0.2.7' },
      { direction: 'ingress', ethertype: 'IPv6', protocol: 'icmp' },
    ],
  });
  const port = new FixedIpPort(stack, 'Web1', {
    network: servers,
    address: changed ? '10.92.0.22' : '10.92.0.20',
    securityGroups: [web],
    allowedAddressPairs: [{ ipAddress: '10.94.0.0/16' }],
  });
  const bridge = new FixedIpPort(stack, 'Bridge', { network: servers, address: '10.92.0.21' });
  if (changed) {
    const any = { mode: 'bridged', sources: 'any', destinations: 'any', reason: 'it bridges' } as const;
    new FirewallException(stack, 'Any', { port: bridge, ...any });
    new FirewallException(stack, 'Through', {
      port,
      mode: 'routed',
      sources: ['10.95.0.0/16', '2001:db8:95::/64'],
      destinations: 'any',
      reason: 'a VPN ends there',
    });
  }
  const router = new TenantRouter(stack, 'Router', {
    gateway: { network: red },
    interfaces: [servers],
    routes: [{ destination: '10.96.0.0/16', nextHop: '10.92.0.20' }],
  });
  new FloatingIp(stack, 'Public', { network: red, subnet: floating, address: '203.0.113.140', port, router });
}

/** As stackward wrote rules while 1.54.1 was its default provider: an ICMP type had no code. */
function withoutCode(group: SecurityGroup): void {
  for (const rule of group.node.findAll()) if (rule instanceof NetworkingSecgroupRuleV2) rule.resetPortRangeMax();
}

function globex(): void {
  const stack = new TenantStack(app, 'globex', {
    cloud: cloudOfGlobex,
    name: changes.has('globex-renamed') ? `${run}-globex-renamed` : `${run}-globex`,
    quotas: { network: { routers: 0, securityGroupRules: 50 } },
    retiring: changes.has('globex-retiring'),
  });
  const green = new TenantNetwork(stack, 'Green', { cidr: '10.91.1.0/24' });
  new FixedIpPort(stack, 'Port', { network: green, address: '10.91.1.20' });
  const pooled = new TenantNetwork(stack, 'Pooled', { subnetPoolId: pool.id, prefixLength: 26 });
  new FixedIpPort(stack, 'Worker', { network: pooled });
  const ping = new SecurityGroup(stack, 'Ping', { rules: [{ direction: 'ingress', protocol: 'icmp', port: 8 }] });
  if (changes.has('globex-old')) withoutCode(ping);
}
