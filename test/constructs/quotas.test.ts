import { TenantStack, type OpenStackCloudProps, type QuotaLimits } from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

function quotas(limits: QuotaLimits, cloudProps: Partial<OpenStackCloudProps> = {}) {
  const { app, cloud } = appWithCloud(cloudProps);
  new TenantStack(app, 'acme', { cloud, quotas: limits });
  return app;
}

const project = { project_id: expect.stringContaining('openstack_identity_project_v3') as string };
const now = (type: string, attribute: string) =>
  expect.stringMatching(new RegExp(`^\\$\\{data\\.${type}\\.Tenant_Quotas_\\w+\\.${attribute}\\}$`)) as string;

test('manages only named limits; 0 stays 0 and -1 stays -1', () => {
  const acme = synth(
    quotas({ compute: { instances: 0, cores: -1, ramMiB: 512 }, network: { ports: 7, networks: -1 } }),
  ).stack('acme');
  expect(only(acme, 'openstack_compute_quotaset_v2')).toEqual({ ...project, instances: 0, cores: -1, ram: 512 });
  expect(only(acme, 'openstack_networking_quota_v2')).toEqual({ ...project, port: 7, network: -1 });
  expect(acme.resource).not.toHaveProperty('openstack_blockstorage_quotaset_v3');
});

test('an unnamed limit of block storage is passed as it is, because the provider would set it to 0', () => {
  const acme = synth(quotas({ blockStorage: { volumes: 0, gigabytes: 50 } })).stack('acme');
  const type = 'openstack_blockstorage_quotaset_v3';
  const unnamed = ['snapshots', 'per_volume_gigabytes', 'backups', 'backup_gigabytes', 'groups'];
  expect(only(acme, type)).toEqual({
    ...project,
    volumes: 0,
    gigabytes: 50,
    ...Object.fromEntries(unnamed.map((attribute) => [attribute, now(type, attribute)])),
    lifecycle: { ignore_changes: unnamed },
  });
});

test('looks nothing up if every limit is named', () => {
  const all = {
    volumes: 1,
    snapshots: 2,
    gigabytes: 3,
    perVolumeGigabytes: 4,
    backups: 5,
    backupGigabytes: 6,
    groups: 7,
  };
  const acme = synth(quotas({ blockStorage: all })).stack('acme');
  expect(only(acme, 'openstack_blockstorage_quotaset_v3')).not.toHaveProperty('lifecycle');
  expect(acme.data).not.toHaveProperty('openstack_blockstorage_quotaset_v3');
});

test('limits of a volume type leave the other types as they are', () => {
  const acme = synth(quotas({ blockStorage: { volumeTypes: { ssd: { volumes: 5, gigabytes: 0 } } } })).stack('acme');
  expect(only(acme, 'openstack_blockstorage_quotaset_v3')['volume_type_quota']).toMatch(
    /^\$\{merge\(data\.openstack_blockstorage_quotaset_v3\.\w+\.volume_type_quota, \{"volumes_ssd" = "5", "gigabytes_ssd" = "0"\}\)\}$/,
  );
});

test.each([
  ['securityGroups', 'security_group', 'security_group_rule'],
  ['securityGroupRules', 'security_group_rule', 'security_group'],
])('%s alone takes its twin along, because the provider reads one for the other', (prop, attribute, twin) => {
  const acme = synth(quotas({ network: { [prop]: 20 } })).stack('acme');
  expect(only(acme, 'openstack_networking_quota_v2')).toEqual({
    ...project,
    [attribute]: 20,
    [twin]: now('openstack_networking_quota_v2', twin),
    lifecycle: { ignore_changes: [twin] },
  });
});

test('warns of a 0 that the provider sets only at the second apply', () => {
  const limits = { network: { routers: 0, floatingIps: 0, ports: 9 } };
  expect(synth(quotas(limits, { providerVersion: '1.54.1' })).warnings).toEqual([
    expect.stringMatching(
      /^acme\/Tenant\/Quotas: Provider 1\.54\.1 leaves out routers, floatingIps = 0 .* second apply/,
    ),
  ]);
  expect(synth(quotas(limits, { providerVersion: '3.2.0' })).warnings).toEqual([]);
});

test.each([
  [{ compute: { cores: -2 } }, 'compute.cores is -2; a limit is a whole number from 0, or -1 for no limit'],
  [{ network: { ports: 1.5 } }, 'network.ports is 1.5;'],
  [{ blockStorage: { volumeTypes: { ssd: { volumes: -7 } } } }, 'blockStorage.volumeTypes.ssd.volumes is -7;'],
])('%j is a finding', (limits, expected) => {
  expect(synthError(quotas(limits))).toContain(`acme/Tenant/Quotas: ${expected}`);
});
