/** The contract on the lab's services. */
import { QuotaUse } from '../../adapters/openstack/quota-use';
import { LabCloud } from '../support/lab-cloud';
import { reportReadersContract } from './report-readers-suite';

reportReadersContract('the APIs of real services', () => {
  const cloud = new LabCloud('report-readers');
  return Promise.resolve({ session: cloud.admin, close: () => cloud.close() });
});

test('a member reads what its own project uses, and may not read what another uses', async () => {
  const cloud = new LabCloud('report-readers-member');
  try {
    const use = new QuotaUse(cloud.member);
    const projects = [cloud.member, cloud.admin].map(async (login) => (await login.login()).project?.id ?? '');
    const [mine = '', elsewhere = ''] = await Promise.all(projects);
    for (const [service, resource] of [['compute', 'instances'], ['network', 'port'], ['blockStorage', 'volumes']] as const) {
      expect(Object.keys(await use.used(service, mine, [resource]))).toEqual([resource]);
      await expect(use.used(service, elsewhere, [resource])).rejects.toMatchObject({ status: 403, about: 'right' });
    }
  } finally {
    await cloud.close();
  }
}); // prettier-ignore
