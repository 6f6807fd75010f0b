/** The questions of a review about addresses that a change names, and about the owners of the ports that it found. */
import { readCloud } from '../../cli/review/read-cloud';
import type { ReadingContext } from '../../cli/wire';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { Network, Port } from '../../lib/contract/ports';
import { noUses } from '../../review/order/deploy-order';
import { port } from '../support/doomed-network';
import { forgedStack, type Forged } from '../support/forged-plan';

const late = new TransientError('192.0.2.1:9696 had not ended its answer after 60 s');
const idOf = (place: number): string => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;

describe('addresses that the change names', () => {
  const [green, blue, subnet] = [idOf(1), idOf(2), idOf(3)];
  const made = (place: number, networkId: string, ip: string): Forged => ({
    type: 'networking_port_v2',
    name: `p${place}`,
    after: { name: `p${place}`, network_id: networkId, fixed_ip: [{ ip_address: ip }] },
  });
  const seesAll = (id: string): Network => ({ id, name: `net-${id.slice(-1)}`, showsAllPorts: true });

  interface Answers {
    readonly ports?: (networkId: string, addresses: readonly string[]) => Promise<readonly Port[]>;
    readonly networkOf?: (id: string) => Network;
    readonly networks?: () => Promise<readonly Network[]>;
    /** Each change in a stack of its own. */
    readonly areStacks?: true;
  }
  function read(changes: readonly Forged[], { ports = () => Promise.resolve([]), networkOf = seesAll, networks, areStacks }: Answers = {}) {
    const asked: string[] = [];
    let opened = 0;
    const neutron = {
      networks: (by: string, values: readonly string[]) => {
        asked.push(`networks ${by} ${values.length}`);
        return networks?.() ?? Promise.resolve(by === 'id' ? values.map(networkOf) : [{ ...networkOf(blue), name: values[0] }]);
      },
      subnets: (ids: readonly string[]) => {
        asked.push(`subnets ${ids.join()}`);
        return Promise.resolve([{ id: subnet, networkId: green, gatewayIp: '10.0.0.1' }]);
      },
      portsAt: (networkId: string, addresses: readonly string[]) => {
        asked.push(`ports ${networkId.slice(-1)} ${addresses.join()}`);
        return ports(networkId, addresses);
      },
    };
    const readers = {
      cloud: 'here',
      network: (target: string) => (target === 'api:here' ? Promise.resolve(((opened += 1), neutron)) : Promise.reject(late)),
      names: () => Promise.resolve({ count: () => Promise.resolve({ all: 1, private: 0 }) }),
      servers: () => Promise.resolve({ find: (id: string) => Promise.resolve([{ name: `server-${asked.push(`server ${id}`)}` }]) }),
      inventory: () => Promise.resolve({ projects: () => Promise.resolve([{ id: 'p2', name: 'ops' }]) }),
    };
    const stacks = areStacks ? changes.map((change, place) => forgedStack(`s${place}`, [change])) : [forgedStack('acme', changes)];
    const told = readCloud(stacks, noUses, { readers } as unknown as ReadingContext);
    return told.then(({ taken, hidden, unasked }) => ({ asked, opened, taken, hidden, unasked }));
  } // prettier-ignore

  test('are asked for by network, each once, and the owners are named', async () => {
    const legacy = port({ name: 'legacy', networkId: green, projectId: 'p2', fixedIps: [{ subnetId: subnet, address: '10.0.0.7' }] }); // prettier-ignore
    const changes: readonly Forged[] = [
      made(1, green, '10.0.0.7'),
      made(2, green, '10.0.0.8'),
      made(3, blue, '10.0.0.7'),
      { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'public', address: '192.0.2.7' } },
      { type: 'networking_router_interface_v2', name: 'leg', after: { subnet_id: subnet } },
    ];
    const ports = (networkId: string) => Promise.resolve(networkId === green ? [legacy] : []);
    expect(await read(changes, { ports })).toEqual({
      asked: [
        `subnets ${subnet}`,
        'networks id 2',
        'networks name 1',
        'ports 1 10.0.0.7,10.0.0.8,10.0.0.1',
        'ports 2 10.0.0.7,192.0.2.7',
      ],
      taken: [
        {
          stack: 'acme',
          address: 'openstack_networking_port_v2.p1',
          isCertain: true,
          said: expect.stringMatching(/^needs 10\.0\.0\.7 in network net-1, and port legacy \(10\.0\.0\.7\) in project ops has it: /) as string,
        },
      ],
      hidden: [],
      unasked: [],
      opened: 3,
    }); // prettier-ignore
  });

  test('are perhaps free where the same change gives one up', async () => {
    const old = { id: port({}).id, network_id: green, fixed_ip: [{ ip_address: '10.0.0.7' }] };
    const ports = () => Promise.resolve([port({ networkId: green, fixedIps: [{ subnetId: subnet, address: '10.0.0.7' }] })]); // prettier-ignore
    const gone: Forged = { type: 'networking_port_v2', name: 'old', before: old };
    expect((await read([made(1, green, '10.0.0.7'), gone], { ports })).taken).toMatchObject([{ isCertain: false }]);
  });

  test('cost nothing where the change names none', async () => {
    const keeping: Forged = { type: 'networking_port_v2', name: 'p', before: { id: 'x', name: 'a', network_id: green, fixed_ip: [{ ip_address: '10.0.0.7' }] }, after: { id: 'x', name: 'b', network_id: green, fixed_ip: [{ ip_address: '10.0.0.7' }] } }; // prettier-ignore
    const picked: Forged = { type: 'networking_port_v2', name: 'q', after: { network_id: green, fixed_ip: [{ subnet_id: subnet }] } }; // prettier-ignore
    expect(await read([keeping, picked])).toEqual({ asked: [], opened: 0, taken: [], hidden: [], unasked: [] });
  });

  test('are not compared where Neutron hides the ports of others, apart from those that somebody is seen to have', async () => {
    const mine = port({ networkId: green, fixedIps: [{ subnetId: subnet, address: '10.0.0.7' }] });
    const told = await read([made(1, green, '10.0.0.7'), made(2, green, '10.0.0.8')], {
      ports: () => Promise.resolve([mine]),
      networkOf: (id) => ({ id, name: 'Green', showsAllPorts: false }),
    });
    expect(told).toMatchObject({
      taken: [{ isCertain: true }],
      hidden: [
        {
          stack: 'acme',
          message:
            'whether others have 10.0.0.8 in network Green: Neutron hides ports of other projects there from these credentials',
        },
      ],
      unasked: [],
    });
  });

  test('are not compared without the right, and a problem without an answer', async () => {
    const refused = new UnrecoverableError('Neutron answered 403', { status: 403, about: 'right' });
    const changes = [made(1, green, '10.0.0.7'), made(2, blue, '10.0.0.7')];
    const notCompared = { stack: 'acme', message: 'whether others have the addresses that it names: Neutron answered 403, by default admin' }; // prettier-ignore
    const problem = { stack: 'acme', message: `nobody looked whether others have the addresses that it names: ${late.message}` }; // prettier-ignore
    expect(await read(changes, { networks: () => Promise.reject(refused) })).toMatchObject({ hidden: [notCompared], unasked: [] }); // prettier-ignore
    expect(await read(changes, { networks: () => Promise.reject(late) })).toMatchObject({ hidden: [], unasked: [problem] }); // prettier-ignore
    const both = { stack: 'acme', message: `nobody looked whether others have 10.0.0.7, 10.0.0.8 in network net-1, 10.0.0.7 in network net-2: ${late.message}` }; // prettier-ignore
    expect(await read([...changes, made(3, green, '10.0.0.8')], { ports: () => Promise.reject(late) })).toMatchObject({ hidden: [], unasked: [both] }); // prettier-ignore
    const inGreen = await read(changes, { ports: (id) => (id === green ? Promise.reject(refused) : Promise.resolve([])) }); // prettier-ignore
    expect(inGreen).toMatchObject({ hidden: [{ stack: 'acme', message: 'whether others have 10.0.0.7 in network net-1: Neutron answered 403, by default admin' }], unasked: [] }); // prettier-ignore
  });

  test('are not compared where the credentials see no place for them', async () => {
    const hiddenPlace: readonly Forged[] = [
      made(1, green, '10.0.0.777'),
      { type: 'networking_floatingip_v2', name: 'ip', after: { pool: 'public', address: '192.0.2.7' } },
      { type: 'networking_floatingip_v2', name: 'ip2', after: { pool: 'public', address: '192.0.2.8' } },
    ];
    const { asked, taken, hidden, unasked } = await read(hiddenPlace, { networks: () => Promise.resolve([]) });
    expect([asked, taken, unasked]).toEqual([['networks id 1', 'networks name 1'], [], []]);
    expect(hidden.map(({ message }) => message)).toEqual([
      `whether others have 10.0.0.777 in network ${green}: no IP address is written like that`,
      'whether others have 192.0.2.7 in network public, 192.0.2.8 in network public: these credentials see no network of that name',
    ]);
  });

  test('of many stacks in one network are one question, and an address of another network is no obstacle', async () => {
    const changes = Array.from({ length: 400 }, (_, place) => made(place, green, `10.0.${place >> 8}.${place & 255}`));
    const { asked } = await read(changes, { areStacks: true });
    expect(asked.map((each) => each.slice(0, 13))).toEqual(['networks id 1', 'ports 1 10.0.']);
    const holder = (networkId: string, address: string) => port({ networkId, fixedIps: [{ subnetId: subnet, address }] }); // prettier-ignore
    const { taken } = await read([made(1, green, '10.0.0.7'), made(2, blue, '10.0.0.8')], {
      ports: (networkId) => Promise.resolve([holder(networkId, networkId === green ? '10.0.0.8' : '10.0.0.7')]),
    });
    expect(taken).toEqual([]);
  });

  test('are asked for in a bounded number of networks, and the others are said', async () => {
    const changes = Array.from({ length: 207 }, (_, place) => made(place, idOf(place + 100), '10.0.0.7'));
    const { asked, hidden } = await read(changes, { networkOf: (id) => ({ ...seesAll(id), name: '' }) });
    expect(asked.filter((each) => each.startsWith('ports'))).toHaveLength(200);
    const named = Array.from({ length: 5 }, (_, place) => `10.0.0.7 in network ${idOf(place + 300)}`).join(', ');
    const message = `whether others have ${named} and 2 more: a review asks for the ports of at most 200 networks`;
    expect(hidden).toEqual([{ stack: 'acme', message }]);
  });

  test('name the owners of the first of many ports, and tell the others by the id', async () => {
    const many = Array.from({ length: 200 }, (_, place) => made(place, green, `10.0.1.${place}`));
    const holders = many.map(
      (_, place) =>
      port({ networkId: green, deviceOwner: 'compute:nova', deviceId: idOf(place), fixedIps: [{ subnetId: subnet, address: `10.0.1.${place}` }] }), // prettier-ignore
    );
    const { taken, asked } = await read(many, { ports: () => Promise.resolve(holders) });
    expect([taken.length, asked.filter((each) => each.startsWith('server')).length]).toEqual([200, 20]);
    expect([taken[0]?.said, taken[199]?.said]).toEqual([
      expect.stringContaining('of server server-'),
      expect.stringContaining(`of server ${idOf(199)} has it`),
    ]);
  });
});

describe('the owners of ports in the way and of ports with a named address', () => {
  const [gone, green] = [idOf(1), idOf(2)];
  const ofServer = (place: number, networkId: string): Port =>
    port({ id: idOf(1_000 + place), networkId, deviceOwner: 'compute:nova', deviceId: idOf(2_000 + place), projectId: 'p2', fixedIps: [{ subnetId: idOf(3), address: `10.0.0.${place}` }] }); // prettier-ignore
  const deleted: Forged = { type: 'networking_network_v2', name: 'gone', before: { id: gone, name: 'gone' } };
  const made = (place: number): Forged => ({ type: 'networking_port_v2', name: `p${place}`, after: { network_id: green, fixed_ip: [{ ip_address: `10.0.0.${place}` }] } }); // prettier-ignore
  const places = Array.from({ length: 20 }, (_, place) => place + 1);

  async function read(changes: readonly Forged[], nova: <Answer>(answer: Answer) => Promise<Answer>) {
    const asked: string[] = [];
    const ask = async <Answer>(what: string, answer: Answer): Promise<Answer> => {
      asked.push(what);
      await new Promise(setImmediate);
      return nova(answer);
    };
    const neutron = {
      networks: () => Promise.resolve([{ id: green, name: 'Green', showsAllPorts: true }]),
      portsOf: () => Promise.resolve(places.map((place) => ofServer(100 + place, gone))),
      portsAt: () => Promise.resolve(places.map((place) => ofServer(place, green))),
    };
    const readers = {
      cloud: 'here',
      network: () => Promise.resolve(neutron),
      names: () => Promise.resolve({ count: () => ask('flavor', { all: 1, private: 0 }) }),
      servers: () => Promise.resolve({ find: (id: string) => ask('server', [{ name: `web-${id.slice(-4)}` }]) }),
      inventory: () => Promise.resolve({ projects: () => Promise.resolve(((asked.push('projects')), [{ id: 'p2', name: 'ops' }])) }), // prettier-ignore
    };
    const told = await readCloud([forgedStack('acme', changes)], noUses, { readers } as unknown as ReadingContext);
    return { ...told, asked: (what: string) => asked.filter((each) => each === what).length };
  }

  test('are named for both, and the projects are listed once', async () => {
    const { ports, taken, asked } = await read([deleted, ...places.map(made)], (answer) => Promise.resolve(answer));
    expect([asked('projects'), asked('server')]).toEqual([1, 40]);
    expect(ports[0]?.said).toContain('of server web-2101 in project ops');
    expect(taken[19]?.said).toContain('of server web-2020 in project ops has it');
  });

  test('cost one deadline of a dead Nova, whichever question met it first', async () => {
    const dead = () => Promise.reject(late);
    const both = await read([deleted, ...places.map(made)], dead);
    expect([both.ports.length, both.taken.length]).toEqual([20, 20]);
    expect(both.asked('server')).toBeLessThanOrEqual(4);
    const servers = places.map((place): Forged => ({ type: 'compute_instance_v2', name: `s${place}`, after: { flavor_name: `m${place}` } })); // prettier-ignore
    const known = await read([deleted, ...places.map(made), ...servers], dead);
    expect([known.asked('flavor') > 0, known.asked('server')]).toEqual([true, 0]);
  });
});
