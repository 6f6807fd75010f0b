/** The contract of every `SqlReader` and `SqlWriter`, on a real MariaDB. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { SqlProxy } from '../support/sql-proxy';

let mariadb: Mariadb;
let options: MysqlOptions;
let beside: Connection;
let reader: MysqlReader;
let writer: MysqlWriter;

beforeAll(async () => {
  mariadb = await startMariadb(() => [
    '--transaction-isolation=READ-COMMITTED',
    '--autocommit=0',
    '--sql-mode=NO_BACKSLASH_ESCAPES',
  ]);
  options = await mariadb.createSchema('stock');
  beside = await mariadb.connect('stock');
  await beside.query('CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(8) NOT NULL) ENGINE=InnoDB');
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  await beside.query(
    "SET autocommit = 1; DELETE FROM item; INSERT INTO item VALUES (1, 'one'), (2, 'two'), (3, 'three')",
  );
  reader = new MysqlReader(options);
  writer = new MysqlWriter(options);
});
afterEach(async () => {
  await reader.close();
  await writer.close();
});

const names = async (): Promise<string> => {
  const [rows] = await beside.query<RowDataPacket[]>('SELECT name FROM item ORDER BY id');
  return rows.map((row) => row['name'] as string).join(' ');
};

test('values are data whatever they hold, and a list fills IN (?)', async () => {
  const nasty = `'"\\%_`;
  await writer.transaction((transaction) => transaction.execute('INSERT INTO item VALUES (?, ?)', ['4', nasty]));
  expect(await reader.query('SELECT id FROM item WHERE name IN (?) ORDER BY id', [[nasty, 'one']])).toEqual([
    { id: 1 },
    { id: 4 },
  ]);
  expect(await reader.query('SELECT ? AS a, ? AS b', [null, 'é→'])).toEqual([{ a: null, b: 'é→' }]);
});

test('questions asked at once are answered one after the other', async () => {
  const asked = [1, 2, 3].map((id) =>
    reader.query<{ name: string }>('SELECT name FROM item WHERE id = ?', [String(id)]),
  );
  expect((await Promise.all(asked)).flat().map((row) => row.name)).toEqual(['one', 'two', 'three']);
});

describe('a database reader', () => {
  test('sees one moment inside a snapshot, and the present outside', async () => {
    const count = 'SELECT COUNT(*) AS n FROM item';
    const seen = await reader.snapshot(async (view) => {
      await beside.query("INSERT INTO item VALUES (9, 'nine')");
      return view.query(count);
    });
    expect(seen).toEqual([{ n: 3 }]);
    expect(await reader.query(count)).toEqual([{ n: 4 }]);
  });

  test('leaves no transaction open when the work inside fails', async () => {
    await expect(reader.snapshot(() => Promise.reject(new TypeError('mine')))).rejects.toThrow('mine');
    expect(await reader.query('SELECT @@in_transaction AS open')).toEqual([{ open: 0 }]);
  });

  test('is kept from writing by the server itself', async () => {
    await expect(reader.query("INSERT INTO item VALUES (9, 'nine')")).rejects.toMatchObject({
      reason: 'UnrecoverableError',
    });
    expect(await names()).toBe('one two three');
  });
});

describe('a database session', () => {
  test("has its own settings, whatever the server's are", async () => {
    await writer.transaction(async (transaction) => {
      const [row] = await transaction.query(
        'SELECT @@tx_isolation AS isolation, @@innodb_lock_wait_timeout AS wait, @@autocommit AS autocommit, @@sql_mode AS mode',
      );
      expect(row).toEqual({
        isolation: 'REPEATABLE-READ',
        wait: 2,
        autocommit: 1,
        mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
      });
    });
  });

  test('cuts neither long values nor long lists (case 1012)', async () => {
    const tooLong = writer.transaction((transaction) =>
      transaction.execute("INSERT INTO item VALUES (4, 'too long for 8')"),
    );
    await expect(tooLong).rejects.toThrow('Data too long');
    const rows = Array.from({ length: 2000 }, (_, index) => `(${1000 + index}, 'x')`);
    await beside.query(`INSERT INTO item VALUES ${rows.join(', ')}`);
    expect(await reader.query('SELECT LENGTH(GROUP_CONCAT(id)) AS n FROM item WHERE id >= 1000')).toEqual([
      { n: 2000 * 5 - 1 },
    ]);
  });
});

describe('a database transaction', () => {
  test('is written whole or not at all', async () => {
    await writer.transaction(async (transaction) => {
      expect(await transaction.execute("UPDATE item SET name = 'uno' WHERE id = 1")).toBe(1);
      expect(await transaction.execute("UPDATE item SET name = 'uno' WHERE id = 1")).toBe(1);
      expect(await transaction.execute('DELETE FROM item WHERE id > 1')).toBe(2);
      expect(await names()).toBe('one two three');
    });
    expect(await names()).toBe('uno');
    const failing = writer.transaction(async (transaction) => {
      await transaction.execute('DELETE FROM item');
      throw new TypeError('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect(await names()).toBe('uno');
  });

  test('that loses a deadlock starts again', async () => {
    const winner = await mariadb.connect('stock');
    await winner.query('SET autocommit = 0');
    await winner.query("INSERT INTO item SELECT seq + 100, 'x' FROM seq_1_to_500");
    await winner.query("UPDATE item SET name = 'zwei' WHERE id = 2");
    let attempt = 0;
    let crossing: Promise<unknown> = Promise.resolve();
    await writer.transaction(async (transaction) => {
      attempt++;
      await transaction.execute("UPDATE item SET name = 'uno' WHERE id = 1");
      if (attempt === 1) {
        // The winner waits for row 1; then this transaction asks for row 2, and the server picks the smaller one.
        crossing = winner
          .query("UPDATE item SET name = CONCAT(name, '!') WHERE id = 1")
          .then(() => winner.query('COMMIT'));
        await untilWaiting();
      }
      await transaction.execute("UPDATE item SET name = CONCAT(name, '?') WHERE id = 2");
    });
    await crossing;
    expect(attempt).toBe(2);
    const [rows] = await beside.query<RowDataPacket[]>('SELECT name FROM item WHERE id < 3 ORDER BY id');
    expect(rows.map((row) => row['name'] as string)).toEqual(['uno', 'zwei?']);
  });

  test('that waits for a lock too long starts again', async () => {
    await beside.query('BEGIN; SELECT * FROM item WHERE id = 1 FOR UPDATE');
    let attempt = 0;
    await writer.transaction(async (transaction) => {
      if (++attempt === 2) await beside.query('ROLLBACK');
      await transaction.execute("UPDATE item SET name = 'uno' WHERE id = 1");
    });
    expect([attempt, await names()]).toEqual([2, 'uno two three']);
  });

  test.each([
    [1213, 'Deadlock found'],
    [1205, 'Lock wait timeout'],
    [1047, 'WSREP has not yet prepared node'],
  ])('is given up after five attempts of error %i', async (errno, text) => {
    let attempt = 0;
    const failing = writer.transaction(async (transaction) => {
      attempt++;
      await transaction.execute(`UPDATE item SET name = '${attempt}' WHERE id = 1`);
      await transaction.query(`SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = '${text}'`);
    });
    await expect(failing).rejects.toMatchObject({
      reason: 'TransientError',
      message: expect.stringContaining(text) as unknown,
    });
    expect([attempt, await names()]).toEqual([5, 'one two three']);
  });

  /** The view is refreshed only when nobody asked for 0.1 s. */
  async function untilWaiting(): Promise<void> {
    for (let waiting = 0; waiting === 0; await sleep(150)) {
      const [rows] = await beside.query<RowDataPacket[]>('SELECT 1 FROM information_schema.innodb_lock_waits');
      waiting = rows.length;
    }
  }
});

describe('a lost database connection', () => {
  test.each(['killed', 'cut before', 'cut after'] as const)(
    '%s inside a transaction has written nothing',
    async (how) => {
      const proxy = await SqlProxy.open(options);
      const through = new MysqlWriter(proxy.options);
      const when = how === 'cut after' ? 'after' : 'before';
      proxy.meeting = {
        [when]: async ({ sql, threadId }: { sql: string; threadId: number }) => {
          if (!sql.startsWith('DELETE')) return undefined;
          if (how !== 'killed') return 'cut';
          await beside.query(`KILL ${threadId}`);
          return undefined;
        },
      };
      const failing = through.transaction((transaction) => transaction.execute('DELETE FROM item'));
      await expect(failing).rejects.toMatchObject({
        reason: 'TransientError',
        message: expect.stringContaining('nothing was written') as unknown,
      });
      expect(await names()).toBe('one two three');
      proxy.meeting = {};
      expect(await through.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await through.close();
      await proxy.close();
    },
  );

  test.each([
    ['before', 'one two three'],
    ['after', ''],
  ] as const)('%s COMMIT reached the server: the outcome is unknown, and said so', async (when, left) => {
    const proxy = await SqlProxy.open(options);
    const through = new MysqlWriter(proxy.options);
    proxy.meeting = { [when]: ({ sql }: { sql: string }) => (sql === 'COMMIT' ? 'cut' : undefined) };
    const failing = through.transaction((transaction) => transaction.execute('DELETE FROM item'));
    await expect(failing).rejects.toMatchObject({
      reason: 'TransientError',
      message: 'the connection was lost at COMMIT: the outcome is unknown, so observe again',
    });
    expect(await names()).toBe(left);
    await through.close();
    await proxy.close();
  });

  test('is no error while idle: the next question opens a new connection', async () => {
    const proxy = await SqlProxy.open(options);
    const through = new MysqlReader(proxy.options);
    const [first] = await through.query('SELECT CONNECTION_ID() AS id');
    await proxy.hangUp();
    const [second] = await through.query('SELECT CONNECTION_ID() AS id');
    expect(second).not.toEqual(first);
    await through.close();
    await proxy.close();
  });
});

test('close ends the database session, and a later question opens another', async () => {
  const id = async () => (await reader.query<{ id: number }>('SELECT CONNECTION_ID() AS id'))[0]?.id;
  const first = await id();
  await reader.close();
  expect(await id()).not.toBe(first);
});
