/** The laws of kinds for database-view, in schemas of a real MariaDB. */
import { MysqlReader, MysqlWriter } from '../../adapters/mysql/mysql-database';
import { databaseView } from '../../reconcilers/database-view';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { addTroubledServer, makeCell } from '../support/view-world';
import { kindSuite, type KindWorld, type Thing } from './kind-suite';

const views: Readonly<Record<Thing, string>> = { first: 'vw_vm_trace', second: 'vw_inventory' };

let mariadb: Mariadb;
let worlds = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

async function make(): Promise<KindWorld> {
  const own = `stackward_${worlds}`;
  const nova = `nova_${worlds}`;
  const decoys = `others_${worlds}`;
  worlds += 1;
  const options = await mariadb.createSchema(own);
  const connection = await mariadb.connect();
  await makeCell(connection, nova);
  await addTroubledServer(connection, nova, 'jingoo_utm');
  await connection.query(
    `CREATE DATABASE ${decoys}; CREATE VIEW ${decoys}.vw_vm_trace AS SELECT 1 AS a; CREATE VIEW ${own}.vw_vm_trace_of_ours AS SELECT 2 AS a`,
  );
  const shown = async (schema: string) =>
    (
      await connection.query(
        `SELECT TABLE_NAME AS name, VIEW_DEFINITION AS text FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${schema}' ORDER BY name`,
      )
    )[0] as { name: string; text: string }[];
  const records = () =>
    connection.query(`SELECT * FROM ${own}.stackward_records ORDER BY name`).then(
      ([rows]) => rows,
      () => [],
    );
  const [reader, writer] = [new MysqlReader(options), new MysqlWriter(options)];
  const replace = (thing: Thing): Promise<unknown> =>
    connection.query(`CREATE OR REPLACE VIEW ${own}.${views[thing]} AS SELECT 3 AS a`);
  const specOf = (thing: Thing) => ({ view: views[thing], schemas: { nova } });
  return {
    readers: { ...memoryReaders, databases: new Set(['stackward'] as const), database: () => Promise.resolve(reader) },
    writers: { ...memoryWriters, database: () => Promise.resolve(writer) },
    specs: { first: specOf('first'), second: specOf('second') },
    state: async () => [await shown(own), await records()],
    isThere: (thing) =>
      connection
        .query(`SELECT 1 FROM ${own}.${views[thing]} WHERE ${thing === 'first' ? 'vm_name' : 'name'} = 'jingoo_utm'`)
        .then(
          ([rows]) => (rows as object[]).length > 0,
          () => false,
        ),
    drift: replace,
    meddle: replace,
    decoys: async () => [await shown(decoys), (await shown(own)).filter(({ name }) => name.endsWith('_of_ours'))],
    remove: () => Promise.all([reader.close(), writer.close()]),
  };
}

kindSuite(databaseView, make, { unit: 'thing', whenRemoved: 'goes' });
