/**
 * Ids and names with SQL in them, at every query, on real servers that are set up against us: their escape rules and their
 * character set are other than mysql2 counts on. Every text comes back as it went in, and no table changes.
 */
import fc from 'fast-check';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { SqlValue } from '../../lib/contract/ports';
import { anyText } from '../support/any-text';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';

const hostile: readonly string[] = [
  `'; DROP TABLE subnets; --`,
  `' OR '1'='1`,
  `' UNION SELECT user, password FROM mysql.user -- `,
  `\\`,
  `\\' OR 1=1 -- `,
  `x\0'; DELETE FROM ipallocationpools; -- `,
  // In GBK the last byte of the character and the backslash before the quote are one character.
  `中' OR 1=1 -- `,
  `縗' OR 1=1 -- `,
  `ÿ' OR 1=1 -- `,
  `%`,
  `_`,
  `0`,
  `"; DROP TABLE subnets; -- `,
  '`; DROP TABLE subnets; -- ',
  `/*!50000 ' OR 1=1 */`,
  `?`,
  `${'x'.repeat(100_000)}'`,
  '\ud800',
];

const servers: readonly (readonly [string, readonly string[]])[] = [
  ['as it comes', []],
  ['that knows no backslash escapes', ['--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT']],
  ['that reads every client as GBK', ['--character-set-server=gbk', '--skip-character-set-client-handshake']],
  ['that reads every client as Shift JIS', ['--character-set-server=sjis', '--skip-character-set-client-handshake']],
];

describe.each(servers)('a server %s', (_, more) => {
  let mariadb: Mariadb;
  beforeAll(async () => {
    mariadb = await startMariadb(() => more);
  });
  afterAll(() => mariadb.stop());

  test(
    'gives every text back as it went in',
    async () => {
      const reader = new MysqlReader({ ...mariadb.root, schema: 'mysql' });
      const echo = async (text: string): Promise<string | undefined> =>
        (await reader.query<{ text: string }>('SELECT ? AS text', [text]))[0]?.text;
      const isIn = async (text: string): Promise<number | undefined> =>
        (await reader.query<{ is: number }>("SELECT 'subnet' IN (?) AS `is`", [[text, text]]))[0]?.is;
      for (const text of hostile) {
        expect(await echo(text)).toBe(text.replaceAll('\ud800', '\ufffd'));
        expect(await isIn(text)).toBe(0);
      }
      await fc.assert(
        fc.asyncProperty(anyText(20), fc.constantFrom(`'`, `\\'`, `"`, '\0', '`'), async (text, quote) => {
          const whole = `${text}${quote} OR 1=1 -- `;
          expect(await echo(whole)).toBe(whole);
          expect(await isIn(whole)).toBe(0);
        }),
        { numRuns: fuzzCount / 10, seed: fuzzSeed },
      );
      await reader.close();
    },
    fuzzTimeoutMs,
  );

  test.each<Era>(['icehouse', 'mitaka', 'zed'])(
    'plans and writes pools of %s, and hostile ids change nothing',
    async (era) => {
      const options: MysqlOptions = await mariadb.createSchema(era, ...schemaFiles[era]);
      const tables = new NeutronTables(await mariadb.connect(era), era);
      const pool = ['203.0.113.71', '203.0.113.75'] as const;
      const subnet = await tables.subnet({
        cidr: '203.0.113.64/26',
        gateway: '203.0.113.65',
        pools: [pool],
        used: ['203.0.113.72'],
      });
      const before = await tables.dump();
      const run = new PoolRun(options);
      const ids = hostile.flatMap((text) => [text, `${subnet.id}${text}`]);
      for (const id of ids) {
        // The kind's own check of a spec is left out: what reaches the database is tried, whoever sent it.
        const planned = await run.plan(declare(id, pool)).catch((error: Error) => error);
        if (planned instanceof Error) expect(planned.message).toMatch(/subnetId|text/);
        else {
          expect(planned.observed.subnets).toEqual(new Map());
          expect(planned.steps).toEqual([]);
        }
      }
      expect(await tables.dump()).toEqual(before);
      await run.close();
    },
  );
});

describe('values of types other than text', () => {
  let mariadb: Mariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
    const root = await mariadb.connect();
    await root.query(
      `CREATE DATABASE neutron; CREATE TABLE neutron.row (id VARCHAR(36)); INSERT INTO neutron.row VALUES ('a'), ('b')`,
    );
  });
  afterAll(() => mariadb.stop());

  test.each<[string, unknown]>([
    ['a number, which every text equals that begins with no digit', 0],
    ['true', true],
    ['an object, which would become `id = 1`', { id: 1 }],
    ['an object with toSqlString, which would be the statement itself', { toSqlString: () => `'a' OR 1=1` }],
    ['a list with a number', ['a', 0]],
    ['a list of lists, which would become `(…), (…)`', [['a'], ['b']]],
    ['a list with an object', [{ id: 1 }]],
    ['an empty list', []],
    ['undefined', undefined],
    ['bytes', Buffer.from('a')],
    ['a date', new Date(0)],
  ])('%s is refused, and nothing is sent', async (_, value) => {
    const writer = new MysqlWriter({ ...mariadb.root, schema: 'neutron' });
    const values = [value] as SqlValue[];
    await expect(writer.query('SELECT * FROM row WHERE id IN (?)', values)).rejects.toThrow('so nothing was sent');
    await expect(
      writer.transaction((transaction) => transaction.execute('DELETE FROM row WHERE id IN (?)', values)),
    ).rejects.toThrow('so nothing was sent');
    expect(await writer.query('SELECT id FROM row ORDER BY id')).toEqual([{ id: 'a' }, { id: 'b' }]);
    await writer.close();
  });

  test.each(['ST_PointFromText("POINT(1 1)")', 'BINARY "a"', 'UNHEX("ff")'])(
    'a cell that is no text, number or null is refused: %s',
    async (cell) => {
      const reader = new MysqlReader({ ...mariadb.root, schema: 'neutron' });
      await expect(reader.query(`SELECT ${cell} AS id`)).rejects.toThrow(/answered the column id with the type object/);
      await reader.close();
    },
  );
});
