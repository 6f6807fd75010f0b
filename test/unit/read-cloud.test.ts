/** The questions of a review to the cloud: how many it asks, and whom no more. */
import { readCloud } from '../../cli/review/read-cloud';
import type { ReadingContext } from '../../cli/wire';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { NameReader, QuotaUseReader } from '../../lib/contract/report-ports';
import { noUses } from '../../review/order/deploy-order';
import type { Network, Port } from '../../lib/contract/ports';
import { port } from '../support/doomed-network';
import { forgedStack, type Forged } from '../support/forged-plan';

const quotas = (type: string, number: number): Forged[] =>
  Array.from({ length: number }, (_, place) => ({
    type,
    name: `quota${place}`,
    after: { project_id: `p${place}`, port: 1, instances: 1 },
  }));

const late = new TransientError('192.0.2.1:9696 had not ended its answer after 60 s');

function readWith(changes: readonly Forged[], used: QuotaUseReader['used'], count: NameReader['count'] = () => Promise.resolve({ all: 1, private: 0 })) {
  const readers = { quotaUse: () => Promise.resolve({ used }), names: () => Promise.resolve({ count }) };
  return readCloud([forgedStack('acme', changes)], noUses, { readers } as unknown as ReadingContext);
} // prettier-ignore

test('a service without an answer is asked no further, and the others are', async () => {
  const asked: string[] = [];
  const { quotas: told } = await readWith(
    [...quotas('networking_quota_v2', 100), ...quotas('compute_quotaset_v2', 100)],
    async (service, project) => {
      asked.push(`${service} ${project}`);
      await new Promise(setImmediate);
      if (service === 'network') throw late;
      return { instances: 0 };
    },
  );
  expect(asked.filter((each) => each.startsWith('network')).length).toBeLessThanOrEqual(4);
  expect(asked.filter((each) => each.startsWith('compute')).length).toBe(100);
  expect(told.map(({ used }) => used).slice(98, 102)).toEqual([
    'Neutron left 2 questions without an answer, so the review stopped asking it',
    'Neutron left 2 questions without an answer, so the review stopped asking it',
    { instances: 0 },
    { instances: 0 },
  ]);
});

test('one slow answer among others ends no questions', async () => {
  let number = 0;
  const { quotas: told } = await readWith(quotas('networking_quota_v2', 30), async () => {
    await new Promise(setImmediate);
    if ((number += 1) % 3 === 0) throw late;
    return { port: 0 };
  });
  expect(told.filter(({ used }) => typeof used === 'string').map(({ used }) => used)).toEqual(
    Array.from({ length: 10 }, () => late.message),
  );
});

test('a review asks for the use of a bounded number of projects, and says so', async () => {
  const asked = new Set<string>();
  const { quotas: told } = await readWith(
    [...quotas('networking_quota_v2', 205), ...quotas('compute_quotaset_v2', 205)],
    (_, project) => {
      asked.add(project);
      return Promise.resolve({ port: 0, instances: 0 });
    },
  );
  expect(asked.size).toBe(200);
  const left = told.filter(({ projectId }) => !asked.has(projectId));
  expect(left.map(({ used }) => used)).toEqual(
    Array.from({ length: 10 }, () => ({ notCompared: 'a review asks for the use of at most 200 projects' })),
  );
});

test('each name is asked for once, and names beyond the bound are said', async () => {
  const servers = Array.from({ length: 210 }, (_, place): Forged => ({
    type: 'compute_instance_v2',
    name: `web${place}`,
    after: { flavor_name: `m${place}`, image_name: 'jessie' },
  }));
  const asked: string[] = [];
  const { names } = await readWith(servers, () => Promise.resolve({}), ({ name }) => {
    asked.push(name);
    return Promise.resolve({ all: 1, private: 0 });
  }); // prettier-ignore
  expect([asked.length, new Set(asked).size]).toEqual([200, 200]);
  expect(names.filter(({ count }) => typeof count === 'object' && 'notCompared' in count).length).toBe(11);
});

describe('ports in a network that the change deletes', () => {
  const gone = '00000000-0000-4000-8000-000000000001';
  const green: Forged = { type: 'networking_network_v2', name: 'green', before: { id: gone, name: 'green' } };
  const read = (portsOf: () => Promise<readonly Port[]>, find: () => Promise<unknown> = () => Promise.resolve([])) => {
    const readers = {
      cloud: 'here',
      network: () => Promise.resolve({ portsOf }),
      servers: () => Promise.resolve({ find }),
      inventory: () => Promise.reject(late),
    };
    return readCloud([forgedStack('acme', [green])], noUses, { readers } as unknown as ReadingContext);
  };

  test('without the right to read them they are not compared, and without an answer they are a problem', async () => {
    const refused = new UnrecoverableError('Neutron answered 403', { status: 403, about: 'right' });
    expect(await read(() => Promise.reject(refused))).toMatchObject({
      unasked: [],
      hidden: [
        {
          stack: 'acme',
          message: 'whether others have ports in the networks that it deletes: Neutron answered 403, by default admin',
        },
      ],
    });
    expect(await read(() => Promise.reject(late))).toMatchObject({
      hidden: [],
      unasked: [
        {
          stack: 'acme',
          message: `nobody looked for ports of others in the networks that it deletes: ${late.message}`,
        },
      ],
    });
  });

  test('a Nova without an answer is asked for few names of servers, and the ports are told without them', async () => {
    const many = Array.from({ length: 20_000 }, (_, place) =>
      port({
        networkId: gone,
        deviceOwner: 'compute:nova',
        deviceId: `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
      }),
    );
    let asked = 0;
    const { ports } = await read(
      () => Promise.resolve(many),
      async () => {
        asked += 1;
        await new Promise(setImmediate);
        throw late;
      },
    );
    expect(ports).toHaveLength(20_000);
    expect(asked).toBeLessThanOrEqual(4);
  });
});

describe('addresses that the change names', () => {
  const idOf = (place: number): string => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
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
  }
  function read(changes: readonly Forged[], { ports = () => Promise.resolve([]), networkOf = seesAll, networks }: Answers = {}) {
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
    const told = readCloud([forgedStack('acme', changes)], noUses, { readers } as unknown as ReadingContext);
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
    expect(await read(changes, { ports: () => Promise.reject(late) })).toMatchObject({ hidden: [], unasked: [problem, problem] }); // prettier-ignore
    const inGreen = await read(changes, { ports: (id) => (id === green ? Promise.reject(refused) : Promise.resolve([])) }); // prettier-ignore
    expect(inGreen).toMatchObject({ hidden: [notCompared], unasked: [] });
  });

  test('are asked for in a bounded number of networks, and the others are said', async () => {
    const changes = Array.from({ length: 203 }, (_, place) => made(place, idOf(place + 100), '10.0.0.7'));
    const { asked, hidden } = await read(changes);
    expect(asked.filter((each) => each.startsWith('ports'))).toHaveLength(200);
    const message = 'whether others have the addresses that it names: a review asks for the ports of at most 200 networks'; // prettier-ignore
    expect(hidden).toEqual(Array.from({ length: 3 }, () => ({ stack: 'acme', message })));
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
