/** The contract on the private cloud. */
import { CloudNames } from '../../adapters/openstack/cloud-names';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { ProjectRemainsApi } from '../../adapters/openstack/project-remains';
import { servicesWithRemains } from '../../lib/contract/project-remains';
import { QuotaUse } from '../../adapters/openstack/quota-use';
import { PrivateCloud } from '../support/private-cloud';
import { credentials } from '../support/rogue-cloud';
import { reportReadersContract } from './report-readers-suite';

async function open() {
  const cloud = await PrivateCloud.start();
  const session = new OpenStackSession(credentials(cloud.url));
  const close = async (): Promise<void> => {
    await session.close();
    await cloud.stop();
  };
  return { cloud, session, close };
}

reportReadersContract('a private cloud', async () => {
  const { cloud, session, close } = await open();
  cloud.catalogue.image = cloud.url;
  cloud.told.set('/compute/v2.1/limits', { limits: { absolute: { totalInstancesUsed: 2, totalCoresUsed: 4, totalRAMUsed: 512, maxTotalKeypairs: 100 } } }); // prettier-ignore
  const amount = { limit: 10, in_use: 3, reserved: 0 };
  cloud.told.set('/volume/v3/p1/os-quota-sets/p1', { quota_set: { id: 'p1', volumes: amount, gigabytes: amount } });
  cloud.told.set('/v2.0/quotas/p1', { quota: { port: 500 } });
  const project = 'ffffffffffff4fff8fffffffffffffff';
  cloud.told.set(`/volume/v3/p1/os-quota-sets/${project}`, { quota_set: {} });
  cloud.told.set(`/v2.0/quotas/${project}`, { quota: {} });
  cloud.told.set('/volume/v3/p1/volumes/detail', { volumes: [] });
  cloud.told.set('/v2.0/routers', { routers: [] });
  return { session, close };
});

const idOf = (digit: string) => `00000000-0000-4000-8000-${digit.repeat(12)}`;
const ids = {
  server: idOf('1'), volume: idOf('2'), floating: idOf('3'), nic: idOf('4'), leg: idOf('5'), odd: idOf('6'),
  dhcp: idOf('7'), router: idOf('8'), network: idOf('9'), default: idOf('a'),
}; // prettier-ignore

/** Things of the project `gone`, and of another. */
function tellRemains(cloud: PrivateCloud): void {
  const two = (name: keyof typeof ids, more: object = {}) => [
    { id: ids[name], name: `the ${name}`, tenant_id: 'gone', ...more },
    { id: ids[name].replace('-8', '-9'), name: '', tenant_id: 'p2', ...more },
    { id: ids[name].replace('-8', '-a'), name: '', tenant_id: null, ...more },
  ];
  const port = { id: ids.leg, name: '', tenant_id: 'gone', device_id: '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11', device_owner: 'network:router_interface' }; // prettier-ignore
  const volumes = two('volume').map(({ tenant_id: owner, ...volume }) => ({ ...volume, 'os-vol-tenant-attr:tenant_id': owner })); // prettier-ignore
  const told = {
    '/compute/v2.1/servers/detail': { servers: two('server') },
    '/volume/v3/p1/volumes/detail': { volumes },
    '/volume/v3/p1/os-quota-sets/gone': { quota_set: {} },
    '/v2.0/quotas/gone': { quota: {} },
    '/v2.0/floatingips': { floatingips: two('floating', { floating_ip_address: '203.0.113.7' }) },
    '/v2.0/ports': { ports: [...two('nic', { device_owner: 'compute:nova', device_id: 'x' }), port, { ...port, id: ids.odd, device_id: '; rm' }, ...two('dhcp', { device_owner: 'network:dhcp', device_id: 'x' })] }, // prettier-ignore
    '/v2.0/routers': { routers: two('router') },
    '/v2.0/networks': { networks: two('network') },
    '/v2.0/security-groups': { security_groups: two('default') },
  };
  for (const [path, answer] of Object.entries(told)) cloud.told.set(path, answer);
}

test('the things of a project are told in an order in which they can be deleted, whatever the service lists beside them', async () => {
  const { cloud, session, close } = await open();
  tellRemains(cloud);
  const remains = new ProjectRemainsApi(session);
  const told = await Promise.all(servicesWithRemains.map((service) => remains.remains(service, 'gone')));
  const things = (service: 'Nova' | 'Cinder' | 'Neutron') => told[servicesWithRemains.indexOf(service)]?.things;
  expect(things('Nova')).toEqual([{ kind: 'server', id: ids.server, name: 'the server' }]);
  expect(things('Cinder')).toEqual([{ kind: 'volume', id: ids.volume, name: 'the volume' }]);
  expect(things('Neutron')).toEqual([
    { kind: 'floating IP', id: ids.floating, name: '203.0.113.7' },
    { kind: 'port', id: ids.nic, name: 'the nic' },
    { kind: 'port', id: ids.leg, name: '', routerId: '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11' },
    // Nobody should paste what somebody else wrote.
    { kind: 'port', id: ids.odd, name: '' },
    { kind: 'router', id: ids.router, name: 'the router' },
    { kind: 'network', id: ids.network, name: 'the network' },
    { kind: 'security group', id: ids.default, name: 'the default' },
  ]);
  // This Neutron has neither trunks nor subnet pools.
  expect(told.map(({ kinds }) => kinds)).toEqual([
    ['server'],
    ['volume'],
    ['floating IP', 'port', 'router', 'network', 'security group'],
  ]);
  await close();
});

test('a service that leaves out the projects of its things is not taken for one that has nothing of a project', async () => {
  const { cloud, session, close } = await open();
  tellRemains(cloud);
  const nameless = { id: ids.volume, name: '' };
  cloud.told.set('/volume/v3/p1/volumes/detail', { volumes: [nameless] });
  cloud.told.set('/compute/v2.1/servers/detail', { servers: [nameless] });
  cloud.told.set('/v2.0/routers', { routers: [nameless] });
  const remains = new ProjectRemainsApi(session);
  for (const [service, kind] of [['Nova', 'server'], ['Cinder', 'volume'], ['Neutron', 'router']] as const)
    await expect(remains.remains(service, 'gone')).rejects.toThrow(`the list of ${kind}s doesn't say whose ${kind}`);
  await close();
}); // prettier-ignore

test('an id that a shell or a command would take for something else ends the reading', async () => {
  const { cloud, session, close } = await open();
  tellRemains(cloud);
  const odd = { id: '--help', name: '', tenant_id: 'gone', 'os-vol-tenant-attr:tenant_id': 'gone' };
  cloud.told.set('/volume/v3/p1/volumes/detail', { volumes: [odd] });
  cloud.told.set('/compute/v2.1/servers/detail', { servers: [odd] });
  cloud.told.set('/v2.0/routers', { routers: [odd] });
  const remains = new ProjectRemainsApi(session);
  for (const service of servicesWithRemains) await expect(remains.remains(service, 'gone')).rejects.toThrow('UUID');
  await close();
});

test('a service that hides other projects says that, also where its list would be empty', async () => {
  const { cloud, session, close } = await open();
  tellRemains(cloud);
  const remains = new ProjectRemainsApi(session);
  for (const path of ['/v2.0/quotas/gone', '/volume/v3/p1/os-quota-sets/gone', '/compute/v2.1/servers/detail'])
    cloud.broken.set(path, 403);
  for (const service of servicesWithRemains)
    await expect(remains.remains(service, 'gone')).rejects.toMatchObject({ status: 403, about: 'right' });
  await close();
});

test('of a cloud without Cinder nobody lists volumes', async () => {
  const { cloud, session, close } = await open();
  delete cloud.catalogue['volumev3'];
  expect(await new ProjectRemainsApi(session).remains('Cinder', 'gone')).toEqual({ kinds: [], things: [] });
  await close();
});

test('a flavor behind the first page of Nova counts', async () => {
  const { cloud, session, close } = await open();
  cloud.pageSize = 2;
  cloud.flavors = ['tiny', 'small', 'large', 'huge', 'last'].map((name, place) => ({ id: `f${place}`, name }));
  const names = new CloudNames(session);
  const countOf = async (by: 'id' | 'name', name: string) => (await names.count({ kind: 'flavor', by, name })).all;
  for (const name of ['tiny', 'last']) expect([name, await countOf('name', name)]).toEqual([name, 1]);
  expect([await countOf('id', 'f4'), await countOf('name', 'f4'), await countOf('id', 'last')]).toEqual([1, 0, 0]);
  await close();
});

test('a name that is not there comes with those that are, once each and from every page; where they are hidden, without', async () => {
  const { cloud, session, close } = await open();
  cloud.catalogue.image = cloud.url;
  cloud.pageSize = 2;
  cloud.images = ['cirros', 'debian', 'debian', 'last'].map((name, place) => ({ id: `i${place}`, name }));
  const counted = (by: 'id' | 'name') => new CloudNames(session).count({ kind: 'image', by, name: 'utm' });
  expect(await counted('name')).toEqual({ all: 0, private: 0, others: ['cirros', 'debian', 'last'] });
  expect((await counted('id')).others).toEqual(['i0', 'i1', 'i2', 'i3']);
  // It may show a single thing and not the list.
  cloud.broken.set('/v2/images', 403);
  expect(await counted('id')).toEqual({ all: 0, private: 0 });
  await close();
});

test('a use that the cloud hides or leaves out is an error, and never 0', async () => {
  const { cloud, session, close } = await open();
  const use = new QuotaUse(session);
  // Neutron lists nothing of a project that the credentials may not see.
  cloud.broken.set('/v2.0/quotas/p9', 403);
  await expect(use.used('network', 'p9', ['port'])).rejects.toThrow(/\/v2\.0\/quotas\/p9 was answered with 403/);
  cloud.told.set('/compute/v2.1/limits', { limits: { absolute: { totalInstancesUsed: 2 } } });
  await expect(use.used('compute', 'p9', ['instances', 'cores'])).rejects.toThrow(/unknown form/);
  cloud.told.set('/volume/v3/p1/os-quota-sets/p9', { quota_set: { volumes: { limit: 10 } } });
  await expect(use.used('blockStorage', 'p9', ['volumes'])).rejects.toThrow(/unknown form/);
  await close();
});
