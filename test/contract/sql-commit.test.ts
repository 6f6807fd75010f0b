/** A COMMIT that the server answers with an error may or may not have been done; nothing of it is left open. */
import { MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { signal, SqlProxy } from '../support/sql-proxy';

let mariadb: Mariadb;
let options: MysqlOptions;
beforeAll(async () => {
  mariadb = await startMariadb();
  options = await mariadb.createSchema('neutron');
  const root = await mariadb.connect('neutron');
  await root.query('CREATE TABLE item (id INT PRIMARY KEY)');
});
afterAll(() => mariadb.stop());

describe('a COMMIT that the server refuses', () => {
  const writeThrough = async (errno: number, text: string) => {
    const proxy = await SqlProxy.open(options);
    const writer = new MysqlWriter(proxy.options);
    let refused = 0;
    proxy.meeting = {
      before: ({ sql }) => (sql === 'COMMIT' && refused++ === 0 ? { instead: signal(errno, text) } : undefined),
    };
    const write = (id: number) =>
      writer.transaction((transaction) => transaction.execute(`INSERT INTO item VALUES (${id})`));
    const rows = async () =>
      (await writer.query<{ id: number }>('SELECT id FROM item ORDER BY id')).map(({ id }) => id);
    const close = async () => {
      await writer.close();
      await proxy.close();
    };
    return { write, rows, close };
  };

  test('has an unknown outcome, and the next transaction does not commit what it left open', async () => {
    const { write, rows, close } = await writeThrough(1180, 'Got error 5 during COMMIT');
    await expect(write(1)).rejects.toMatchObject({
      reason: 'TransientError',
      message: expect.stringMatching(
        /answered COMMIT with error 1180 .*: the outcome is unknown; run it again/,
      ) as unknown,
    });
    await write(2);
    expect(await rows()).toEqual([2]);
    await close();
  });

  test('has an unknown outcome whatever the server says: a statement that was stopped at COMMIT may have been written', async () => {
    const { write, rows, close } = await writeThrough(1317, 'Query execution was interrupted');
    await expect(write(3)).rejects.toMatchObject({
      reason: 'TransientError',
      message: expect.stringMatching(/COMMIT .*Query execution was interrupted.*outcome is unknown/) as unknown,
    });
    await write(4);
    expect(await rows()).toEqual([2, 4]);
    await close();
  });

  test('is tried again where the server says that it rolled back', async () => {
    const { write, rows, close } = await writeThrough(1213, 'Deadlock found');
    await write(5);
    expect(await rows()).toEqual([2, 4, 5]);
    await close();
  });
});

describe('a statement that commits by itself', () => {
  const defineThrough = async (verdict: 'before' | 'after') => {
    const proxy = await SqlProxy.open(options);
    proxy.meeting = {
      [verdict]: ({ sql }: { readonly sql: string }) => (/^CREATE VIEW/.test(sql) ? 'cut' : undefined),
    };
    const writer = new MysqlWriter(proxy.options);
    const defined = writer.define(`CREATE VIEW seen_${verdict} AS SELECT 1 AS one_row`);
    await expect(defined).rejects.toMatchObject({
      reason: 'TransientError',
      message: expect.stringMatching(
        /lost at a statement that defines: the outcome is unknown, so observe again/,
      ) as unknown,
    });
    const views = await writer.query<{ name: string }>(
      "SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_NAME LIKE 'seen\\_%'",
    );
    await writer.close();
    await proxy.close();
    return views.map(({ name }) => name);
  };

  test('is sent once, and its outcome is unknown where the connection is lost', async () => {
    expect(await defineThrough('before')).toEqual([]);
    expect(await defineThrough('after')).toEqual(['seen_after']);
  });
});
