/** 400 tenants by our constructs: one network, one fixed-IP port, one UTM with two NICs each. */
import { App } from 'cdktf';
import {
  CloudStack,
  FixedIpPort,
  OpenStackCloud,
  SharedNetwork,
  TenantNetwork,
  TenantStack,
  UtmInstance,
} from '../constructs';

const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'bench', release: 'zed', cloud: 'bench' });
const shared = new CloudStack(app, 'shared', { cloud });
const red = new SharedNetwork(shared, 'Red', { cidr: '198.18.0.0/16', external: true });
for (let n = 0; n < 400; n++) {
  const third = `10.${n >> 8}.${n & 255}`;
  const stack = new TenantStack(app, `tenant${n}`, { cloud });
  const green = new TenantNetwork(stack, 'Green', { cidr: `${third}.0/24` });
  new FixedIpPort(stack, 'Server', { network: green, address: `${third}.20` });
  new UtmInstance(stack, 'Utm', {
    name: `utm${n}`,
    image: { id: 'image' },
    flavor: { id: 'flavor' },
    green: { network: green, address: `${third}.1`, isGateway: true, portSecurity: false },
    red: { network: red, address: `198.18.${10 + (n >> 8)}.${n & 255}` },
  });
}
app.synth();
