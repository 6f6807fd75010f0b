/**
 * Liberty and Mitaka with the pluggable IPAM, where an update of pools through the API ends all creation of ports: through
 * the engine, on a real MariaDB, with a model of Neutron as the consumer.
 */
import { defined } from '../../lib/basics/defined';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import { apply, everything, plan } from '../../lib/run/engine';
import { movedSince, undoManifests, withoutMoved } from '../../lib/journal/journal';
import { parseManifest, type Manifest } from '../../lib/contract/manifest';
import type { Readers, Writers } from '../../lib/contract/ports';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { kinds } from '../../reconcilers/registry';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { memoryReaders } from '../support/memory-kind';
import { MitakaNeutron } from '../support/mitaka-neutron';
import { NeutronTables, schemaFiles, type MadeSubnet } from '../support/neutron-tables';
import { manifestOf } from '../support/pool-command';
import { RecordedTexts } from '../support/recorded-run';

let mariadb: Mariadb;
let tables: NeutronTables;
let neutron: MitakaNeutron;
let options: MysqlOptions;
let reader: MysqlReader;
let writer: MysqlWriter;
let schemas = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  options = await mariadb.createSchema(`mitaka${++schemas}`, ...schemaFiles.mitaka);
  tables = new NeutronTables(await mariadb.connect(options.schema), 'mitaka');
  neutron = new MitakaNeutron(await mariadb.connect(options.schema));
  reader = new MysqlReader(options);
  writer = new MysqlWriter(options);
});
afterEach(() => Promise.all([reader.close(), writer.close()]));

const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };
const subnet = () =>
  tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']], used: ['203.0.113.71', '203.0.113.72'] });
const wish = ({ id }: MadeSubnet, method: AllocationPoolSpec['method'] = 'api', last = '203.0.113.85') => {
  const spec = { subnetId: id, method, pools: [{ start: '203.0.113.71', end: last }] };
  const resources = { 'shared/Red/AllocationPools': { kind: 'allocation-pool', spec, dependsOn: [] } };
  return [parseManifest(manifestOf(resources), 'test')];
};
const readersWith = (knowsDatabase: boolean): Readers => ({
  ...memoryReaders,
  cloud: 'lab',
  databases: new Set(knowsDatabase ? (['neutron'] as const) : []),
  network: () => Promise.resolve(neutron),
  ...defined({ database: knowsDatabase ? () => Promise.resolve(reader) : undefined }),
});
const writers = {
  network: () => Promise.resolve(neutron),
  database: () => Promise.resolve(writer),
} as unknown as Writers;
const planOf = (manifests: readonly Manifest[], knowsDatabase = true) =>
  plan(manifests, kinds, readersWith(knowsDatabase));

test("the model of Neutron's allocator fails as Neutron does: after an update by the API it hands out an address that a port has", async () => {
  const red = await subnet();
  expect(await neutron.createPort(red.id)).toBe('203.0.113.73');
  const [found] = await neutron.subnets([red.id]);
  await neutron.setAllocationPools(found!, [{ start: '203.0.113.71', end: '203.0.113.85' }]);
  for (let attempt = 0; attempt < 3; attempt++) await expect(neutron.createPort(red.id)).rejects.toThrow('Duplicate');
});

test('a pool with the method api is changed in the database where the IPAM keeps it, and its rollback goes the same way', async () => {
  const red = await subnet();
  const manifests = wish(red);
  const planned = await planOf(manifests);
  expect(planned).toMatchObject({
    problems: [],
    steps: [
      {
        target: 'database:neutron',
        changes: [{ before: '203.0.113.71-203.0.113.75', after: '203.0.113.71-203.0.113.85' }],
        notes: expect.arrayContaining([
          'goes through the database: an update through the API would make this Neutron hand out addresses that ports have',
        ]) as unknown,
      },
    ],
  });
  const recorded = new RecordedTexts(planned, manifests);
  const report = await apply(planned, kinds, manifests, readersWith(true), writers, { onResult: recorded.onResult });
  expect(report).toMatchObject({ problems: [], results: [{ outcome: 'applied' }] });
  expect(await neutron.createPort(red.id)).toBe('203.0.113.73');
  expect(await planOf(manifests)).toMatchObject({ steps: [], problems: [], warnings: [] });

  const undo = undoManifests(recorded.run, kinds);
  const back = await plan(undo, kinds, readersWith(true), everything, []);
  const left = withoutMoved(back, movedSince(recorded.run, back));
  expect(left).toMatchObject({ problems: [], steps: [{ target: 'database:neutron' }] });
  expect(await apply(left, kinds, undo, readersWith(true), writers)).toMatchObject({
    results: [{ outcome: 'applied' }],
  });
  expect(await tables.pools(red)).toEqual(['203.0.113.71-203.0.113.75']);
  expect(await neutron.createPort(red.id)).toBe('203.0.113.74');
  expect(neutron.updated).toEqual([]);
});

test('a subnet that the IPAM does not keep is changed through the API', async () => {
  const red = await subnet();
  await tables.connection.query('DELETE FROM ipamsubnets');
  const manifests = wish(red);
  const planned = await planOf(manifests);
  expect(planned).toMatchObject({ problems: [], steps: [{ target: 'api:lab' }] });
  await apply(planned, kinds, manifests, readersWith(true), writers);
  expect(neutron.updated).toEqual([red.id]);
});

test('a change is refused with its reason where no database can tell who keeps the subnet', async () => {
  const red = await subnet();
  const before = await tables.dump();
  const planned = await planOf(wish(red), false);
  expect(planned).toMatchObject({ steps: [], problems: [{ reason: 'Blocked' }] });
  expect(planned.problems[0]?.message).toBe(
    `the pools of subnet ${red.id} stay as they are, because this Neutron is Liberty or Mitaka, and with "ipam_driver = internal" in neutron.conf an update through the API makes it hand out addresses that ports have, so that no port can be created any more; name Neutron's database in stackward.yaml ("databases.neutron"), so that stackward looks there, and writes there where it has to`,
  );
  expect(await tables.dump()).toEqual(before);
  expect(await planOf(wish(red, 'api', '203.0.113.75'), false)).toMatchObject({ steps: [], problems: [] });
});

describe('a Neutron that does not tell its extensions', () => {
  const unasked = [
    ['503', new TransientError('GET /v2.0/extensions: 503')],
    ['403', new UnrecoverableError('GET /v2.0/extensions: 403')],
  ] as const;

  test.each(unasked)(
    'with %s has its pools changed in the database, because the database decides',
    async (_, error) => {
      const red = await subnet();
      neutron.extensions = () => Promise.reject(error);
      const manifests = wish(red);
      const planned = await planOf(manifests);
      expect(planned).toMatchObject({ problems: [], steps: [{ target: 'database:neutron' }] });
      await apply(planned, kinds, manifests, readersWith(true), writers);
      expect(neutron.updated).toEqual([]);
      expect(await neutron.createPort(red.id)).toBe('203.0.113.73');
    },
  );

  test.each(unasked)('with %s has a subnet that the IPAM does not keep changed through the API', async (_, error) => {
    const red = await subnet();
    await tables.connection.query('DELETE FROM ipamsubnets');
    neutron.extensions = () => Promise.reject(error);
    expect(await planOf(wish(red))).toMatchObject({ problems: [], steps: [{ target: 'api:lab' }] });
  });

  test.each(unasked)('with %s and without a database keeps its pools, and a problem says why', async (_, error) => {
    const red = await subnet();
    neutron.extensions = () => Promise.reject(error);
    const { reason, message } = error;
    expect(await planOf(wish(red), false)).toMatchObject({ steps: [], problems: [{ reason, message }] });
  });

  test('and answers no other question needs none where the database keeps the subnet', async () => {
    const red = await subnet();
    const readers = { ...readersWith(true), network: () => Promise.reject(new TransientError('503')) };
    expect(await plan(wish(red), kinds, readers)).toMatchObject({ steps: [{ target: 'database:neutron' }] });
  });
});

describe('free ranges that an update through the API broke', () => {
  const broken = async () => {
    const red = await subnet();
    const [found] = await neutron.subnets([red.id]);
    await neutron.setAllocationPools(found!, [{ start: '203.0.113.71', end: '203.0.113.85' }]);
    await expect(neutron.createPort(red.id)).rejects.toThrow('Duplicate');
    return red;
  };

  test.each(['api', 'database'] as const)('are drift that the method %s repairs', async (method) => {
    const red = await broken();
    const manifests = wish(red, method);
    const planned = await planOf(manifests);
    expect(planned).toMatchObject({
      steps: [
        { target: 'database:neutron', because: 'the free ranges hold 203.0.113.71-203.0.113.72, which a port has' },
      ],
    });
    await apply(planned, kinds, manifests, readersWith(true), writers);
    expect(await neutron.createPort(red.id)).toBe('203.0.113.73');
  });

  test('are a problem where Terraform owns the pools, with the way to repair them', async () => {
    const red = await broken();
    const planned = await planOf(wish(red, 'check'));
    expect(planned).toMatchObject({ steps: [], problems: [{ reason: 'Blocked' }] });
    expect(planned.problems[0]?.message).toBe(
      `Neutron can't hand out the addresses of subnet ${red.id} rightly: the free ranges hold 203.0.113.71-203.0.113.72, which a port has; give the subnet allocationPoolMethod: 'database', and stackward repairs its tables`,
    );
  });
});

test('pools that Terraform is about to change are a problem where the IPAM keeps the subnet, and a warning where nobody can tell', async () => {
  const red = await subnet();
  const known = await planOf(wish(red, 'check'));
  expect(known).toMatchObject({ steps: [], problems: [{ reason: 'Blocked' }] });
  expect(known.problems[0]?.message).toBe(
    `the live pools of subnet ${red.id} are 203.0.113.71-203.0.113.75, the code declares 203.0.113.71-203.0.113.85: \`cdktf apply\` writes the code's; this Neutron would hand out addresses that ports have after that, so that no port can be created any more; give the subnet allocationPoolMethod: 'database' before`,
  );
  const unknown = await planOf(wish(red, 'check'), false);
  expect(unknown).toMatchObject({ steps: [], problems: [] });
  expect(unknown.warnings[0]?.message).toBe(
    `the live pools of subnet ${red.id} are 203.0.113.71-203.0.113.75, the code declares 203.0.113.71-203.0.113.85: \`cdktf apply\` writes the code's; this Neutron is Liberty or Mitaka, and with "ipam_driver = internal" in neutron.conf an update through the API makes it hand out addresses that ports have, so that no port can be created any more; look there first, and where it is so, give the subnet allocationPoolMethod: 'database'`,
  );
});
