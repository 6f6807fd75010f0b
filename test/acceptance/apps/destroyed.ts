/**
 * A tenant that is destroyed while things stand in its network that no code made. `DESTROYED_RUN` is the prefix of its name;
 * `DESTROYED_NETWORK=no` takes the network out of the code, and `DESTROYED_LEGACY=no` a network of the stack `shared` with
 * the tenant's port in it. `DESTROYED_LEGACY=moved` moves that port to a new network. `DESTROYED_PORTS` has addresses of
 * more ports in the tenant's network.
 */
import { App } from 'cdktf';
import {
  CloudStack,
  FixedIpPort,
  OpenStackCloud,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
} from '../../../constructs';

const run = process.env['DESTROYED_RUN'] ?? '';
const legacy = process.env['DESTROYED_LEGACY'];
const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', {
  owner: run,
  release: 'zed',
  cloud: 'stackward-lab',
  deployerRole: 'admin',
});
const shared = new CloudStack(app, 'shared', { cloud });
const stack = new TenantStack(app, 'acme', {
  cloud,
  name: `${run}-acme`,
  quotas: { compute: { instances: 1 }, network: { networks: 8 }, blockStorage: { volumes: 3 } },
});
if (process.env['DESTROYED_NETWORK'] !== 'no') {
  const network = new TenantNetwork(stack, 'Green', { cidr: '10.93.0.0/24' });
  new TenantRouter(stack, 'Router', { interfaces: [network] });
  new FixedIpPort(stack, 'Web', { network, address: '10.93.0.20' });
  for (const address of process.env['DESTROYED_PORTS']?.split(',') ?? [])
    new FixedIpPort(stack, `At-${address.split('.').at(-1) ?? ''}`, { network, address });
}
// As a tenant that uses something else of the shared stack.
stack.addDependency(shared);
if (legacy !== 'no') {
  const [id, number] = legacy === 'moved' ? (['Next', 95] as const) : (['Legacy', 94] as const);
  const network = new SharedNetwork(shared, id, { name: `${run}-${id}`, cidr: `10.${number}.0.0/24` });
  new FixedIpPort(stack, 'Old', { network, address: `10.${number}.0.20` });
}
app.synth();
