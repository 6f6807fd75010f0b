import { TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import {
  AllocationPools,
  BridgePort,
  CloudStack,
  FirewallException,
  FixedIpPort,
  PolicyGrant,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  UtmInstance,
  type PolicyGrantProps,
  type UtmInstanceProps,
} from '../../constructs';
import { templateIn } from '../../lib/synth/terraform-text';
import { appWithCloud, only, synth, synthError } from '../support/synth';

function twoStacks() {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  return { app, cloud, shared, acme };
}

/** Findings, without their ends: what to do about a template is the same in each. */
const places = (app: Parameters<typeof synthError>[0]) =>
  synthError(app)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/, which Terraform would evaluate; .*/, ''));

describe('text that Terraform would run', () => {
  test.each([
    ['pays ${path.cwd}', '${path.cwd}'],
    ['%{ for a in b }x%{ endfor }', '%{ for a in b }'],
    ['an open ${', '${'],
    ['$${mac} and %%{mac}', undefined],
    ['50 % of {all} for $5', undefined],
    ['a ${TfToken[TOKEN.7]} b', undefined],
    ['a ${TfToken[TOKEN.7]} ${b}', '${b}'],
  ])('%s', (text, template) => {
    expect(templateIn(text)).toBe(template);
  });

  test('is one finding that names its place, before anything is written', () => {
    const { app, shared, acme } = twoStacks();
    const green = new TenantNetwork(acme, 'Green', { cidr: '10.1.0.0/24', tags: ['a', '${tag}'] });
    new TenantNetwork(acme, 'Blue', { cidr: '10.2.0.0/24' }).addSubnet('V6', {
      cidr: '2001:db8::/64',
      dnsNameservers: ['${dns}'],
    });
    new PolicyGrant(shared, 'Grant', { intent: 'choose-port-address', role: 'member', reason: 'pays ${path.cwd}' });
    new UtmInstance(acme, 'Utm', {
      name: 'foo-${bar}',
      image: 'utm',
      flavor: 'small',
      green: { network: green, address: '10.1.0.9', description: '%{if true}' },
      metadata: { '${key}': 'x' },
    });
    new TenantRouter(acme, 'Router').addInterface('${side}', { network: green });
    acme.tenant.addMember({ name: '${user}', userId: 'u1', roles: ['member'] });
    const inner = new Construct(acme, 'of-${x}');
    new BridgePort(inner, 'Flags', { port: new FixedIpPort(inner, 'Port', { network: green }), hairpin: true });
    expect(places(app)).toEqual([
      'shared/Grant: its reason holds ${path.cwd}',
      'acme/Green: its tags[1] holds ${tag}',
      'acme/Blue/V6: its dnsNameservers[0] holds ${dns}',
      'acme/Utm: its name holds ${bar}',
      'acme/Utm: its green.description holds %{if true}',
      'acme/Utm: a name in its metadata holds ${key}',
      'acme/Router: its interface holds ${side}',
      'acme/Tenant: its member.name holds ${user}',
      'acme/of-${x}/Port: its path holds ${x}',
      'acme/of-${x}/Flags: its path holds ${x}',
    ]);
  });

  test('the finding says how to write the text', () => {
    const { app, shared } = twoStacks();
    new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', description: 'of ${owner}' });
    expect(synthError(app)).toContain(
      'shared/Red: its description holds ${owner}, which Terraform would evaluate; use backticks instead of quotes to insert a value of the program, or write $${ for these characters',
    );
  });

  test('tokens, user data and Terraform’s own escapes are allowed', () => {
    const { app, acme } = twoStacks();
    const variable = new TerraformVariable(acme, 'site', { default: 'north' });
    const green = new TenantNetwork(acme, 'Green', {
      cidr: '10.1.0.0/24',
      description: `of ${variable.stringValue}, $\${literally}`,
    });
    new UtmInstance(acme, 'Utm', {
      image: 'utm',
      flavor: 'small',
      green: { network: green, portSecurity: false },
      userData: '#!/bin/sh\necho ${HOME}\n',
    });
    const stack = synth(app).stack('acme');
    expect(only(stack, 'openstack_networking_network_v2').description).toBe('of ${var.site}, $${literally}');
    expect(only(stack, 'openstack_compute_instance_v2').user_data).toContain('echo ${"$"}{HOME}');
  });
});

describe('a program whose types nobody checked gets a finding', () => {
  const missing = {} as never;

  test.each<[string, (stacks: ReturnType<typeof twoStacks>) => void]>([
    ['acme/Port: it has no network; give it the prop network', ({ acme }) => new FixedIpPort(acme, 'Port', missing)],
    ['acme/Flags: it has no port; give it the prop port', ({ acme }) => new BridgePort(acme, 'Flags', missing)],
    ['acme/Vpn: it has no port; give it the prop port', ({ acme }) => new FirewallException(acme, 'Vpn', missing)],
    ['acme/Green: it has no cidr; give it the prop cidr', ({ acme }) => new TenantNetwork(acme, 'Green', missing)],
    ['acme/P: it has no subnetId; give it the prop subnetId', ({ acme }) => new AllocationPools(acme, 'P', missing)],
    ['bare: it has no cloud; give it the prop cloud', ({ app }) => new CloudStack(app, 'bare', missing)],
    [
      'acme/Utm/Green: it has no network; give it the prop network',
      ({ acme }) => new UtmInstance(acme, 'Utm', { image: 'a', flavor: 'b', green: {} } as unknown as UtmInstanceProps),
    ],
    [
      'shared/Grant: the intent is "choose-adress"; say one of choose-port-address, choose-server-host, or name service and rule',
      ({ shared }) =>
        new PolicyGrant(shared, 'Grant', {
          intent: 'choose-adress',
          role: 'member',
          reason: 'numbers',
        } as unknown as PolicyGrantProps),
    ],
  ])('%s', (message, build) => {
    expect(() => {
      build(twoStacks());
    }).toThrow(message);
  });
});
