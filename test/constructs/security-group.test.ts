/** Rules, MAC addresses and address pairs that Neutron or the provider would refuse, widen or drop. */
import type { Release } from '../../lib/openstack/releases';
import { FixedIpPort, SecurityGroup, TenantNetwork, TenantStack, type SecurityRule } from '../../constructs';
import { appWithCloud, synth, synthError } from '../support/synth';

function acmeOn(release: Release = 'zed') {
  const { app, cloud } = appWithCloud({ release });
  return { app, acme: new TenantStack(app, 'acme', { cloud }) };
}
type Rule = Omit<SecurityRule, 'direction'> & Partial<Pick<SecurityRule, 'direction'>>;

function findings(rules: readonly Rule[], release?: Release): string {
  const { app, acme } = acmeOn(release);
  new SecurityGroup(acme, 'Web', { rules: rules.map((rule) => ({ direction: 'ingress', ...rule })) });
  return synthError(app);
}

function written(rule: Rule): Record<string, unknown> {
  const { app, acme } = acmeOn();
  new SecurityGroup(acme, 'Web', { rules: [{ direction: 'ingress', ...rule }] });
  const [made] = Object.values(synth(app).stack('acme').resource['openstack_networking_secgroup_rule_v2'] ?? {});
  return made as Record<string, unknown>;
}

describe('a zero that the provider would leave out of a rule is a finding', () => {
  test.each<[string, Rule, RegExp]>([
    [
      'ICMP type 0, code 0',
      { protocol: 'icmp', port: { from: 0, to: 0 } },
      /leaves the type 0 out, and then all of icmp/,
    ],
    ['ICMP type 3, code 0', { protocol: 'icmp', port: { from: 3, to: 0 } }, /every code of icmp type 3.*say port: 3/],
    ['ICMP type 0, code 5', { protocol: 'icmp', port: { from: 0, to: 5 } }, /leaves the type 0 out/],
    ['ICMP type 0', { protocol: 'icmp', port: 0 }, /leaves the type 0 out/],
    [
      'ICMP of IPv6, by number',
      { protocol: '58', ethertype: 'IPv6', port: { from: 1, to: 0 } },
      /every code of 58 type 1/,
    ],
    ['tcp from port 0', { protocol: 'tcp', port: { from: 0, to: 65535 } }, /the port 0 is none.*would leave a 0 out/],
    ['udp port 0', { protocol: 'udp', port: 0 }, /the port 0 is none/],
  ])('%s', (_name, rule, expected) => {
    expect(findings([rule])).toMatch(expected);
  });
});

describe('a rule that Neutron refuses is a finding', () => {
  test.each<[string, Rule, RegExp]>([
    ['tcp port -1', { protocol: 'tcp', port: -1 }, /the port -1 is none; ports are whole numbers from 1 to 65535/],
    ['tcp port 1.5', { protocol: 'tcp', port: 1.5 }, /the port 1\.5 is none/],
    ['tcp port 65536', { protocol: 'tcp', port: 65536 }, /the port 65536 is none/],
    ['tcp 200-100', { protocol: 'tcp', port: { from: 200, to: 100 } }, /end before they start; say from: 100, to: 200/],
    ['a port and no protocol', { port: 443 }, /names a port and no protocol/],
    ['a port of gre', { protocol: 'gre', port: 443 }, /gre has no ports/],
    ['ICMP type 256', { protocol: 'icmp', port: 256 }, /256 is no icmp type or code/],
    ['an unknown protocol', { protocol: 'TCP' }, /"TCP" is no protocol; say ah, /],
    ['protocol -1', { protocol: '-1' }, /"-1" is no protocol/],
    ['protocol 256', { protocol: '256' }, /"256" is no protocol/],
    ['protocol any', { protocol: 'any' }, /"any" is no protocol.*leave it out for all/],
    ['ICMPv6 over IPv4', { protocol: 'ipv6-icmp' }, /is a protocol of IPv6, and the rule is for IPv4/],
    [
      'an IPv6 rule with an IPv4 CIDR',
      { ethertype: 'IPv6', remote: '192.0.2.0/24' },
      /the remote 192\.0\.2\.0\/24 is not of IPv6, the rule's ethertype/,
    ],
    ['a remote that is none', { remote: 'any' }, /the remote "any" is no CIDR/],
    ['a remote with too long a prefix', { remote: '192.0.2.0/33' }, /the remote "192\.0\.2\.0\/33" is no CIDR/],
  ])('%s', (_name, rule, expected) => {
    expect(findings([rule])).toMatch(expected);
  });

  test.each<[string, readonly Rule[]]>([
    [
      '0.0.0.0/0 is anybody',
      [
        { protocol: 'tcp', port: 22 },
        { protocol: 'tcp', port: 22, remote: '0.0.0.0/0' },
      ],
    ],
    [
      '6 is tcp',
      [
        { protocol: 'tcp', port: 22 },
        { protocol: '6', port: 22 },
      ],
    ],
    ['1 to 65535 is every port', [{ protocol: 'tcp' }, { protocol: 'tcp', port: { from: 1, to: 65535 } }]],
    [
      'icmp over IPv6 is ipv6-icmp',
      [
        { protocol: 'icmp', ethertype: 'IPv6' },
        { protocol: '58', ethertype: 'IPv6' },
      ],
    ],
    ['an address is a prefix of its own', [{ remote: '192.0.2.7' }, { remote: '192.0.2.7/32' }]],
  ])('finds a rule that is declared twice: %s', (_name, rules) => {
    expect(findings(rules)).toMatch(/^one finding.*\n.*takes it for another rule of the group.*leave one/);
  });

  test('accepts two rules that differ in the group, in the ICMP code or in the family', () => {
    expect(
      findings([
        { remote: 'self' },
        { protocol: 'icmp', port: 3 },
        { protocol: 'icmp', port: { from: 3, to: 4 } },
        { protocol: 'icmp', ethertype: 'IPv6' },
        { protocol: 'icmp' },
      ]),
    ).toBe('');
  });

  test("finds Neutron's own rule for all egress, in whatever words it is declared", () => {
    expect(findings([{ direction: 'egress', remote: '0.0.0.0/0' }])).toMatch(/Neutron's own rule lets all IPv4 out/);
  });

  test('finds a protocol or a range that the release does not know', () => {
    expect(findings([{ protocol: 'vrrp' }], 'icehouse')).toMatch(/doesn't know the name vrrp; write '112'/);
    const range: Rule = { protocol: 'sctp', port: { from: 5000, to: 5010 } };
    expect(findings([range], 'queens')).toMatch(/Neutron of queens takes no range of ports of sctp/);
    expect(findings([range], 'stein')).toBe('');
  });

  test('finds a group with the name of the group that Neutron makes', () => {
    const { app, acme } = acmeOn();
    new SecurityGroup(acme, 'Default');
    new SecurityGroup(acme, 'Other', { name: 'default' });
    expect(synthError(app).split('\n').slice(1)).toEqual([
      expect.stringContaining('acme/Default: its name is that of the group which Neutron makes'),
      expect.stringContaining('acme/Other: its name is that of the group which Neutron makes'),
    ]);
  });
});

describe('a rule is written in the words in which Neutron answers it, so that the next plan is empty', () => {
  test.each<[string, Rule, object]>([
    ['an ICMP type has all of its codes', { protocol: 'icmp', port: 8 }, { port_range_min: 8, port_range_max: 0 }],
    ['an address has a length', { remote: '192.0.2.7' }, { remote_ip_prefix: '192.0.2.7/32' }],
    ['IPv6 is spelt short', { remote: '2001:DB8:0:0::/64' }, { ethertype: 'IPv6', remote_ip_prefix: '2001:db8::/64' }],
    ['ICMP over IPv6', { protocol: 'icmp', ethertype: 'IPv6' }, { protocol: 'ipv6-icmp' }],
    ['ICMP over IPv6, by number', { protocol: '1', ethertype: 'IPv6' }, { protocol: '58' }],
  ])('%s', (_name, rule, expected) => {
    expect(written(rule)).toMatchObject(expected);
  });

  test('an ICMP type alone names no code, and every port of tcp no range', () => {
    expect(written({ protocol: 'tcp', port: { from: 1, to: 65535 } })).not.toHaveProperty('port_range_min');
  });
});

describe('a port', () => {
  test.each([
    [{ macAddress: 'fa:16:3e:00:00' }, /"fa:16:3e:00:00" is no MAC address of a port/],
    [{ macAddress: '00:00:00:00:00:00' }, /"00:00:00:00:00:00" is no MAC address/],
    [{ allowedAddressPairs: [{ ipAddress: 'any' }] }, /the address pair "any": "any" is not an IP address/],
    [{ allowedAddressPairs: [{ ipAddress: '10.8.0.1/24' }] }, /10\.8\.0\.1\/24 has host bits set/],
    [
      { allowedAddressPairs: [{ ipAddress: '10.8.0.0/24', macAddress: 'fa-16' }] },
      /the address pair 10\.8\.0\.0\/24: "fa-16" is no MAC address/,
    ],
    [
      { allowedAddressPairs: [{ ipAddress: '10.8.0.0/24' }, { ipAddress: '10.8.0.0/24' }] },
      /it has the address pair 10\.8\.0\.0\/24 twice/,
    ],
  ])('%#: a MAC address or a pair that Neutron refuses is a finding', (props, expected) => {
    const { app, acme } = acmeOn();
    new FixedIpPort(acme, 'Port', { network: new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' }), ...props });
    expect(synthError(app)).toMatch(expected);
  });
});
