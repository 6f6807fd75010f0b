/** Icehouse's allocator, as the consumer of what the database method writes, on a real MariaDB. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';
import golden from '../golden/0919a.json';
import { IcehouseAllocator, PoolExhausted, ServerError } from '../support/icehouse-allocator';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type MadeSubnet } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';

let mariadb: Mariadb;
let tables: NeutronTables;
let run: PoolRun;
let neutron: IcehouseAllocator;
let schemas = 0;

beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  const options = await mariadb.createSchema(`neutron${++schemas}`, ...schemaFiles.icehouse);
  tables = new NeutronTables(await mariadb.connect(options.schema), 'icehouse');
  neutron = new IcehouseAllocator(await mariadb.connect(options.schema));
  run = new PoolRun(options);
});
afterEach(() => run.close());

const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };
const listed = (...spans: readonly (readonly [string, string])[]): string[] =>
  spans.flatMap(([start, end]) => {
    const { version, first, last } = parseRange({ start, end });
    return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
      formatAddress(version, first + BigInt(index)),
    );
  });
const without = (all: readonly string[], taken: readonly string[]): string[] =>
  all.filter((address) => !taken.includes(address)).sort();

/** All that the allocator hands out until it says that there is no more. */
async function drain(networkId: string, subnet?: MadeSubnet): Promise<string[]> {
  const given: string[] = [];
  for (;;) {
    try {
      const { addresses } = await neutron.createPort(networkId, subnet && { subnetId: subnet.id });
      given.push(...addresses);
    } catch (error) {
      if (error instanceof PoolExhausted) return given.sort();
      throw error;
    }
  }
}

test("the operator's full pool is extended by one apply, and Neutron's allocator hands out the new addresses (case 0919 a)", async () => {
  const { before, after } = golden;
  const subnet = await tables.subnet({
    cidr: golden.cidr,
    gateway: golden.gateway,
    used: before.allocated,
    pools: [['221.145.180.71', '221.145.180.75']],
  });
  expect({ pools: await tables.pools(subnet), ranges: await tables.freeRanges(subnet) }).toEqual({
    pools: before.pools,
    ranges: before.ranges,
  });
  const allocations = (await tables.dump())['ipallocations'];

  const spec = { subnetId: subnet.id, method: 'database' as const, pools: golden.declared };
  expect(await run.converge(spec)).toEqual([{ id: 'allocation-pool.t/0', outcome: 'applied' }]);

  expect({ pools: await tables.pools(subnet), ranges: await tables.freeRanges(subnet) }).toEqual({
    pools: after.pools,
    ranges: after.ranges,
  });
  expect((await tables.dump())['ipallocations']).toEqual(allocations);
  expect(await drain(subnet.networkId)).toEqual(without(listed(['221.145.180.71', '221.145.180.85']), after.allocated));
});

test('an extended pool gives out exactly what is free, addresses given back among them', async () => {
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']], used: ['203.0.113.80'] });
  const first = await neutron.createPort(subnet.networkId);
  await neutron.createPort(subnet.networkId);
  await neutron.deletePort(first.id);
  expect(first.addresses).toEqual(['203.0.113.71']);

  await run.converge(declare(subnet.id, ['203.0.113.71', '203.0.113.85']));

  const taken = ['203.0.113.72', '203.0.113.80'];
  expect(await drain(subnet.networkId)).toEqual(without(listed(['203.0.113.71', '203.0.113.85']), taken));
  const again = await run.plan(declare(subnet.id, ['203.0.113.71', '203.0.113.85']));
  expect(again.steps).toEqual([]);
  expect(again.findings).toMatchObject([{ message: expect.stringContaining('15 of 15') as unknown }]);
});

test('a full pool works again after its extension, without waiting for a rebuild', async () => {
  const networkId = await tables.network();
  const full = await tables.subnet({ ...lan, networkId, pools: [['203.0.113.71', '203.0.113.72']] });
  const roomy = await tables.subnet({ cidr: '192.0.2.0/24', networkId, pools: [['192.0.2.10', '192.0.2.11']] });
  await drain(networkId, full);
  await run.converge(declare(full.id, ['203.0.113.71', '203.0.113.74']));
  expect(await drain(networkId, full)).toEqual(['203.0.113.73', '203.0.113.74']);
  expect(await drain(networkId, roomy)).toEqual(['192.0.2.10', '192.0.2.11']);
});

test('two subnets of one network change together, and all addresses of both are handed out', async () => {
  const networkId = await tables.network();
  const subnet = await tables.subnet({
    ...lan,
    networkId,
    pools: [['203.0.113.71', '203.0.113.72']],
    used: ['203.0.113.72'],
  });
  const two = await tables.subnet({ cidr: '192.0.2.0/24', networkId, pools: [['192.0.2.10', '192.0.2.10']] });
  const results = await run.converge(
    declare(subnet.id, ['203.0.113.71', '203.0.113.74']),
    declare(two.id, ['192.0.2.10', '192.0.2.12'], ['192.0.2.20', '192.0.2.21']),
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
  expect(await drain(networkId)).toEqual(
    without(listed(['203.0.113.71', '203.0.113.74'], ['192.0.2.10', '192.0.2.12'], ['192.0.2.20', '192.0.2.21']), [
      '203.0.113.72',
    ]),
  );
});

test('pools of IPv6 are written in the spelling that Neutron compares', async () => {
  const subnet = await tables.subnet({
    cidr: '2001:db8:0:7::/64',
    gateway: '2001:db8:0:7::1',
    used: ['2001:db8:0:7::b'],
    pools: [['2001:db8:0:7::a', '2001:db8:0:7::b']],
  });
  await run.converge(declare(subnet.id, ['2001:DB8:0:7:0::A', '2001:0db8:0:7::10']));
  expect(await tables.pools(subnet)).toEqual(['2001:db8:0:7::a-2001:db8:0:7::10']);
  expect(await drain(subnet.networkId)).toEqual(
    without(listed(['2001:db8:0:7::a', '2001:db8:0:7::10']), ['2001:db8:0:7::b']),
  );
});

test('an address that a port chose is taken out of the free ranges, and never handed out twice', async () => {
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']] });
  const chosen = (address: string) => neutron.createPort(subnet.networkId, { subnetId: subnet.id, address });
  await chosen('203.0.113.80');
  await run.converge(declare(subnet.id, ['203.0.113.71', '203.0.113.85']));
  await chosen('203.0.113.82');
  expect(await drain(subnet.networkId)).toEqual(
    without(listed(['203.0.113.71', '203.0.113.85']), ['203.0.113.80', '203.0.113.82']),
  );
});

test('apply waits for a transaction that is still open and has chosen an address', async () => {
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']] });
  const open = await mariadb.connect(`neutron${schemas}`);
  await open.query('START TRANSACTION; INSERT INTO ipallocations VALUES (NULL, ?, ?, ?)', [
    ...['203.0.113.80', subnet.id, subnet.networkId],
  ]);
  const planned = await run.plan(declare(subnet.id, ['203.0.113.71', '203.0.113.85']));
  const applying = run.apply(planned);
  // The view is refreshed only when nobody asked for 0.1 s.
  for (let waiting = 0; waiting === 0; await sleep(150)) {
    const [rows] = await tables.connection.query('SELECT 1 FROM information_schema.innodb_lock_waits');
    waiting = (rows as unknown[]).length;
  }
  await open.query('COMMIT');
  expect(await applying).toEqual([{ id: 'allocation-pool.t/0', outcome: 'applied' }]);
  expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.71-203.0.113.79', '203.0.113.81-203.0.113.85']);
});

describe('free ranges that somebody broke by hand', () => {
  const edit = (sql: string, ...values: string[]) => tables.connection.query(sql, values);
  const spec = (subnet: MadeSubnet) => declare(subnet.id, ['203.0.113.71', '203.0.113.75']);

  test('make every creation of a port fail until apply, where a range holds an allocated address', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']], used: ['203.0.113.71'] });
    await edit('UPDATE ipavailabilityranges SET first_ip = ?', '203.0.113.71');
    await expect(neutron.createPort(subnet.networkId)).rejects.toThrow(ServerError);
    await expect(neutron.createPort(subnet.networkId)).rejects.toThrow(ServerError);
    await run.converge(spec(subnet));
    expect(await drain(subnet.networkId)).toEqual(listed(['203.0.113.72', '203.0.113.75']));
  });

  test('would hand out the gateway until apply, where a range leaves its pool', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']] });
    await edit('UPDATE ipavailabilityranges SET first_ip = ?', '203.0.113.65');
    await run.converge(spec(subnet));
    expect(await drain(subnet.networkId)).toEqual(listed(['203.0.113.71', '203.0.113.75']));
  });

  test('are repaired where two ranges overlap', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']] });
    await edit(
      "INSERT INTO ipavailabilityranges SELECT allocation_pool_id, '203.0.113.73', last_ip FROM ipavailabilityranges",
    );
    await run.converge(spec(subnet));
    expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.71-203.0.113.75']);
  });
});

test('a pool that is extended while three workers create and delete ports gives no address twice and loses none', async () => {
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.74']] });
  const schema = `neutron${schemas}`;
  const held = new Set<string>();
  let done = false;
  const worker = async (): Promise<void> => {
    const allocator = new IcehouseAllocator(await mariadb.connect(schema));
    for (let made = 0; made < 14 && !done;) {
      const port = await allocator.createPort(subnet.networkId).catch(() => undefined);
      if (!port) continue;
      const [address = ''] = port.addresses;
      expect(held.has(address)).toBe(false);
      held.add(address);
      if (++made % 4 === 0) {
        held.delete(address);
        // A deadlock rolls it back, and the port stays.
        await allocator.deletePort(port.id).catch(() => held.add(address));
      }
    }
  };
  const extend = async (): Promise<void> => {
    for (let last = 78; last <= 120; last += 3) {
      const results = await run.converge(declare(subnet.id, ['203.0.113.71', `203.0.113.${last}`]));
      expect(results).toEqual([{ id: 'allocation-pool.t/0', outcome: 'applied' }]);
    }
  };
  await Promise.all([extend(), worker(), worker(), worker()]).finally(() => (done = true));

  const [rows] = await tables.connection.query('SELECT ip_address FROM ipallocations');
  expect((rows as { ip_address: string }[]).map((row) => row.ip_address).sort()).toEqual([...held].sort());
  const free = subtract(
    [parseRange({ start: '203.0.113.71', end: '203.0.113.120' })],
    compact([...held].map((address) => only(parseAddress(address)))),
  );
  expect(await drain(subnet.networkId)).toEqual(
    listed(
      ...free.map(({ version, first, last }) => [formatAddress(version, first), formatAddress(version, last)] as const),
    ).sort(),
  );
  expect((await run.plan(declare(subnet.id, ['203.0.113.71', '203.0.113.120']))).steps).toEqual([]);
});
