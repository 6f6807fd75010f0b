/** Each way in which a database can't be reached has its own sentence, with the next step; none holds the password. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { StackwardError } from '../../lib/basics/errors';
import { freePort } from '../support/free-port';
import { listenWithoutAccepting } from '../support/full-listener';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { RogueMysql } from '../support/rogue-mysql';

let mariadb: Mariadb;
let options: MysqlOptions;
beforeAll(async () => {
  mariadb = await startMariadb();
  options = await mariadb.createSchema('neutron');
  const root = await mariadb.connect('neutron');
  await root.query('CREATE TABLE pool (id INT PRIMARY KEY, first_ip INT, last_ip INT)');
});
afterAll(() => mariadb.stop());

async function refusal(to: MysqlOptions, sql = 'SELECT 1', timeoutMs?: number): Promise<StackwardError> {
  const reader = new MysqlReader(to, timeoutMs === undefined ? {} : { connectTimeoutMs: timeoutMs });
  const error = await reader.query(sql).then(
    () => new Error('it answered'),
    (met: unknown) => met,
  );
  await reader.close();
  if (!(error instanceof StackwardError)) throw error;
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(to.password);
  return error;
}

/** A server of ours in the place of a database. */
async function pretend(answer: (socket: Socket) => void): Promise<MysqlOptions & { server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ...options, port: (server.address() as AddressInfo).port, server };
}

test('a database port where nothing listens is said to refuse the connection', async () => {
  const port = await freePort();
  expect(await refusal({ ...options, port })).toMatchObject({
    reason: 'UnrecoverableError',
    message: `127.0.0.1:${port} refuses the connection: nothing listens there; start the database, or correct "host" and "port" (bind_address may be 127.0.0.1 only)`,
  });
});

test('a database port that answers nothing is said to be filtered (case 1124)', async () => {
  const { child, port, fillers } = await listenWithoutAccepting();
  expect(await refusal({ ...options, port }, 'SELECT 1', 300)).toMatchObject({
    reason: 'TransientError',
    message: `no answer from 127.0.0.1:${port} within 0.3 s: a firewall drops the packets, or the host is down; open TCP port ${port} from this machine`,
  });
  for (const socket of fillers) socket.destroy();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a database that accepts a connection and sends no greeting is told from a filtered port (case 1124)', async () => {
  const { server, ...to } = await pretend(() => undefined);
  expect(await refusal(to, 'SELECT 1', 300)).toMatchObject({
    reason: 'TransientError',
    message: expect.stringMatching(
      /accepts the connection but sends no greeting within 0.3 s: an access list, a proxy/,
    ) as unknown,
  });
  server.close();
});

test('a database that closes a connection before its greeting is told from one that stays silent', async () => {
  const { server, ...to } = await pretend((socket) => socket.end());
  expect(await refusal(to)).toMatchObject({
    reason: 'TransientError',
    message: expect.stringContaining('closes it before the greeting: an access list') as unknown,
  });
  server.close();
});

test.each<[string, number, string, RegExp]>([
  [
    'a proxy whose server is gone',
    2003,
    "Can't connect to remote MySQL server for client connected to '0.0.0.0:6446'",
    /^the connection to \S+ was lost \(Can't connect to remote .*\): nothing was written .*; run it again$/,
  ],
  [
    'a server that is full',
    1040,
    'Too many connections',
    /has no connection left \(Too many connections\); run it again later/,
  ],
])("an error instead of the database's greeting, of %s, is a passing failure", async (_, errno, text, sentence) => {
  const body = Buffer.concat([Buffer.of(0xff, errno & 255, errno >> 8), Buffer.from(text)]);
  const { server, ...to } = await pretend((socket) =>
    socket.end(Buffer.concat([Buffer.of(body.length, 0, 0, 0), body])),
  );
  expect(await refusal(to)).toMatchObject({
    reason: 'TransientError',
    message: expect.stringMatching(sentence) as unknown,
  });
  server.close();
});

test('a database that greets and does not answer the login is given up, and its load is named', async () => {
  const server = await RogueMysql.start('mysql_native_password', [undefined]);
  expect(await refusal({ ...options, port: server.port }, 'SELECT 1', 300)).toMatchObject({
    reason: 'TransientError',
    message: `127.0.0.1:${server.port} has not ended the login within 0.3 s; see its load and its error log, and run it again`,
  });
  await server.stop();
});

test('an unknown host name of a database is named', async () => {
  expect(await refusal({ ...options, host: 'db.invalid' })).toMatchObject({
    message: expect.stringContaining('the host name db.invalid has no address') as unknown,
  });
});

test('a database server without TLS is refused with the two ways to go on', async () => {
  expect(await refusal({ ...options, tls: {} })).toMatchObject({
    reason: 'UnrecoverableError',
    message: expect.stringContaining('offers no TLS; turn TLS on at the server, or set tls: off') as unknown,
  });
});

test('a wrong password, an unknown schema and a schema without a grant are told apart', async () => {
  const reason = 'UnrecoverableError';
  const text = (part: string) => expect.stringContaining(part) as unknown;
  expect(await refusal({ ...options, password: 'not-the-pass-word' })).toMatchObject({
    reason,
    message: text('denies user root access: the password is wrong'),
  });
  expect(await refusal({ ...options, schema: 'quantum' })).toMatchObject({
    reason,
    message: text('has no schema quantum'),
  });
  const stranger = await mariadb.createUser('stranger', 'neutron', []);
  expect(await refusal(stranger)).toMatchObject({
    reason,
    message: text('lets user stranger not use the schema neutron; GRANT it what docs/database-grants.md lists'),
  });
});

test('a missing grant on a table or a column is named', async () => {
  const account = await mariadb.createUser('some', 'neutron', ['GRANT SELECT, UPDATE (first_ip) ON neutron.pool']);
  expect(await refusal(account, 'SELECT * FROM mysql.user')).toMatchObject({
    message: expect.stringContaining('denies user some SELECT on') as unknown,
  });
  const writer = new MysqlWriter(account);
  const write = (sql: string) =>
    writer.transaction((transaction) => transaction.execute(sql)).catch((error: Error) => error.message);
  expect(await write('INSERT INTO pool VALUES (1, 2, 3)')).toContain(
    'denies user some INSERT on neutron.pool; GRANT INSERT ON neutron.pool to it, see docs/database-grants.md',
  );
  expect(await write('UPDATE pool SET last_ip = 4')).toContain(
    'denies user some UPDATE (last_ip) on neutron.pool; GRANT UPDATE (last_ip) ON neutron.pool',
  );
  await writer.close();
});

test('an account without a free connection is a passing failure, and a server that takes no writes is not', async () => {
  const root = await mariadb.connect('neutron');
  const account = await mariadb.createUser('one', 'neutron', ['GRANT ALL ON neutron.*']);
  await root.query("ALTER USER 'one'@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1");
  const first = new MysqlWriter(account);
  await first.query('SELECT 1');
  expect(await refusal(account)).toMatchObject({
    reason: 'TransientError',
    message: expect.stringMatching(
      /gives this account no more .*max_user_connections.*raise the account's limit/,
    ) as unknown,
  });
  await root.query('SET GLOBAL read_only = 1');
  await expect(first.transaction((transaction) => transaction.execute('DELETE FROM pool'))).rejects.toMatchObject({
    reason: 'UnrecoverableError',
    message: expect.stringContaining('it is a replica or set read-only: name the primary as "host"') as unknown,
  });
  await root.query('SET GLOBAL read_only = 0');
  await first.close();
});
