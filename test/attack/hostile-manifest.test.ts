/** A manifest is written by whoever may open a pull request: the forms that only the journal may use mean nothing there. */
import { everything, plan } from '../../lib/run/engine';
import { parseManifests } from '../../lib/contract/manifest';
import { kinds } from '../../reconcilers/registry';
import { memoryReaders } from '../support/memory-kind';

const target = 'host:cnode01';
const portId = '28f25940-632b-4e06-a4f1-4c3a0b2f5d11';
const noRules = { mangle: [], filter: [] };
const openForAll = '-s 10.0.0.0/8 -j ACCEPT\n-I FORWARD -j ACCEPT';

/**
 * By kind, an image that a run of that kind could have recorded, or that an attacker would like it to have recorded.
 */
const images: Readonly<Record<string, object>> = {
  'allocation-pool': { ledgers: [{ pools: [{ start: '10.0.0.2', end: '10.0.0.9' }] }] },
  'boot-restore': {
    id: 'boot-restore.acme/BootRestore',
    files: { '/etc/sudoers.d/acme': 'ALL ALL=(ALL) NOPASSWD: ALL\n' },
  },
  'bridge-port': { portId, flags: [{ device: 'eth0', flag: 'flood', value: false, entry: null }] },
  'broker-plugin': { plugin: 'rabbitmq_auth_backend_ldap; reboot', enabled: true },
  'database-view': { view: 'vw_vm_trace', declared: null, text: 'select `password` from `keystone`.`password`' },
  'firewall-exception': { comment: 'stackward:acme/X', ipv4: { mangle: [], filter: [openForAll] }, ipv6: noRules },
  'log-collection': {
    path: 'acme/X',
    listen: { protocol: 'tcp', port: 514, days: 30, text: '$ModLoad omprog' },
    send: null,
  },
  'service-option': {
    options: [
      {
        service: 'nova-api',
        section: 'DEFAULT',
        option: 'debug',
        lines: [{ path: '/etc/shadow', section: 'DEFAULT', line: 1, text: 'debug = true' }],
        entry: null,
      },
    ],
  },
  'policy-rule': {
    rules: [
      { service: 'neutron', release: 'zed', rule: 'x', role: 'y', file: '/etc/shadow', value: '"@"', entry: null },
    ],
  },
};

const manifestOf = (kind: string, spec: object): string =>
  JSON.stringify({
    schemaVersion: '1.0',
    owner: 'acme',
    stack: 'acme',
    resources: { 'acme/X': { kind, spec, dependsOn: [] } },
  });

const planned = async (kind: string, spec: object) =>
  plan(parseManifests(manifestOf(kind, spec), 'm.json'), kinds, memoryReaders, everything, []);

test('the images of this file cover every kind', () => {
  expect(Object.keys(images).sort()).toEqual(kinds.map(({ kind }) => kind).sort());
});

test.each(Object.entries(images))('a manifest can not ask %s to restore an image', async (kind, image) => {
  await expect(planned(kind, { restore: [{ target, image }] })).rejects.toMatchObject({
    reason: 'InvalidConfiguration',
    message: expect.stringContaining(
      `${kind}.acme/X: the field "restore" is not valid: ${kind} has no such field`,
    ) as string,
  });
});

test.each(Object.entries(images))('%s ignores no image that stands beside its declaration', async (kind, image) => {
  const [before] = [[{ target, image }]];
  await expect(planned(kind, { restore: before, before, images: before })).rejects.toMatchObject({
    reason: 'InvalidConfiguration',
  });
});

test.each(Object.entries(images))(
  'fields of a manifest beside the declaration of %s do not reach its resource',
  (kind, image) => {
    const text = JSON.parse(manifestOf(kind, {})) as { resources: Record<string, object> };
    text.resources['acme/X'] = { ...text.resources['acme/X'], before: [{ target, image }], is: 'restored' };
    const [manifest] = parseManifests(JSON.stringify(text), 'm.json');
    expect(Object.keys(manifest?.resources[0] ?? {}).sort()).toEqual([
      'dependsOn',
      'kind',
      'owner',
      'path',
      'spec',
      'stack',
      'unknown',
    ]);
  },
);
