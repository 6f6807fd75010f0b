/** Collected logs on real machines: a server and three clients, each with its own rsyslogd and logrotate (operator's case 1105). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogMachine } from '../support/log-machine';
import { LogWorld } from '../support/log-world';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const longest = `c${'n'.repeat(63)}`;
const names = ['cnode01', 'CNODE_02', longest];
const folderOf = (name: string): string => `/var/log/stackward/Shared.${name}`;

let world: LogWorld;
beforeAll(async () => {
  world = await LogWorld.start(names);
  const program = readFileSync(join(__dirname, '../support/log-messages.py'), 'utf8');
  for (const machine of world.all) machine.write('/etc/log-messages.py', program);
});
afterAll(() => world.stop());

const spec = (more: object = {}) => ({
  server: 'ctl1',
  clients: 'all',
  protocol: 'relp',
  port: 2514,
  retentionDays: 30,
  ...more,
});

interface Found {
  readonly logs: readonly string[];
  readonly logged: number;
  readonly found: number;
  readonly wrong: readonly string[];
}

/** Asks until it is so, at most for 20 s: messages travel. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo() && turn < 100; turn++) await sleep(200);
}

const countOf = (machine: LogMachine, word: string, files: string): number =>
  Number(machine.shell(`cat ${files} 2>/dev/null | grep -c '${word}' || true`));

/** What the server has of the messages of all clients once no more come. */
async function foundOf(folder: string, count: number): Promise<Found> {
  await until(() => countOf(world.server, ' id=', `${folder}/all/*.log ${folder}/all/*.log.1`) >= names.length * count);
  const senders = names.map((name) => `${name}:${count}`).join(' ');
  return JSON.parse(world.server.shell(`python3 /etc/log-messages.py found ${folder} ${senders}`)) as Found;
}

test('30,000 messages of three clients are each exactly once in exactly their files, over a restart of the server and a rotation', async () => {
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
  for (const client of world.clients)
    client.shell(`(python3 /etc/log-messages.py send ${client.name} 10000; touch /etc/sent) >/dev/null 2>&1 &`);
  const arrived = (count: number) => () => countOf(world.server, ' id=', `${folderOf('Logs')}/all/*.log*`) >= count;
  await until(arrived(1_000));
  world.server.shell('service rsyslog stop');
  await until(() => world.clients.every(({ machine }) => machine.read('/etc/sent') !== undefined));
  world.server.shell('service rsyslog start');
  await until(arrived(20_000));
  world.server.shell('logrotate -f /etc/logrotate.conf');
  const found = await foundOf(folderOf('Logs'), 10_000);
  expect(found).toMatchObject({ logged: 60_000, found: 60_000, wrong: [] });
  // sort() puts capitals first, as the server's listing does.
  const folders = ['all', ...names.map((name) => `hosts/${name}`)].sort();
  const listed = folders.flatMap((folder) => [`${folder}/openstack.log`, `${folder}/syslog.log`]);
  expect(found.logs.filter((name) => !name.startsWith('hosts/ctl1/'))).toEqual(listed);
});

/** Frames as a hostile sender makes them: RFC 5424 with octet counting. */
const hostile = String.raw`
import socket, sys
log = socket.create_connection(('ctl1', 5141))
hosts = ['../../../../../../etc/cron.d/x', '..', '.', '/', '/etc/passwd', '....//x', 'a/../../b', '%hostname%', '$(id)', '\x60id\x60',
         'x' * 300, u'h\u00f6st'.encode('utf-8'), '-rf', 'tab\there', 'a\x01b', 'con..', '~', '*', '?', "a'b", 'a"b', 'nul\0nul', '#', '{}', 'a\\b']
for number, host in enumerate(hosts):
    host = host if isinstance(host, bytes) else host.encode('ascii')
    frame = b'<134>1 2026-11-29T14:00:00Z ' + host + b' app - - - id=hostile-%d \n' % number
    log.sendall(b'%d ' % len(frame) + frame)
print(len(hosts))
`;

test('a host name that comes over the wire leads to no file outside of the folder, and no message of such a host is lost', async () => {
  const plain = spec({ protocol: 'tcp', port: 5141, clients: ['cnode01'] });
  expect(await world.apply(world.manifest({ Logs: spec(), Plain: plain }))).toEqual([]);
  const { server, clients } = world;
  clients[0]!.write('/etc/hostile.py', hostile);
  const count = Number(clients[0]!.shell('python3 /etc/hostile.py'));
  const folder = folderOf('Plain');
  const all = () => countOf(server, 'id=hostile-', `${folder}/all/openstack.log`);
  await until(() => all() >= count);
  const perHost = Number(server.shell(`grep -rh id=hostile- ${folder}/hosts | wc -l`));
  expect([all(), perHost]).toEqual([count, count]);
  const told = server
    .shell('grep -rl id=hostile- /etc /run /var/log; ls -d /openstack.log /*/openstack.log || true')
    .trim()
    .split('\n');
  const own = /^\/var\/log\/stackward\/Shared\.Plain\/(all|hosts\/[^/]+)\/openstack\.log$/;
  expect(told.filter((path) => !own.test(path))).toEqual([]);
  expect(told.length).toBeGreaterThan(20);
});

test('a server that is dead and a disk that is full keep no service from logging', async () => {
  const { server, clients } = world;
  const [client] = clients;
  server.shell('service rsyslog stop');
  client!.shell('service rsyslog stop; mount -t tmpfs -o size=256k tmpfs /var/spool/rsyslog; service rsyslog start');
  const logged = (machine: LogMachine, name: string) => countOf(machine, `id=${name}-`, '/var/log/syslog');
  client!.shell('python3 /etc/log-messages.py send full 30000');
  await until(() => logged(client!, 'full') >= 30_000);
  expect(logged(client!, 'full')).toBe(30_000);
  server.shell('mount -t tmpfs -o size=64k tmpfs /var/log/stackward; service rsyslog start');
  client!.shell('python3 /etc/log-messages.py send again 5000');
  server.shell('python3 /etc/log-messages.py send own 1000');
  await until(() => logged(client!, 'again') >= 5_000 && logged(server, 'own') >= 1_000);
  expect([logged(client!, 'again'), logged(server, 'own')]).toEqual([5_000, 1_000]);
});
