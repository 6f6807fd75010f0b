/** Which ports keep Neutron from deleting what a destruction deletes, by Neutron's own rules, and how they are named. */
import { defined } from '../../lib/basics/defined';
import type { Port } from '../../lib/contract/ports';
import { findObstacles, renderObstacles } from '../../cli/deploy/ports-in-the-way';
import { Blocked } from '../../lib/basics/errors';
import { commandsFor, sayPort } from '../../review/terraform/port-words';
import { findPortsInTheWay, networksToEmpty } from '../../review/terraform/ports-in-the-way';
import { parseTerraformPlan } from '../../review/terraform/plan-json';
import { FakeNetwork } from '../support/fake-network';

const id = (digit: string) => `00000000-0000-4000-8000-${digit.repeat(12)}`;
const [network, subnet, router, server, ownPort, elsewhere] = ['1', '2', '3', '4', '5', '9'].map(id) as [string, string, string, string, string, string]; // prettier-ignore

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly values: object;
}

function destroying(...resources: readonly Resource[]) {
  const named = resources.map(({ type, name, values }) => ({ address: `${type}.${name}`, mode: 'managed', type, values })); // prettier-ignore
  const plan = parseTerraformPlan(
    JSON.stringify({
      format_version: '1.2',
      resource_changes: named.map(({ values, ...told }) => ({
        ...told,
        change: { actions: ['delete'], before: values, after: null },
      })),
      prior_state: { values: { root_module: { resources: named } } },
    }),
    'here',
  );
  return [{ stack: 'acme', plan }];
}

const theNetwork = { type: 'openstack_networking_network_v2', name: 'net', values: { id: network, name: 'Green' } };
const theSubnet = {
  type: 'openstack_networking_subnet_v2',
  name: 'sub',
  values: { id: subnet, network_id: network, cidr: '10.0.1.0/24' },
};
const all = destroying(
  theNetwork,
  theSubnet,
  { type: 'openstack_networking_port_v2', name: 'web', values: { id: ownPort, name: 'web' } },
  { type: 'openstack_networking_router_v2', name: 'router', values: { id: router } },
  {
    type: 'openstack_networking_router_interface_v2',
    name: 'leg',
    values: { id: id('6'), port_id: id('6'), router_id: router, subnet_id: subnet },
  },
  { type: 'openstack_compute_instance_v2', name: 'server', values: { id: server, network: [{ port: id('7') }] } },
);

const port = (given: Partial<Port>): Port => ({
  id: id('a'),
  name: '',
  networkId: network,
  macAddress: 'fa:16:3e:00:00:01',
  fixedIps: [{ subnetId: subnet, address: '10.0.1.77' }],
  deviceId: '',
  deviceOwner: '',
  status: 'DOWN',
  hostId: '',
  vifType: 'unbound',
  securityGroups: [],
  ...given,
});

const fateIn = (plans: typeof all, given: Partial<Port>) =>
  findPortsInTheWay(plans, [port(given)]).map(({ place, isCertain }) => `${place}, ${isCertain ? 'certain' : 'perhaps'}`)[0]; // prettier-ignore

const certain = 'network Green, certain';
const cases: readonly (readonly [string, Partial<Port>, string | undefined])[] = [
  ['a port without an owner', {}, certain],
  ['a port without an address', { fixedIps: [] }, certain],
  ['a port of the code', { id: ownPort }, undefined],
  ["a port that a server's code mentions", { id: id('7'), deviceOwner: 'compute:nova', deviceId: server }, undefined],
  ['a port of DHCP', { deviceOwner: 'network:dhcp', deviceId: 'dhcp-1' }, undefined],
  ['a port for metadata', { deviceOwner: 'network:distributed' }, undefined],
  ["a distributed router's port", { deviceOwner: 'network:floatingip_agent_gateway' }, undefined],
  ['its port for source NAT', { deviceOwner: 'network:router_centralized_snat', deviceId: router }, undefined],
  ['a port of a server that stays', { deviceOwner: 'compute:nova', deviceId: elsewhere }, certain],
  ['a port that Nova made for a server of the code', { deviceOwner: 'compute:nova', deviceId: server }, undefined],
  ['a port with a name at a server of the code', { name: 'x', deviceOwner: 'compute:nova', deviceId: server }, 'network Green, perhaps'], // prettier-ignore
  ['an interface of the code', { id: id('6'), deviceOwner: 'network:router_interface', deviceId: router }, undefined],
  ['another interface of a router of the code', { deviceOwner: 'network:router_interface', deviceId: router }, certain],
  ['an interface of a router with HA', { deviceOwner: 'network:ha_router_replicated_interface', deviceId: elsewhere }, certain], // prettier-ignore
  ['the gateway of a router of the code', { deviceOwner: 'network:router_gateway', deviceId: router }, undefined],
  ["somebody's gateway", { deviceOwner: 'network:router_gateway', deviceId: elsewhere }, certain],
  ["somebody's floating IP", { deviceOwner: 'network:floatingip', deviceId: elsewhere }, certain],
  ["a trunk's port", { deviceOwner: 'trunk:subport', deviceId: elsewhere }, certain],
  ["a load balancer's port", { deviceOwner: 'Octavia', deviceId: elsewhere }, 'network Green, perhaps'],
  ['a port in another network', { networkId: elsewhere, fixedIps: [] }, undefined],
];

test.each(cases)('%s', (_, given, expected) => {
  expect(fateIn(all, given)).toBe(expected);
});

test('a subnet that goes alone is kept by addresses in it, and by no other port of the network', () => {
  const plans = destroying(theSubnet);
  expect(networksToEmpty(plans)).toEqual([network]);
  expect(fateIn(plans, {})).toBe('subnet 10.0.1.0/24, certain');
  expect(fateIn(plans, { fixedIps: [{ subnetId: elsewhere, address: '10.0.9.7' }] })).toBeUndefined();
});

test('addresses from a prefix keep no subnet, except those of a router', () => {
  const values = { ...theSubnet.values, cidr: '2001:db8::/64', ipv6_address_mode: 'slaac' };
  const plans = destroying({ ...theSubnet, values });
  expect(fateIn(plans, {})).toBeUndefined();
  const isRouters = { deviceOwner: 'network:router_interface', deviceId: elsewhere };
  expect(fateIn(plans, isRouters)).toBe('subnet 2001:db8::/64, certain');
});

test('a plan that deletes no network and no subnet needs no look', () => {
  expect(networksToEmpty(destroying({ type: 'openstack_networking_port_v2', name: 'p', values: { id: ownPort } }))).toEqual([]); // prettier-ignore
});

const names = {
  servers: new Map([[server, 'old-web']]),
  routers: new Map([[router, 'edge']]),
  projects: new Map([['p1', 'ops']]),
};

test.each([
  [{ name: 'web' }, 'port web (10.0.1.77) in project ops', [`openstack port delete ${id('a')}`]],
  [{}, `port ${id('a')} (10.0.1.77) in project ops`, [`openstack port delete ${id('a')}`]],
  [
    { deviceOwner: 'compute:nova', deviceId: server, name: 'web' },
    'port web (10.0.1.77) of server old-web in project ops',
    [`openstack server remove port ${server} ${id('a')}`, `openstack port delete ${id('a')}`],
  ],
  [
    { deviceOwner: 'network:router_interface', deviceId: router },
    'interface (10.0.1.77) of router edge in project ops',
    [`openstack router remove port ${router} ${id('a')}`],
  ],
  [
    { deviceOwner: 'network:router_gateway', deviceId: router, projectId: '' },
    'gateway (10.0.1.77) of router edge',
    [`openstack router unset --external-gateway ${router}`],
  ],
  [
    { deviceOwner: 'network:floatingip', deviceId: elsewhere, projectId: '' },
    'floating IP 10.0.1.77',
    [`openstack floating ip delete ${elsewhere}`],
  ],
  [
    { deviceOwner: 'trunk:subport', deviceId: elsewhere, projectId: 'p2' },
    `port ${id('a')} (10.0.1.77) of trunk ${elsewhere} in project p2`,
    [`openstack network trunk unset --subport ${id('a')} ${elsewhere}`, `openstack port delete ${id('a')}`],
  ],
  [
    { deviceOwner: 'Octavia', deviceId: 'lb-1', name: 'vip' },
    'port vip (10.0.1.77) of Octavia lb-1 in project ops',
    [`openstack port show ${id('a')}`],
  ],
])(
  'the port %j is named with its owner and its project, and with the commands that remove it',
  (given, said, commands) => {
    const named = port(defined({ projectId: 'p1', ...given }));
    expect(sayPort(named, names)).toBe(said);
    expect(commandsFor(named)).toEqual(commands);
  },
);

test('nothing that a member wrote into a port becomes a part of a command, or a line of its own', () => {
  const hostile = '; rm -rf ~\n    openstack project delete admin';
  for (const deviceOwner of ['compute:nova', 'trunk:subport', 'network:router_interface', 'network:floatingip'])
    expect(commandsFor(port({ deviceOwner, deviceId: hostile }))).toEqual([`openstack port show ${id('a')}`]);
  const found = { port: port({ name: hostile, deviceId: hostile, deviceOwner: 'x' }), place: 'network Green', isCertain: true }; // prettier-ignore
  expect(
    renderObstacles([found], names)
      .split('\n')
      .filter((line) => /^\s*openstack project/.test(line)),
  ).toEqual([]);
});

test('many ports are counted, and not all listed', () => {
  const found = Array.from({ length: 25 }, () => ({ port: port({}), place: 'network Green', isCertain: true }));
  expect(renderObstacles(found, names)).toMatch(/and 5 more\n$/);
});

/** A cloud whose Neutron alone answers. */
function readersOf(neutron: FakeNetwork | Error): Parameters<typeof findObstacles>[1] {
  const down = () => Promise.reject(new Blocked('no'));
  const ask = () => (neutron instanceof Error ? Promise.reject(neutron) : Promise.resolve(neutron));
  return { cloud: 'example', network: ask, servers: down, networkTrace: down, inventory: down };
}

test('a destruction is refused for ports in its networks, also where nobody tells the names of their owners', async () => {
  const neutron = new FakeNetwork();
  expect(await findObstacles(all, readersOf(neutron))).toEqual({ text: '', refusal: undefined });
  neutron.putPort({ id: id('b'), networkId: elsewhere });
  neutron.putPort({ id: id('c'), networkId: network, name: 'acme', deviceOwner: 'compute:nova', deviceId: server });
  const doubtful = await findObstacles(all, readersOf(neutron));
  expect(doubtful.text).toMatch(/Perhaps in the way.*\n {4}port acme of server/);
  expect(doubtful.refusal).toBeUndefined();
  neutron.putPort({
    id: id('a'),
    networkId: network,
    deviceOwner: 'compute:nova',
    deviceId: elsewhere,
    projectId: 'p1',
  });
  const { text, refusal } = await findObstacles(all, readersOf(neutron));
  const said = `port ${id('a')} of server ${elsewhere} in project p1`;
  expect(text).toContain(`    ${said}, in network Green\n`);
  expect(refusal).toMatchObject({ reason: 'Refused', about: 'order' });
  expect(refusal?.detail).toContain(
    `Neutron would not delete network Green because of 1 port that no code here made: ${said};`,
  );
});

test('owners are asked for their names by id alone', async () => {
  const neutron = new FakeNetwork();
  neutron.putPort({ id: id('a'), networkId: network, deviceId: elsewhere, projectId: 'p1' });
  neutron.putPort({ id: id('b'), networkId: network, deviceId: 'acme-web' });
  const asked: string[] = [];
  const find = (wanted: string) => {
    asked.push(wanted);
    return Promise.resolve([{ name: 'old-web' }]);
  };
  const named = {
    servers: () => Promise.resolve({ find }),
    inventory: () => Promise.resolve({ projects: () => Promise.resolve([{ id: 'p1', name: 'ops' }]) }),
  };
  const readers = { ...readersOf(neutron), ...named } as unknown as Parameters<typeof findObstacles>[1];
  const { text } = await findObstacles(all, readers);
  expect(text).toContain(`    port ${id('a')} of server old-web in project ops, in network Green\n`);
  // Whoever made the port wrote this as its device, and Nova would look for a server of this name.
  expect(text).toContain(
    `    port ${id('b')} of server acme-web, in network Green\n        openstack port show ${id('b')}\n`,
  );
  expect(asked).toEqual([elsewhere]);
});

test('a name in a refusal forges no line of it', async () => {
  const neutron = new FakeNetwork();
  neutron.putPort({ networkId: network, deviceOwner: '', name: 'x\nnothing else is in the way' });
  expect((await findObstacles(all, readersOf(neutron))).refusal?.message).not.toContain('\n');
});

test('where Neutron can not be asked, the plan says that nobody looked', async () => {
  const { text, refusal } = await findObstacles(all, readersOf(new Blocked('GET /v2.0/ports was answered with 403')));
  expect(text).toBe('\nNobody looked for ports of others in these networks: GET /v2.0/ports was answered with 403.\n');
  expect(refusal).toBeUndefined();
  const without = destroying({ type: 'openstack_networking_port_v2', name: 'p', values: { id: ownPort } });
  expect(await findObstacles(without, readersOf(new Error('not asked')))).toEqual({ text: '', refusal: undefined });
});
