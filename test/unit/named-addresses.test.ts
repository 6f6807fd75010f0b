/** The addresses that a change names, and the networks in which Neutron has to give them. */
import { defined } from '../../lib/basics/defined';
import { placeAddresses, placesOf } from '../../review/terraform/named-addresses';
import { elsewhere, network, router, subnet } from '../support/doomed-network';
import { staying, type Forged } from '../support/forged-plan';
import { acme, fixed, green, ip, namedIn, ours, theirs, web } from '../support/named-address-plans';

describe('addresses that a change names', () => {
  const placesIn = (...changes: Forged[]) => namedIn(acme(...changes)).named.map(({ change: _, ...place }) => place);

  test('are those of a port that is made, replaced, or gets another address', () => {
    const before = { id: ours, ...fixed('10.0.1.20'), all_fixed_ips: ['10.0.1.20', ip] };
    expect(placesIn(web())).toEqual([{ network, ip }]);
    expect(placesIn(web({ before, isReplaced: true, after: fixed('10.0.1.20') }))).toEqual([{ network, ip: '10.0.1.20' }]); // prettier-ignore
    expect(placesIn(web({ before, after: { id: ours, ...fixed('10.0.1.30') } }))).toEqual([{ network, ip: '10.0.1.30' }]); // prettier-ignore
  });

  test('are none where a port keeps its address, goes, has none, or is in a network or subnet that is yet to be made', () => {
    const before = { id: ours, ...fixed('10.0.1.20'), all_fixed_ips: ['10.0.1.20', ip] };
    expect(placesIn(web({ before, after: { id: ours, name: 'new', ...fixed('10.0.1.20') } }))).toEqual([]);
    const named = { id: ours, ...fixed(ip) };
    expect(placesIn(web({ before: named, after: { ...named, name: 'new' } }))).toEqual([]);
    // Neutron gave it the address, and the code names it now.
    expect(placesIn(web({ before, after: { id: ours, ...fixed(ip) } }))).toEqual([]);
    expect(placesIn({ type: 'networking_port_v2', name: 'web', before })).toEqual([]);
    expect(placesIn(staying('networking_port_v2', 'web', before))).toEqual([]);
    expect(placesIn(web({ after: { network_id: network, fixed_ip: [{ subnet_id: subnet }] } }))).toEqual([]);
    expect(placesIn(web({ after: { fixed_ip: [{ ip_address: ip }] }, unknown: { network_id: true } }))).toEqual([]);
    const inNew = { after: { network_id: network, fixed_ip: [{ ip_address: ip }, { subnet_id: subnet, ip_address: '10.0.1.78' }] }, unknown: { fixed_ip: [{ subnet_id: true }, {}] } }; // prettier-ignore
    expect(placesIn(web(inNew))).toEqual([{ network, ip: '10.0.1.78' }]);
  });

  test('are none where the code spells the address that a thing has in another way than Neutron', () => {
    const [coded, stored, free] = ['2001:DB8:0::7', '2001:db8::7', '2001:DB8:0::8'];
    const port = (address: string, had: object): Forged => web({ before: { id: ours, network_id: network, ...had }, after: { id: ours, name: 'new', ...fixed(address) } }); // prettier-ignore
    expect(placesIn(port(coded, { all_fixed_ips: [stored] }))).toEqual([]);
    expect(placesIn(port(coded, fixed(stored)))).toEqual([]);
    expect(placesIn(port(stored, fixed(coded)))).toEqual([]);
    expect(placesIn(port(free, fixed(stored)))).toEqual([{ network, ip: '2001:db8::8' }]);
    const floating = (ip: string): Forged => ({ type: 'networking_floatingip_v2', name: 'ip', before: { id: ours, pool: 'public', address: stored }, after: { id: ours, pool: 'public', address: ip } }); // prettier-ignore
    expect(placesIn(floating(coded))).toEqual([]);
    expect(placesIn(floating(free))).toEqual([{ networkName: 'public', ip: '2001:db8::8' }]);
    const gateway = (ip: string) => ({ id: router, external_network_id: network, external_fixed_ip: [{ ip_address: ip }] }); // prettier-ignore
    const updated = (ip: string): Forged => ({ type: 'networking_router_v2', name: 'r', before: gateway(stored), after: { ...gateway(ip), name: 'new' }, refers: { external_fixed_ip: 'x' } }); // prettier-ignore
    expect(placesIn(updated(coded))).toEqual([]);
    expect(placesIn(updated(free))).toEqual([{ network, ip: '2001:db8::8' }]);
  });

  test('are those of a floating IP that is made, and none where Neutron picks one', () => {
    const floating = (after: object, before?: object): Forged => ({ type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'public', ...after }, ...defined({ before: before && { pool: 'public', ...before } }) }); // prettier-ignore
    expect(placesIn(floating({ address: ip }))).toEqual([{ networkName: 'public', ip }]);
    expect(placesIn({ ...floating({ address: ip }, { address: '10.0.1.1' }), isReplaced: true })).toEqual([{ networkName: 'public', ip }]); // prettier-ignore
    expect(placesIn(floating({}))).toEqual([]);
    expect(placesIn(floating({ address: ip, port_id: 'x' }, { address: ip }))).toEqual([]);
  });

  test("are those of a router's gateway, if the code names them", () => {
    const gatewayIn = (ip: string) => ({ external_network_id: network, external_fixed_ip: [{ ip_address: ip }] });
    const gateway = (after: string, before?: string, more: Partial<Forged> = {}): Forged => ({
      type: 'networking_router_v2',
      name: 'r',
      after: gatewayIn(after),
      ...defined({ before: before === undefined ? undefined : { id: router, ...gatewayIn(before) } }), // prettier-ignore
      refers: { external_fixed_ip: 'x' },
      ...more,
    });
    expect(placesIn(gateway(ip))).toEqual([{ network, ip }]);
    expect(placesIn(gateway(ip, '10.0.1.1'))).toEqual([{ network, ip }]);
    expect(placesIn({ ...gateway(ip, ip), after: { name: 'new', ...gateway(ip).after } })).toEqual([]);
    const moved = gateway(ip, ip);
    expect(placesIn({ ...moved, before: { ...moved.before, external_network_id: elsewhere } })).toEqual([{ network, ip }]); // prettier-ignore
    expect(placesIn(gateway(ip, '10.0.1.1', { refers: { name: 'x' } }))).toEqual([]);
  });

  test('are the gateway address of the subnet for an interface that names the subnet', () => {
    const leg = (after: object): Forged => ({ type: 'networking_router_interface_v2', name: 'leg', after: { router_id: router, ...after } }); // prettier-ignore
    const known = (values: object) => staying('networking_subnet_v2', 's', { id: subnet, network_id: network, ...values }); // prettier-ignore
    expect(placesIn(leg({ subnet_id: subnet }), known({ gateway_ip: ip }))).toEqual([{ network, ip }]);
    expect(placesIn(leg({ subnet_id: subnet }))).toEqual([{ subnet }]);
    expect(placesIn(leg({ port_id: theirs }))).toEqual([]);
    expect(placesIn({ ...leg({ subnet_id: subnet, force_destroy: true }), before: { id: theirs, subnet_id: subnet } })).toEqual([]); // prettier-ignore
    expect(placesIn({ ...leg({ subnet_id: subnet }), before: { id: theirs, subnet_id: subnet }, isReplaced: true })).toEqual([{ subnet }]); // prettier-ignore
    expect(placesIn(leg({ subnet_id: subnet, port_id: theirs }))).toEqual([]);
    const moved = { ...known({ gateway_ip: '10.0.1.1' }), after: { id: subnet, network_id: network, gateway_ip: ip } };
    expect(placesIn(leg({ subnet_id: subnet }), moved)).toEqual([{ network, ip }]);
  });
});

describe('the network of a named address', () => {
  const floating: Forged = { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'Green', address: '2001:DB8:0::7' } }; // prettier-ignore
  const leg: Forged = { type: 'networking_router_interface_v2', name: 'leg', after: { subnet_id: subnet } };

  test('is asked for once by each id, name and subnet', () => {
    const { named } = namedIn(acme(web(), web({ name: 'b' }), floating, leg));
    expect(placesOf(named)).toEqual({ networks: [network], networkNames: ['Green'], subnets: [subnet] });
  });

  test('is found by its exact name, and the address is in the spelling of Neutron', () => {
    const { named } = namedIn(acme(floating));
    const shouting = { id: elsewhere, name: 'GREEN', showsAllPorts: true };
    const [placed, ...more] = placeAddresses(named, [green, shouting], []).placed;
    expect([placed?.network, placed?.ip, placed?.isSure, more]).toEqual([green, '2001:db8::7', true, []]);
  });

  test('is unsure where the cloud has several of the name', () => {
    const second = { id: elsewhere, name: 'Green', showsAllPorts: true };
    const { named } = namedIn(acme(floating));
    expect(placeAddresses(named, [green, second], []).placed.map(({ isSure }) => isSure)).toEqual([false, false]);
  });

  test('is that of the subnet, with the gateway that the cloud tells', () => {
    const told = (gatewayIp: string | null) => ({ id: subnet, name: '', networkId: network, ipVersion: 4 as const, cidr: '10.0.1.0/24', gatewayIp, allocationPools: [] }); // prettier-ignore
    const { named } = namedIn(acme(leg));
    const found = placeAddresses(named, [green], [told('10.0.1.1')]);
    expect(found).toMatchObject({ placed: [{ ip: '10.0.1.1', network: green }], unplaced: [] });
    expect(placeAddresses(named, [green], [told(null)])).toEqual({ placed: [], unplaced: [] });
  });

  test('has nobody in it where the plans make it', () => {
    const made: Forged = { type: 'networking_network_v2', name: 'n', after: { name: 'Green' }, unknown: { id: true } };
    const there = staying('networking_network_v2', 'n', { id: network, name: 'Green' });
    const lost = (change: Forged): number => placeAddresses(namedIn(acme(floating, change)).named, [], []).unplaced.length; // prettier-ignore
    expect([lost(made), lost({ ...made, after: { name: 'Blue' } }), lost(there)]).toEqual([0, 1, 1]);
  });

  test('that these credentials do not see shows no ports of others', () => {
    const { named } = namedIn(acme(web()));
    const { placed } = placeAddresses(named, [], []);
    expect(placed).toMatchObject([{ network: { id: network, showsAllPorts: false } }]);
  });

  test('is nowhere for a subnet or a name that these credentials do not see, and for a text that is no address', () => {
    const { named } = namedIn(acme(leg, floating, web({ after: fixed('10.0.1.777') })));
    const { placed, unplaced } = placeAddresses(named, [{ ...green, name: 'Blue' }], []);
    expect(placed).toEqual([]);
    expect(unplaced.map(({ change, said, why }) => [change.planned.address.split('.')[1], said, why])).toEqual([
      ['leg', `the gateway address of subnet ${subnet}`, 'these credentials see no such subnet'],
      ['ip', '2001:db8::7 in network Green', 'these credentials see no network of that name'],
      ['web', '10.0.1.777 in network Blue', 'no IP address is written like that'],
    ]);
  });
});
