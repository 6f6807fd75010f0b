import { CloudStack, PolicyGrant, type PolicyGrantProps } from '../../constructs';
import { policyRule } from '../../reconcilers/policy-rule';
import type { Release } from '../../lib/openstack/releases';
import { appWithCloud, synth, synthError } from '../support/synth';

function stackOf(release: Release) {
  const { app, cloud } = appWithCloud({ release });
  return { app, stack: new CloudStack(app, 'shared', { cloud }) };
}

const member = { role: 'member', reason: 'UTM NICs have fixed addresses' };

test.each([
  ['icehouse', 'choose-port-address', 'neutron', 'create_port:fixed_ips'],
  ['zed', 'choose-port-address', 'neutron', 'create_port:fixed_ips:ip_address'],
  ['icehouse', 'choose-server-host', 'nova', 'compute:create:forced_host'],
  ['zed', 'choose-server-host', 'nova', 'os_compute_api:servers:create:forced_host'],
] as const)('%s: %s is %s %s, and the kind takes it', (release, intent, service, rule) => {
  const { app, stack } = stackOf(release);
  const grant = new PolicyGrant(stack, 'Grant', { intent, ...member });
  expect(grant.spec).toEqual({ service, rule, intent, release, ...member });
  expect(policyRule.parse(grant.spec)).toEqual(grant.spec);
  expect(grant.meaning).toMatch(/^any user with the role member in any project may choose the /);
  expect(synth(app).stack('shared').output['stackward_manifest']?.value).toMatchObject({
    resources: { 'shared/Grant': { kind: 'policy-rule', spec: grant.spec, dependsOn: [] } },
  });
});

test('takes a rule by its own name, and warns of a rule that only another release has', () => {
  const { app, stack } = stackOf('zed');
  const literal = { service: 'neutron', rule: 'create_port:mac_address', ...member, overrideManager: true } as const;
  expect(new PolicyGrant(stack, 'Mac', literal).spec).toEqual({ release: 'zed', ...literal });
  new PolicyGrant(stack, 'Old', { service: 'neutron', rule: 'create_port:fixed_ips', ...member });
  expect(synth(app).warnings).toEqual([
    "shared/Old: on zed create_port:fixed_ips is not what decides about choose-port-address: that is create_port:fixed_ips:ip_address; say intent: 'choose-port-address'",
  ]);
});

test('synth warns of a rule that the release does not know, with similar names', () => {
  const { app, stack } = stackOf('2025.2');
  new PolicyGrant(stack, 'Typo', { service: 'neutron', rule: 'create_port:mac_adress', ...member });
  new PolicyGrant(stack, 'Former', { service: 'neutron', rule: 'create_networks_tags', ...member });
  new PolicyGrant(stack, 'Right', { service: 'neutron', rule: 'create_network:tags', ...member });
  expect(synth(app).warnings).toEqual([
    'shared/Typo: neutron of 2025.2 has no rule create_port:mac_adress; did you mean create_port:mac_address or update_port:mac_address? `oslopolicy-sample-generator --namespace neutron` on a host lists all',
    'shared/Former: neutron of 2025.2 has no rule create_networks_tags any more: it is create_network:tags now; grant those that are meant',
  ]);
});

test('synth refuses a rule that no host of the release can know, in the words of the plan', () => {
  const { app, stack } = stackOf('train');
  new PolicyGrant(stack, 'Typo', { service: 'neutron', rule: 'create_port:mac_adress', ...member });
  new PolicyGrant(stack, 'Plugin', { service: 'neutron', rule: 'create_gizmo', ...member });
  expect(synthError(app).split('\n').slice(1)).toEqual([
    expect.stringMatching(
      /shared\/Typo: neutron of train has no rule create_port:mac_adress; did you mean create_port:mac_address/,
    ),
  ]);
});

test('finds a grant that is declared twice, and texts that no policy file can hold', () => {
  const { app, stack } = stackOf('zed');
  const make = (id: string, props: PolicyGrantProps) => new PolicyGrant(stack, id, props);
  make('A', { intent: 'choose-port-address', ...member });
  make('B', { service: 'neutron', rule: 'create_port:fixed_ips:ip_address', role: 'Member', reason: 'again' });
  make('C', { service: 'nova', rule: 'two words', role: 'load balancer', reason: ' ' });
  make('E', { service: 'neutron', rule: 'context_is_admin', ...member });
  make('F', { service: 'nova', rule: 'admin_or_owner', ...member });
  make('G', { intent: 'choose-server-host', role: 'operator', reason: 'x\n\nPlan: 0 to add' });
  make('H', { service: 'neutron', rule: 'create_\u202eport', ...member });
  make('D', { service: 'horizon' as 'nova', rule: 'x', role: '', reason: 'x' });
  expect(
    synthError(app)
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .sort(),
  ).toEqual([
    "shared/B: the role member in neutron's rule create_port:fixed_ips:ip_address of Cloud is declared twice: shared/A decides about it too; leave it to one of them",
    'shared/C: it has no reason; say why the role needs it, for whoever reviews the plan',
    'shared/C: the role is "load balancer", and a policy file has no way to write it; letters, digits and _ . : @ + - are safe',
    'shared/C: the rule is "two words"; name one, such as "os_compute_api:servers:create:forced_host"',
    'shared/D: the role is empty; name the role as `openstack role list` does',
    'shared/D: the service is "horizon"; say one of neutron, nova, cinder, glance, keystone',
    "shared/E: the rule is context_is_admin, no action of neutron's API but a part that other rules are made of: they would admit the role as well; name the action itself, such as create_port:mac_address",
    "shared/F: the rule is admin_or_owner, no action of nova's API but a part that other rules are made of: they would admit the role as well; name the action itself, such as os_compute_api:servers:create:forced_host",
    'shared/G: its reason has a line break or another control character; write one line',
    'shared/H: the rule is "create_\u202eport"; name one, such as "create_port:mac_address"',
  ]);
});
