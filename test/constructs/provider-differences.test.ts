/** A cloud may pin a version of the provider that lacks what the bindings have, or the other way round. */
import { ComputeInstanceV2 } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { DataOpenstackNetworkingSubnetV2 } from '@cdktf/provider-openstack/lib/data-openstack-networking-subnet-v2';
import { NetworkingSecgroupV2 } from '@cdktf/provider-openstack/lib/networking-secgroup-v2';
import { TerraformResource } from 'cdktf';
import { CloudStack, type OpenStackCloudProps } from '../../constructs';
import { acceptedOnlyBy } from '../../constructs/internal/provider-differences';
import { deriveCompatibility } from '../../providers/openstack/compatibility.mjs';
import { fullApp } from '../support/full-app';
import { providerSchemas } from '../support/provider-schemas';
import { appWithCloud, synth, synthError } from '../support/synth';

type Paths = Readonly<Record<string, readonly string[]>>;

/** The things of `own` that `known` lacks: whole ones, and arguments of those that both have. */
function missing(own: Paths, known: Paths): Record<string, readonly string[] | 'all'> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([type, paths]): [string, readonly string[] | 'all'][] => {
      const arguments_ = known[type];
      if (arguments_ === undefined) return [[type, 'all']];
      const left = paths.filter((path) => !arguments_.includes(path));
      return left.length === 0 ? [] : [[type, left]];
    }),
  );
}

test('the table of differences is what the two schemas say', () => {
  const old = deriveCompatibility({ '1.54.1': providerSchemas['1.54.1']() });
  const now = deriveCompatibility({ '3.4.0': providerSchemas['3.4.0']() });
  expect(acceptedOnlyBy).toEqual({
    '1.54.1': {
      resources: missing(old.resources, now.resources),
      dataSources: missing(old.dataSources, now.dataSources),
    },
    '3.4.0': {
      resources: missing(now.resources, old.resources),
      dataSources: missing(now.dataSources, old.dataSources),
    },
  });
});

/** The findings of a stack in a cloud with this version, without the line that counts them. */
function findingsWith(providerVersion: string | undefined, fill: (stack: CloudStack) => void): string[] {
  const { app, cloud } = appWithCloud(providerVersion === undefined ? {} : { providerVersion });
  fill(new CloudStack(app, 'shared', { cloud }));
  return synthError(app)
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

/** By an override, since the bindings are of one version. */
const group = (stack: CloudStack) => new NetworkingSecgroupV2(stack, 'Web', { name: 'web' });
const stateful = (stack: CloudStack) => group(stack).addOverride('stateful', false);
const server = (stack: CloudStack) => new ComputeInstanceV2(stack, 'Server', { name: 's', network: [{ port: 'p' }] });
const oldServer = (stack: CloudStack) => {
  server(stack).addOverride('network.0.floating_ip', '192.0.2.9');
  new DataOpenstackNetworkingSubnetV2(stack, 'Subnet', { name: 's' }).addOverride('dhcp_disabled', true);
};
const otherResource = (terraformResourceType: string) => (stack: CloudStack) =>
  new TerraformResource(stack, 'Thing', { terraformResourceType });

test('an argument that only 3.4.0 has is a finding with 1.54.1', () => {
  expect(findingsWith('1.54.1', stateful)).toEqual([
    'shared/Web: its stateful is no argument of openstack_networking_secgroup_v2 in provider 1.54.1; ' +
      "leave it out, or give the cloud a provider that has it, such as providerVersion: '3.4.0'",
  ]);
});

test.each([undefined, '3.0.0', '3.9.1'])('arguments that 3.x dropped are findings with %s', (version) => {
  const shown = version ?? '3.4.0';
  const instead = "leave it out, or give the cloud a provider that has it, such as providerVersion: '1.54.1'";
  expect(findingsWith(version, oldServer)).toEqual([
    `shared/Server: its network.floating_ip is no argument of openstack_compute_instance_v2 in provider ${shown}; ${instead}`,
    `shared/Subnet: its dhcp_disabled is no argument of openstack_networking_subnet_v2 in provider ${shown}; ${instead}`,
  ]);
});

test.each([
  ['3.4.0', 'openstack_fw_rule_v1', '1.54.1'],
  ['1.54.1', 'openstack_bgpvpn_v2', '3.4.0'],
])('provider %s has no %s, and the finding names %s', (version, type, instead) => {
  expect(findingsWith(version, otherResource(type))).toEqual([
    `shared/Thing: provider ${version} has no ${type}; leave it out, or give the cloud a provider that has it, such as providerVersion: '${instead}'`,
  ]);
});

test.each([
  ['3.4.0', stateful],
  ['1.54.1', oldServer],
  ['2.1.0', stateful],
  ['2.1.0', oldServer],
  ['3.4.0', server],
])('provider %s gets what it has, and an unknown version gets everything (%#)', (version, fill) => {
  expect(findingsWith(version, fill)).toEqual([]);
});

test('useOctavia reaches every provider of 1.54.1, and is refused with 3.x', () => {
  const props: Partial<OpenStackCloudProps> = { providerSettings: { useOctavia: true } };
  expect(() => appWithCloud(props)).toThrow(
    'Cloud: provider 3.4.0 has no useOctavia, since Octavia is its only load balancer; leave it out of providerSettings',
  );
  const { app, cloud } = appWithCloud({ ...props, providerVersion: '1.54.1' });
  new CloudStack(app, 'shared', { cloud });
  expect(synth(app).stack('shared').provider['openstack']).toEqual([{ use_octavia: true }]);
});

test('the constructs are written alike for both versions, but for the version itself', () => {
  const texts = (version: string) => {
    const { stack } = synth(fullApp({ providerVersion: version }));
    return ['shared', 'acme', 'guests'].map((name) => JSON.stringify(stack(name)).replaceAll(version, 'VERSION'));
  };
  expect(texts('3.4.0')).toEqual(texts('1.54.1'));
});
