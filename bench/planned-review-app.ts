/** 10 tenants with 16 resources each, for `bench/planned-review.ts`: nothing of them is there, and none reads another. */
import { App } from 'cdktf';
import { FixedIpPort, OpenStackCloud, SecurityGroup, TenantNetwork, TenantStack } from '../constructs';

const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', { owner: 'bench', release: 'zed', cloud: 'stackward-lab' });
for (let tenant = 0; tenant < 10; tenant++) {
  const stack = new TenantStack(app, `tenant${tenant}`, { cloud });
  const green = new TenantNetwork(stack, 'Green', { cidr: `10.${tenant}.0.0/24` });
  const ports = Array.from({ length: 8 }, (_, index) => ({ from: 8000 + index, to: 8000 + index }));
  new SecurityGroup(stack, 'Web', {
    rules: ports.slice(0, 3).map((port) => ({ direction: 'ingress', protocol: 'tcp', port, remote: '10.0.0.0/8' })),
  });
  for (const index of ports.keys())
    new FixedIpPort(stack, `Server${index}`, { network: green, address: `10.${tenant}.0.${20 + index}` });
}
app.synth();
