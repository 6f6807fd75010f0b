/**
 * The example cloud: a stack for shared networks, and one stack per tenant with its virtual firewall (UTM). `npx cdktf
 * apply '*'` makes it, `npx stackward apply` keeps what Terraform can't reach. docs/constructs.md lists all props.
 */
import { App } from 'cdktf';
import {
  CloudStack,
  OpenStackCloud,
  PolicyGrant,
  SharedNetwork,
  TenantNetwork,
  TenantStack,
  UtmInstance,
} from './constructs';

/** The last public address that may be handed out. `RED_POOL_END=203.0.113.29 …` extends the pool without an edit. */
const redPoolEnd = process.env.RED_POOL_END ?? '203.0.113.19';

const app = new App();

const cloud = new OpenStackCloud(app, 'Cloud', {
  owner: 'example-cloud',
  release: 'zed',
  cloud: 'stackward-lab', // the entry of clouds.yaml; credentials stay there
  deployerRole: 'admin', // a forced host (below) is an admin's right, unless the policy says otherwise
});

// Networks that tenants share: the public network (red), and the network that manages every firewall.

const shared = new CloudStack(app, 'shared', { cloud });

const red = new SharedNetwork(shared, 'Red', {
  cidr: '203.0.113.0/24',
  external: true,
  segment: { networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 },
  allocationPools: [{ start: '203.0.113.10', end: redPoolEnd }],
  allocationPoolMethod: 'database', // what Icehouse needs; from Juno on it can be left out
});

const management = new SharedNetwork(shared, 'Management', {
  cidr: '10.255.0.0/24',
  gateway: 'none',
  segment: { networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 101 },
});

// Members plan their own addresses; by Neutron's own policy that is an administrator's right.
new PolicyGrant(shared, 'ChooseAddress', {
  intent: 'choose-port-address',
  role: 'member',
  reason: 'tenants number their servers themselves',
});

// Acme: a full-size firewall. Green (clients) and orange (servers) are one segment; it filters what passes between them.

const acme = new TenantStack(app, 'acme', {
  cloud,
  description: 'Acme Corporation',
  members: [{ name: 'member', roles: ['member'] }],
  quotas: {
    compute: { instances: 2, cores: 4, ramMiB: 512 },
    network: { networks: 4, subnets: 4, ports: 40, floatingIps: 2 },
    blockStorage: { volumes: 2, gigabytes: 20 },
  },
});

const acmeGreen = new TenantNetwork(acme, 'Green', {
  cidr: '10.10.1.0/24',
  gateway: '10.10.1.254', // the firewall itself
  allocationPools: [{ start: '10.10.1.10', end: '10.10.1.99' }],
});

const acmeOrange = new TenantNetwork(acme, 'Orange', {
  cidr: '10.10.1.0/24',
  gateway: '10.10.1.254',
  allocationPools: [{ start: '10.10.1.100', end: '10.10.1.199' }],
});

new UtmInstance(acme, 'Utm', {
  name: 'acme-utm',
  image: 'stackward-utm',
  flavor: { name: 'stackward.utm', cores: 1, ramMiB: 64 },
  host: 'cnode01',
  guest: { network: management, address: '10.255.0.11' },
  green: { network: acmeGreen, address: '10.10.1.254', isGateway: true, portSecurity: false },
  orange: { network: acmeOrange, portSecurity: false },
  red: { network: red, address: '203.0.113.11' },
});

// Globex: two NICs, routed.

const globex = new TenantStack(app, 'globex', {
  cloud,
  members: [{ name: 'member', roles: ['member'] }],
  quotas: { network: { networks: 2, subnets: 2, ports: 20, routers: 1 } },
});

const globexGreen = new TenantNetwork(globex, 'Green', { cidr: '10.20.1.0/24' });
// Named, because what Neutron chooses differs by release: from Ussuri on it is 2001:db8:20:1:: itself.
globexGreen.addSubnet('V6', { cidr: '2001:db8:20:1::/64', gateway: '2001:db8:20:1::1', dhcp: false });

new UtmInstance(globex, 'Utm', {
  name: 'globex-utm',
  image: 'stackward-utm',
  flavor: { name: 'stackward.utm', cores: 1, ramMiB: 64 },
  host: 'cnode02',
  green: {
    network: globexGreen,
    address: ['10.20.1.1', '2001:db8:20:1::1'],
    isGateway: true,
    portSecurity: false,
  },
  red: { network: red, address: '203.0.113.12' },
  // Red sees the clients' own addresses, which Neutron drops there; destinations are named, so it takes the packet filter.
  transit: {
    red: {
      sources: ['10.20.1.0/24'],
      destinations: ['203.0.113.0/24'],
      reason: 'clients reach public servers under their own addresses',
    },
  },
});

app.synth();
