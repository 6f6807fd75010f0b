/** Which addresses of a change are somebody else's, when the port of these plans that has one gives it up, and how that is said. */
import { defined } from '../../lib/basics/defined';
import type { Port } from '../../lib/contract/ports';
import { plannedChanges } from '../../review/assemble';
import type { StackRead } from '../../review/assemble';
import { namedAddresses, placeAddresses, placesOf } from '../../review/terraform/named-addresses';
import { findTaken } from '../../review/terraform/taken-addresses';
import type { KnownResource } from '../../review/terraform/plan-json';
import { sayTaken } from '../../review/terraform/taken-words';
import { Things } from '../../review/terraform/things';
import { elsewhere, id, network, port, router, server, subnet } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';

const [ours, theirs, third] = [id('5'), id('a'), id('7')];
const ip = '10.0.1.77';
const green = { id: network, name: 'Green', showsAllPorts: true };
const fixed = (address: string, more: object = {}) => ({ network_id: network, fixed_ip: [{ subnet_id: subnet, ip_address: address, ...more }] }); // prettier-ignore
const web = (more: Partial<Forged> = {}): Forged => ({ type: 'networking_port_v2', name: 'web', after: { name: 'web', ...fixed(ip) }, ...more }); // prettier-ignore

function read(...stacks: readonly StackRead[]) {
  const plans = stacks.flatMap(({ name, plan }) => (plan === undefined ? [] : [{ stack: name, plan }]));
  const things = new Things(plans);
  return { plans, things, named: namedAddresses(plannedChanges(stacks, things)) };
}

function takenIn(stacks: readonly StackRead[], given: Partial<Port>, networks = [green]) {
  const { plans, things, named } = read(...stacks);
  const placed = placeAddresses(named, networks, []);
  const holder = port({ id: theirs, fixedIps: [{ subnetId: subnet, address: ip }], ...given });
  return findTaken(plans, placed, [holder], things).map((taken) => ({ taken, things }));
}
const because = (stacks: readonly StackRead[], given: Partial<Port> = {}): string | undefined =>
  takenIn(stacks, given)[0]?.taken.because;
const acme = (...changes: Forged[]): StackRead => forgedStack('acme', changes);

describe('addresses that a change names', () => {
  const namedIn = (...changes: Forged[]) => read(acme(...changes)).named.map(({ change: _, ...place }) => place);

  test('are those of a port that is made, replaced, or gets another address', () => {
    const before = { id: ours, ...fixed('10.0.1.20'), all_fixed_ips: ['10.0.1.20', ip] };
    expect(namedIn(web())).toEqual([{ network, ip }]);
    expect(namedIn(web({ before, isReplaced: true, after: fixed('10.0.1.20') }))).toEqual([{ network, ip: '10.0.1.20' }]); // prettier-ignore
    expect(namedIn(web({ before, after: { id: ours, ...fixed('10.0.1.30') } }))).toEqual([{ network, ip: '10.0.1.30' }]); // prettier-ignore
  });

  test('are none where a port keeps its address, goes, has none, or is in a network or subnet that is yet to be made', () => {
    const before = { id: ours, ...fixed('10.0.1.20'), all_fixed_ips: ['10.0.1.20', ip] };
    expect(namedIn(web({ before, after: { id: ours, name: 'new', ...fixed('10.0.1.20') } }))).toEqual([]);
    const named = { id: ours, ...fixed(ip) };
    expect(namedIn(web({ before: named, after: { ...named, name: 'new' } }))).toEqual([]);
    // Neutron gave it the address, and the code names it now.
    expect(namedIn(web({ before, after: { id: ours, ...fixed(ip) } }))).toEqual([]);
    expect(namedIn({ type: 'networking_port_v2', name: 'web', before })).toEqual([]);
    expect(namedIn(staying('networking_port_v2', 'web', before))).toEqual([]);
    expect(namedIn(web({ after: { network_id: network, fixed_ip: [{ subnet_id: subnet }] } }))).toEqual([]);
    expect(namedIn(web({ after: { fixed_ip: [{ ip_address: ip }] }, unknown: { network_id: true } }))).toEqual([]);
    const inNew = { after: { network_id: network, fixed_ip: [{ ip_address: ip }, { subnet_id: subnet, ip_address: '10.0.1.78' }] }, unknown: { fixed_ip: [{ subnet_id: true }, {}] } }; // prettier-ignore
    expect(namedIn(web(inNew))).toEqual([{ network, ip: '10.0.1.78' }]);
  });

  test('are those of a floating IP that is made, and none where Neutron picks one', () => {
    const floating = (after: object, before?: object): Forged => ({ type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'public', ...after }, ...defined({ before: before && { pool: 'public', ...before } }) }); // prettier-ignore
    expect(namedIn(floating({ address: ip }))).toEqual([{ networkName: 'public', ip }]);
    expect(namedIn({ ...floating({ address: ip }, { address: '10.0.1.1' }), isReplaced: true })).toEqual([{ networkName: 'public', ip }]); // prettier-ignore
    expect(namedIn(floating({}))).toEqual([]);
    expect(namedIn(floating({ address: ip, port_id: 'x' }, { address: ip }))).toEqual([]);
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
    expect(namedIn(gateway(ip))).toEqual([{ network, ip }]);
    expect(namedIn(gateway(ip, '10.0.1.1'))).toEqual([{ network, ip }]);
    expect(namedIn({ ...gateway(ip, ip), after: { name: 'new', ...gateway(ip).after } })).toEqual([]);
    const moved = gateway(ip, ip);
    expect(namedIn({ ...moved, before: { ...moved.before, external_network_id: elsewhere } })).toEqual([{ network, ip }]); // prettier-ignore
    expect(namedIn(gateway(ip, '10.0.1.1', { refers: { name: 'x' } }))).toEqual([]);
  });

  test('are the gateway address of the subnet for an interface that names the subnet', () => {
    const leg = (after: object): Forged => ({ type: 'networking_router_interface_v2', name: 'leg', after: { router_id: router, ...after } }); // prettier-ignore
    const known = (values: object) => staying('networking_subnet_v2', 's', { id: subnet, network_id: network, ...values }); // prettier-ignore
    expect(namedIn(leg({ subnet_id: subnet }), known({ gateway_ip: ip }))).toEqual([{ network, ip }]);
    expect(namedIn(leg({ subnet_id: subnet }))).toEqual([{ subnet }]);
    expect(namedIn(leg({ port_id: theirs }))).toEqual([]);
    expect(namedIn({ ...leg({ subnet_id: subnet, force_destroy: true }), before: { id: theirs, subnet_id: subnet } })).toEqual([]); // prettier-ignore
    expect(namedIn({ ...leg({ subnet_id: subnet }), before: { id: theirs, subnet_id: subnet }, isReplaced: true })).toEqual([{ subnet }]); // prettier-ignore
    expect(namedIn(leg({ subnet_id: subnet, port_id: theirs }))).toEqual([]);
    const moved = { ...known({ gateway_ip: '10.0.1.1' }), after: { id: subnet, network_id: network, gateway_ip: ip } };
    expect(namedIn(leg({ subnet_id: subnet }), moved)).toEqual([{ network, ip }]);
  });
});

describe('the network of a named address', () => {
  const floating: Forged = { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'Green', address: '2001:DB8:0::7' } }; // prettier-ignore
  const leg: Forged = { type: 'networking_router_interface_v2', name: 'leg', after: { subnet_id: subnet } };

  test('is asked for once by each id, name and subnet', () => {
    const { named } = read(acme(web(), web({ name: 'b' }), floating, leg));
    expect(placesOf(named)).toEqual({ networks: [network], networkNames: ['Green'], subnets: [subnet] });
  });

  test('is found by its exact name, and the address is in the spelling of Neutron', () => {
    const { named } = read(acme(floating));
    const shouting = { id: elsewhere, name: 'GREEN', showsAllPorts: true };
    const [placed, ...more] = placeAddresses(named, [green, shouting], []);
    expect([placed?.network, placed?.ip, placed?.isSure, more]).toEqual([green, '2001:db8::7', true, []]);
  });

  test('is unsure where the cloud has several of the name', () => {
    const second = { id: elsewhere, name: 'Green', showsAllPorts: true };
    const { named } = read(acme(floating));
    expect(placeAddresses(named, [green, second], []).map(({ isSure }) => isSure)).toEqual([false, false]);
  });

  test('is that of the subnet, with the gateway that the cloud tells', () => {
    const told = (gatewayIp: string | null) => ({ id: subnet, name: '', networkId: network, ipVersion: 4 as const, cidr: '10.0.1.0/24', gatewayIp, allocationPools: [] }); // prettier-ignore
    const { named } = read(acme(leg));
    expect(placeAddresses(named, [green], [told('10.0.1.1')])).toMatchObject([{ ip: '10.0.1.1', network: green }]);
    expect(placeAddresses(named, [green], [told(null)])).toEqual([]);
    expect(placeAddresses(named, [green], [])).toEqual([]);
  });

  test('that these credentials do not see shows no ports of others', () => {
    const { named } = read(acme(web()));
    expect(placeAddresses(named, [], [])).toMatchObject([{ network: { id: network, showsAllPorts: false } }]);
  });
});

describe('an address that a port has', () => {
  const gone = (more: object = {}): Forged => ({ type: 'networking_port_v2', name: 'old', before: { id: theirs, name: 'old', ...fixed(ip), ...more } }); // prettier-ignore
  const moved = (after: object, more: Partial<Forged> = {}): Forged => ({ ...gone(), after: { id: theirs, name: 'old', ...after }, ...more }); // prettier-ignore
  const away = moved(fixed('10.0.1.99'));

  test('is taken, whoever has it', () => {
    for (const given of [
      {},
      { deviceOwner: 'compute:nova', deviceId: server },
      { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' },
      { deviceOwner: 'network:router_interface', deviceId: router },
      { deviceOwner: 'network:router_gateway', deviceId: router },
      { deviceOwner: 'network:floatingip', deviceId: elsewhere },
      { deviceOwner: 'Octavia', deviceId: 'lb-1' },
    ])
      expect(because([acme(web())], given)).toBe('held');
    expect(because([acme(web())], { fixedIps: [{ subnetId: subnet, address: '10.0.1.78' }] })).toBeUndefined();
  });

  test('is free where an earlier stack deletes or moves the port, and certainly taken where a later stack does', () => {
    const made = acme(web());
    for (const change of [gone(), away, { ...away, isReplaced: true }]) {
      const shared = forgedStack('shared', [change]);
      expect(because([shared, made])).toBeUndefined();
      expect(takenIn([made, shared], {})[0]?.taken).toMatchObject({ because: 'later', laterStack: 'shared' });
    }
  });

  test('is perhaps free where the same stack deletes or moves the port, because nobody knows the order', () => {
    for (const change of [gone(), away, { ...away, isReplaced: true }, { ...gone(), isDeposed: true as const }])
      expect(because([acme(web(), change)])).toBe('perhaps');
  });

  test('stays taken where a plan changes the port otherwise, or forgets it', () => {
    const renamed = moved({ ...fixed(ip), name: 'renamed' });
    const more = moved({ network_id: network, fixed_ip: [...fixed(ip).fixed_ip, { ip_address: '10.0.1.98' }] });
    for (const change of [renamed, more, { ...gone(), isForgotten: true as const }])
      expect(because([forgedStack('shared', [change]), acme(web())])).toBe('held');
    // Neutron picked the address, and the code names none.
    const picked = { id: theirs, network_id: network, fixed_ip: [], all_fixed_ips: [ip] };
    const tagged: Forged = {
      type: 'networking_port_v2',
      name: 'old',
      before: picked,
      after: { ...picked, tags: ['x'] },
    };
    expect(because([forgedStack('shared', [tagged]), acme(web())])).toBe('held');
    const named = { ...tagged, after: { ...picked, ...fixed('10.0.1.99') } };
    expect(because([forgedStack('shared', [named]), acme(web())])).toBeUndefined();
  });

  test('is perhaps free where an earlier stack gives the port an address that is known after apply', () => {
    const later = moved({ network_id: network, fixed_ip: [{}] }, { unknown: { fixed_ip: [{ ip_address: true }] } });
    expect(because([forgedStack('shared', [later]), acme(web())])).toBe('perhaps');
  });

  test("is free with the server, the router, the floating IP or the interface whose port it is, and with nothing else's", () => {
    const cases: readonly (readonly [string, object, Partial<Port>])[] = [
      ['compute_instance_v2', { id: server }, { deviceOwner: 'compute:nova', deviceId: server }],
      ['networking_router_v2', { id: router }, { deviceOwner: 'network:router_gateway', deviceId: router }],
      ['networking_floatingip_v2', { id: elsewhere }, { deviceOwner: 'network:floatingip', deviceId: elsewhere }],
      ['networking_router_interface_v2', { id: theirs, port_id: theirs, router_id: router }, { deviceOwner: 'network:router_interface', deviceId: router }], // prettier-ignore
    ];
    for (const [type, before, given] of cases) {
      expect(because([forgedStack('shared', [{ type, name: 'x', before } as Forged]), acme(web())], given)).toBeUndefined(); // prettier-ignore
      const stranger = { id: third, port_id: third, router_id: third };
      expect(because([forgedStack('shared', [{ type, name: 'x', before: stranger }]), acme(web())], given)).toBe('held'); // prettier-ignore
    }
  });

  test('of a router is free where an earlier stack takes the gateway elsewhere', () => {
    const gatewayIn = (place: string, address: string) => ({ id: router, external_network_id: place, external_fixed_ip: [{ ip_address: address }] }); // prettier-ignore
    const given = { deviceOwner: 'network:router_gateway', deviceId: router };
    const fate = (after: object): string | undefined =>
      because([forgedStack('shared', [{ type: 'networking_router_v2', name: 'r', before: gatewayIn(network, ip), after } as Forged]), acme(web())], given); // prettier-ignore
    expect(fate(gatewayIn(network, '10.0.1.99'))).toBeUndefined();
    expect(fate(gatewayIn(elsewhere, ip))).toBeUndefined();
    expect(fate({ ...gatewayIn(network, ip), name: 'new' })).toBe('held');
  });

  test('is perhaps free where a service may delete the port, except the port of DHCP', () => {
    const balancer: Forged = { type: 'lb_loadbalancer_v2', name: 'lb', before: { id: third } };
    const plans = [forgedStack('shared', [balancer]), acme(web())];
    expect(because(plans, { deviceOwner: 'Octavia', deviceId: 'lb-1' })).toBe('perhaps');
    expect(because(plans, { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' })).toBe('held');
    expect(because([...plans].reverse(), { deviceOwner: 'Octavia', deviceId: 'lb-1' })).toBe('held');
  });

  test('is its own where the thing is replaced, unless Terraform makes the new one first', () => {
    const replaced = (after: Forged, own: string): Forged => ({ ...after, before: { id: own, ...after.after }, isReplaced: true }); // prettier-ignore
    const firstMade = (stack: StackRead): StackRead => ({ ...stack, plan: stack.plan && { ...stack.plan, changes: stack.plan.changes.map((change) => ({ ...change, actions: ['create', 'delete'] })) } }); // prettier-ignore
    const gateway: Forged = { type: 'networking_router_v2', name: 'r', after: { external_network_id: network, external_fixed_ip: [{ ip_address: ip }] } }; // prettier-ignore
    const floating: Forged = { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'Green', address: ip } };
    for (const [change, given] of [
      [replaced(web(), theirs), {}],
      [{ ...replaced(gateway, router), refers: { external_fixed_ip: 'x' } }, { deviceOwner: 'network:router_gateway', deviceId: router }], // prettier-ignore
      [replaced(floating, elsewhere), { deviceOwner: 'network:floatingip', deviceId: elsewhere }],
    ] as const) {
      expect(because([acme(change)], given)).toBeUndefined();
      expect(because([firstMade(acme(change))], given)).toBe('replaced');
      expect(because([acme(change)], { id: third, deviceOwner: 'compute:nova', deviceId: third })).toBe('held');
    }
  });

  test('is not its own where another port of the same router has it', () => {
    const given = { deviceOwner: 'network:router_interface', deviceId: router };
    const values = { external_network_id: network, external_fixed_ip: [{ ip_address: ip }] };
    const replaced: Forged = { type: 'networking_router_v2', name: 'r', before: { id: router, ...values }, after: values, isReplaced: true, refers: { external_fixed_ip: 'x' } }; // prettier-ignore
    expect(because([acme(replaced)], given)).toBe('held');
    // Neutron gives a gateway's port no project, so a member wrote the device of this port.
    expect(because([acme(replaced)], { ...given, deviceOwner: 'network:router_gateway', projectId: 'p2' })).toBe(
      'held',
    );
  });

  test('that the port itself already has is no obstacle to its update', () => {
    const before = { id: theirs, ...fixed('10.0.1.20') };
    expect(because([acme(web({ before, after: { id: theirs, ...fixed(ip) } }))])).toBeUndefined();
  });

  test('in one of several networks of the name is perhaps taken', () => {
    const floating: Forged = { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'Green', address: ip } };
    const found = takenIn([acme(floating)], {}, [green, { id: elsewhere, name: 'Green', showsAllPorts: true }]);
    expect(new Set(found.map(({ taken }) => taken.because))).toEqual(new Set(['perhaps']));
  });
});

describe('the sentence about a taken address', () => {
  const names = { servers: new Map([[server, 'old-web']]), routers: new Map(), projects: new Map([['p1', 'ops']]) };
  const said = (stacks: readonly StackRead[], given: Partial<Port> = {}): string | undefined =>
    takenIn(stacks, { projectId: 'p1', ...given }).map(({ taken, things }) => sayTaken(taken, names, things))[0];
  const stops = 'Neutron refuses that with 409, and a deploy stops there';

  test('names who has it, and the commands that free it', () => {
    expect(said([acme(web())], { name: 'legacy' })).toBe(
      `needs 10.0.1.77 in network Green, and port legacy (10.0.1.77) in project ops has it: ${stops}. Name another address, or let the owner of that one free it: \`openstack port delete ${theirs}\``,
    );
    expect(said([acme(web())], { deviceOwner: 'compute:nova', deviceId: server })).toBe(
      `needs 10.0.1.77 in network Green, and port ${theirs} (10.0.1.77) of server old-web in project ops has it: ${stops}. Name another address, or let the owner of that one free it: \`openstack server remove port ${server} ${theirs}\`, then \`openstack port delete ${theirs}\``,
    );
    expect(said([acme(web())], { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' })).toBe(
      `needs 10.0.1.77 in network Green, and port ${theirs} (10.0.1.77) of DHCP in project ops has it: ${stops}. Name another address; \`openstack port show ${theirs}\` tells more of that port`,
    );
  });

  test('names the stack of a port in the code, and no command that the next deploy would undo', () => {
    const known = staying('networking_port_v2', 'old', { id: theirs, name: 'old', tenant_id: 'p1', all_fixed_ips: [ip] }); // prettier-ignore
    expect(said([forgedStack('shared', [known]), acme(web())])).toBe(
      `needs 10.0.1.77 in network Green, and port old (10.0.1.77) in project p1 of stack shared has it: ${stops}. Name another address, or change stack shared so that the address is free, and deploy that first`,
    );
    const forgotten: Forged = { type: 'networking_port_v2', name: 'old', before: { id: theirs, ...fixed(ip) }, isForgotten: true }; // prettier-ignore
    expect(said([forgedStack('shared', [forgotten]), acme(web())])).toContain('openstack port delete');
    const { plan, ...rest } = forgedStack('acme', [web(), known]);
    const looked = (all: readonly KnownResource[]) => all.map((each) => (each.address.endsWith('.old') ? { ...each, address: `data.${each.address}` } : each)); // prettier-ignore
    const changes = plan?.changes.slice(0, 1) ?? [];
    expect(said([{ ...rest, plan: plan && { ...plan, changes, prior: looked(plan.prior), planned: looked(plan.planned) } }])).toContain('openstack port delete'); // prettier-ignore
  });

  test('names the stack that frees it too late, and the one that Terraform makes too early', () => {
    const gone: Forged = { type: 'networking_port_v2', name: 'old', before: { id: theirs, ...fixed(ip) } };
    expect(said([acme(web()), forgedStack('shared', [gone])], { name: 'old' })).toBe(
      `needs 10.0.1.77 in network Green, and port old (10.0.1.77) in project ops has it until stack shared is done, which comes later: ${stops}. Run \`stackward deploy --stack shared\` first, or name another address`,
    );
    expect(said([acme(web(), gone)], { name: 'old' })).toBe(
      'needs 10.0.1.77 in network Green, and port old (10.0.1.77) in project ops has it now; another part of the change may free it, and nobody knows which comes first',
    );
  });
});
