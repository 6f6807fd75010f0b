import { defined } from '../../lib/basics/defined';
import { CloudStack, FixedIpPort, FloatingIp, SharedNetwork, TenantNetwork, TenantStack } from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

function build(address: string | readonly string[] | undefined, portAddress?: string) {
  const { app, cloud } = appWithCloud();
  const shared = new CloudStack(app, 'shared', { cloud });
  const acme = new TenantStack(app, 'acme', { cloud });
  const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  network.addSubnet('V6', { cidr: '2001:db8::/64' });
  const port = new FixedIpPort(acme, 'Port', { network, ...defined({ address }) });
  new FloatingIp(acme, 'Public', { network: red, port, ...defined({ portAddress }) });
  return app;
}
const fixedIp = (...given: Parameters<typeof build>) =>
  only(synth(build(...given)).stack('acme'), 'openstack_networking_floatingip_v2')['fixed_ip'];

describe('a floating IP follows its port', () => {
  test.each<[string, string | readonly string[], string]>([
    ['to the address that the code names', '10.0.0.5', '10.0.0.5'],
    ['to the new address after a change', '10.0.0.6', '10.0.0.6'],
    ['to its IPv4 address, whichever is named first', ['2001:db8::5', '10.0.0.5'], '10.0.0.5'],
  ])('%s', (_name, address, expected) => {
    expect(fixedIp(address)).toBe(expected);
  });

  test('leads to the IPv4 address that Neutron picked, read at each plan', () => {
    expect(fixedIp(undefined)).toMatch(
      /^\$\{element\(regexall\("\[0-9\]\+\[\.\]\[0-9\]\+\[\.\]\[0-9\]\+\[\.\]\[0-9\]\+", join\(" ", openstack_networking_port_v2\.Port_\w+\.all_fixed_ips\)\), 0\)\}$/,
    );
  });

  test('leads to the address that portAddress names', () => {
    expect(fixedIp(['10.0.0.5', '10.0.0.6'], '10.0.0.6')).toBe('10.0.0.6');
  });
});

test.each([
  ['10.0.0.5', '10.0.0.9', /acme\/Public: acme\/Port has no address 10\.0\.0\.9, but 10\.0\.0\.5; name one of these/],
  ['2001:db8::5', undefined, /acme\/Public: a router translates only to IPv4/],
  [['10.0.0.5', '2001:db8::5'], '2001:db8::5', /acme\/Public: a router translates only to IPv4/],
])('%#: an address that no router can translate to is a finding', (address, portAddress, expected) => {
  expect(synthError(build(address, portAddress))).toMatch(expected);
});
