/** The classes of risks of single changes: rules and groups, ports, what has no way back. Each class occurs. */
import { defined } from '../../lib/basics/defined';
import { assembleReview } from '../../review/assemble';
import type { Review } from '../../review/model';
import { nothingAsked, type CloudSeen } from '../../review/cloud/seen';
import { riskNames } from '../../review/risks/classes';
import { isWithin } from '../../review/risks/prefixes';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan, read } from '../support/planned-opening';
import { networkIsReplaced, portStays, removing } from '../support/removed-network';

const reviewOf = (...changes: Forged[]): Review =>
  assembleReview({ ...opening, stacks: [forgedStack('acme', changes)], own: ownPlan([]) });
const classesOf = (...changes: Forged[]): string[] => reviewOf(...changes).risks.map(({ class: name }) => name);
const messageOf = (name: string, ...changes: Forged[]): string | undefined =>
  reviewOf(...changes).risks.find((risk) => risk.class === name)?.message;

const rule = { direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_ip_prefix: '0.0.0.0/0', security_group_id: 'web' }; // prettier-ignore
const web = staying('networking_secgroup_v2', 'Web', { id: 'web', name: 'Web' });

describe('a rule that Terraform replaces', () => {
  const replaced = (values: object): Forged => ({
    type: 'networking_secgroup_rule_v2',
    name: 'Rule',
    before: { id: 'r', ...rule },
    after: { ...rule, ...values },
    isReplaced: true,
  });

  test.each([
    ['an address range that is narrower', { remote_ip_prefix: '10.0.0.0/8' }, ['drops-traffic']],
    ['another port', { port_range_min: 8443, port_range_max: 8443 }, ['drops-traffic', 'opens-port']],
    ['another protocol', { protocol: 'udp' }, ['drops-traffic', 'opens-port']],
    ['members of a group alone', { remote_ip_prefix: '', remote_group_id: 'web' }, ['drops-traffic']],
    ['a group that is not known yet', { security_group_id: undefined }, ['drops-traffic', 'opens-port']],
    ['more ports', { port_range_min: 1, port_range_max: 65_535 }, ['opens-any']],
    ['another description', { description: 'https' }, []],
  ])('by a rule with %s: %j is %j', (_what, values, expected) => {
    expect(classesOf(web, replaced(values))).toEqual(expected);
  });

  test('says what it let in before, with a packet', () => {
    const port = staying('networking_port_v2', 'Port', {
      id: 'p',
      security_group_ids: ['web'],
      fixed_ip: [{ ip_address: '10.0.0.7' }],
    });
    const [risk] = reviewOf(web, port, replaced({ remote_ip_prefix: '10.0.0.0/8' })).risks;
    expect(risk?.message).toMatch(/^security group Web of .* no longer lets in or out: ingress IPv4 tcp 443 from 0\.0\.0\.0\/0; at port Port/); // prettier-ignore
    expect(risk?.witnesses).toMatchObject([
      { packet: 'tcp 198.51.100.7:40000 > 10.0.0.7:443 into port Port', before: 'passes', after: 'dropped' },
    ]);
  });
});

describe('a port', () => {
  const open = staying('networking_secgroup_v2', 'Open', { id: 'open', name: 'Open' });
  const openRule = staying('networking_secgroup_rule_v2', 'All', { id: 'all', ...rule, protocol: '', security_group_id: 'open' }); // prettier-ignore
  const port = (before: object, after: object, more: Partial<Forged> = {}): Forged => {
    const head = { id: 'p', admin_state_up: true, port_security_enabled: true };
    return { type: 'networking_port_v2', name: 'Port', before: { ...head, ...before }, after: { ...head, ...after }, ...more }; // prettier-ignore
  };
  const has = (...ids: string[]) => ({ security_group_ids: ids, all_security_group_ids: ids });
  const pairs = (...addresses: string[]) => ({
    allowed_address_pairs: addresses.map((ip_address) => ({ ip_address })),
  });

  test('that gets an existing group which is open for any, in place of another, is opened and loses traffic', () => {
    const changes = [web, open, openRule, port(has('web'), has('open'))];
    expect(classesOf(...changes)).toEqual(['opens-any', 'drops-traffic']);
    expect(messageOf('opens-any', ...changes)).toMatch(/gets security group Open, .* ingress IPv4 any protocol/);
    expect(messageOf('drops-traffic', ...changes)).toMatch(/loses security group Web: what only its rules/);
  });

  test('that is new and gets such a group is opened', () => {
    const made = { type: 'networking_port_v2', name: 'Port', after: has('open') };
    expect(classesOf(open, openRule, made)).toEqual(['opens-any']);
  });

  test('whose groups are known after apply is judged by the groups that its code names', () => {
    const change = port(has('web'), { security_group_ids: undefined }, {
      unknown: { security_group_ids: true },
      refers: { security_group_ids: 'openstack_networking_secgroup_v2.Open' },
    }); // prettier-ignore
    expect(classesOf(web, open, openRule, change)).toEqual(['opens-any', 'drops-traffic']);
  });

  test('that gets a group whose rules no plan knows is never fine', () => {
    expect(messageOf('opens-port', port(has('x'), has('x', 'elsewhere')))).toMatch(
      /gets security group elsewhere: no plan knows its rules/,
    );
  });

  test('that changes its name keeps groups that somebody gave it outside of the code', () => {
    const groups = { all_security_group_ids: ['web', 'open'], security_group_ids: ['web'] };
    expect(classesOf(web, open, openRule, port({ name: 'a', ...groups }, { name: 'b', ...groups }))).toEqual([]);
  });

  test.each([
    ['loses all groups', has('web'), { ...has(), no_security_groups: true }, ['drops-traffic']],
    ['loses an address pair', pairs('10.1.0.0/16', '10.2.0.9'), pairs('10.1.0.0/16'), ['drops-traffic']],
    ['gets a pair that holds the pair of before', pairs('10.1.0.0/16'), pairs('10.0.0.0/8'), ['opens-prefix']],
    ['is switched off', {}, { admin_state_up: false }, ['drops-traffic']],
    ['is switched on', { admin_state_up: false }, {}, []],
  ])('that %s: %j becomes %j', (_what, before, after, expected) => {
    expect(classesOf(web, port(before, after))).toEqual(expected);
  });

  test('that gets an address pair which is known after apply has a risk', () => {
    const change = port({}, {}, { unknown: { allowed_address_pairs: [{ ip_address: true }] } });
    expect(messageOf('opens-any', change)).toContain('(known after apply)');
  });
});

test('a volume that is made anew loses its data, and a policy can forbid that', () => {
  const volume: Forged = {
    type: 'blockstorage_volume_v3',
    name: 'Disk',
    before: { id: 'v', name: 'disk', volume_type: 'a' },
    after: { name: 'disk', volume_type: 'b' },
    isReplaced: true,
  };
  expect(classesOf(volume)).toEqual(['irreversible', 'replaces']);
  expect(messageOf('irreversible', volume)).toBe(
    'volume disk has no way back: the data on the volume is lost; back up what is needed first. A later deploy without this change replaces the new one as well, and brings nothing back',
  );
});

test.each([
  ['that Nova made', '-----BEGIN', ['destroys', 'irreversible']],
  ['of the code', '', ['destroys']],
])('a key pair %s is lost only with its private key', (_whose, private_key, expected) => {
  const before = { id: 'k', name: 'k', public_key: 'ssh-ed25519 AAAA', private_key };
  expect(classesOf({ type: 'compute_keypair_v2', name: 'Key', before })).toEqual(expected);
});

test.each([
  ['10.0.0.0/8', '0.0.0.0/0', true],
  ['10.0.0.7', '10.0.0.0/24', true],
  ['10.0.0.0/8', '10.0.0.0/16', false],
  ['10.0.0.0/8', '::/0', false],
  ['nonsense', 'nonsense', true],
  ['nonsense', '0.0.0.0/0', false],
])('%s is within %s: %s', (inner, outer, expected) => {
  expect(isWithin(inner, outer)).toBe(expected);
});

/** Changes of the classes that the recorded plans don't have. */
const others: readonly Forged[] = [
  { type: 'networking_port_v2', name: 'Bare', after: { port_security_enabled: false } },
  { type: 'networking_network_v2', name: 'Old', before: { id: 'n', name: 'old' } },
  { type: 'networking_port_v2', name: 'Paired', after: { allowed_address_pairs: [{ ip_address: '10.0.0.0/8' }] } },
  { type: 'identity_role_assignment_v3', name: 'Role', before: { id: 'a', role_id: 'r', user_id: 'u' } },
  { type: 'compute_quotaset_v2', name: 'Quota', before: { instances: 5 }, after: { instances: 0 } },
  { type: 'networking_network_v2', name: 'Shared', after: { shared: true } },
  { type: 'images_image_access_v2', name: 'Member', after: { member_id: 'x' } },
  staying('compute_instance_v2', 'Server', { id: 's' }),
  {
    type: 'networking_network_v2',
    name: 'Moved',
    applied: { id: 'm', description: '' },
    before: { id: 'm', description: 'x' },
    after: { id: 'm', description: '' },
  },
];
const steps = [
  ['firewall-exception', 'delete', []],
  ['policy-rule', 'delete', []],
  ['allocation-pool', 'update', ['gives back 2 addresses']],
  ['service-option', 'update', ['nova-compute restarts']],
] as const;

const lacking: CloudSeen = { ...nothingAsked, names: [{ stack: 'acme', thing: { kind: 'flavor', by: 'name', name: 'm1.gone' }, count: { all: 0, private: 0 } }], ports: [{ stack: 'acme', address: 'openstack_networking_network_v2.Old', said: 'port old', isCertain: true }], taken: [{ stack: 'acme', address: 'openstack_networking_port_v2.Bare', said: 'needs 10.0.0.7', isCertain: true }] }; // prettier-ignore

test('each class is found in some change', () => {
  const own = ownPlan(
    steps.map(([kind, action, notes]) => ({
      id: `${kind}.acme/Thing`,
      kind,
      target: 'host:cnode02',
      action,
      subject: 'the thing',
      changes: [],
      because: 'the code says so',
      notes,
      before: {},
    })),
  );
  const recorded = {
    ...opening,
    stacks: [read('opening.shared'), read('breaking.acme', ['shared'])],
    own: ownPlan([]),
  };
  const forged = { ...opening, stacks: [forgedStack('acme', others)], own, cloud: lacking };
  const reviews = [removing([networkIsReplaced], [portStays]), opening, recorded, forged].map(assembleReview);
  const found = new Set(reviews.flatMap(({ risks }) => risks.map(({ class: name }) => name)));
  expect(riskNames.filter((name) => !found.has(name))).toEqual([]);
});

test('a network that becomes private while a port of another project stays in it is foreseen as refused', () => {
  const network = (shared: boolean) => ({ id: 'n1', name: 'Green', tenant_id: 'admin', shared });
  const said = (tenant: string, after: object | undefined): readonly string[] => {
    const port = { id: 'p1', name: 'UtmGreen', network_id: 'n1', tenant_id: tenant };
    const all: Forged[] = [
      { type: 'networking_network_v2', name: 'green', before: network(true), after: network(false) },
      { type: 'networking_port_v2', name: 'utm', before: port, ...defined({ after: after && { ...port, ...after } }) },
    ];
    return (
      assembleReview({ ...opening, stacks: [forgedStack('acme', all)], own: ownPlan([]) }).stacks[0]?.warnings ?? []
    );
  };
  expect(said('acme', { description: 'x' })).toEqual([
    'network Green becomes private, which Neutron refuses (409) while other projects have ports in it: UtmGreen; leave it shared, or move these ports first',
  ]);
  expect([said('admin', { description: 'x' }), said('acme', undefined)]).toEqual([[], []]);
});

describe('a trunk', () => {
  const subPort = (port_id: string, segmentation_id: number) => ({
    port_id,
    segmentation_id,
    segmentation_type: 'vlan',
  });
  const trunk = (after: object): Forged => {
    const before = { id: 't', name: 'Trunk', admin_state_up: true, sub_port: [subPort('a', 1), subPort('b', 2)] };
    return { type: 'networking_trunk_v2', name: 'Trunk', before, after: { ...before, ...after } };
  };

  test.each([
    ['one more sub-port', { sub_port: [subPort('a', 1), subPort('b', 2), subPort('c', 3)] }, ['drops-traffic']],
    ['one sub-port less', { sub_port: [subPort('a', 1)] }, ['drops-traffic']],
    ['its sub-ports in another order', { sub_port: [subPort('b', 2), subPort('a', 1)] }, []],
    ['another name', { name: 'Other' }, []],
  ])('with %s: %j is %j', (_what, after, expected) => {
    expect(classesOf(trunk(after))).toEqual(expected);
  });
});

test('a trunk that comes to the port of a server that stays, or goes from there, is foreseen as refused', () => {
  const parent = { id: 'p', name: 'Parent' };
  const server = { id: 's', name: 'web', network: [{ port: 'p' }] };
  const trunk = { id: 't', name: 'Trunk', port_id: 'p' };
  const said = (own: Partial<Forged>, web: Partial<Forged>): readonly string[] => {
    const all: Forged[] = [
      staying('networking_port_v2', 'parent', parent),
      { type: 'compute_instance_v2', name: 'web', ...web },
      { type: 'networking_trunk_v2', name: 'trunk', ...own },
    ];
    return (
      assembleReview({ ...opening, stacks: [forgedStack('acme', all)], own: ownPlan([]) }).stacks[0]?.warnings ?? []
    );
  };
  const stays = { before: server, after: server };
  const refused = (what: string) =>
    `trunk Trunk ${what}, and server web is at its port: Neutron with Open vSwitch refuses that (409); let the same deploy replace the server, or use NICs`;
  expect(said({ after: { name: 'Trunk', port_id: 'p' } }, stays)).toEqual([refused('is made')]);
  expect(said({ before: trunk }, stays)).toEqual([refused('goes')]);
  const none = [
    said({ before: trunk, after: { ...trunk, name: 'T' } }, stays),
    said({ before: trunk }, { before: server }),
    said({ before: trunk }, { ...stays, isReplaced: true }),
    said({ after: { name: 'Trunk', port_id: 'p' } }, { after: { name: 'web', network: [{ port: 'p' }] } }),
  ];
  expect(none).toEqual([[], [], [], []]);
});

test('an exception whose port gets another address, or is replaced, is foreseen, and deploy leaves it', () => {
  const id = '3bf6a437-7e1e-409e-a625-7f1d851f5954';
  const port = (address: string) => ({ id, name: 'web', fixed_ip: [{ ip_address: address }] });
  const resource = {
    path: 'acme/Transit',
    stack: 'acme',
    owner: 'o',
    kind: 'firewall-exception',
    spec: { portId: id },
  };
  const said = (change: Partial<Forged>): readonly string[] => {
    const moved = {
      type: 'networking_port_v2',
      name: 'web',
      before: port('10.0.0.1'),
      after: port('10.0.0.2'),
      ...change,
    };
    const manifest = {
      owner: 'o',
      stack: 'acme',
      source: 's',
      removed: [],
      resources: [{ ...resource, unknown: [], dependsOn: [] }],
    };
    const stack = { ...forgedStack('acme', [moved]), manifest };
    return assembleReview({ ...opening, stacks: [stack], own: ownPlan([]) }).stacks[0]?.warnings ?? [];
  };
  expect(said({})).toEqual([
    'firewall-exception.acme/Transit: the addresses of port web change from 10.0.0.1 to 10.0.0.2, and its rules follow the port; nobody can plan them before, so `stackward deploy` leaves them: review and deploy once more afterwards',
  ]);
  expect(said({ isReplaced: true })).toEqual([expect.stringMatching(/: Terraform replaces port web, and its rules/)]);
  expect(said({ after: { ...port('10.0.0.1'), name: 'web2' } })).toEqual([]);
});

describe('who and where', () => {
  const login = staying('identity_auth_scope_v3', 'Deployer', { id: 'deployer', name: 'deployer', user_id: 'u1', user_name: 'terraform' }); // prettier-ignore
  const given = (user: string): Forged => ({
    type: 'identity_role_assignment_v3',
    name: 'Role',
    after: { role_id: 'admin', user_id: user, project_id: 'p1' },
  });

  test('a role of the login of Terraform names its user and says whose it is, and not the name that the code gave the login', () => {
    expect(messageOf('gives-role', login, given('u1'))).toBe(
      'role admin of user terraform, whose credentials Terraform uses, in project p1 is given',
    );
    expect(messageOf('gives-role', login, given('u2'))).toBe('role admin of user u2 in project p1 is given');
  });

  const made = (type: string, after: Readonly<Record<string, unknown>>): Forged => ({ type, name: 'New', after });

  test('the project of a new thing is known after apply, and no stack is named as a project', () => {
    expect(reviewOf(made('networking_network_v2', { name: 'red' })).reach.projects).toEqual([
      '(known after apply, of stack acme)',
    ]);
    expect(reviewOf(made('identity_user_v3', { name: 'anna' })).reach.projects).toEqual([]);
  });

  test('the interface of a router is in the project of the router', () => {
    const router = staying('networking_router_v2', 'Router', { id: 'r1', name: 'out', tenant_id: 'p2' });
    const { reach } = reviewOf(router, made('networking_router_interface_v2', { router_id: 'r1' }));
    expect(reach.projects).toEqual(['p2']);
  });
});
