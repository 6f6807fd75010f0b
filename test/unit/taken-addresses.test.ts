/** Which addresses of a change are somebody else's, when the port of these plans that has one gives it up, and how that is said. */
import type { Port } from '../../lib/contract/ports';
import type { StackRead } from '../../review/assemble';
import { placeAddresses } from '../../review/terraform/named-addresses';
import type { KnownResource } from '../../review/terraform/plan-json';
import { findTaken } from '../../review/terraform/taken-addresses';
import { sayTaken } from '../../review/terraform/taken-words';
import { elsewhere, id, network, port, router, server, subnet } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { acme, fixed, green, ip, namedIn, theirs, third, web } from '../support/named-address-plans';

function takenIn(stacks: readonly StackRead[], given: Partial<Port>, networks = [green]) {
  const { plans, things, named } = namedIn(...stacks);
  const { placed } = placeAddresses(named, networks, []);
  const holder = port({ id: theirs, fixedIps: [{ subnetId: subnet, address: ip }], ...given });
  return findTaken(plans, placed, [holder], things).map((taken) => ({ taken, things }));
}
const because = (stacks: readonly StackRead[], given: Partial<Port> = {}): string | undefined =>
  takenIn(stacks, given)[0]?.taken.because;

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
    for (const change of [
      gone(),
      away,
      { ...away, isReplaced: true },
      moved({ ...fixed(ip), network_id: elsewhere }, { isReplaced: true }),
    ]) {
      const shared = forgedStack('shared', [change]);
      expect(because([shared, made])).toBeUndefined();
      expect(takenIn([made, shared], {})[0]?.taken).toMatchObject({ because: 'later', laterStack: 'shared' });
    }
  });

  test('is the same however the code spells it', () => {
    const [coded, stored] = ['2001:DB8:0::7', '2001:db8::7'];
    const holder = { fixedIps: [{ subnetId: subnet, address: stored }] };
    const made = acme(web({ after: fixed(coded) }));
    const updated = (ip: string): StackRead => forgedStack('shared', [{ ...gone(), before: { id: theirs, ...fixed(stored) }, after: { id: theirs, ...fixed(ip) } }]); // prettier-ignore
    expect(because([made], holder)).toBe('held');
    // Terraform shows an update, and Neutron keeps the address.
    expect(because([updated(coded), made], holder)).toBe('held');
    expect(because([updated('2001:DB8:0::8'), made], holder)).toBeUndefined();
    const mapped = acme(web({ after: fixed('::FFFF:0a00:014d') }));
    expect(because([mapped], { fixedIps: [{ subnetId: subnet, address: '::FFFF:A00:14D' }] })).toBe('held');
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

describe('many stacks that each name an address of one network', () => {
  /** How often plans are read, where each second stack deletes the port in the way of the stack before it. */
  function readsOf(number: number, isTaken: boolean): readonly [number, number] {
    const ipOf = (place: number): string => `10.${place >> 8}.${place & 255}.9`;
    const portOf = (place: number): string => id('0').replace(/0{4}$/, String(place).padStart(4, '0'));
    const changesOf = (place: number): Forged[] => [
      web({ after: fixed(ipOf(place)) }),
      { type: 'networking_port_v2', name: 'old', before: { id: portOf(place ^ 1), ...fixed(ipOf(place ^ 1)) } },
    ];
    const stacks = Array.from({ length: number }, (_, place) => forgedStack(`s${place}`, changesOf(place)));
    const { plans, things, named } = namedIn(...stacks);
    const { placed } = placeAddresses(named, [green], []);
    let reads = 0;
    const counted = plans.map(({ stack, plan }) => ({
      stack,
      get plan() {
        reads += 1;
        return plan;
      },
    }));
    const held = (place: number) => port({ id: portOf(place), fixedIps: [{ subnetId: subnet, address: ipOf(place) }] });
    const taken = findTaken(counted, placed, isTaken ? stacks.map((_, place) => held(place)) : [], things);
    expect(taken.length).toBe(isTaken ? number / 2 : 0);
    return [reads, taken.filter(({ because }) => because === 'later').length];
  }

  test('read no plan where nobody has an address, and otherwise as often as there are stacks', () => {
    expect(readsOf(400, false)).toEqual([0, 0]);
    const [few, many] = [readsOf(200, true), readsOf(400, true)];
    expect([few[1], many[1]]).toEqual([100, 200]);
    expect(many[0]).toBe(2 * few[0]);
    expect(many[0]).toBeLessThanOrEqual(10 * 400);
  });
});

describe('the sentence about a taken address', () => {
  const names = { servers: new Map([[server, 'old-web']]), routers: new Map(), projects: new Map([['p1', 'ops']]) };
  const said = (stacks: readonly StackRead[], given: Partial<Port> = {}): string | undefined =>
    takenIn(stacks, { projectId: 'p1', ...given }).map(({ taken, things }) => sayTaken(taken, names, things))[0];
  const stops = 'Neutron refuses that with 409, and a deploy stops there';

  test('names who has it, and the commands that free it', () => {
    expect(said([acme(web())], { name: 'legacy' })).toBe(
      `needs 10.0.1.77 in network Green, and port legacy (10.0.1.77) in project ops has it: ${stops}. Name another address, or let the present owner of 10.0.1.77 free it: \`openstack port delete ${theirs}\``,
    );
    expect(said([acme(web())], { deviceOwner: 'compute:nova', deviceId: server })).toBe(
      `needs 10.0.1.77 in network Green, and port ${theirs} (10.0.1.77) of server old-web in project ops has it: ${stops}. Name another address, or let the present owner of 10.0.1.77 free it: \`openstack server remove port ${server} ${theirs}\`, then \`openstack port delete ${theirs}\``,
    );
    expect(said([acme(web())], { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' })).toBe(
      `needs 10.0.1.77 in network Green, and port ${theirs} (10.0.1.77) of DHCP in project ops has it: ${stops}. Name another address; \`openstack port show ${theirs}\` tells more of the port that has 10.0.1.77`,
    );
  });

  test('names the stack of a port in the code, and no command that the next deploy would undo', () => {
    const known = staying('networking_port_v2', 'old', { id: theirs, name: 'old', tenant_id: 'p1', all_fixed_ips: [ip] }); // prettier-ignore
    expect(said([forgedStack('shared', [known]), acme(web())])).toBe(
      `needs 10.0.1.77 in network Green, and port old (10.0.1.77) in project p1 of stack shared has it: ${stops}. Name another address, or change stack shared so that 10.0.1.77 is free, and run \`stackward deploy --stack shared\` first`,
    );
    const forgotten: Forged = { type: 'networking_port_v2', name: 'old', before: { id: theirs, ...fixed(ip) }, isForgotten: true }; // prettier-ignore
    expect(said([forgedStack('shared', [forgotten]), acme(web())])).toContain('openstack port delete');
    const { plan, ...rest } = forgedStack('acme', [web(), known]);
    const looked = (all: readonly KnownResource[]) => all.map((each) => (each.address.endsWith('.old') ? { ...each, address: `data.${each.address}` } : each)); // prettier-ignore
    const changes = plan?.changes.slice(0, 1) ?? [];
    expect(said([{ ...rest, plan: plan && { ...plan, changes, prior: looked(plan.prior), planned: looked(plan.planned) } }])).toContain('openstack port delete'); // prettier-ignore
  });

  test('quotes the name of the stack to deploy first', () => {
    const known = staying('networking_port_v2', 'old', { id: theirs, name: 'old', tenant_id: 'p1' });
    expect(said([forgedStack("o'neil; x", [known]), acme(web())])).toMatch(/run `stackward deploy --stack 'o'\\''neil; x'` first$/); // prettier-ignore
  });

  test('leads no stack in a circle to itself', () => {
    const known = staying('networking_router_v2', 'edge', { id: router, name: 'edge', tenant_id: 'p1' });
    const given = { deviceOwner: 'network:router_gateway', deviceId: router, projectId: '' };
    expect(said([acme(web(), known)], given)).toBe(
      `needs 10.0.1.77 in network Green, and router edge of stack acme has it: ${stops}. Name another address, or deploy stack acme twice: first without this change, and with the router changed so that 10.0.1.77 is free; then with this change`,
    );
  });

  test('names the thing that is replaced too late, by its own noun', () => {
    const replacedFirst = (type: string, own: string, after: object): StackRead => {
      const stack = acme({ type, name: 'x', before: { id: own, ...after }, after, isReplaced: true, refers: { external_fixed_ip: 'x' } } as Forged); // prettier-ignore
      return { ...stack, plan: stack.plan && { ...stack.plan, changes: stack.plan.changes.map((change) => ({ ...change, actions: ['create', 'delete'] })) } }; // prettier-ignore
    };
    const gateway = { external_network_id: network, external_fixed_ip: [{ ip_address: ip }] };
    for (const [noun, stack, given] of [
      ['port', replacedFirst('networking_port_v2', theirs, fixed(ip)), {}],
      ['router', replacedFirst('networking_router_v2', router, gateway), { deviceOwner: 'network:router_gateway', deviceId: router, projectId: '' }], // prettier-ignore
      ['floating IP', replacedFirst('networking_floatingip_v2', elsewhere, { pool: 'Green', address: ip }), { deviceOwner: 'network:floatingip', deviceId: elsewhere, projectId: '' }], // prettier-ignore
    ] as const)
      expect(said([stack], given)).toBe(
        `needs 10.0.1.77 in network Green, and the ${noun} that it replaces still has the address, because Terraform makes the new ${noun} first (create_before_destroy, here or at a resource that depends on it): ${stops}. Take create_before_destroy out of the code, or name another address`,
      );
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
