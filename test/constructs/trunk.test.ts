/** A trunk: what Terraform makes, in which order, and what synth says of it. */
import { FixedIpPort, Server, TenantNetwork, TenantStack, Trunk, type OpenStackCloudProps } from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

function world(cloudProps: Partial<OpenStackCloudProps> = { firewallDriver: 'openvswitch' }) {
  const { app, cloud } = appWithCloud(cloudProps);
  const acme = new TenantStack(app, 'acme', { cloud });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  const [parent, dmz, lan] = ['Parent', 'Dmz', 'Lan'].map((id) => new FixedIpPort(acme, id, { network })) as [
    FixedIpPort,
    FixedIpPort,
    FixedIpPort,
  ];
  return { app, cloud, acme, network, parent, dmz, lan };
}
type World = ReturnType<typeof world>;
type Build = (all: World) => void;

test.each<[string, Build[]]>([
  ['before the trunk', [boot, trunk]],
  ['after the trunk', [trunk, boot]],
])('a server that the code makes %s waits for it', (_when, builds) => {
  const all = world();
  for (const build of builds) build(all);
  const stack = synth(all.app).stack('acme');
  expect(only(stack, 'openstack_networking_trunk_v2')).toMatchObject({
    name: 'Trunk',
    admin_state_up: true,
    tenant_id: expect.stringContaining('Tenant_Project') as string,
    port_id: expect.stringContaining('_port_v2.Parent_') as string,
    sub_port: [
      { port_id: expect.stringContaining('.Dmz_') as string, segmentation_id: 101, segmentation_type: 'vlan' },
      { port_id: expect.stringContaining('.Lan_') as string, segmentation_id: 102, segmentation_type: 'vlan' },
    ],
  });
  expect(only(stack, 'openstack_compute_instance_v2')['depends_on']).toEqual(
    expect.arrayContaining([expect.stringContaining('openstack_networking_trunk_v2.Trunk_')]),
  );
});

function boot({ acme, parent }: World): void {
  new Server(acme, 'Web', { image: 'i', flavor: 'f', nics: { trunk: parent } });
}

function trunk({ acme, parent, dmz, lan }: World): void {
  const subPorts = [dmz, lan].map((port, index) => ({ port, segmentationId: 101 + index }));
  new Trunk(acme, 'Trunk', { port: parent, subPorts });
}

test.each<[string, Build, RegExp]>([
  [
    'the tag 4095',
    ({ acme, parent, dmz }) =>
      new Trunk(acme, 'Trunk', { port: parent, subPorts: [{ port: dmz, segmentationId: 4095 }] }),
    /acme\/Trunk: the segmentationId of acme\/Dmz is 4095; say a whole number from 1 to 4094/,
  ],
  [
    'one tag twice',
    ({ acme, parent, dmz, lan }) =>
      new Trunk(acme, 'Trunk', { port: parent, subPorts: [dmz, lan].map((port) => ({ port, segmentationId: 7 })) }),
    /acme\/Trunk: acme\/Dmz and acme\/Lan have the segmentationId 7; give each its own/,
  ],
  [
    'its own parent as a sub-port',
    ({ acme, parent }) => new Trunk(acme, 'Trunk', { port: parent, subPorts: [{ port: parent, segmentationId: 7 }] }),
    /acme\/Trunk: its port acme\/Parent is one of its sub-ports too; leave it out there/,
  ],
  [
    'a port that another trunk has',
    (all) => {
      trunk(all);
      new Trunk(all.acme, 'Other', { port: all.parent, subPorts: [] });
    },
    /acme\/Other: the trunk of port acme\/Parent is declared twice: acme\/Trunk decides about it too/,
  ],
  [
    'a sub-port that is the parent of another trunk',
    (all) => {
      trunk(all);
      new Trunk(all.acme, 'Other', { port: all.dmz, subPorts: [] });
    },
    /acme\/Other: the trunk of port acme\/Dmz is declared twice: acme\/Trunk decides about it too/,
  ],
  [
    'a sub-port that a server has',
    (all) => {
      trunk(all);
      new Server(all.acme, 'Web', { image: 'i', flavor: 'f', nics: { lan: all.dmz } });
    },
    /acme\/Web: the port acme\/Dmz is declared twice: acme\/Trunk decides about it too/,
  ],
  [
    'a port of another tenant',
    ({ app, cloud, network, parent }) => {
      const globex = new TenantStack(app, 'globex', { cloud });
      const port = new FixedIpPort(globex, 'Port', { network });
      new Trunk(globex, 'Trunk', { port, subPorts: [{ port: parent, segmentationId: 7 }] });
    },
    /globex\/Trunk: its port acme\/Parent belongs to another tenant; make the Trunk in that tenant's stack/,
  ],
])('%s is a finding', (_what, build, expected) => {
  const all = world();
  build(all);
  expect(synthError(all.app)).toMatch(expected);
});

test('a release without trunks is a finding', () => {
  const all = world({ release: 'mitaka', firewallDriver: 'openvswitch' });
  trunk(all);
  expect(synthError(all.app)).toContain('acme/Trunk: Neutron of mitaka knows no trunks');
});

test('synth warns where Neutron’s agent filters nothing at a trunk', () => {
  const warningsWith = (firewallDriver: NonNullable<OpenStackCloudProps['firewallDriver']>) => {
    const all = world({ firewallDriver });
    trunk(all);
    return synth(all.app).warnings.filter((warning) => warning.includes('filters nothing at the ports of a trunk'));
  };
  expect(warningsWith('iptables_hybrid')).toHaveLength(1);
  expect(warningsWith('openvswitch')).toEqual([]);
});
