/** The contract on the private cloud. */
import { CloudNames } from '../../adapters/openstack/cloud-names';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
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
  return { session, close };
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
