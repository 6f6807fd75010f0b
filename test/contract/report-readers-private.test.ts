/** The contract on the private cloud. */
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { PrivateCloud } from '../support/private-cloud';
import { credentials } from '../support/rogue-cloud';
import { reportReadersContract } from './report-readers-suite';

reportReadersContract('a private cloud', async () => {
  const cloud = await PrivateCloud.start();
  cloud.told.set('/compute/v2.1/limits', { limits: { absolute: { totalInstancesUsed: 2, totalCoresUsed: 4, totalRAMUsed: 512, maxTotalKeypairs: 100 } } }); // prettier-ignore
  const amount = { limit: 10, in_use: 3, reserved: 0 };
  cloud.told.set('/volume/v3/p1/os-quota-sets/p1', { quota_set: { id: 'p1', volumes: amount, gigabytes: amount } });
  const session = new OpenStackSession(credentials(cloud.url));
  const close = async (): Promise<void> => {
    await session.close();
    await cloud.stop();
  };
  return { session, close };
});
