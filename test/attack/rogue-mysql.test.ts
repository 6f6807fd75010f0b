/** Whoever answers in the database's place gets neither the password nor a file of this machine. */
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { MysqlLimits } from '../../adapters/mysql/mysql-limits';
import { parseConfiguration } from '../../cli/config';
import { wire } from '../../cli/wire';
import { databaseNames } from '../../lib/contract/ports';
import { plain } from '../../lib/render/style';
import { packets, RogueMysql, type Script } from '../support/rogue-mysql';

const password = 'hunter2-database';
/** An address of this machine that is none of its loopback addresses by name: Linux connects it here all the same. */
const elsewhere = '0.0.0.0';

let rogue: RogueMysql;
afterEach(() => rogue.stop());

const optionsOf = (host: string): MysqlOptions => ({
  host,
  port: rogue.port,
  user: 'stackward',
  password,
  schema: 'neutron',
  tls: 'off',
});

async function refusal(plugin: string, script: Script, host = elsewhere): Promise<string> {
  rogue = await RogueMysql.start(plugin, script);
  const reader = new MysqlReader(optionsOf(host), { connectTimeoutMs: 2_000 });
  const error = await reader.query('SELECT 1').then(
    () => 'it answered',
    (met: Error) => met.message,
  );
  await reader.close();
  return error;
}

/** The client's bytes, as text in which the password would be seen. */
const sent = (): string => Buffer.concat(rogue.received).toString('latin1');

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** The password out of what the client encrypted with our key; undefined where it encrypted nothing. */
function decrypted(): string | undefined {
  const secret = rogue.received.find(({ length }) => length === 256);
  if (secret === undefined) return undefined;
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const mixed = privateDecrypt({ key: pair.privateKey, padding, oaepHash: 'sha1' }, secret);
  return Buffer.from(mixed.map((byte, index) => byte ^ (rogue.salt[index % rogue.salt.length] ?? 0)))
    .toString()
    .replace('\0', '');
}

const keyExchanges: readonly (readonly [string, Script])[] = [
  [
    'caching_sha2_password',
    [packets.authSwitch('caching_sha2_password'), packets.fullAuthentication, packets.publicKey(pem)],
  ],
  ['sha256_password', [packets.authSwitch('sha256_password'), packets.publicKey(pem)]],
];

describe.each(keyExchanges)('%s without TLS', (plugin, script) => {
  test.each([plugin, 'mysql_native_password'])(
    'a server whose key nobody vouches for gets no password (greeting of %s)',
    async (greeted) => {
      const error = await refusal(greeted, script);
      expect(decrypted()).toBeUndefined();
      expect(error).toMatch(/asks for the password under a key of its own.*set "tls" for this database/);
    },
  );

  test('gets its key accepted where the server is on this machine', async () => {
    await refusal('mysql_native_password', script, '127.0.0.1');
    expect(decrypted()).toBe(password);
  });
});

test.each<[string, Script, RegExp]>([
  ['mysql_clear_password', [packets.authSwitch('mysql_clear_password'), packets.ok], /asks for the password in clear/],
  ['mysql_old_password', [packets.oldAuthSwitch, packets.ok], /in the format of before MySQL 4\.1/],
  [
    'dialog',
    [packets.authSwitch('dialog'), packets.ok],
    /asks user stackward for a login that stackward does not know \(/,
  ],
  [
    '__proto__',
    [packets.authSwitch('__proto__'), packets.ok],
    /asks user stackward for a login that stackward does not know \(/,
  ],
])(
  'a server that asks for %s gets nothing, whether it asks in the greeting or later',
  async (plugin, script, sentence) => {
    const later = await refusal('mysql_native_password', script);
    expect(later).toMatch(sentence);
    expect(sent()).not.toContain(password);
    await rogue.stop();
    await refusal(plugin, script);
    expect(sent()).not.toContain(password);
  },
);

test('a server that asks for a file of this machine gets none, and the message names the request', async () => {
  const error = await refusal('mysql_native_password', [packets.ok, packets.wantFile('/etc/passwd'), packets.ok]);
  expect(sent()).not.toContain('root:');
  expect(error).toMatch(/asks for a file of this machine/);
  // The client says from the start that it hands out no files.
  expect((rogue.received[0]?.readUInt32LE(0) ?? 0) & 0x80).toBe(0);
});

describe.each(['nova', 'shared'])('the entry %s of stackward.yaml', (entry) => {
  const names = entry === 'shared' ? databaseNames : (['nova'] as const);

  test.each<[string, Script, RegExp]>([
    [
      'the password in clear',
      [packets.authSwitch('mysql_clear_password'), packets.ok],
      /asks for the password in clear/,
    ],
    ['the password under a key of its own', keyExchanges[0]![1], /asks for the password under a key of its own/],
    [
      'a file of this machine',
      [packets.ok, packets.wantFile('/etc/passwd'), packets.ok],
      /asks for a file of this machine/,
    ],
  ])('sends nothing to a server that asks for %s in the place of any database', async (_, script, sentence) => {
    for (const name of names) {
      rogue = await RogueMysql.start('mysql_native_password', script);
      const more = entry === 'shared' ? `, names: [${names.join(', ')}]` : '';
      const text = `databases:\n  ${entry}: { host: ${elsewhere}, port: ${rogue.port}, user: u, password: "\${PASSWORD}", tls: off${more} }\n`;
      const configuration = parseConfiguration(text, 'stackward.yaml', { PASSWORD: password });
      const { context, close } = wire(configuration, {}, [], {
        style: plain,
        clock: { now: () => new Date(), show: String },
      });
      const reader = await context.readers.database(`database:${name}`);
      await expect(reader.query('SELECT 1')).rejects.toThrow(sentence);
      expect(sent()).not.toContain(password);
      expect(sent()).not.toContain('root:');
      expect(decrypted()).toBeUndefined();
      await close();
      await rogue.stop();
    }
  });
});

describe('a database server that falls silent or talks without end', () => {
  /** The answers until the session is set up: to the login, its settings and its isolation. */
  const session = [packets.ok, packets.ok, packets.ok];
  const limits = { statementTimeoutMs: 1_000 };
  const refused = async (
    script: Script,
    work: (writer: MysqlWriter) => Promise<unknown>,
    within: Partial<MysqlLimits> = limits,
  ): Promise<string> => {
    rogue = await RogueMysql.start('mysql_native_password', script);
    const writer = new MysqlWriter(optionsOf(elsewhere), within);
    const error = await work(writer).then(
      () => 'it answered',
      (met: Error) => met.message,
    );
    await writer.close();
    return error;
  };
  const silent = /has not answered a statement within 1 s/;

  test.each<[string, Script]>([
    ['behind the login', [packets.ok]],
    ['at the first statement', session],
    ['in the middle of an answer', [...session, packets.columnCount(1)]],
  ])('%s makes the statement fail with a sentence', async (_, script) => {
    expect(await refused(script, (writer) => writer.query('SELECT 1'))).toMatch(silent);
  });

  test('at a statement of a transaction is sent nothing further, and nothing was written', async () => {
    const script = [...session, packets.ok];
    expect(
      await refused(script, (writer) => writer.transaction((statements) => statements.execute('DELETE FROM pool'))),
    ).toMatch(/has not answered a statement within 1 s: nothing was written by what was under way/);
    expect(sent()).not.toContain('ROLLBACK');
  });

  test('at COMMIT leaves an unknown outcome', async () => {
    const script = [...session, packets.ok, packets.ok];
    expect(
      await refused(script, (writer) => writer.transaction((statements) => statements.execute('DELETE FROM pool'))),
    ).toMatch(/at COMMIT: the outcome is unknown/);
  });

  test('is left for a new connection at the next statement', async () => {
    rogue = await RogueMysql.start('mysql_native_password', session);
    const writer = new MysqlWriter(optionsOf(elsewhere), limits);
    const ask = () => expect(writer.query('SELECT 1')).rejects.toThrow(silent);
    await ask();
    await ask();
    await writer.close();
    expect(rogue.received.filter((packet) => packet.includes('SELECT 1'))).toHaveLength(2);
  });

  test('has its endless rows cut at the bytes that one answer may have', async () => {
    const rows = Array.from({ length: 100 }, () => packets.row('x'.repeat(60_000)));
    const script = [...session, [packets.columnCount(1), packets.column('a'), packets.endOfFile, ...rows]];
    expect(await refused(script, (writer) => writer.query('SELECT a'), { statementBytes: 1 << 20 })).toMatch(
      /answers a statement with more than 1 MiB/,
    );
  });

  test.each([
    ['gbk', 28],
    ['dec8', 3],
  ])('has its text refused in %s, a character set that nobody asked for', async (encoding, collation) => {
    const rows = [
      packets.columnCount(1),
      packets.column('a', collation),
      packets.endOfFile,
      packets.row('ü'),
      packets.endOfFile,
    ];
    expect(await refused([...session, rows], (writer) => writer.query('SELECT a'))).toContain(
      `it sent text in ${encoding}, although the session asked for utf8mb4`,
    );
  });
});
