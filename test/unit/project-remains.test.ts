/** What a destruction says of things that the services keep of a deleted project. */
import { deletedProjects, findRemains, renderRemains } from '../../cli/deploy/remains';
import { Blocked } from '../../lib/basics/errors';
import type {
  ProjectRemainsReader,
  RemainingThing,
  Remains,
  ServiceWithRemains,
} from '../../lib/contract/project-remains';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

const project = { id: 'c0ffee', name: 'acme', hadQuotas: false };
const group: RemainingThing = { kind: 'security group', id: 'g1', name: 'default' };

async function said(remains: ProjectRemainsReader['remains'], deleted = project): Promise<string> {
  return renderRemains(await findRemains([deleted], { projectRemains: () => Promise.resolve({ remains }) }));
}
const kinds = { Nova: ['server'], Cinder: ['volume'], Neutron: ['network', 'security group'] } as const;
const answerOf = (service: ServiceWithRemains, things: readonly RemainingThing[] = []): Remains => ({
  kinds: kinds[service],
  things,
});
const ofNeutron =
  (...things: readonly RemainingThing[]): ProjectRemainsReader['remains'] =>
  (service) =>
    Promise.resolve(answerOf(service, service === 'Neutron' ? things : []));

test('the default security group is named with the command that removes it', async () => {
  expect(await said(ofNeutron(group))).toBe(
    '\nNova, Cinder and Neutron still list 1 thing of project acme (c0ffee), which no plan of this destruction deleted:\n' +
      '  security group default, which Neutron made by itself: openstack security group delete g1\n' +
      'Nobody looked for anything but servers, volumes, networks and security groups.\n',
  );
});

test('each kind of thing is removed with its own command', async () => {
  const each = ['server', 'volume', 'floating IP', 'trunk', 'port', 'router', 'network', 'subnet pool', 'security group'] as const; // prettier-ignore
  const things = each.map((kind) => ({ kind, id: 'x1', name: '' }));
  const commands = [...(await said(ofNeutron(...things))).matchAll(/: (openstack .*)/g)].map(([, command]) => command);
  expect(commands).toEqual([
    'openstack server delete x1',
    'openstack volume delete x1',
    'openstack floating ip delete x1',
    'openstack network trunk delete x1',
    'openstack port delete x1',
    'openstack router delete x1',
    'openstack network delete x1',
    'openstack subnet pool delete x1',
    'openstack security group delete x1',
  ]);
  const leg = { kind: 'port', id: 'x2', name: '', routerId: 'r1' } as const;
  expect(await said(ofNeutron(leg))).toContain('  port x2: openstack router remove port r1 x2\n');
});

test('a service that does not answer is named, and nothing is claimed of it', async () => {
  const text = await said((service) =>
    service === 'Neutron'
      ? Promise.reject(new Blocked('GET /v2.0/quotas was answered with 403'))
      : Promise.resolve(answerOf(service)),
  );
  expect(text).toBe(
    '\nNova and Cinder list no servers or volumes of project acme (c0ffee). Nobody looked for anything else.\n' +
      'Nobody knows what Neutron keeps of project acme (c0ffee): GET /v2.0/quotas was answered with 403.\n',
  );
  const silent = await said(() => Promise.reject(new Blocked('no')));
  expect(silent).not.toContain('list');
  expect(silent.match(/Nobody knows/g)).toHaveLength(3);
});

test('nothing is claimed of a service that the cloud lacks, nor of things that a service does not list', async () => {
  const text = await said((service) =>
    Promise.resolve(
      service === 'Nova' ? answerOf(service) : { kinds: service === 'Neutron' ? ['port'] : [], things: [] },
    ),
  );
  expect(text).toBe(
    '\nNova and Neutron list no servers or ports of project acme (c0ffee). Nobody looked for anything else.\n',
  );
});

test('where nothing says which cloud it was, nobody looks', async () => {
  const text = renderRemains(await findRemains([project], undefined));
  expect(text).not.toContain('list');
  expect(text).toContain('Nobody knows what Neutron keeps of project acme (c0ffee): no manifest is left');
});

test('a name of a thing forges no line', async () => {
  const text = await said(ofNeutron({ kind: 'network', id: 'n1', name: 'x\n  router y: rm -rf ~' }));
  expect(text.split('\n')).toHaveLength(5);
});

const deleting = (...resources: readonly (readonly [type: string, values: object])[]) => {
  const named = resources.map(([type, values]) => ({ address: `${type}.x`, mode: 'managed', type, values }));
  const changes = named.map(({ values, ...told }) => ({ ...told, change: { actions: ['delete'], before: values } }));
  const text = JSON.stringify({
    format_version: '1.2',
    resource_changes: changes,
    prior_state: { values: { root_module: { resources: named } } },
  });
  return [{ stack: 'acme', plan: parseTerraformPlan(text, 'here') }];
};
const ofProject = ['openstack_identity_project_v3', { id: 'c0ffee', name: 'acme' }] as const;

test('the projects that a plan deletes are found, with their quotas', async () => {
  expect(deletedProjects(deleting(ofProject))).toEqual([project]);
  expect(deletedProjects(deleting(['openstack_networking_network_v2', { id: 'n1' }]))).toEqual([]);
  for (const type of ['openstack_networking_quota_v2', 'openstack_compute_quotaset_v2', 'openstack_blockstorage_quotaset_v3']) {
    const [found] = deletedProjects(deleting(ofProject, [type, { project_id: 'c0ffee' }]));
    expect(await said(ofNeutron(), found)).toContain('Terraform forgets quotas and deletes none');
  }
  expect(await said(ofNeutron())).not.toContain('quotas');
}); // prettier-ignore

test('a project that another replaced is not taken for the one in use', () => {
  const [{ stack, plan } = { stack: '', plan: undefined }] = deleting(ofProject);
  if (plan === undefined) throw new Error('no plan');
  const changes = plan.changes.map((change) => ({ ...change, deposed: 'ab12cd34' }));
  expect(deletedProjects([{ stack, plan: { ...plan, changes } }])).toEqual([]);
});
