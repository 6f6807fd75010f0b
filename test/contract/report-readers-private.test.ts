/** The contract on the private cloud. */
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { PrivateCloud } from '../support/private-cloud';
import { credentials } from '../support/rogue-cloud';
import { reportReadersContract } from './report-readers-suite';

reportReadersContract('a private cloud', async () => {
  const cloud = await PrivateCloud.start();
  const session = new OpenStackSession(credentials(cloud.url));
  const close = async (): Promise<void> => {
    await session.close();
    await cloud.stop();
  };
  return { session, close };
});
