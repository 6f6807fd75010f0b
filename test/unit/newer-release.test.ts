/** A release that came out after this stackward: what needs nothing of its own goes on, what does is Blocked. */
import { isNewer, newest, type Release } from '../../lib/openstack/releases';
import { firewallException } from '../../reconcilers/firewall-exception';
import { policyRule } from '../../reconcilers/policy-rule';
import { recordEntry } from '../../reconcilers/policy-rule/spec';
import { PolicyHost } from '../support/policy-host';

const newer = '2090.1';
const rule = 'create_port:fixed_ips:ip_address';
const grant = { owner: { Grant: 'member' } };

test('the release of these tests is a newer one', () => {
  expect(isNewer(newer)).toBe(true);
});

describe.each<Release>([newest, newer])('on %s', (release) => {
  test('a rule that the policy file holds is granted', () => {
    const host = new PolicyHost(`"${rule}": "role:boss"\n`, release, rule, 'policy.yaml');
    host.run(grant);
    expect(host.text).toBe(`"${rule}": "(role:boss) or role:member"\n`);
  });

  test('a manifest with a grant and an exception is read, and so is a record', () => {
    const spec = { service: 'neutron', rule, role: 'member', release, reason: 'tests' };
    expect(policyRule.parse(spec)).toEqual(spec);
    const exception = {
      portId: '0c8ddd0e-6e4c-4f06-9d5c-2a3a1b6e5d4f',
      mode: 'routed',
      sources: 'any',
      destinations: 'any',
      reason: 'tests',
      placement: 'bound',
      release,
      firewallDriver: 'iptables_hybrid',
    };
    expect(firewallException.parse(exception)).toEqual(exception);
    const entry = {
      service: 'neutron',
      release,
      rule,
      role: 'member',
      file: '/etc/neutron/policy.yaml',
      before: null,
      written: 'role:member',
      path: 'acme/Grant',
      stack: 'acme',
    };
    expect(recordEntry.parse(entry)).toEqual(entry);
  });
});

test('a rule that the policy file leaves out is granted on the newest known release', () => {
  const host = new PolicyHost('{}\n', newest, rule, 'policy.yaml');
  host.run(grant);
  expect(host.text).toMatch(/role:member and rule:network_owner.* or role:member/);
});

test('a rule that the policy file leaves out is Blocked on a newer release: its default is not known', () => {
  const host = new PolicyHost('{}\n', newer, rule, 'policy.yaml');
  expect(() => host.run(grant)).toThrow(
    `/etc/neutron/policy.yaml has no line for ${rule}, and this stackward knows the defaults of neutron up to ${newest}, not those of ${newer}`,
  );
  expect(host.text).toBe('{}\n');
});

test('a release that there never was is refused in a manifest, with the names there are', () => {
  const spec = { service: 'neutron', rule, role: 'member', release: '2022.1', reason: 'tests' };
  expect(() => policyRule.parse(spec)).toThrow(
    /"release" is not valid: "2022.1" is no OpenStack release; write one of icehouse, juno/,
  );
});
