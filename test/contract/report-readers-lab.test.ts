/** The contract on the lab's services. */
import { ProjectRemainsApi } from '../../adapters/openstack/project-remains';
import { servicesWithRemains } from '../../lib/contract/project-remains';
import { QuotaUse } from '../../adapters/openstack/quota-use';
import { CloudNames } from '../../adapters/openstack/cloud-names';
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

test('a member learns nothing of what is left of a project, instead of hearing that nothing is', async () => {
  const cloud = new LabCloud('report-readers-remains');
  try {
    const remains = new ProjectRemainsApi(cloud.member);
    for (const service of servicesWithRemains)
      await expect(remains.remains(service, 'ffffffffffff4fff8fffffffffffffff')).rejects.toMatchObject({ status: 403 });
  } finally {
    await cloud.close();
  }
});

test('a private flavor is told apart where Terraform lists what its own project may use', async () => {
  const cloud = new LabCloud('report-readers-flavor');
  const name = `${cloud.prefix}-closed`;
  const post = { method: 'POST', body: { flavor: { name, id: name, ram: 64, vcpus: 1, disk: 0, 'os-flavor-access:is_public': false } } } as const;
  try {
    await cloud.admin.call('compute', `/flavors/${name}`, { method: 'DELETE', mayBeAbsent: true });
    await cloud.admin.call('compute', '/flavors', post);
    const names = new CloudNames(cloud.admin);
    const flavor = { kind: 'flavor', by: 'name', name } as const;
    expect(await names.count({ ...flavor, needsAccess: true })).toEqual({ all: 1, private: 1 });
    expect(await names.count(flavor)).toEqual({ all: 1, private: 0 });
  } finally {
    await cloud.admin.call('compute', `/flavors/${name}`, { method: 'DELETE', mayBeAbsent: true });
    await cloud.close();
  }
}); // prettier-ignore
