/** The order of a deploy by the plans of its stacks, and its words in a review. */
import { orderLines } from '../../review/render/order';
import { renderReviewText } from '../../review/render/text';
import { parseState } from '../../review/terraform/state-json';
import type { PlannedStep } from '../../lib/run/plan';
import { id } from '../support/doomed-network';
import { staying, type Forged } from '../support/forged-plan';
import {
  changing,
  green,
  groupGone,
  inGreen,
  made,
  madePort,
  net,
  orderOf,
  port,
  reading,
  reviewOf,
  router,
  stack,
  subnet,
  tenant,
  withGroup,
} from '../support/ordered-stacks';

const first = 'first port web (10.0.1.20) in project p1, then network Green';

test('the tenant that loses its port comes before the shared stack that loses the network, and both are named once', () => {
  expect(orderOf([stack('shared', [green, subnet]), tenant([port])])).toEqual({
    names: ['acme', 'shared'],
    because: [`acme: ${first}`],
    stuck: [],
  });
});

test('without a use the dependencies decide, also where everything goes', () => {
  const elsewhere = { ...port, before: { ...inGreen, network_id: id('8'), fixed_ip: [] } };
  expect(orderOf([stack('shared', [green]), tenant([elsewhere])])).toEqual({ names: ['shared', 'acme'], because: [], stuck: [] }); // prettier-ignore
});

const goingPort: Forged = { ...port, before: { id: id('a'), name: 'web' } };
const uses: readonly (readonly [string, Forged, Forged])[] = [
  ['a port that is replaced', green, { ...port, after: { ...inGreen, network_id: id('8') }, isReplaced: true }],
  ['a port that leaves a security group', groupGone, { ...port, before: withGroup, after: { ...withGroup, security_group_ids: [] } }], // prettier-ignore
  ['an interface of a router', { type: 'networking_router_v2', name: 'edge', before: { id: router, name: 'edge' } }, { type: 'networking_router_interface_v2', name: 'leg', before: { id: id('5'), router_id: router } }], // prettier-ignore
  ['a router that leaves an outer network', green, { type: 'networking_router_v2', name: 'edge', before: { id: router, external_network_id: net }, after: { id: router } }], // prettier-ignore
  ['a server whose port Nova made', green, { type: 'compute_instance_v2', name: 'web', before: { id: id('6'), network: [{ uuid: net }] } }], // prettier-ignore
  [
    'a trunk of a port',
    goingPort,
    { type: 'networking_trunk_v2', name: 'trunk', before: { id: id('7'), port_id: id('a') } },
  ],
  ['a trunk with a subport', goingPort, { type: 'networking_trunk_v2', name: 'trunk', before: { id: id('7'), sub_port: [{ port_id: id('a') }] } }], // prettier-ignore
  ['a router that has a port', goingPort, { type: 'networking_router_interface_v2', name: 'leg', before: { id: id('7'), port_id: id('a') } }], // prettier-ignore
  ['a thing of a type that nobody knows', { type: 'x_v1', name: 'x', before: { id: id('7') } }, { type: 'y_v1', name: 'y', before: { id: 'y', on: [id('7')] } }], // prettier-ignore
];
test.each(uses)('%s comes before what it uses', (_, removed, user) => {
  expect(orderOf([stack('shared', [removed]), tenant([user])])).toMatchObject({ names: ['acme', 'shared'], stuck: [] });
});

test('a network that is replaced comes after the port that goes, if nobody needs the new one', () => {
  const replaced = { ...green, after: { name: 'Green' }, isReplaced: true };
  expect(orderOf([stack('shared', [replaced]), tenant([port])]).names).toEqual(['acme', 'shared']);
});

test('a network that is replaced under a port that stays is removed in no deploy', () => {
  const replaced = { ...green, after: { name: 'Green' }, isReplaced: true };
  const stays = staying('networking_port_v2', 'web', inGreen);
  expect(orderOf([stack('shared', [replaced, made]), tenant([stays])])).toEqual({
    names: ['shared', 'acme'],
    because: [],
    stuck: [
      "shared shared/openstack_networking_network_v2.green: network Green can't be removed in this deploy, and stack shared is left: port web (10.0.1.20) in project p1 of stack acme still uses it after this change. Make the new network beside it in the code, let stack acme use the new network, and deploy; then take network Green out of the code and deploy again.",
    ],
  });
});

test('a network that goes under a port that stays waits until the code of the stack of the port lets go of it', () => {
  const stays = staying('networking_port_v2', 'web', inGreen);
  expect(orderOf([stack('shared', [green]), tenant([stays])]).stuck).toEqual([
    expect.stringMatching(/ still uses it after this change\. Keep network Green in the code, let stack acme use it no longer, and deploy; then take network Green out of the code and deploy again\.$/), // prettier-ignore
  ]);
});

describe('a stack that loses a port and comes after the shared stack as well', () => {
  const keep = 'Keep network Green in the code and deploy; then take it out and deploy again.';
  const said = (why: string, way: string) => [
    `shared shared/openstack_networking_network_v2.green: network Green can't be removed in this deploy, and stack shared is left: port web (10.0.1.20) in project p1 of stack acme ${why}. ${way}`,
  ];

  test('because it reads an output that changes', () => {
    const stacks = [changing(stack('shared', [green]), 'net'), tenant([port], { code: reading('net') })];
    expect(orderOf(stacks).stuck).toEqual(said('must go first, but acme reads outputs of shared that change', keep));
    expect(orderOf([changing(stack('shared', [green]), 'other'), tenant([port], { code: reading('net') })])).toMatchObject({ names: ['acme', 'shared'], stuck: [] }); // prettier-ignore
  });

  test('because both make something, and then it may be deployed alone', () => {
    const perhaps = 'If acme needs nothing that shared makes here, run `stackward deploy --stack acme` first and this again. Otherwise keep';
    const expected = said('must go first, but acme may need what shared makes', `${perhaps}${keep.slice(4)}`);
    expect(orderOf([stack('shared', [green, made]), tenant([port, madePort])]).stuck).toEqual(expected);
    const hostile = orderOf([stack('shared', [green, made]), { ...tenant([port, madePort]), name: "acme; rm -rf 'x' #" }]);
    expect(hostile.stuck[0]).toContain("`stackward deploy --stack 'acme; rm -rf '\\''x'\\'' #'`");
    const step: PlannedStep = { id: 'allocation-pool.shared/Red', kind: 'allocation-pool', target: 'database:neutron', action: 'update', subject: 'x', changes: [], because: 'x', before: {} };
    const pool = [stack('shared', [green]), tenant([port, madePort])];
    expect(orderOf(pool, [step]).stuck).toEqual(expected);
    expect(orderOf(pool, [{ ...step, action: 'delete' }])).toMatchObject({ names: ['acme', 'shared'], stuck: [] });
  }); // prettier-ignore

  test('because it waits for an output or has a fault, by what its state has', () => {
    const resources = [{ mode: 'managed', type: 'openstack_networking_port_v2', name: 'web', instances: [{ attributes: inGreen }] }]; // prettier-ignore
    const inState = parseState(JSON.stringify({ resources }), 'acme');
    const waiting = tenant([], { plan: undefined, waitsFor: ['shared'], inState });
    expect(orderOf([stack('shared', [green, made]), waiting]).stuck).toEqual(said("uses it, and acme has no plan", keep)); // prettier-ignore
    const faulty = tenant([], { plan: undefined, inState });
    expect(orderOf([stack('shared', [green, made]), faulty]).stuck).toEqual(said("uses it, and acme has no plan", 'Deploy again when acme can be planned.')); // prettier-ignore
    const later = stack('acme', [], { plan: undefined, dependsOn: ['other'], waitsFor: ['other'], inState });
    expect(orderOf([stack('shared', [green]), stack('other', [made]), later]).stuck).toEqual(said("uses it, and acme has no plan", 'Deploy again when acme can be planned.')); // prettier-ignore
  });

  test('because it waits for a stack that is not done before the shared stack', () => {
    const resources = [{ mode: 'managed', type: 'openstack_networking_port_v2', name: 'web', instances: [{ attributes: inGreen }] }]; // prettier-ignore
    const inState = parseState(JSON.stringify({ resources }), 'acme');
    const waiting = tenant([], { plan: undefined, dependsOn: ['shared', 'other'], waitsFor: ['other'], inState });
    const wayWith = (dependsOn: readonly string[]) =>
      orderOf([stack('shared', [green]), stack('other', [made], { dependsOn }), waiting]).stuck;
    expect(wayWith([])).toEqual(said('uses it, and acme has no plan', 'Deploy again when acme can be planned.'));
    expect(wayWith(['shared'])).toEqual(said('uses it, and acme has no plan', keep));
  });

  test('through a third stack without a plan', () => {
    const middle = stack('middle', [], { plan: undefined, dependsOn: ['shared'] });
    const wayWith = (waitsFor: readonly string[]) =>
      orderOf([stack('shared', [green]), { ...middle, waitsFor }, tenant([port, madePort], { dependsOn: ['middle'] })]).stuck;
    expect(wayWith([])).toEqual(said('must go first, but nobody knows whether middle, which has no plan, needs shared, and nobody knows whether acme needs middle, which has no plan', keep));
    expect(wayWith(['shared'])).toEqual(said("must go first, but middle can't be planned before shared is done, and nobody knows whether acme needs middle, which has no plan", keep));
  }); // prettier-ignore

  test('through a third stack', () => {
    const middle = changing(stack('middle', [], { dependsOn: ['shared'], code: reading('net') }), 'via');
    const code = { ...reading('net'), reads: new Map([['middle', ['via']]]) };
    const stacks = [changing(stack('shared', [green]), 'net'), middle, tenant([port], { dependsOn: ['middle'], code })];
    expect(orderOf(stacks)).toMatchObject({
      names: ['shared', 'middle', 'acme'],
      stuck: [
        expect.stringContaining('middle reads outputs of shared that change, and acme reads outputs of middle that change'), // prettier-ignore
      ],
    });
  });
});

test('removals in a circle are both told, and neither stack moves', () => {
  const theirs: Forged = { type: 'networking_network_v2', name: 'blue', before: { id: id('b'), name: 'Blue' } };
  const inTheirs: Forged = { type: 'networking_port_v2', name: 'x', before: { id: id('c'), name: 'x', network_id: id('b') } }; // prettier-ignore
  const { names, stuck } = orderOf([stack('shared', [green, inTheirs]), tenant([port, theirs])]);
  expect(names).toEqual(['shared', 'acme']);
  expect(stuck).toEqual([
    expect.stringMatching(/^acme .*network Blue can't be removed .*port x .* of stack shared must go first, but shared comes after acme \(first port web/), // prettier-ignore
    expect.stringMatching(/^shared .*network Green can't be removed .*port web .* of stack acme must go first, but acme comes after shared \(first port x/), // prettier-ignore
  ]);
});

test('a use that nothing refuses stops no deploy', () => {
  const flavor: Forged = { type: 'compute_flavor_v2', name: 'm1', before: { id: id('d') }, after: { name: 'm1' }, isReplaced: true }; // prettier-ignore
  const on = { id: id('e'), flavor_id: id('d') };
  const server = staying('compute_instance_v2', 'web', on);
  expect(orderOf([stack('shared', [flavor]), tenant([server])])).toEqual({ names: ['shared', 'acme'], because: [], stuck: [] }); // prettier-ignore
  const goes: Forged = { type: 'compute_instance_v2', name: 'web', before: on };
  expect(orderOf([stack('shared', [flavor]), tenant([goes, madePort])])).toMatchObject({ names: ['shared', 'acme'], stuck: [] }); // prettier-ignore
});

const keptPorts: readonly (readonly [string, Forged])[] = [
  ['its parent', staying('networking_trunk_v2', 'trunk', { id: id('7'), port_id: id('a') })],
  ['a subport of it', staying('networking_trunk_v2', 'trunk', { id: id('7'), sub_port: [{ port_id: id('a') }] })],
  ['an interface', staying('networking_router_interface_v2', 'leg', { id: id('7'), port_id: id('a') })],
];
test.each(keptPorts)('a port that a trunk or router keeps as %s is removed in no deploy', (_, user) => {
  expect(orderOf([stack('shared', [goingPort]), tenant([user])]).stuck).toEqual([
    expect.stringMatching(/port web .*can't be removed in this deploy.* of stack acme still uses it after this change/),
  ]);
});

test('a port comes before its network and its subnet also where two stacks remove them', () => {
  const stacks = [stack('shared', [green]), stack('other', [subnet]), tenant([port])];
  expect(orderOf(stacks)).toMatchObject({
    names: ['acme', 'other', 'shared'],
    because: [
      'acme: first port web (10.0.1.20) in project p1, then subnet 10.0.1.0/24 of network Green',
      `acme: ${first}`,
      'other: first subnet 10.0.1.0/24 of network Green, then network Green',
    ],
  });
  const stays = staying('networking_port_v2', 'web', inGreen);
  expect(orderOf([stack('shared', [green]), stack('other', [subnet]), tenant([stays])]).stuck).toHaveLength(2);
});

test('ports keep no subnet whose prefix gave them their addresses', () => {
  const slaac = { ...subnet, before: { ...subnet.before, ipv6_address_mode: 'slaac' } };
  const stays = staying('networking_port_v2', 'web', inGreen);
  expect(orderOf([stack('shared', [slaac]), tenant([stays])]).stuck).toEqual([]);
  expect(orderOf([stack('shared', [subnet]), tenant([stays])]).stuck).toHaveLength(1);
});

test('300 tenants before one shared network are short in the first lines, and each is named below', () => {
  const tenants = Array.from({ length: 300 }, (_, place) => {
    const own = { ...inGreen, id: `${id('f').slice(0, -3)}${String(place).padStart(3, '0')}`, name: `web${place}` };
    return stack(`t${place}`, [{ ...port, before: own }], { dependsOn: ['shared'] });
  });
  const review = reviewOf([stack('shared', [green]), ...tenants]);
  expect(review.stacks.at(-1)).toMatchObject({ name: 'shared', removesAfter: { length: 300 } });
  const text = renderReviewText(review, 1_000_000);
  expect(text).toContain('  Order: t0, t1, t2 and 297 more before shared: first port web0 ');
  expect(text).toContain('\n  stack shared after t0, t1, t2 and 297 more\n');
  expect(text).toContain('t299: first port web299 ');
  expect(text).not.toContain('stack t0 after');
});

test('a long reason is cut between two characters, also where a name has emoji', () => {
  const named = { ...port, before: { ...inGreen, name: '😀'.repeat(200) } };
  const [line = []] = orderLines(reviewOf([stack('shared', [green]), tenant([named])]));
  expect(JSON.stringify(line)).toMatch(/first port (😀){144}…/u);
});
