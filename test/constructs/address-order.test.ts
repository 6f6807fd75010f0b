/** Resources that name an address are made before those for which Neutron picks an address in the same network. */
import {
  CloudStack,
  FixedIpPort,
  FloatingIp,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
} from '../../constructs';
import { appWithCloud, synth } from '../support/synth';

function stacks() {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true });
  return { app, cloud, red, acme: new TenantStack(app, 'acme', { cloud }) };
}
type App = ReturnType<typeof stacks>['app'];

/** Construct ids of all resources that this resource waits for by `depends_on`. */
function waitsOf(app: App, type: string, id: string, stack = 'acme'): string[] {
  const { resource } = synth(app).stack(stack) as {
    resource: Record<string, Record<string, { depends_on?: string[] }>>;
  };
  const [, found] = Object.entries(resource[type] ?? {}).find(([name]) => name.startsWith(`${id}_`)) ?? [];
  if (!found) throw new Error(`there is no ${type} ${id}`);
  return (found.depends_on ?? []).map((address) => address.split('.')[1]?.split('_')[0] ?? '');
}

test.each(['before', 'after'])(
  'a router whose address Neutron picks waits for a fixed port that is declared %s it',
  (order) => {
    const { app, acme, red } = stacks();
    const makePort = () => new FixedIpPort(acme, 'Fixed', { network: red, address: '203.0.113.11' });
    const makeRouter = () => new TenantRouter(acme, 'Edge', { gateway: { network: red } });
    for (const make of order === 'before' ? [makePort, makeRouter] : [makeRouter, makePort]) make();
    expect(waitsOf(app, 'openstack_networking_router_v2', 'Edge')).toContain('Fixed');
    expect(waitsOf(app, 'openstack_networking_port_v2', 'Fixed')).not.toContain('Edge');
  },
);

test('a port without an address waits for the fixed ports of its network, and for no port of another network', () => {
  const { app, acme, red } = stacks();
  const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  new FixedIpPort(acme, 'Any', { network: green });
  new FixedIpPort(acme, 'Fixed', { network: green, address: '10.0.0.5' });
  new FixedIpPort(acme, 'Elsewhere', { network: red, address: '203.0.113.11' });
  const waits = waitsOf(app, 'openstack_networking_port_v2', 'Any');
  expect(waits).toContain('Fixed');
  expect(waits).not.toContain('Elsewhere');
});

test('a router with a named address waits for no port', () => {
  const { app, acme, red } = stacks();
  new TenantRouter(acme, 'Edge', { gateway: { network: red, addresses: ['203.0.113.12'] } });
  new FixedIpPort(acme, 'Fixed', { network: red, address: '203.0.113.11' });
  expect(waitsOf(app, 'openstack_networking_router_v2', 'Edge')).not.toContain('Fixed');
});

test('an unnamed floating IP waits for named ones, and the router in front of its port waits for neither', () => {
  const { app, acme, red } = stacks();
  const green = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  const port = new FixedIpPort(acme, 'Web', { network: green, address: '10.0.0.5' });
  const router = new TenantRouter(acme, 'Edge', { gateway: { network: red }, interfaces: [green] });
  new FloatingIp(acme, 'Any', { network: red });
  new FloatingIp(acme, 'Named', { network: red, address: '203.0.113.40', port, router });
  expect(waitsOf(app, 'openstack_networking_floatingip_v2', 'Any')).toContain('Named');
  const waits = waitsOf(app, 'openstack_networking_router_v2', 'Edge');
  expect(waits).not.toContain('Named');
  expect(waits).not.toContain('Any');
});
