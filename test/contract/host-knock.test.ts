/** What a host finds where a database should be: each case is met on a real MariaDB, or in its place on a real socket, and told by SW-3002. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Connection } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { LocalHost } from '../../adapters/host/local-host';
import { databaseFromHosts } from '../../reports/doctor/checks/database-from-hosts';
import { read } from '../../reports/looked';
import { freePort } from '../support/free-port';
import { listenWithoutAccepting } from '../support/full-listener';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { makeNamespace } from './host-network-suite';

let mariadb: Mariadb;
let host: LocalHost;
beforeAll(async () => {
  mariadb = await startMariadb(() => ['--max-connections=12', '--bind-address=0.0.0.0']);
  host = new LocalHost('ctl1', {});
});
afterAll(async () => {
  await host.close();
  await mariadb.stop();
});

/** The first words of each finding: those of the cause. */
async function told(server: string, port: number, from = host) {
  const [outcome] = await from.read([{ verb: 'knock', server, port }]);
  const knocks = read([{ place: `${server}:${port}`, names: ['neutron'], outcome }]);
  const [result] = databaseFromHosts.judge({ hasDatabases: true, hosts: [{ host: from.name, knocks }] }, String);
  return result;
}
const fault = (found: string) => ({ result: 'fault', subject: 'database neutron from ctl1', found: expect.stringContaining(found) as string }); // prettier-ignore

async function pretending(answer: (socket: Socket) => void, ask: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await ask((server.address() as AddressInfo).port);
  server.close();
}

const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.2';

test('a MariaDB that greets is fine', async () => {
  expect(await told('127.0.0.1', mariadb.root.port)).toEqual({
    result: 'fine',
    subject: 'databases from ctl1',
    found: `a MySQL greets at 127.0.0.1:${mariadb.root.port}`,
  });
});

test('a name without an address, and a port where nothing listens', async () => {
  expect(await told('db.invalid', 3306)).toMatchObject(fault('The name of the server has no address.'));
  expect(await told('127.0.0.1', await freePort())).toMatchObject(fault('nothing listens on this port'));
});

test('packets that are dropped, and an address without a route', async () => {
  const { child, port, fillers } = await listenWithoutAccepting();
  expect(await told('127.0.0.1', port)).toMatchObject(fault('packets are dropped on the way'));
  for (const socket of fillers) socket.destroy();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const namespace = makeNamespace();
  const lonely = new LocalHost('ctl1', { namespace: namespace.name });
  try {
    expect(await told('192.0.2.7', 3306, lonely)).toMatchObject(fault('There is no route to the host.'));
  } finally {
    await lonely.close();
    namespace.remove();
  }
});

test.each<[string, (socket: Socket) => void]>([
  ['says nothing', () => undefined],
  ['hangs up', (socket) => void socket.end()],
])('a connection that is accepted by what %s', async (_, answer) => {
  await pretending(answer, async (port) => {
    expect(await told('127.0.0.1', port)).toMatchObject(fault('no greeting of a MySQL server comes'));
  });
});

test('something else that speaks', async () => {
  await pretending(
    (socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
    async (port) => {
      const result = await told('127.0.0.1', port);
      expect(result).toMatchObject(fault('The port speaks, but no MySQL.'));
      expect(JSON.stringify(result)).toContain('looks like SSH');
    },
  );
});

test('a server that has no connection left', async () => {
  const { host: server, port, user, password } = mariadb.root;
  const held: Connection[] = [];
  for (let full = false; !full;)
    await createConnection({ host: server, port, user, password }).then(
      (connection) => held.push(connection),
      () => (full = true),
    );
  expect(await told('127.0.0.1', port)).toMatchObject(fault('has no connection left'));
  await Promise.all(held.map((connection) => connection.end()));
});

test('a server that lets nobody in from there', async () => {
  const root = await mariadb.connect();
  const address = ownAddress();
  const { port } = mariadb.root;
  expect(await told(address, port)).toMatchObject(fault('has no account that may log in from ctl1'));
  await root.query(`CREATE USER guest@'%' IDENTIFIED BY 'right'`);
  expect(await told(address, port)).toMatchObject({ result: 'fine' });
});

/** A MariaDB that resolves no names blocks no host, so its packet is played. */
test('a server that has blocked the host after too many knocks', async () => {
  const text = "Host '192.0.2.7' is blocked because of many connection errors";
  const body = Buffer.concat([Buffer.of(0xff, 1129 & 255, 1129 >> 8), Buffer.from(text)]);
  await pretending(
    (socket) => void socket.end(Buffer.concat([Buffer.of(body.length, 0, 0, 0), body])),
    async (port) =>
      expect(await told('127.0.0.1', port)).toMatchObject(fault('has blocked ctl1 after too many broken connections')),
  );
});
