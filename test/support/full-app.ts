/** An app that uses every construct and nearly every prop, with a different value in each. */
import type { App } from 'cdktf';
import {
  AllocationPools,
  BridgePort,
  CloudStack,
  FirewallException,
  FixedIpPort,
  FloatingIp,
  KeyPair,
  Quotas,
  SecurityGroup,
  Server,
  SharedNetwork,
  Tenant,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  Trunk,
  UtmInstance,
  Volume,
  type OpenStackCloudProps,
} from '../../constructs';
import { appWithCloud } from './synth';

/** Stacks: `shared`, `acme` with all of its own, `guests` with what it imports. */
export function fullApp(props: Partial<OpenStackCloudProps> = {}): App {
  const given = { cloud: 'full', region: 'RegionTwo', deployerRole: 'admin', markBit: 30 };
  const { app, cloud } = appWithCloud({ ...given, ...props });
  const shared = new CloudStack(app, 'shared', { cloud });
  const red = new SharedNetwork(shared, 'Red', {
    name: 'public',
    description: 'The public network',
    cidr: '203.0.113.0/24',
    gateway: '203.0.113.254',
    dhcp: false,
    external: true,
    segment: { networkType: 'vlan', physicalNetwork: 'physnet7', segmentationId: 107 },
    allocationPools: [{ start: '203.0.113.10', end: '203.0.113.99' }],
    allocationPoolMethod: 'database',
    allowShrink: true,
    mtu: 1450,
    adminStateUp: true,
    dnsDomain: 'red.example.',
    portSecurityEnabled: true,
    qosPolicyId: 'qos-1',
    tags: ['red'],
    availabilityZoneHints: ['az-net'],
    valueSpecs: { 'x:net': '1' },
    transparentVlan: true,
    timeouts: { create: '11m', delete: '12m' },
  });
  const floating = red.addSubnet('Floating', { cidr: '198.51.100.0/24' });
  const acme = tenantStack(app, cloud);
  network(acme, red, floating);
  servers(acme, red);
  imports(app, cloud);
  return app;
}

function tenantStack(app: App, cloud: TenantStack['cloud']): TenantStack {
  return new TenantStack(app, 'acme', {
    cloud,
    name: 'Acme Corporation',
    description: 'A tenant',
    enabled: true,
    domainId: 'domain-1',
    parentId: 'project-0',
    tags: ['customer'],
    members: [
      { name: 'alice', domainId: 'domain-2', roles: ['member', 'reader'] },
      { name: 'bob', userId: 'user-3', roles: [{ name: 'auditor', id: 'role-4' }] },
    ],
    quotas: {
      compute: {
        instances: 3,
        cores: 9,
        ramMiB: 4097,
        keyPairs: 4,
        serverGroups: 5,
        serverGroupMembers: 6,
        metadataItems: 7,
      },
      network: {
        networks: 8,
        subnets: 18,
        ports: 40,
        routers: 2,
        floatingIps: 11,
        securityGroups: 12,
        rbacPolicies: 13,
        subnetPools: 14,
      },
      blockStorage: { volumes: 15, gigabytes: 16, volumeTypes: { ssd: { volumes: 17, gigabytes: 19 } } },
    },
  });
}

function network(acme: TenantStack, red: SharedNetwork, floating: SharedNetwork['subnet']): void {
  const green = new TenantNetwork(acme, 'Green', {
    cidr: '10.1.0.0/24',
    gateway: '10.1.0.254',
    dnsNameservers: ['10.1.0.53'],
    hostRoutes: [{ destination: '172.16.0.0/16', nextHop: '10.1.0.2' }],
    allocationPools: [{ start: '10.1.0.100', end: '10.1.0.199' }],
    serviceTypes: ['compute:nova'],
  });
  green.addSubnet('V6', { cidr: '2001:db8:1::/64', ipv6AddressMode: 'dhcpv6-stateful', ipv6RaMode: 'dhcpv6-stateful' });
  const orange = new TenantNetwork(acme, 'Orange', { cidr: '10.2.0.0/24', gateway: 'none' });
  const web = new SecurityGroup(acme, 'Web', {
    description: 'Web servers',
    deleteDefaultRules: true,
    tags: ['web'],
    rules: [
      { direction: 'ingress', protocol: 'tcp', port: 443, remote: '192.0.2.0/24', description: 'https' },
      { direction: 'ingress', protocol: 'udp', port: { from: 5000, to: 5010 }, remote: '2001:db8::/32' },
      { direction: 'ingress', remote: 'self' },
      { direction: 'egress', ethertype: 'IPv6' },
    ],
  });
  web.addRule({ direction: 'ingress', protocol: 'icmp', remote: new SecurityGroup(acme, 'Peers') });
  const server = new FixedIpPort(acme, 'Server', {
    network: green,
    address: ['10.1.0.20', '2001:db8:1::20'],
    securityGroups: [web, 'group-9'],
    allowedAddressPairs: [{ ipAddress: '10.9.0.0/24', macAddress: 'fa:16:3e:00:00:09' }],
    macAddress: 'fa:16:3e:00:00:20',
    description: 'A server',
    adminStateUp: true,
    deviceOwner: 'compute:az9',
    deviceId: 'device-1',
    dnsName: 'server',
    qosPolicyId: 'qos-2',
    tags: ['port'],
    binding: { vnicType: 'normal', hostId: 'host-2' },
    extraDhcpOption: [{ name: 'mtu', value: '1400', ipVersion: 4 }],
    valueSpecs: { 'x:port': '2' },
  });
  const router = new TenantRouter(acme, 'Router', {
    gateway: { network: red, addresses: ['203.0.113.20'], snat: true },
    interfaces: [green],
    routes: [{ destination: '10.8.0.0/16', nextHop: '10.1.0.254' }],
    description: 'A router',
    adminStateUp: true,
    distributed: false,
    tags: ['router'],
    availabilityZoneHints: ['az-router'],
    vendorOptions: { setRouterGatewayAfterCreate: true },
  });
  router.addInterface('Servers', { network: orange, address: '10.2.0.7' });
  new FloatingIp(acme, 'Public', {
    network: red,
    subnet: floating,
    address: '198.51.100.20',
    port: server,
    portAddress: '10.1.0.20',
    router,
    description: 'An address',
    dnsName: 'public',
    dnsDomain: 'example.',
    tags: ['fip'],
  });
  new FirewallException(acme, 'Vpn', {
    port: server,
    mode: 'routed',
    sources: ['10.6.0.0/24', '2001:db8:6::/64'],
    destinations: ['10.7.0.0/24', '2001:db8:7::/64'],
    reason: 'the VPN ends at the server',
    placement: 'candidates',
  });
  new BridgePort(acme, 'ServerPort', { port: server, hairpin: false, learning: true, flood: true });
  new UtmInstance(acme, 'Utm', {
    name: 'acme-utm',
    image: { id: 'image-5' },
    flavor: { id: 'flavor-6', cores: 3, ramMiB: 2049 },
    availabilityZone: 'az1',
    host: 'compute7',
    serverGroupId: 'group-8',
    keyPair: 'key-9',
    guest: { network: orange, address: '10.2.0.9', portSecurity: false },
    green: { network: green, address: '10.1.0.9', portSecurity: false, outsidePools: true },
    orange: server,
    red: { network: red, address: '203.0.113.30' },
    mode: 'routed',
    transit: {
      orange: { sources: ['10.1.0.0/24'], destinations: 'any', reason: 'clients reach the servers' },
      red: { sources: ['10.2.0.0/24'], destinations: ['203.0.113.128/25'], reason: 'without translation' },
    },
    config: { packages: ['nftables'] },
    metadata: { role: 'utm' },
    tags: ['server'],
    configDrive: true,
    powerState: 'active',
    stopBeforeDestroy: true,
    forceDelete: true,
    blockDevice: [
      {
        sourceType: 'image',
        uuid: 'image-5',
        destinationType: 'volume',
        bootIndex: 0,
        volumeSize: 10,
        deleteOnTermination: true,
      },
    ],
    personality: [{ file: '/etc/motd', content: 'hello' }],
    vendorOptions: { detachPortsBeforeDestroy: true },
    timeouts: { create: '13m', update: '14m', delete: '15m' },
  });
}

function servers(acme: TenantStack, red: SharedNetwork): void {
  const operator = new KeyPair(acme, 'Operator', {
    name: 'acme operator',
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample operator',
    region: 'RegionThree',
  });
  const root = new Volume(acme, 'Root', {
    name: 'web-root',
    description: 'The root disk',
    sizeGiB: 4,
    type: 'ssd',
    imageId: 'image-6',
    availabilityZone: 'az-volume',
    metadata: { role: 'root' },
    timeouts: { create: '16m', delete: '17m' },
  });
  const web = new Server(acme, 'WebServer', {
    name: 'acme-web',
    bootVolume: root,
    flavor: 'm1.small',
    nics: {
      wan: { network: red, address: '203.0.113.31' },
      lan: new FixedIpPort(acme, 'WebPort', { network: red, address: '203.0.113.32', macAddress: 'fa:16:3e:00:00:21' }),
    },
    keyPair: operator.keyName,
    userData: '#!/bin/sh\necho ${HOME}\n',
    metadata: { role: 'web' },
    tags: ['web'],
    powerState: 'active',
  });
  new Trunk(acme, 'Trunk', {
    name: 'acme-trunk',
    description: 'A trunk',
    port: web.nics['lan'] as FixedIpPort,
    subPorts: [{ port: new FixedIpPort(acme, 'Vlan', { network: red, address: '203.0.113.33' }), segmentationId: 103 }],
    tags: ['trunk'],
    timeouts: { create: '18m', delete: '19m' },
  });
  new Volume(acme, 'Data', { sizeGiB: 2, enableOnlineResize: true, attachedTo: web });
}

function imports(app: App, cloud: TenantStack['cloud']): void {
  const guests = new CloudStack(app, 'guests', { cloud });
  const tenant = Tenant.fromProjectId(guests, 'Initech', { projectId: 'project-99' });
  new Quotas(guests, 'Quotas', { tenant, network: { securityGroupRules: 77 }, blockStorage: { groups: 3 } });
  const old = TenantNetwork.fromNetworkId(guests, 'Old', {
    tenant,
    networkId: 'network-77',
    subnets: [{ subnetId: 'subnet-78', cidr: '10.77.0.0/24' }],
  });
  const pool = SharedNetwork.fromNetworkId(guests, 'Pool', { networkId: 'network-88' });
  new FloatingIp(guests, 'Address', { tenant, network: pool });
  new UtmInstance(guests, 'Utm', {
    tenant,
    image: 'image-name',
    flavor: 'flavor-name',
    green: { network: old, address: '10.77.0.5', portSecurity: false },
  });
  new AllocationPools(guests, 'Public', {
    subnetId: 'subnet-89',
    pools: [{ start: '192.0.2.71', end: '192.0.2.85' }],
  });
}
