import { App } from 'cdktf';
import { CloudStack, FixedIpPort, OpenStackCloud, SharedNetwork, TenantNetwork, TenantStack } from './constructs';

/** Last address of the public pool. The demo extends it: RED_POOL_END=203.0.113.29 npx cdktf apply shared */
const redPoolEnd = process.env.RED_POOL_END ?? '203.0.113.19';

const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'example-cloud', release: 'zed', cloud: 'stackward-lab' });

const shared = new CloudStack(app, 'shared', { cloud });
const red = new SharedNetwork(shared, 'Red', {
  cidr: '203.0.113.0/24',
  external: true,
  segment: { networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 },
  allocationPools: [{ start: '203.0.113.10', end: redPoolEnd }],
  allocationPoolMethod: 'database',
});

const acme = new TenantStack(app, 'acme', { cloud });
new TenantNetwork(acme, 'Green', { cidr: '10.10.1.0/24' });
new FixedIpPort(acme, 'Public', { network: red, address: '203.0.113.11' });

app.synth();
