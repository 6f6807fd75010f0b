/** A rule that is put into a policy file replaces what the service went by: a plan shows both, and never a mere addition. */
import { PolicyHost } from '../support/policy-host';

const rule = 'create_port:fixed_ips:ip_address';
const granting = { owner: { Grant: 'member' } };
const changesOf = (steps: ReturnType<PolicyHost['run']>) => steps.flatMap(({ changes }) => changes);

test('a rule of the code is shown with its default, and with what it becomes', () => {
  const host = new PolicyHost('{}\n', '2025.1', rule, 'policy.yaml');
  const check = '(rule:admin_only) or (rule:service_api) or role:member and rule:network_owner';
  expect(changesOf(host.run(granting))).toEqual([
    { attribute: rule, before: `${check} (no line in the file)`, after: `(${check}) or role:member` },
  ]);
});

test('a rule that Icehouse takes for the default rule is shown with that', () => {
  const host = new PolicyHost(
    '{"default": "rule:admin_or_owner"}\n',
    'icehouse',
    'create_port:fixed_ips',
    'policy.json',
  );
  expect(changesOf(host.run(granting))).toEqual([
    {
      attribute: 'create_port:fixed_ips',
      before: 'rule:default (no line in the file)',
      after: 'role:member or (rule:default)',
    },
  ]);
});

test('a rule that nobody has, without a line in the file, is shown as such', () => {
  const host = new PolicyHost('{"a": "role:x"}\n', 'icehouse', 'create_port:fixed_ips', 'policy.json');
  expect(changesOf(host.run(granting))).toEqual([
    { attribute: 'create_port:fixed_ips', before: 'nobody (no line in the file)', after: 'role:member' },
  ]);
});

test('a rule that is removed from the file is shown with the value that the service uses then', () => {
  const host = new PolicyHost(
    '{"default": "rule:admin_or_owner"}\n',
    'icehouse',
    'create_port:fixed_ips',
    'policy.json',
  );
  host.run(granting);
  expect(changesOf(host.run({ owner: {} }))).toEqual([
    {
      attribute: 'create_port:fixed_ips',
      before: 'role:member or (rule:default)',
      after: 'the default of neutron (no line in the file)',
    },
  ]);
});

test('a rule that the file holds is shown with its value', () => {
  const host = new PolicyHost(`"${rule}": "role:boss"\n`, 'zed', rule, 'policy.yaml');
  expect(changesOf(host.run(granting))).toEqual([
    { attribute: rule, before: 'role:boss', after: '(role:boss) or role:member' },
  ]);
});
