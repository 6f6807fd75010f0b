/** In whose project servers, their groups and their volumes are made. */
import { BlockstorageVolumeV3 } from '@cdktf/provider-openstack/lib/blockstorage-volume-v3';
import { ComputeInstanceV2 } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { ComputeServergroupV2 } from '@cdktf/provider-openstack/lib/compute-servergroup-v2';
import {
  CloudStack,
  FixedIpPort,
  Server,
  ServerGroup,
  TenantNetwork,
  TenantStack,
  UtmInstance,
  Volume,
  type OpenStackCloudProps,
  type ServerGroupProps,
  type ServerProps,
  type VolumeProps,
} from '../../constructs';
import { appWithCloud, named, only, synth, synthError } from '../support/synth';

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
    "globex/Utm: its tenant's provider is in the stack acme; declare Utm in that stack",
    expect.stringMatching(/^globex\/Utm: its port globex\/Port belongs to another tenant/),
  ]);
});

test('a thing of a tenant that stands in another tenant’s stack is a finding', () => {
  const found = findings(({ acme, globex }) => {
    const { tenant } = acme;
    new Volume(globex, 'Data', { tenant, sizeGiB: 1 });
    new ServerGroup(globex, 'Apart', { tenant, policy: 'anti-affinity' });
    const network = new TenantNetwork(globex, 'Green', { tenant, cidr: '10.0.0.0/24' });
    new Server(globex, 'Web', { tenant, image: 'i', flavor: 'f', nics: { lan: { network, address: '10.0.0.5' } } });
  });
  expect(found).toEqual(
    ['Data', 'Apart', 'Web'].map(
      (id) => `globex/${id}: its tenant's provider is in the stack acme; declare ${id} in that stack`,
    ),
  );
});

function server(props: (acme: TenantStack) => Partial<ServerProps>, cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  const limits = { instances: 1, cores: 2, ramMiB: 2048 };
  const quotas = { compute: limits, blockStorage: { volumes: 1, gigabytes: 20 } };
  const acme = new TenantStack(app, 'acme', { cloud, quotas });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  const nics = { lan: { network, address: '10.0.0.5' } };
  const made = new Server(acme, 'Web', { flavor: 'f', nics, ...props(acme) });
  return { app, acme, network, made };
}

test('a server boots from its ports, in the order of the code, by its tenant’s provider', () => {
  const { app, made } = server((acme) => {
    const network = new TenantNetwork(acme, 'Orange', { cidr: '10.1.0.0/24' });
    const port = new FixedIpPort(acme, 'Port', { network, address: '10.1.0.5' });
    return { image: 'debian', nics: { wan: { network, address: '10.1.0.6' }, lan: port } };
  });
  const stack = synth(app).stack('acme');
  expect(only(stack, 'openstack_compute_instance_v2')).toMatchObject({
    name: 'web',
    image_name: 'debian',
    provider: 'openstack.tenant',
    network: [
      { port: expect.stringContaining('_port_v2.Web_Nic-wan_') as string },
      { port: expect.stringContaining('_port_v2.Port_') as string },
    ],
  });
  expect(named(stack, 'openstack_networking_port_v2', 'Web_Nic-wan')).toMatchObject({
    name: 'web-wan',
    fixed_ip: [{ ip_address: '10.1.0.6' }],
  });
  expect(made.nics['wan']?.addresses).toEqual(['10.1.0.6']);
});

test('the addresses of a server take part in the address plan', () => {
  const { app, acme, network } = server(() => ({ image: 'i' }));
  new FixedIpPort(acme, 'Other', { network, address: '10.0.0.5' });
  expect(synthError(app)).toContain('10.0.0.5 is used twice');
});

test('a server boots from a volume, which stays when the server goes', () => {
  const { app } = server((acme) => ({ bootVolume: new Volume(acme, 'Root', { sizeGiB: 20, imageId: 'image-1' }) }));
  const stack = synth(app).stack('acme');
  const booted = only(stack, 'openstack_compute_instance_v2');
  expect(booted['block_device']).toEqual([
    {
      boot_index: 0,
      delete_on_termination: false,
      destination_type: 'volume',
      source_type: 'volume',
      uuid: expect.stringMatching(/^\$\{openstack_blockstorage_volume_v3\.Root_\w+\.id\}$/) as string,
    },
  ]);
  expect(booted).not.toHaveProperty('image_name');
  expect(only(stack, 'openstack_blockstorage_volume_v3')).toMatchObject({
    size: 20,
    image_id: 'image-1',
    provider: 'openstack.tenant',
    depends_on: expect.arrayContaining([
      expect.stringContaining('blockstorage_quotaset_v3') as string,
      expect.stringContaining('auth_scope_v3') as string,
    ]) as string[],
  });
});

test('a server keeps its other hints in its group', () => {
  const { app } = server(() => ({ image: 'i', serverGroupId: '2f0c', schedulerHints: [{ differentHost: ['a'] }] }));
  expect(only(synth(app).stack('acme'), 'openstack_compute_instance_v2')['scheduler_hints']).toEqual([
    { different_host: ['a'], group: '2f0c' },
  ]);
});

test('user data is literal, and its mistakes are findings', () => {
  const { app } = server(() => ({ image: 'i', userData: '#!/bin/sh\necho ${HOME}\n' }));
  expect(only(synth(app).stack('acme'), 'openstack_compute_instance_v2')['user_data']).toContain('echo ${"$"}{HOME}');
  expect(synthError(server(() => ({ image: 'i', userData: '#!/bin/sh\r\n' })).app)).toContain('CRLF');
});

test('a placeholder in metadata or in a file that Nova writes is a warning', () => {
  const { app } = server(() => ({
    image: 'i',
    metadata: { role: '%ROLE_NAME%' },
    personality: [{ file: '/etc/motd', content: 'hello\n{{ name }}' }],
  }));
  expect(synth(app).warnings).toEqual([
    'acme/Web: metadata.role, line 1: %ROLE_NAME% looks like a placeholder that nobody filled in',
    'acme/Web: personality[0] (/etc/motd), line 2: {{ name }} looks like a placeholder that nobody filled in',
  ]);
});

test('Icehouse’s Nova must not delete the ports of a server', () => {
  const { app } = server(() => ({ image: 'i' }), { release: 'icehouse', providerVersion: '1.54.1' });
  expect(only(synth(app).stack('acme'), 'openstack_compute_instance_v2')['vendor_options']).toEqual({
    detach_ports_before_destroy: true,
  });
});

test.each<[string, (acme: TenantStack) => Partial<ServerProps>, string]>([
  ['without a disk', () => ({}), 'acme/Web: it has nothing to boot from; give it an image, or a bootVolume'],
  ['with an empty flavor', () => ({ image: 'i', flavor: '' }), 'acme/Web: its flavor is empty; write a name or an id'],
  ['with a flavor of no name', () => ({ image: 'i', flavor: { cores: 1 } }), 'acme/Web: its flavor is empty;'],
  ['with an empty image', () => ({ image: '' }), 'acme/Web: its image is empty; write a name or an id'],
  ['with an image of no id', () => ({ image: {} as never }), 'acme/Web: its image is empty;'],
  ['with an empty id of a boot volume', () => ({ bootVolume: '' }), 'acme/Web: its bootVolume is empty; write an id,'],
  [
    'on two hosts',
    () => ({ image: 'i', host: 'cmp1:evil' }),
    'acme/Web: its host is "cmp1:evil"; write a name without :',
  ],
  ['on no host', () => ({ image: 'i', host: '' }), 'acme/Web: its host is empty; write a name'],
  [
    'in a zone that names a host',
    () => ({ image: 'i', availabilityZone: 'az:cmp2' }),
    'acme/Web: its availabilityZone is "az:cmp2"; write a name without :, and a host in the prop host',
  ],
  [
    'with a long name',
    () => ({ image: 'i', name: 'n'.repeat(256) }),
    'acme/Web: its name has 256 characters; write 1 to 255',
  ],
  ['with two disks', () => ({ image: 'i', bootVolume: 'v' }), 'boots from the volume; leave the image out'],
  [
    'with two server groups',
    () => ({ image: 'i', serverGroupId: '2f0c', schedulerHints: [{ group: '77aa' }] }),
    'acme/Web: its server group is in serverGroupId and in schedulerHints; leave group out of schedulerHints',
  ],
  [
    'with hints that no group can join',
    () => ({ image: 'i', serverGroupId: '2f0c', schedulerHints: [{ query: ['a'] }, { sameHost: ['b'] }] }),
    'acme/Web: it has a serverGroupId, and its schedulerHints are no list of one element; write one element',
  ],
  ['without a NIC', () => ({ image: 'i', nics: {} }), 'acme/Web: it has no NIC; name one in nics'],
  [
    'with a number for the name of a NIC',
    (acme) => ({ image: 'i', nics: { 1: { network: new TenantNetwork(acme, 'N', { cidr: '10.3.0.0/24' }) } } }),
    'it has a NIC named "1"; begin with a letter',
  ],
  [
    'with an empty boot volume',
    (acme) => ({ bootVolume: new Volume(acme, 'Root', { sizeGiB: 1 }) }),
    'its bootVolume acme/Root is empty; give that volume an imageId',
  ],
  [
    'above the quotas of RAM and cores',
    () => ({ image: 'i', flavor: { name: 'f', cores: 4, ramMiB: 4096 } }),
    'the quota allows 2 cores and the code declares 4; set cores to 4 or more',
  ],
  [
    'with volumes above the quota',
    (acme) => ({ bootVolume: new Volume(acme, 'Root', { sizeGiB: 21, imageId: 'i' }) }),
    'the quota allows 20 GiB of volumes and the code declares 21; set gigabytes to 21 or more',
  ],
])('a server %s is a finding', (_, props, expected) => {
  expect(synthError(server(props).app)).toContain(expected);
});

test('the volumes that Nova makes for a UTM count for the quota of volumes', () => {
  const { app, acme, network } = server(() => ({ image: 'i' }));
  const blockDevice = [{ sourceType: 'image', destinationType: 'volume', uuid: 'i', volumeSize: 30, bootIndex: 0 }];
  new UtmInstance(acme, 'Utm', { image: 'i', flavor: 'f', guest: { network }, blockDevice });
  expect(synthError(app)).toContain('the quota allows 20 GiB of volumes and the code declares 30');
});

function volume(props: (web: Server) => Partial<VolumeProps>, cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, acme, made } = server(() => ({ image: 'i' }), cloudProps);
  new Volume(acme, 'Data', { sizeGiB: 5, ...props(made) });
  return app;
}

test('a volume is attached to its server', () => {
  const stack = synth(volume((attachedTo) => ({ attachedTo }))).stack('acme');
  expect(only(stack, 'openstack_compute_volume_attach_v2')).toEqual({
    instance_id: expect.stringContaining('openstack_compute_instance_v2.Web_Server_') as string,
    volume_id: expect.stringContaining('openstack_blockstorage_volume_v3.Data_') as string,
    provider: 'openstack.tenant',
  });
});

test.each<[Partial<VolumeProps>, Partial<OpenStackCloudProps>, string]>([
  [{ sizeGiB: 0 }, {}, 'acme/Data: its sizeGiB is 0; say a whole number from 1'],
  [{ sizeGiB: 1.5 }, {}, 'its sizeGiB is 1.5;'],
  [{ imageId: '' }, {}, 'acme/Data: its imageId is empty; write an id, or leave it out'],
  [{ snapshotId: ' ' }, {}, 'its snapshotId is empty; write an id, or leave it out'],
  [{ imageId: 'i', snapshotId: 's' }, {}, 'it has several sources; leave one of imageId, snapshotId'],
  [{}, { release: 'liberty' }, 'Cinder of liberty has no API v3'],
])('%#: a volume that Cinder or the provider refuses is a finding', (props, cloudProps, expected) => {
  expect(synthError(volume(() => props, cloudProps))).toContain(expected);
});

test('a volume belongs to one server, and to the tenant of that server', () => {
  const nics = (acme: TenantStack, cidr = '10.0.0.0/24') => ({
    lan: { network: new TenantNetwork(acme, `N${cidr}`, { cidr }) },
  });
  const borrowed = findings(({ acme, globex }) => {
    const root = new Volume(globex, 'Root', { sizeGiB: 1, imageId: 'i' });
    new Server(acme, 'Web', { flavor: 'f', bootVolume: root, nics: nics(acme) });
  });
  const lent = findings(({ acme, globex }) => {
    const attachedTo = new Server(acme, 'Web', { image: 'i', flavor: 'f', nics: nics(acme) });
    new Volume(globex, 'Data', { sizeGiB: 1, attachedTo });
    const own = new Volume(acme, 'Own', { sizeGiB: 1, imageId: 'i', attachedTo });
    new Server(acme, 'Db', { flavor: 'f', bootVolume: own, nics: nics(acme, '10.1.0.0/24') });
  });
  expect([...borrowed, ...lent]).toEqual([
    "acme/Web: its bootVolume globex/Root belongs to another tenant; make a Volume in this server's stack",
    "globex/Data: its server acme/Web belongs to another tenant; make the Volume in that server's stack",
    'acme/Db: the server of volume acme/Own is declared twice: acme/Own decides about it too; leave it to one of them',
  ]);
});
