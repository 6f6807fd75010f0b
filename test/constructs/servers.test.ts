/** In whose project servers, their groups and their volumes are made. */
import { BlockstorageVolumeV3 } from '@cdktf/provider-openstack/lib/blockstorage-volume-v3';
import { ComputeInstanceV2 } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { ComputeServergroupV2 } from '@cdktf/provider-openstack/lib/compute-servergroup-v2';
import {
  CloudStack,
  FixedIpPort,
  ServerGroup,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  type OpenStackCloudProps,
  type ServerGroupProps,
} from '../../constructs';
import { appWithCloud, synthError } from '../support/synth';

function findings(build: (stacks: { shared: CloudStack; acme: TenantStack; globex: TenantStack }) => void): string[] {
  const { app, cloud } = appWithCloud();
  build({
    shared: new CloudStack(app, 'shared', { cloud }),
    acme: new TenantStack(app, 'acme', { cloud }),
    globex: new TenantStack(app, 'globex', { cloud }),
  });
  return synthError(app)
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

test('a tenant’s server is booted by the tenant’s provider', () => {
  const found = findings(({ acme, shared }) => {
    new ComputeInstanceV2(acme, 'Wrong', { name: 'wrong' });
    new ComputeInstanceV2(acme, 'Right', { name: 'right', provider: acme.tenant.provider });
    new ComputeInstanceV2(shared, 'Admins', { name: 'admins' });
  });
  expect(found).toEqual([expect.stringMatching(/^acme\/Wrong: it would be booted in the deployer's own project/)]);
});

test.each([
  [
    'a server group',
    (acme: TenantStack) => new ComputeServergroupV2(acme, 'Wrong', { name: 'g', policies: ['affinity'] }),
  ],
  ['a volume', (acme: TenantStack) => new BlockstorageVolumeV3(acme, 'Wrong', { name: 'v', size: 1 })],
])('%s of a tenant is made by the tenant’s provider', (_name, build) => {
  const found = findings(({ acme }) => {
    build(acme);
    new ComputeServergroupV2(acme, 'Right', { name: 'g', policies: ['affinity'], provider: acme.tenant.provider });
  });
  expect(found).toEqual([
    expect.stringMatching(/^acme\/Wrong: it would be made in the deployer's own project, and Nova/),
  ]);
});

test('a server’s group is one of its own tenant', () => {
  const found = findings(({ shared, acme, globex }) => {
    const admins = new ComputeServergroupV2(shared, 'Admins', { name: 'g', policies: ['affinity'] });
    const theirs = new ServerGroup(globex, 'Apart', { policy: 'anti-affinity' });
    const ours = new ServerGroup(acme, 'Apart', { policy: 'anti-affinity' });
    const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    for (const [id, serverGroupId] of Object.entries({ A: admins.id, B: theirs.groupId, C: ours.groupId, D: '2f0c' }))
      new UtmInstance(acme, id, { image: 'i', flavor: 'f', serverGroupId, guest: { network } });
  });
  expect(found).toEqual([
    expect.stringMatching(/^acme\/A\/Server: its server group is of another stack/),
    expect.stringMatching(/^acme\/B\/Server: its server group is of another stack/),
  ]);
});

test.each<[Partial<ServerGroupProps>, Partial<OpenStackCloudProps>, RegExp]>([
  [{ policy: 'apart' as never }, {}, /the policy is "apart"; say one of affinity, anti-affinity/],
  [{ policy: 'soft-affinity' }, { release: 'liberty' }, /Nova of liberty knows no soft-affinity; say affinity/],
  [{ policy: 'affinity', maxServersPerHost: 2 }, {}, /maxServersPerHost works only with anti-affinity/],
  [{ maxServersPerHost: 2 }, { release: 'queens' }, /Nova of queens has no maxServersPerHost/],
  [{ maxServersPerHost: 0 }, {}, /maxServersPerHost is 0; say a whole number from 1/],
])('%#: a server group that Nova refuses is a finding', (props, cloudProps, expected) => {
  const { app, cloud } = appWithCloud(cloudProps);
  const acme = new TenantStack(app, 'acme', { cloud });
  new ServerGroup(acme, 'Apart', { policy: 'anti-affinity', ...props });
  expect(synthError(app)).toMatch(expected);
});

test('a server stands in its tenant’s stack, and has ports of its tenant', () => {
  const found = findings(({ acme, globex }) => {
    const network = new TenantNetwork(globex, 'Green', { cidr: '10.0.0.0/24' });
    const green = new FixedIpPort(globex, 'Port', { network, address: '10.0.0.5', portSecurity: false });
    new UtmInstance(globex, 'Utm', { tenant: acme.tenant, image: 'i', flavor: 'f', green });
  });
  expect(found).toEqual([
    expect.stringMatching(/^globex\/Utm: its port globex\/Port belongs to another tenant/),
    expect.stringMatching(/^globex\/Utm: its tenant's provider is in the stack acme; declare the server there/),
  ]);
});
