import { addressFindings } from '../../lib/synth/address-plan';
import type { Release } from '../../lib/openstack/releases';
import type { SubnetServices } from '../../lib/synth/subnet-services';
import { plan, subnet } from '../support/address-plan';

describe('a subnet’s services', () => {
  const on = (cidr: string, services: Partial<SubnetServices>, release: Release = 'zed') =>
    addressFindings(
      plan({ subnets: [subnet('net', cidr, { gateway: 'none', services: { dhcp: false, ...services } })] }),
      release,
    ).map(({ message }) => message);

  test.each<[string, string, Partial<SubnetServices>, RegExp]>([
    ['DHCP on a /31', '198.51.100.4/31', { dhcp: true }, /no DHCP on a prefix longer than \/30/],
    ['DHCP on a /127', '2001:db8::/127', { dhcp: true }, /no DHCP on a prefix longer than \/126/],
    ['DHCP on multicast', '224.0.0.0/24', { dhcp: true }, /no DHCP on a multicast range/],
    ['DHCP on loopback', '127.0.1.0/24', { dhcp: true }, /no DHCP on a loopback range/],
    ['DHCP on 0.0.0.0', '0.0.0.0/8', { dhcp: true }, /no DHCP on the address 0\.0\.0\.0/],
    ['every address', '0.0.0.0/0', {}, /no subnet of every address/],
    ['capitals', '2001:DB8::/64', {}, /the cidr 2001:DB8::\/64 is written 2001:db8::\/64/],
    ['a mode of IPv6', '198.51.100.0/24', { ipv6RaMode: 'slaac' }, /its cidr is IPv4; leave them out/],
    ['an unknown mode', '2001:db8::/64', { dhcp: true, ipv6RaMode: 'auto' }, /the IPv6 mode "auto" is none/],
    ['a mode without DHCP', '2001:db8::/64', { ipv6RaMode: 'slaac' }, /which Neutron accepts only with DHCP on/],
    [
      'two modes',
      '2001:db8::/64',
      { dhcp: true, ipv6RaMode: 'slaac', ipv6AddressMode: 'dhcpv6-stateful' },
      /ipv6AddressMode and ipv6RaMode differ/,
    ],
    ['SLAAC in a /80', '2001:db8::/80', { dhcp: true, ipv6AddressMode: 'slaac' }, /only in a \/64/],
    ['a name server', '198.51.100.0/24', { dnsNameservers: ['2001:db8::1'] }, /name server 2001:db8::1 is not IPv4/],
    ['no name server', '198.51.100.0/24', { dnsNameservers: ['ns1'] }, /the name server: "ns1" is not an IP address/],
    ['one twice', '198.51.100.0/24', { dnsNameservers: ['9.9.9.9', '9.9.9.9'] }, /name server 9\.9\.9\.9 twice/],
    [
      'a route with host bits',
      '198.51.100.0/24',
      { hostRoutes: [{ destination: '10.9.0.5/16', nextHop: '198.51.100.7' }] },
      /the destination: 10\.9\.0\.5\/16 has host bits set/,
    ],
    [
      'a route of another family',
      '198.51.100.0/24',
      { hostRoutes: [{ destination: '10.9.0.0/16', nextHop: '2001:db8::7' }] },
      /the next hop 2001:db8::7 is not IPv4/,
    ],
  ])('%s', (_name, cidr, services, expected) => {
    expect(on(cidr, services)).toEqual([expect.stringMatching(expected)]);
  });

  test('that Neutron takes are no finding', () => {
    expect(on('2001:db8::/64', { dhcp: true, ipv6RaMode: 'slaac', ipv6AddressMode: 'slaac' })).toEqual([]);
    expect(on('198.51.100.4/31', { dhcp: true }, 'icehouse')).toEqual([]);
  });
});
