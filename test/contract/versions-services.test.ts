/** The contract on the lab's services, through their APIs. */
import { ServiceVersions } from '../../adapters/openstack/service-versions';
import { LabCloud } from '../support/lab-cloud';
import { versionsContract } from './versions-suite';

versionsContract('the APIs of real services', () => {
  const cloud = new LabCloud('versions-contract');
  return Promise.resolve({
    reader: () => new ServiceVersions(cloud.admin),
    memberReader: () => new ServiceVersions(cloud.member),
    close: () => cloud.close(),
  });
});
