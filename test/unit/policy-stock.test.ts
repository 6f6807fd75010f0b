/** Grants on clouds whose policy files say little: defaults come from the code, and former names count. */
import type { ServiceName } from '../../lib/openstack/services';
import { policyFileNames } from '../../lib/policy/defaults';
import type { Release } from '../../lib/openstack/releases';
import { PolicyHost } from '../support/policy-host';

const granted = (service: ServiceName, release: Release, rule: string, text = ''): string => {
  const host = new PolicyHost(text, release, rule, policyFileNames(service, release)[0] ?? '', service);
  host.run({ owner: { Grant: 'operator' } });
  return host.text;
};

test.each([
  ['neutron', 'zed', 'create_network:shared', '(rule:admin_only) or role:operator'],
  [
    'neutron',
    'wallaby',
    'delete_router',
    '((role:admin and system_scope:all) or (role:member and project_id:%(project_id)s)) or (rule:admin_or_owner)) or role:operator',
  ],
  [
    'neutron',
    '2025.1',
    'create_router',
    '((rule:admin_only) or (role:member and project_id:%(project_id)s)) or role:operator',
  ],
  ['nova', 'zed', 'os_compute_api:os-pause-server:pause', '(rule:project_member_or_admin) or role:operator'],
  [
    'cinder',
    '2025.2',
    'volume:extend',
    '((rule:xena_system_admin_or_project_member) or (rule:admin_or_owner)) or role:operator',
  ],
  ['cinder', '2026.2', 'volume:extend', '(rule:xena_system_admin_or_project_member) or role:operator'],
  ['glance', 'xena', 'publicize_image', '(role:admin) or role:operator'],
  [
    'keystone',
    '2026.2',
    'identity:list_users',
    '((rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain_id)s)) or role:operator',
  ],
] as const)('%s of %s: a grant of %s keeps what the code admits, %s', (service, release, rule, value) => {
  expect(granted(service, release, rule)).toContain(value);
});

test.each([
  ['neutron', '2025.2', 'create_network:tags', 'create_networks_tags'],
  ['nova', 'ussuri', 'os_compute_api:os-services:list', 'os_compute_api:os-services'],
  ['nova', 'ussuri', 'os_compute_api:os-services:delete', 'os_compute_api:os-services'],
  ['keystone', 'wallaby', 'identity:get_identity_provider', 'identity:get_identity_providers'],
  ['cinder', 'zed', 'volume_extension:type_create', 'volume_extension:types_manage'],
] as const)(
  '%s of %s: no grant of %s undoes the lock that the file has by the former name %s',
  (service, release, rule, old) => {
    const lock = `"${old}": "!"\n`;
    expect(() => granted(service, release, rule, lock)).toThrow(`has ${old}, its former name`);
    expect(() => granted(service, release, old, lock)).toThrow(/is the former name of/);
    // An old name that refers to the new name, as in oslo.policy's sample file, has no effect.
    expect(granted(service, release, rule, `"${old}": "rule:${rule}"\n`)).toContain(' or role:operator');
    expect(granted(service, release, rule, `${lock}"${rule}": "role:boss"\n`)).toContain(
      '(role:boss) or role:operator',
    );
  },
);

test.each([
  ['neutron', '2025.2', 'create_netwrok', /has no rule create_netwrok; did you mean create_network\?/],
  ['nova', 'zed', 'compute:create:forced_host', /has no rule compute:create:forced_host/],
  [
    'neutron',
    '2025.2',
    'create_networks_tags',
    /has no rule create_networks_tags any more: it is create_network:tags now/,
  ],
] as const)(
  '%s of %s: %s is no rule, so a grant of it is Blocked, and names what may be meant',
  (service, release, rule, message) => {
    expect(() => granted(service, release, rule)).toThrow(message);
  },
);

test('a misspelt rule that the file holds is Blocked all the same; what only a plug-in may ask is granted', () => {
  expect(() => granted('nova', 'zed', 'os_compute_api:limit', '"os_compute_api:limit": "!"\n')).toThrow(
    /^\/etc\/nova\/policy.yaml has os_compute_api:limit without effect: nova of zed has no rule os_compute_api:limit; did you mean os_compute_api:limits/,
  );
  expect(() => granted('neutron', 'zed', 'create_network:share', '"create_network:share": "!"\n')).toThrow(
    /did you mean create_network:shared/,
  );
  expect(granted('neutron', 'zed', 'create_firewall', '"create_firewall": "role:boss"\n')).toBe(
    '"create_firewall": "(role:boss) or role:operator"\n',
  );
});

test('a rule that is asked itself and is the former name of another is granted once the file has the other', () => {
  const [rule, beside] = ['os_compute_api:os-rescue', 'os_compute_api:os-unrescue'];
  expect(() => granted('nova', 'zed', rule)).toThrow(`if ${rule} itself is meant, write ${beside} there too`);
  expect(granted('nova', 'zed', rule, `"${beside}": "role:boss"\n`)).toContain(' or role:operator');
});

test('names that the operator made up in the file stay, and may be referred to', () => {
  const text = '"chooser": "role:boss"\n"create_network": "rule:chooser"\n';
  expect(granted('neutron', 'zed', 'create_network', text)).toBe(
    '"chooser": "role:boss"\n"create_network": "(rule:chooser) or role:operator"\n',
  );
});
