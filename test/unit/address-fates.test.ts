/** What becomes of an address by a plan that replaces or updates the thing that has it. */
import type { Port } from '../../lib/contract/ports';
import { placeAddresses } from '../../review/terraform/named-addresses';
import { findTaken } from '../../review/terraform/taken-addresses';
import { sayTaken } from '../../review/terraform/taken-words';
import { elsewhere, network, port, router, server, subnet } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { acme, fixed, green, ip, namedIn, theirs, third, web } from '../support/named-address-plans';

const noNames = { servers: new Map(), routers: new Map(), projects: new Map() };

/** What is said of the address that `acme` names, if the change comes before, after and beside it. */
function fates(change: Forged | readonly Forged[], given: Partial<Port> = {}) {
  const changes = [change].flat();
  const shared = forgedStack('shared', changes);
  const [before, after, beside] = [[shared, acme(web())], [acme(web()), shared], [acme(web(), ...changes)]].map((stacks) => {
    const { plans, things, named } = namedIn(...stacks);
    const placed = placeAddresses(named, [green], []).placed.filter(({ change: { planned } }) => planned.address.endsWith('.web'));
    const holder = port({ id: theirs, fixedIps: [{ subnetId: subnet, address: ip }], ...given });
    return findTaken(plans, placed, [holder], things).map((taken) => ({ because: taken.because, said: sayTaken(taken, noNames, things) }))[0];
  });
  return { before, after, beside, all: [before?.because, after?.because, beside?.because] };
} // prettier-ignore
const [stays, mayStay, goes] = [
  ['held', 'held', 'held'],
  ['perhaps', 'held', 'perhaps'],
  [undefined, 'later', 'perhaps'],
];

describe('a thing that is replaced', () => {
  const old = (after: object, more: Partial<Forged> = {}): Forged => ({ type: 'networking_port_v2', name: 'old', before: { id: theirs, name: 'old', ...fixed(ip) }, after: { name: 'old', ...after }, isReplaced: true, ...more }); // prettier-ignore

  test('keeps the address that its replacement names', () => {
    expect(fates(old(fixed(ip))).all).toEqual(stays);
    expect(fates(old({ network_id: network, fixed_ip: [{ subnet_id: subnet }, { ip_address: ip }] })).all).toEqual(stays); // prettier-ignore
    const { before, beside } = fates(old(fixed(ip)));
    expect(before?.said).toMatch(/port old .* of stack shared has it: .*change stack shared so that 10\.0\.1\.77 is free/); // prettier-ignore
    expect(beside?.said).toMatch(/deploy stack acme twice: first without this change/);
  });

  test('keeps it whatever another service may delete', () => {
    const balancer: Forged = { type: 'lb_loadbalancer_v2', name: 'lb', before: { id: third } };
    expect(fates([old(fixed(ip)), balancer]).all).toEqual(stays);
  });

  test('may keep it where Neutron picks the new address, or the plan does not know it', () => {
    expect(fates(old({ network_id: network })).all).toEqual(mayStay);
    expect(fates(old({ network_id: network, fixed_ip: [{ subnet_id: subnet }] })).all).toEqual(mayStay);
    expect(fates(old(fixed(''), { unknown: { fixed_ip: [{ ip_address: true }] } })).all).toEqual(mayStay);
    expect(fates(old({ fixed_ip: [{ ip_address: ip }] }, { unknown: { network_id: true } })).all).toEqual(mayStay);
  });

  test('gives it up where its replacement names another address or network, or has no address', () => {
    expect(fates(old(fixed('10.0.1.99'))).all).toEqual(goes);
    expect(fates(old({ ...fixed(ip), network_id: elsewhere })).all).toEqual(goes);
    expect(fates(old({ network_id: network, no_fixed_ip: true })).all).toEqual(goes);
  });

  test('is a floating IP as well', () => {
    const floating = (after: object, more: Partial<Forged> = {}): Forged => ({ type: 'networking_floatingip_v2', name: 'old', before: { id: elsewhere, pool: 'Green', address: ip }, after: { pool: 'Green', ...after }, isReplaced: true, ...more }); // prettier-ignore
    const given = { deviceOwner: 'network:floatingip', deviceId: elsewhere, projectId: '' };
    const fate = (...told: Parameters<typeof floating>) => fates(floating(...told), given).all;
    expect(fate({ address: ip })).toEqual(stays);
    // Its id is that of the floating IP.
    const association: Forged = { type: 'networking_floatingip_associate_v2', name: 'a', before: { id: elsewhere, floating_ip: ip }, after: { floating_ip: ip }, isReplaced: true }; // prettier-ignore
    expect(fates([floating({ address: '10.0.1.99' }), association], given).all).toEqual(goes);
    expect(fates([floating({ address: ip }), association], given).all).toEqual(stays);
    expect(fates([{ type: 'networking_floatingip_v2', name: 'old', before: { id: elsewhere } }, association], given).all).toEqual(goes); // prettier-ignore
    expect(fate({}, { unknown: { address: true } })).toEqual(mayStay);
    expect(fate({ address: '10.0.1.99' })).toEqual(goes);
    expect(fate({ address: ip, pool: 'Blue' })).toEqual(goes);
  });

  test("is a router's gateway as well", () => {
    const gateway = (address: string | undefined): Forged => ({ type: 'networking_router_v2', name: 'old', before: { id: router, external_network_id: network, external_fixed_ip: [{ ip_address: ip }] }, after: { external_network_id: network, external_fixed_ip: address === undefined ? [] : [{ ip_address: address }] }, isReplaced: true }); // prettier-ignore
    const given = { deviceOwner: 'network:router_gateway', deviceId: router, projectId: '' };
    expect(fates(gateway(ip), given).all).toEqual(stays);
    expect(fates(gateway(undefined), given).all).toEqual(mayStay);
    expect(fates(gateway('10.0.1.99'), given).all).toEqual(goes);
  });

  test('is an interface that takes the gateway address of its subnet again', () => {
    const leg = (after: object): Forged => ({ type: 'networking_router_interface_v2', name: 'leg', before: { id: theirs, port_id: theirs, router_id: router, subnet_id: subnet }, after: { router_id: third, ...after }, isReplaced: true }); // prettier-ignore
    const known = (gateway: string) => staying('networking_subnet_v2', 's', { id: subnet, network_id: network, gateway_ip: gateway }); // prettier-ignore
    const given = { deviceOwner: 'network:router_interface', deviceId: router };
    expect(fates([leg({ subnet_id: subnet }), known(ip)], given).all).toEqual(stays);
    expect(fates([leg({ subnet_id: subnet }), known('10.0.1.1')], given).all).toEqual(mayStay);
    expect(fates(leg({}), given).all).toEqual(mayStay);
    expect(fates(leg({ subnet_id: elsewhere }), given).all).toEqual(goes);
  });

  test('may be a server whose address Nova picks again, while a server that is deleted gives it up', () => {
    const given = { deviceOwner: 'compute:nova', deviceId: server };
    const gone: Forged = { type: 'compute_instance_v2', name: 's', before: { id: server } };
    expect(fates({ ...gone, after: {}, isReplaced: true }, given).all).toEqual(mayStay);
    expect(fates(gone, given).all).toEqual(goes);
  });
});

describe('a thing that is updated', () => {
  const old = (after: object, unknown: object = {}): Forged => ({ type: 'networking_port_v2', name: 'old', before: { id: theirs, no_fixed_ip: null, ...fixed(ip) }, after: { id: theirs, no_fixed_ip: null, network_id: network, ...after }, unknown: { ...unknown } }); // prettier-ignore

  test('may keep an address that its code names no more', () => {
    expect(fates(old({ fixed_ip: [{ subnet_id: subnet }] })).all).toEqual(mayStay);
    expect(fates(old({ fixed_ip: [{ subnet_id: subnet, ip_address: '' }] })).all).toEqual(mayStay);
    expect(fates(old({ fixed_ip: [] })).all).toEqual(mayStay);
    expect(fates(old({ fixed_ip: [{ ip_address: '10.0.1.99' }, { subnet_id: subnet }] })).all).toEqual(mayStay);
    expect(fates(old({ fixed_ip: [] }, { no_fixed_ip: true })).all).toEqual(mayStay);
  });

  test('gives it up for another address, or for none', () => {
    expect(fates(old(fixed('10.0.1.99'))).all).toEqual(goes);
    expect(fates(old({ fixed_ip: [{ ip_address: '10.0.1.98' }, { ip_address: '10.0.1.99' }] })).all).toEqual(goes);
    expect(fates(old({ fixed_ip: [], no_fixed_ip: true })).all).toEqual(goes);
  });

  test('keeps it beside another address', () => {
    expect(fates(old({ fixed_ip: [{ ip_address: '10.0.1.99' }, { ip_address: ip }] })).all).toEqual(stays);
  });
});
