import {
  CloudStack,
  FixedIpPort,
  SharedNetwork,
  Tenant,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  type TenantStackProps,
} from '../../constructs';
import { appWithCloud, named, only, synth, synthError } from '../support/synth';

function tenant(props: Partial<TenantStackProps> = {}) {
  const { app, cloud } = appWithCloud();
  return { app, cloud, stack: new TenantStack(app, 'acme', { cloud, ...props }) };
}

const projectId = '${openstack_identity_project_v3.Tenant_Project_28AE2FE0.id}';

test('a tenant is a project named like its stack, with the deployer’s role in it', () => {
  const { app } = tenant();
  const acme = synth(app).stack('acme');
  expect(acme.resource).toEqual({
    openstack_identity_project_v3: { Tenant_Project_28AE2FE0: { name: 'acme' } },
    openstack_identity_role_assignment_v3: {
      Tenant_DeployerRole_2A97557F: {
        project_id: projectId,
        role_id: expect.stringContaining('data.openstack_identity_role_v3.Identity_Role-member') as string,
        user_id: expect.stringMatching(
          /data\.openstack_identity_auth_scope_v3\.Identity_Deployer_\w+\.user_id/,
        ) as string,
      },
    },
  });
  expect(acme.output['stackward_manifest']?.value).toMatchObject({ stack: 'acme', resources: {} });
});

test('a new name changes nothing but the name', () => {
  const before = synth(tenant().app).stack('acme');
  const after = synth(tenant({ name: 'Acme Ltd' }).app).stack('acme');
  expect(JSON.stringify(after)).toBe(JSON.stringify(before).replace('"name":"acme"', '"name":"Acme Ltd"'));
});

test('members have their roles, each looked up once, whatever the order', () => {
  const members = [
    { name: 'alice', roles: ['member', 'reader'] },
    { name: 'bob', userId: 'user-7', roles: ['member', { name: 'auditor', id: 'role-9' }] },
    { name: 'carol', domainId: 'domain-3', roles: ['member'] },
  ];
  const inOrder = synth(tenant({ members }).app).stack('acme');
  const reversed = synth(tenant({ members: [...members].reverse() }).app).stack('acme');
  expect(reversed).toEqual(inOrder);
  const type = 'openstack_identity_role_assignment_v3';
  expect(Object.keys(inOrder.resource[type] ?? {})).toHaveLength(1 + 5);
  expect(named(inOrder, type, 'Tenant_Member-bob-auditor')).toEqual({
    project_id: projectId,
    user_id: 'user-7',
    role_id: 'role-9',
  });
  expect(Object.values(inOrder.data['openstack_identity_role_v3'] ?? {})).toEqual([
    { name: 'member' },
    { name: 'reader' },
  ]);
  expect(Object.values(inOrder.data['openstack_identity_user_v3'] ?? {})).toEqual([
    { name: 'alice' },
    { name: 'carol', domain_id: 'domain-3' },
  ]);
});

test('a role given twice is a finding', () => {
  const { app } = tenant({ members: [{ name: 'alice', roles: ['member', 'member'] }] });
  expect(synthError(app)).toMatch('acme/Tenant: alice has the role member twice; leave one');
});

test('a member without a name or a role is a finding, and nothing is made of it', () => {
  const { app } = tenant({
    members: [
      { name: '', roles: ['member'] },
      { name: 'bob', roles: [] },
      { name: 'carol', roles: ['member', ' '] },
    ],
  });
  expect(synthError(app).split('\n')).toEqual([
    '3 findings, nothing was written:',
    '  acme/Tenant: a member has no name; name the user as `openstack user list` does',
    '  acme/Tenant: bob has no role, so bob would not be a member; give bob a role',
    '  acme/Tenant: a role of carol is empty; name it as `openstack role list` does',
  ]);
});

test('resources in the project wait for its quota, and a server also waits for the deployer’s role', () => {
  const { app, stack } = tenant({ quotas: { network: { ports: 9 }, compute: { instances: 3 } } });
  const network = new TenantNetwork(stack, 'Green', { cidr: '10.0.0.0/24' });
  new UtmInstance(stack, 'Utm', {
    image: 'i',
    flavor: 'f',
    green: { network, address: '10.0.0.5', portSecurity: false },
  });
  const acme = synth(app).stack('acme');
  const quota = expect.stringMatching(/^openstack_networking_quota_v2\.Tenant_Quotas_Network_\w+$/) as string;
  expect(only(acme, 'openstack_networking_network_v2')).toMatchObject({ depends_on: [quota], tenant_id: projectId });
  expect(only(acme, 'openstack_networking_port_v2')).toMatchObject({ depends_on: [quota], tenant_id: projectId });
  expect(only(acme, 'openstack_compute_instance_v2')).toMatchObject({
    provider: 'openstack.tenant',
    depends_on: [
      expect.stringMatching(/^data\.openstack_identity_auth_scope_v3\.Tenant_Scope_\w+$/),
      expect.stringMatching(/^openstack_compute_quotaset_v2\./),
    ],
  });
  const scope = Object.entries(acme.data['openstack_identity_auth_scope_v3'] ?? {}).find(([id]) =>
    id.startsWith('Tenant_Scope'),
  );
  expect(scope?.[1]).toMatchObject({
    provider: 'openstack.tenant',
    depends_on: [
      'openstack_identity_project_v3.Tenant_Project_28AE2FE0',
      expect.stringContaining('Tenant_DeployerRole'),
    ],
    lifecycle: {
      postcondition: [{ condition: `\${self.project_id == openstack_identity_project_v3.Tenant_Project_28AE2FE0.id}` }],
    },
  });
});

test('retiring keeps project, role and provider, while all else goes, whatever the code still says', () => {
  const { app, cloud, stack } = tenant({
    retiring: true,
    members: [{ name: 'alice', roles: ['member'] }],
    quotas: { network: { ports: 0 } },
  });
  const shared = new SharedNetwork(new CloudStack(app, 'shared', { cloud }), 'Red', { cidr: '203.0.113.0/24' });
  const network = new TenantNetwork(stack, 'Green', {
    cidr: '10.0.0.0/24',
    allocationPools: [{ start: '10.0.0.10', end: '10.0.0.19' }],
  });
  new FixedIpPort(stack, 'Red', { network: shared, address: '203.0.113.5' });
  new UtmInstance(stack, 'Utm', { image: 'i', flavor: 'f', green: { network, address: '10.0.0.5' } });
  const { stack: read } = synth(app);
  const { resource, data, provider, output } = read('acme');
  expect(Object.keys(resource)).toEqual(['openstack_identity_project_v3', 'openstack_identity_role_assignment_v3']);
  expect(Object.keys(resource['openstack_identity_role_assignment_v3'] ?? {})).toEqual([
    'Tenant_DeployerRole_2A97557F',
  ]);
  expect(Object.keys(data).sort()).toEqual(['openstack_identity_auth_scope_v3', 'openstack_identity_role_v3']);
  expect(provider['openstack']).toEqual([{}, { alias: 'tenant', tenant_id: projectId }]);
  expect(output).toEqual({
    stackward_manifest: expect.objectContaining({ value: expect.objectContaining({ resources: {} }) as object }),
  });
  expect(Object.keys(read('shared').output)).toEqual(['stackward_manifest']);
});

test('a project that something else made is known by its id', () => {
  const { app, cloud } = appWithCloud();
  const stack = new CloudStack(app, 'guests', { cloud });
  const initech = Tenant.fromProjectId(stack, 'Initech', { projectId: 'project-9' });
  new TenantNetwork(stack, 'Green', { tenant: initech, cidr: '10.0.0.0/24' });
  const guests = synth(app).stack('guests');
  expect(only(guests, 'openstack_networking_network_v2')).toEqual({ name: 'Green', tenant_id: 'project-9' });
  expect(guests.provider['openstack']).toContainEqual({ alias: 'tenant_Initech', tenant_id: 'project-9' });
  expect(guests.resource).not.toHaveProperty('openstack_identity_project_v3');
});

test('a construct that needs a tenant and is in no tenant’s stack says so', () => {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  expect(() => new TenantNetwork(shared, 'Green', { cidr: '10.0.0.0/24' })).toThrow(
    'shared/Green: it has no tenant; put it in a TenantStack, or give it the prop tenant',
  );
});
