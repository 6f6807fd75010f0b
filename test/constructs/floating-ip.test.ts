import { defined } from '../../lib/basics/defined';
import {
  CloudStack,
  FixedIpPort,
  FloatingIp,
  SharedNetwork,
  TenantNetwork,
  TenantRouter,
  TenantStack,
  type ExternalGateway,
} from '../../constructs';
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

describe('an address that the code names in a pool from which a router takes its gateway', () => {
  interface Wish {
    readonly pools?: { start: string; end: string }[];
    readonly addresses?: ExternalGateway['addresses'];
    readonly isOther?: true;
    readonly serviceTypes?: string[];
    readonly isFirst?: true;
    readonly isUnnamed?: true;
  }
  function warnings({ pools, addresses, isOther, serviceTypes, isFirst, isUnnamed }: Wish): readonly string[] {
    const { app, cloud } = appWithCloud();
    const shared = new CloudStack(app, 'shared', { cloud });
    const acme = new TenantStack(app, 'acme', { cloud });
    const more = defined({ allocationPools: pools, serviceTypes });
    const red = new SharedNetwork(shared, 'Red', { cidr: '203.0.113.0/24', external: true, ...more });
    const elsewhere = new SharedNetwork(shared, 'Other', { cidr: '198.51.100.0/24', external: true });
    const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
    const port = new FixedIpPort(acme, 'Port', { network, address: '10.0.0.5' });
    const address = isUnnamed ? {} : { address: '203.0.113.40' };
    const float = (router?: TenantRouter) =>
      new FloatingIp(acme, 'Public', { network: red, port, ...address, ...defined({ router }) });
    if (isFirst) float();
    const gateway = { network: isOther ? elsewhere : red, ...defined({ addresses }) };
    const router = new TenantRouter(acme, 'Edge', { gateway, interfaces: [network] });
    if (!isFirst) float(router);
    return synth(app).warnings;
  }
  const warning =
    "acme/Public: 203.0.113.40 lies in the pools of shared/Red, from which Neutron picks the gateway's address of acme/Edge. It may take this one first, and the apply then ends with 409. Keep 203.0.113.40 out of the pools, or name the gateway's own address in gateway.addresses.";

  test.each<[string, Wish]>([
    ['a declared pool', { pools: [{ start: '203.0.113.30', end: '203.0.113.50' }] }],
    ['the whole cidr, where no pool is declared', {}],
    ['a router that is made after the floating IP', { isFirst: true }],
    ['a subnet for gateways', { serviceTypes: ['network:router_gateway', 'network:floatingip'] }],
  ])('%s: is a warning', (_, wish) => {
    expect(warnings(wish)).toEqual([warning]);
  });

  test.each<[string, Wish]>([
    ['the pools leave it out', { pools: [{ start: '203.0.113.50', end: '203.0.113.90' }] }],
    ['the gateway has an address of its own', { addresses: ['203.0.113.7'] }],
    ['the router leads to another network', { isOther: true }],
    ['the subnet gives no addresses to routers', { serviceTypes: ['network:floatingip'] }],
    ['Neutron picks the floating address too', { isUnnamed: true }],
  ])('%s: nothing to say', (_, wish) => {
    expect(warnings(wish)).toEqual([]);
  });
});
