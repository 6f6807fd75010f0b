/**
 * Each way in which a login to a database can fail is reported as a cause of its own. A real MariaDB produces most of
 * these failures, and a socket in the test plays the others, such as a server that has blocked this host.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connectTo } from '../../adapters/mysql/mysql-probe';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { ConnectTrouble } from '../../lib/contract/report-ports';
import { databaseConnection } from '../../reports/doctor/checks/database-connection';
import { read } from '../../reports/looked';
import { freePort } from '../support/free-port';
import { listenWithoutAccepting } from '../support/full-listener';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
let options: MysqlOptions;
beforeAll(async () => {
  mariadb = await startMariadb(() => ['--max-connections=12', '--bind-address=0.0.0.0']);
  options = await mariadb.createSchema('neutron');
});
afterAll(() => mariadb.stop());

/** The cause, and what the report says of it. The password is in neither. */
async function told(to: MysqlOptions, connectTimeoutMs = 2_000): Promise<{ trouble: ConnectTrouble; report: string }> {
  const connection = await connectTo(to, { connectTimeoutMs });
  if (connection.isOpen) throw new Error('it logged in');
  const place = { place: `${to.host}:${to.port}`, machine: to.host, port: to.port };
  const [result] = databaseConnection.judge(
    [{ name: 'neutron', ...place, user: to.user, connection: read(connection) }],
    String,
  );
  const report = JSON.stringify(result);
  expect(report).not.toContain(to.password);
  expect(result?.result).toBe('fault');
  return { trouble: connection.trouble, report };
}

/** Something else in the place of a database. */
async function pretend(answer: (socket: Socket) => void): Promise<{ to: MysqlOptions; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { to: { ...options, port: (server.address() as AddressInfo).port }, server };
}

test('a probe that logs in reports the version and the clock of the database server', async () => {
  const connection = await connectTo(options);
  expect(connection).toMatchObject({ isOpen: true, version: expect.stringMatching(/^10\.11\./) as string });
  if (!connection.isOpen) throw new Error(connection.detail);
  // The server runs on this machine.
  const { aheadSeconds, withinSeconds } = connection.clock;
  expect(Math.abs(aheadSeconds)).toBeLessThanOrEqual(withinSeconds + 0.01);
  const judged = databaseConnection.judge(
    [{ name: 'neutron', place: 'x:1', machine: 'x', port: 1, user: 'u', connection: read(connection) }],
    String,
  );
  expect(judged).toMatchObject([{ result: 'fine', subject: 'database neutron' }]);
});

test('the check of databases reports "not looked at", and not "fine", where the configuration has none', () => {
  expect(databaseConnection.judge([], String)).toMatchObject([{ result: 'not looked at', wasTried: false }]);
});

test('a probe tells a host name without an address', async () => {
  expect((await told({ ...options, host: 'db.invalid' })).trouble).toBe('name');
});

test('a probe tells a port where nothing listens', async () => {
  expect((await told({ ...options, port: await freePort() })).trouble).toBe('refused');
});

test('a probe tells a port whose packets are dropped', async () => {
  const { child, port, fillers } = await listenWithoutAccepting();
  const { trouble, report } = await told({ ...options, port }, 300);
  expect([trouble, report]).toEqual(['filtered', expect.stringContaining('packets are dropped on the way')]);
  for (const socket of fillers) socket.destroy();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test.each<[string, (socket: Socket) => void]>([
  ['says nothing', () => undefined],
  ['hangs up', (socket) => void socket.end()],
])(
  'a probe tells a connection that is accepted by something that %s, as an ACL or a proxy without a server does',
  async (_, answer) => {
    const { to, server } = await pretend(answer);
    expect((await told(to, 300)).trouble).toBe('no greeting');
    server.close();
  },
);

test.each([
  ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'SSH (\\"SSH-2.0-OpenSSH_9.2p1\\")'],
  ['a web server that closes what says nothing', 'HTTP/1.1 408 Request Timeout\r\n\r\n', 'HTTP (\\"HTTP/1.1 408 Request Timeout\\")'],
  ['TLS that refuses', '\u0015\u0003\u0001\u0000\u0002\u0002\u0046', 'TLS"'],
  ['a mail server whose first line looks like a short packet', '220\r\n', 'SMTP or FTP (\\"220\\")"'],
])('a probe tells %s in the place of a database: it speaks, but no MySQL, and is waited for no longer', async (_, said, like) => {
  const { to, server } = await pretend((socket) => void socket.write(Buffer.from(said, 'latin1')));
  const { trouble, report } = await told(to, 600_000);
  expect([trouble, report]).toEqual(['no MySQL', expect.stringContaining(`speaks, but no MySQL: it looks like ${like}`)]);
  expect(report).toContain('The port speaks, but no MySQL.');
  server.close();
}); // prettier-ignore

test('a probe tells a client host without an account from a wrong password', async () => {
  const root = await mariadb.connect('neutron');
  const host = await ownAddress();
  expect((await told({ ...options, host })).trouble).toBe('host not allowed');
  await root.query(`CREATE USER 'guest'@'${host}' IDENTIFIED BY 'right'`);
  expect((await told({ ...options, host, user: 'guest', password: 'hunter2-wrong' })).trouble).toBe('password');
});

/** A MariaDB that resolves no names blocks no host, so its packet is played: error 1129 in the place of the greeting. */
test('a probe tells a client host that the server has blocked because of broken connections', async () => {
  const text =
    "Host '192.0.2.7' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'";
  const body = Buffer.concat([Buffer.of(0xff, 1129 & 255, 1129 >> 8), Buffer.from(text)]);
  const { to, server } = await pretend((socket) => socket.end(Buffer.concat([Buffer.of(body.length, 0, 0, 0), body])));
  const { trouble, report } = await told(to);
  expect([trouble, report]).toEqual(['host blocked', expect.stringContaining('FLUSH HOSTS')]);
  server.close();
});

test('a probe tells a server without a free connection', async () => {
  const root = await mariadb.connect('neutron');
  const held = await mariadb.createUser('held', 'neutron', ['GRANT SELECT ON neutron.*']);
  await root.query("ALTER USER held@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1");
  const { createConnection } = await import('mysql2/promise');
  const { host, port, user, password } = held;
  const open = [await createConnection({ host, port, user, password })];
  expect((await told(held)).trouble).toBe('too many connections');
  await root.query("ALTER USER held@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0");
  for (let full = false; !full;)
    await createConnection({ host, port, user, password }).then(
      (connection) => open.push(connection),
      () => (full = true),
    );
  expect((await told(held)).trouble).toBe('too many connections');
  for (const connection of open) connection.destroy();
});

test('a probe tells a server without TLS', async () => {
  expect((await told({ ...options, tls: {} })).trouble).toBe('TLS');
});

test('a probe tells apart a wrong password, a missing schema, and a schema that the account may not use', async () => {
  expect((await told({ ...options, password: 'hunter2-wrong' })).trouble).toBe('password');
  expect((await told({ ...options, schema: 'quantum' })).trouble).toBe('schema');
  expect((await told(await mariadb.createUser('stranger', 'neutron', []))).trouble).toBe('schema');
});

/** An address of this machine that is not loopback: the account of the tests is for loopback alone. */
async function ownAddress(): Promise<string> {
  const { networkInterfaces } = await import('node:os');
  const found = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  return found?.address ?? '127.0.0.2';
}
