/** Neutron's allocator since Newton, as the consumer of what the database method writes, on a real MariaDB. */
import { PoolExhausted } from '../support/icehouse-allocator';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type MadeSubnet } from '../support/neutron-tables';
import { NewtonAllocator } from '../support/newton-allocator';
import { declare, PoolRun } from '../support/pool-run';

let mariadb: Mariadb;
let tables: NeutronTables;
let run: PoolRun;
let schema: string;
let schemas = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  schema = `neutron${++schemas}`;
  const options = await mariadb.createSchema(schema, ...schemaFiles.zed);
  tables = new NeutronTables(await mariadb.connect(schema), 'zed');
  run = new PoolRun(options);
});
afterEach(() => run.close());

const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };
const span = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `203.0.113.${first + index}`).sort();

async function drain(allocator: NewtonAllocator, subnet: MadeSubnet): Promise<string[]> {
  const given: string[] = [];
  for (;;) {
    try {
      given.push(await allocator.createPort(subnet));
    } catch (error) {
      if (error instanceof PoolExhausted) return given.sort();
      throw error;
    }
  }
}

test('an extended pool gives out exactly what is free', async () => {
  const allocator = new NewtonAllocator(await mariadb.connect(schema));
  const subnet = await tables.subnet({
    ...lan,
    pools: [['203.0.113.71', '203.0.113.75']],
    used: ['203.0.113.80', '203.0.113.71'],
  });
  await drain(allocator, subnet);
  await run.converge(declare(subnet.id, ['203.0.113.71', '203.0.113.85']));
  expect(await drain(allocator, subnet)).toEqual(span(76, 85).filter((address) => address !== '203.0.113.80'));
});

test('a subnet whose API shows more addresses than its IPAM hands out is repaired', async () => {
  const allocator = new NewtonAllocator(await mariadb.connect(schema));
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.71']] });
  await tables.connection.query("UPDATE ipallocationpools SET last_ip = '203.0.113.75'");
  expect(await drain(allocator, subnet)).toEqual(['203.0.113.71']);
  await run.converge(declare(subnet.id, ['203.0.113.71', '203.0.113.75']));
  expect(await drain(allocator, subnet)).toEqual(span(72, 75));
});

test('a pool that is extended while three workers create ports gives no address twice and loses none', async () => {
  const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.74']] });
  let extended = false;
  const worker = async (): Promise<string[]> => {
    const allocator = new NewtonAllocator(await mariadb.connect(schema));
    const given: string[] = [];
    while (given.length < 12) {
      const last = extended;
      const address = await allocator.createPort(subnet).catch((error: unknown) => {
        if (!(error instanceof PoolExhausted) || last) throw error;
        return undefined;
      });
      if (address !== undefined) given.push(address);
    }
    return given;
  };
  const extend = async (): Promise<string[]> => {
    for (let last = 78; last <= 120; last += 3)
      expect(await run.converge(declare(subnet.id, ['203.0.113.71', `203.0.113.${last}`]))).toEqual([
        { id: 'allocation-pool.t/0', outcome: 'applied' },
      ]);
    extended = true;
    return [];
  };
  const given = (await Promise.all([extend(), worker(), worker(), worker()])).flat();
  expect(new Set(given).size).toBe(36);
  const rest = await drain(new NewtonAllocator(await mariadb.connect(schema)), subnet);
  expect([...given, ...rest].sort()).toEqual(span(71, 120));
});
