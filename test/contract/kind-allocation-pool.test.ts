/** The laws of kinds for allocation-pool: in the tables of a real MariaDB, and through an API that behaves as Neutron's. */
import { MysqlReader, MysqlWriter } from '../../adapters/mysql/mysql-database';
import { allocationPool } from '../../reconcilers/allocation-pool';
import { FakeNetwork } from '../support/fake-network';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { NeutronTables, schemaFiles, type Era, type MadeSubnet } from '../support/neutron-tables';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

const declared = ['203.0.113.71', '203.0.113.85'] as const;
const before = ['203.0.113.71', '203.0.113.75'] as const;
const meanwhile = ['203.0.113.71', '203.0.113.80'] as const;
const rangeOf = ([start, end]: readonly [string, string]) => ({ start, end });
const isDeclared = (pools: readonly string[]): boolean => pools.join() === declared.join('-');

let mariadb: Mariadb;
let schemas = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

/** Each subnet has a network of its own, and so a transaction of its own. */
const inTables = (era: Era) => async (): Promise<KindWorld> => {
  const options = await mariadb.createSchema(`${era}_kind_${++schemas}`, ...schemaFiles[era]);
  const tables = new NeutronTables(await mariadb.connect(options.schema), era);
  const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65', pools: [before], used: ['203.0.113.73'] };
  const made = { first: await tables.subnet(lan), second: await tables.subnet(lan) };
  const third = await tables.subnet(lan);
  // The same addresses, of a network of its own.
  const decoy = await tables.subnet(lan);
  const [reader, writer] = [new MysqlReader(options), new MysqlWriter(options)];
  const free = async (subnet: MadeSubnet) => (tables.hasRanges ? tables.freeRanges(subnet) : []);
  const change = async (thing: Thing): Promise<void> => {
    const values = [meanwhile[1], made[thing].id];
    await tables.connection.query('UPDATE ipallocationpools SET last_ip = ? WHERE subnet_id = ?', values);
  };
  const poolsOf = ({ id }: MadeSubnet) => ({ subnetId: id, method: 'database', pools: [rangeOf(declared)] });
  return {
    readers: { ...memoryReaders, databases: new Set(['neutron'] as const), database: () => Promise.resolve(reader) },
    writers: { ...memoryWriters, database: () => Promise.resolve(writer) },
    specs: { first: poolsOf(made.first), second: poolsOf(made.second) },
    third: poolsOf(third),
    state: async () => ({
      first: [await tables.pools(made.first), await free(made.first)],
      second: [await tables.pools(made.second), await free(made.second)],
    }),
    isThere: async (thing) => isDeclared(await tables.pools(made[thing])),
    drift: change,
    meddle: change,
    decoys: async () => [await tables.pools(decoy), await free(decoy)],
    remove: () => Promise.all([reader.close(), writer.close()]),
  };
};

async function throughApi(): Promise<KindWorld> {
  const network = new FakeNetwork();
  const subnet = { cidr: '203.0.113.64/26', gateway: '203.0.113.65', pools: [rangeOf(before)] };
  const made = { first: await network.createSubnet(subnet), second: await network.createSubnet(subnet) };
  const decoy = await network.createSubnet(subnet);
  const poolsOf = async ({ id }: { readonly id: string }): Promise<string[]> =>
    ((await network.subnets([id]))[0]?.allocationPools ?? []).map(({ start, end }) => `${start}-${end}`);
  const change = async (thing: Thing): Promise<void> => {
    const [now] = await network.subnets([made[thing].id]);
    await network.setAllocationPools(now!, [rangeOf(meanwhile)]);
  };
  const specOf = (thing: Thing) => ({ subnetId: made[thing].id, method: 'api', pools: [rangeOf(declared)] });
  return {
    readers: { ...memoryReaders, network: () => Promise.resolve(network) },
    writers: { ...memoryWriters, network: () => Promise.resolve(network) },
    specs: { first: specOf('first'), second: specOf('second') },
    state: async () => [await poolsOf(made.first), await poolsOf(made.second)],
    isThere: async (thing) => isDeclared(await poolsOf(made[thing])),
    drift: change,
    meddle: change,
    decoys: () => poolsOf(decoy),
    remove: () => undefined,
  };
}

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('the tables of %s', (era) => {
  kindSuite(allocationPool, inTables(era), { unit: 'thing', failsAlone: true, whenRemoved: 'stays' });
});

describe('the API of Neutron', () => {
  kindSuite(allocationPool, throughApi, { unit: 'thing', whenRemoved: 'stays' });
});
