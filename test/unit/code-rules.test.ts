/** Defaults of all services, as they are generated from the packages: fresh, whole, and what a grant on a stock cloud writes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOfRule } from '../../lib/policy/actions';
import type { ServiceName } from '../../lib/openstack/services';
import { codeRules } from '../../lib/policy/code-rules';
import { hasRulesInCode } from '../../lib/policy/defaults';
import { admissionOf } from '../../lib/policy/grant';
import { nearestNames } from '../../lib/basics/nearest';
import { parseRule } from '../../lib/policy/parse';
import { newNamesOf, oldNamesOf } from '../../lib/policy/renamed';
import { serviceNames } from '../../lib/openstack/services';
import { releases } from '../../lib/openstack/releases';

const root = join(__dirname, '../..');
const dataOf = (service: ServiceName): string => readFileSync(join(root, `lib/policy/data/${service}.ts`), 'utf8');

test('the data is of the generator, the reader and the versions that are in the repository', () => {
  const sources = createHash('sha256');
  for (const file of ['policy-data.mjs', 'policy-data/read.py', 'policy-data/packages.json'])
    sources.update(readFileSync(join(root, 'scripts', file)));
  const digest = sources.digest('hex');
  for (const service of serviceNames)
    expect([service, /^export const \w+ = `sources (\w+)$/m.exec(dataOf(service))?.[1]]).toEqual([service, digest]);
});

test('all data together is smaller than 300 KiB', () => {
  expect(serviceNames.reduce((sum, service) => sum + dataOf(service).length, 0)).toBeLessThan(300 << 10);
});

const all = serviceNames.flatMap((service) =>
  releases.filter((release) => hasRulesInCode(service, release)).map((release) => [service, release] as const),
);

test('every release whose rules are in the code is known, but for Newton, whose packages are nowhere', () => {
  expect(all.filter(([service, release]) => codeRules(service, release) === undefined)).toEqual([['nova', 'newton']]);
});

test.each(all.filter(([, release]) => release !== 'newton'))(
  '%s of %s: each rule has a check that can be parsed, and halves too',
  (service, release) => {
    const rules = codeRules(service, release) ?? new Map<string, never>();
    expect(rules.size).toBeGreaterThan(service === 'glance' ? 50 : 130);
    const isUnread = (check: string): boolean => parseRule(check, 'newton').is === 'unparsed';
    const unread = [...rules].filter(([, { check, old }]) => isUnread(check) || isUnread(old?.check ?? ''));
    expect(unread).toEqual([]);
  },
);

test('the actions of all releases are taken for actions, and the parts that they refer to for parts', () => {
  const misread = all.flatMap(([service, release]) => {
    const rules = [...(codeRules(service, release) ?? [])];
    const known = new Set(rules.map(([name]) => name));
    const referred = new Set(
      rules.flatMap(([, { check }]) => [...check.matchAll(/rule:([\w:]+)/g)].map(([, name = '']) => name)),
    );
    const isPart = (name: string): boolean => faultOfRule(service, name) !== undefined;
    return [...known].filter((name) => isPart(name) && !referred.has(name)).map((name) => `${service} ${name}`);
  });
  // Parts that nothing refers to in that release: a service asks them itself, or they are left for files.
  expect([...new Set(misread)].sort()).toEqual([
    'cinder admin_or_owner',
    'cinder context_is_admin',
    'cinder system_or_domain_or_project_admin',
    'glance context_is_admin',
    'glance metadef_default',
    'keystone admin_or_owner',
    'keystone admin_or_token_subject',
    'keystone service_admin_or_token_subject',
    'neutron admin_or_data_plane_int',
    'neutron admin_or_ext_parent_owner',
    'neutron admin_owner_or_network_owner',
    'neutron admin_owner_or_sg_owner',
    'neutron context_with_global_access',
    'neutron default',
    'neutron regular_user',
    'neutron restrict_wildcard',
    'neutron rule_default_sg',
    'nova admin_api',
    'nova admin_or_owner',
    'nova context_is_admin',
  ]);
});

test('former names: Neutron, Keystone and Nova renamed rules, and Nova split one into three', () => {
  expect(newNamesOf('neutron', 'create_networks_tags', '2025.2')).toEqual(['create_network:tags']);
  expect(oldNamesOf('neutron', 'create_network:tags', '2025.2')).toEqual(['create_networks_tags']);
  expect(oldNamesOf('neutron', 'create_network:tags', '2024.2')).toEqual([]);
  expect(newNamesOf('keystone', 'identity:get_identity_providers', 'ussuri')).toEqual([
    'identity:get_identity_provider',
  ]);
  expect(newNamesOf('nova', 'os_compute_api:os-services', 'ussuri')).toEqual([
    'os_compute_api:os-services:delete',
    'os_compute_api:os-services:list',
    'os_compute_api:os-services:update',
  ]);
  expect(oldNamesOf('nova', 'os_compute_api:os-services:list', 'train')).toEqual([]);
});

test('the first version of a release has the same rule, another default, or no such rule', () => {
  const first = (rule: string, release: 'zed' | '2023.2') => codeRules('neutron', release)?.get(rule)?.first;
  expect(first('create_network', '2023.2')).toBeUndefined();
  expect(first('create_floatingip_port_forwarding', 'zed')).toHaveProperty('check');
  expect(first('create_policies_tags', '2023.2')).toBe('absent');
});

test('a stock cloud admits whoever it admits: rules without a file are known through the rules that they refer to', () => {
  const admission = (service: ServiceName, release: 'zed' | '2025.1', rule: string) => {
    const rules = [...(codeRules(service, release) ?? [])].map(
      ([name, { check }]) => [name, parseRule(check, 'newton')] as const,
    );
    return admissionOf({ era: 'newton', service, byName: new Map(rules), defaultRule: '' }, rule, 'member');
  };
  expect(admission('nova', '2025.1', 'os_compute_api:limits')).toBe('everyone');
  expect(admission('neutron', '2025.1', 'create_network')).toBe('no');
});

test('names that may have been meant: nearest first, none that is far', () => {
  const names = ['create_network', 'create_network:tags', 'create_subnet', 'get_network'];
  expect(nearestNames('create_netwrok', names)).toEqual(['create_network']);
  expect(nearestNames('create_networks_tags', names)).toEqual(['create_network:tags']);
  expect(nearestNames('x', names)).toEqual([]);
  expect(nearestNames('x'.repeat(1 << 20), names)).toEqual([]);
});
