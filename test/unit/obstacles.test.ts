/** How a destruction names ports in its way, with the commands that remove them, and when it is refused. */
import { findObstacles, renderObstacles } from '../../cli/deploy/ports-in-the-way';
import { defined } from '../../lib/basics/defined';
import { Blocked } from '../../lib/basics/errors';
import type { Port } from '../../lib/contract/ports';
import { commandsFor, sayPort } from '../../review/terraform/port-words';
import type { PortInTheWay } from '../../review/terraform/ports-in-the-way';
import { destroying, elsewhere, id, network, port, router, server, theNetwork, theSubnet } from '../support/doomed-network'; // prettier-ignore
import { FakeNetwork } from '../support/fake-network';

const all = destroying(theNetwork, theSubnet, {
  type: 'openstack_compute_instance_v2',
  name: 'server',
  values: { id: server },
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
    { deviceOwner: 'network:dhcp', deviceId: `dhcp-${elsewhere}` },
    `port ${id('a')} (10.0.1.77) of DHCP in project ops`,
    [`openstack port show ${id('a')}`],
  ],
  // Neutron gives such a port no project, so a member wrote the device of these two.
  [
    { deviceOwner: 'network:router_gateway', deviceId: router },
    'gateway (10.0.1.77) of router edge in project ops',
    [`openstack port show ${id('a')}`],
  ],
  [
    { deviceOwner: 'network:floatingip', deviceId: elsewhere },
    'floating IP 10.0.1.77 in project ops',
    [`openstack port show ${id('a')}`],
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

const inGreen = (found: Port): PortInTheWay => ({
  port: found,
  stack: 'acme',
  address: 'openstack_networking_network_v2.green',
  place: 'network Green',
  isCertain: true,
});

test('nothing that a member wrote into a port becomes a part of a command, or a line of its own', () => {
  const hostile = '; rm -rf ~\n    openstack project delete admin';
  for (const deviceOwner of ['compute:nova', 'trunk:subport', 'network:router_interface', 'network:floatingip'])
    expect(commandsFor(port({ deviceOwner, deviceId: hostile }))).toEqual([`openstack port show ${id('a')}`]);
  const found = inGreen(port({ name: hostile, deviceId: hostile, deviceOwner: 'x' }));
  expect(
    renderObstacles({ certain: [found], perhaps: [] }, names)
      .split('\n')
      .filter((line) => /^\s*openstack project/.test(line)),
  ).toEqual([]);
});

test('many ports are counted, and not all listed', () => {
  const certain = Array.from({ length: 25 }, () => inGreen(port({})));
  expect(renderObstacles({ certain, perhaps: [] }, names)).toMatch(/and 5 more\n$/);
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
    `Neutron would not delete network Green because of 1 port that no plan of this destruction deletes: ${said};`,
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

test('the first ports of each part have the names of their owners, and a refusal repeats a few places', async () => {
  const neutron = new FakeNetwork();
  const networks = Array.from(
    { length: 60 },
    (_, place) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
  );
  for (const each of networks)
    neutron.putPort({ id: each.replace(/^0/, '1'), networkId: each, deviceOwner: 'compute:nova', deviceId: each });
  neutron.putPort({ id: id('a'), networkId: networks[59] ?? '', name: 'own', deviceOwner: 'compute:nova', deviceId: server }); // prettier-ignore
  const plans = destroying(
    ...networks.map((each, place) => ({ type: theNetwork.type, name: `n${place}`, values: { id: each, name: `N${place}` } })), // prettier-ignore
    { type: 'openstack_compute_instance_v2', name: 'server', values: { id: server } },
  );
  const servers = () => Promise.resolve({ find: (wanted: string) => Promise.resolve([{ name: `name-${wanted}` }]) });
  const readers = { ...readersOf(neutron), servers } as unknown as Parameters<typeof findObstacles>[1];
  const { text, refusal } = await findObstacles(plans, readers);
  expect(text).toContain(`    port own of server name-${server}, in network N59\n`);
  expect(text).toContain('no plan of this destruction deletes them.\n');
  expect(refusal?.detail).toContain(
    'Neutron would not delete network N0, network N1, network N2 and 57 more because of',
  );
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
  const without = destroying({ type: 'openstack_networking_port_v2', name: 'p', values: { id: id('5') } });
  expect(await findObstacles(without, readersOf(new Error('not asked')))).toEqual({ text: '', refusal: undefined });
});
