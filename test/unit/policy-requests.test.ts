/** The other rules that a request is asked, and whether a closed rule keeps a grant from working. */
import type { RuleValue } from '../../lib/policy/check';
import type { ServiceName } from '../../lib/openstack/services';
import { opennessOf } from '../../lib/policy/closed';
import { policyFileNames } from '../../lib/policy/defaults';
import { parseRule } from '../../lib/policy/parse';
import { findRulesAskedWith } from '../../lib/policy/requests';
import type { Release } from '../../lib/openstack/releases';
import { PolicyHost } from '../support/policy-host';

const address = 'create_port:fixed_ips:ip_address';
const subnet = 'create_port:fixed_ips:subnet_id';

test.each([
  ['neutron', 'zed', address, ['create_port', 'create_port:fixed_ips', subnet]],
  ['neutron', 'queens', address, ['create_port', 'create_port:fixed_ips', subnet]],
  ['neutron', 'icehouse', 'create_port:fixed_ips', ['create_port']],
  ['neutron', '2025.2', 'update_port:fixed_ips', ['update_port', 'update_port:fixed_ips:subnet_id']],
  ['neutron', 'zed', 'create_port:binding:host_id', ['create_port']],
  [
    'neutron',
    'zed',
    'create_router:external_gateway_info:enable_snat',
    ['create_router', 'create_router:external_gateway_info', 'create_router:external_gateway_info:network_id'],
  ],
  [
    'neutron',
    'icehouse',
    'create_router:external_gateway_info',
    ['create_router', 'create_router:external_gateway_info:network_id'],
  ],
  // Tags are asked by their own rule alone, and an action is the request's own.
  ['neutron', '2025.2', 'create_network:tags', []],
  ['neutron', 'zed', 'create_network', []],
  ['neutron', 'zed', 'get_network:provider:network_type', []],
  ['nova', 'icehouse', 'compute:create:forced_host', ['compute:create', 'compute:create:attach_network']],
  [
    'nova',
    'zed',
    'os_compute_api:servers:create:forced_host',
    ['os_compute_api:servers:create', 'os_compute_api:servers:create:attach_network'],
  ],
  ['nova', 'zed', 'os_compute_api:servers:create', []],
  ['cinder', 'zed', 'volume:extend', []],
] as const)('%s of %s: a request that is asked %s is asked %j too', (service, release, rule, others) => {
  expect(findRulesAskedWith(service, rule, release)).toEqual(others);
});

test.each([
  ['', 'open'],
  ['role:member and project_id:%(project_id)s', 'open'],
  ['rule:owner', 'open'],
  ['not role:guest', 'open'],
  ['is_admin:False', 'open'],
  ['role:reader or rule:admin_only', 'others'],
  ['role:member and role:boss', 'others'],
  ['!', 'closed'],
  ['not @', 'closed'],
  ['rule:admin_only', 'closed'],
  ['is_admin:True or role:service', 'closed'],
  ['role:admin and project_id:%(project_id)s', 'closed'],
  ['role:member and !', 'closed'],
  ['rule:missing', 'closed'],
  ['rule:it', 'closed'],
  [[['role:member', '!'], ['role:admin']], 'closed'],
] as const)('for the role member %j is %s', (value, expected) => {
  const values: Record<string, unknown> = { it: value, owner: 'project_id:%(project_id)s', admin_only: 'role:admin' };
  const byName = new Map(
    Object.entries(values).map(([name, value]) => [name, parseRule(value as RuleValue, 'newton')]),
  );
  expect(opennessOf({ era: 'newton', service: 'neutron', byName, defaultRule: '' }, 'it', 'member')).toBe(expected);
});

const warnings = (
  text: string,
  more: { rule?: string; release?: Release; service?: ServiceName; role?: string } = {},
) => {
  const { rule = address, release = 'zed', service = 'neutron', role = 'member' } = more;
  const host = new PolicyHost(text, release, rule, policyFileNames(service, release)[0] ?? '', service);
  host.run({ owner: { Grant: role } });
  const once = host.warnings;
  host.run({ owner: { Grant: role } });
  expect(host.warnings).toEqual(once);
  return once;
};

test.each(['!', 'rule:admin_only', 'role:admin or role:service'])(
  'a file that closes create_port:fixed_ips:subnet_id by %s is said at every plan, before the grant and after it',
  (value) => {
    expect(warnings(`"${subnet}": "${value}"\n`)).toEqual([
      `the grant of ${address} opens nothing yet: the same request is asked ${subnet}, which /etc/neutron/policy.yaml keeps from the role member; grant it too, or open it there`,
    ]);
  },
);

test('a stock cloud closes nothing of a request', () => {
  for (const release of ['stein', 'wallaby', 'zed', '2023.2', '2026.2'] as const)
    expect([release, warnings('', { release })]).toEqual([release, []]);
});

test('a request that an old file closes by its default rule is said too', () => {
  const mac = { rule: 'create_port:mac_address', release: 'rocky' } as const;
  expect(warnings('{"default": "role:admin"}', mac)).toEqual([
    expect.stringContaining(
      'asked create_port, which /etc/neutron/policy.json, as its default rule, keeps from the role member',
    ),
  ]);
});

test('Nova: a file that closes the networks of a server is said of a grant to choose its host', () => {
  const rule = 'os_compute_api:servers:create:forced_host';
  expect(warnings('"os_compute_api:servers:create:attach_network": "!"\n', { service: 'nova', rule })).toHaveLength(1);
});
