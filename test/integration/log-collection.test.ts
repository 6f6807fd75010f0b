/** Collected logs on real machines: a server and three clients, each with its own rsyslogd and logrotate. */
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
  readonly lost: number;
  readonly twice: number;
  readonly strange: number;
  /** Returns some messages that are lost, that are there twice, or that are in the wrong log. */
  readonly such: readonly string[];
}
const exact = { lost: 0, twice: 0, strange: 0, such: [] };

/** Asks until the answer is yes, at most for two minutes: then the comparison that follows says which messages never came. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo() && turn < 600; turn++) await sleep(200);
}

const countOf = (machine: LogMachine, word: string, files: string): number =>
  Number(machine.shell(`cat ${files} 2>/dev/null | grep -c '${word}' || true`));

const arrived = (folder: string) => countOf(world.server, ' id=', `$(find ${folder}/all -type f ! -name '*.gz')`);

/** The messages of these clients on the server, after all have arrived. */
async function foundOf(folder: string, clients: readonly string[], count: number): Promise<Found> {
  await until(() => arrived(folder) >= clients.length * count);
  const senders = clients.map((name) => `${name}:${count}`).join(' ');
  return JSON.parse(world.server.shell(`python3 /etc/log-messages.py found ${folder} ${senders}`)) as Found;
}

/** Each client logs those of its first `count` messages that it has not logged yet. */
async function logAll(from: number, count: number): Promise<void> {
  const send = (name: string) => `python3 /etc/log-messages.py send ${name} ${count} ${from}`;
  for (const { shell, name } of world.clients.map((client) => ({
    shell: client.shell.bind(client),
    name: client.name,
  })))
    shell(`rm -f /etc/sent; (${send(name)}; touch /etc/sent) >/dev/null 2>&1 &`);
  await until(() => world.clients.every(({ machine }) => machine.read('/etc/sent') !== undefined));
}

/** Messages of 330 bytes in rsyslog's send buffer of 16 KB, which a client sends again after its connection broke, each in two files. */
const sentAgain = 2 * 50;

test.each([
  ['Logs', 'relp', 2514, 10_000, 0],
  ['Plain', 'tcp', 5141, 2_000, names.length * sentAgain],
] as const)(
  'messages of three clients are each in exactly their files, over a restart of the server and a rotation: %s, %s port %d, %d of each, of which at most %d are there twice (case 1105)',
  async (name, protocol, port, count, mostTwice) => {
    expect(await world.apply(world.manifest({ [name]: spec({ protocol, port }) }))).toEqual([]);
    const { server } = world;
    const folder = folderOf(name);
    await logAll(0, count / 5);
    await until(() => arrived(folder) >= (3 * count) / 5);
    server.shell('service rsyslog stop');
    await logAll(count / 5, count);
    server.shell('service rsyslog start');
    await until(() => arrived(folder) >= count);
    server.shell('logrotate -f /etc/logrotate.conf');
    const found = await foundOf(folder, names, count);
    expect(found).toMatchObject({ logged: 6 * count, lost: 0, strange: 0 });
    expect(found.twice).toBeLessThanOrEqual(mostTwice);
    // Both sides sort capital letters before small ones.
    const folders = ['all', ...names.map((client) => `hosts/${client}`)].sort();
    const listed = folders.flatMap((place) => [`${place}/openstack.log`, `${place}/syslog.log`]);
    expect(found.logs.filter((log) => !log.startsWith('hosts/ctl1/'))).toEqual(listed);
  },
);

test('with relp a server that stops in the middle of sending loses nothing, and writes few messages twice', async () => {
  expect(await world.apply(world.manifest({ Busy: spec({ port: 2515 }) }))).toEqual([]);
  const { server } = world;
  const stopped = (async () => {
    await until(() => arrived(folderOf('Busy')) >= 500);
    server.shell('service rsyslog stop; service rsyslog start');
  })();
  await Promise.all([logAll(0, 3_000), stopped]);
  const found = await foundOf(folderOf('Busy'), names, 3_000);
  expect(found).toMatchObject({ logged: 18_000, lost: 0, strange: 0 });
  // For each client: the messages that were on their way when the acknowledgements ended, at most a window of relp,
  // each in two files.
  expect(found.twice).toBeLessThan(2 * 3 * 128);
});

/** Frames of a hostile sender, in the form of RFC 5424 with octet counting. */
const sender = String.raw`
import socket, sys
log = socket.create_connection(('ctl1', 5143))
hosts = ['../../../../../../etc/cron.d/x', '..', '.', '/', '/etc/passwd', '....//x', 'a/../../b', '%hostname%', '$(id)', '\x60id\x60',
         'x' * 300, u'h\u00f6st'.encode('utf-8'), '-rf', 'tab\there', 'a\x01b', 'con..', '~', '*', '?', "a'b", 'a"b', 'nul\0nul', '#', '{}', 'a\\b']
for number, host in enumerate(hosts):
    host = host if isinstance(host, bytes) else host.encode('ascii')
    frame = b'<134>1 2026-11-29T14:00:00Z ' + host + b' app - - - id=hostile-%d \n' % number
    log.sendall(b'%d ' % len(frame) + frame)
print(len(hosts))
`;

test('a host name that comes over the wire leads to no file outside of the folder, and no message of such a host is lost', async () => {
  const hostile = spec({ protocol: 'tcp', port: 5143, clients: ['cnode01'] });
  expect(await world.apply(world.manifest({ Logs: spec(), Hostile: hostile }))).toEqual([]);
  const { server, clients } = world;
  clients[0]!.write('/etc/hostile.py', sender);
  const count = Number(clients[0]!.shell('python3 /etc/hostile.py'));
  const folder = folderOf('Hostile');
  const all = () => countOf(server, 'id=hostile-', `${folder}/all/openstack.log`);
  await until(() => all() >= count);
  const perHost = Number(server.shell(`grep -rh id=hostile- ${folder}/hosts | wc -l`));
  expect([all(), perHost]).toEqual([count, count]);
  const told = server
    .shell('grep -rl id=hostile- /etc /run /var/log; ls -d /openstack.log /*/openstack.log || true')
    .trim()
    .split('\n');
  const own = /^\/var\/log\/stackward\/Shared\.Hostile\/(all|hosts\/[^/]+)\/openstack\.log$/;
  expect(told.filter((path) => !own.test(path))).toEqual([]);
  expect(told.length).toBeGreaterThan(20);
});

test('the files for rsyslog 5 do the same, as far as rsyslog 8 reads their language', async () => {
  const { server, clients } = world;
  const [client] = clients;
  // Only the reported version is changed; the real program checks and runs the configuration.
  const older =
    '#!/bin/sh\n[ "$1" = -v ] && echo "rsyslogd 5.8.6, compiled with:" && exit\nexec /usr/sbin/rsyslogd "$@"\n';
  for (const machine of [server, client!]) {
    machine.write('/usr/local/sbin/rsyslogd', older);
    machine.shell('chmod 755 /usr/local/sbin/rsyslogd');
  }
  // The site's own collection, in a file that rsyslog reads after ours, and the modes of its own logs.
  server.write('/etc/rsyslog.d/50-remote.conf', '$InputTCPServerRun 5152\n*.* /var/log/late.log\n');
  server.shell("sed -i 's/^.FileCreateMode.*/$FileCreateMode 0604/' /etc/rsyslog.conf");
  const manifest = world.manifest({ Old: spec({ protocol: 'tcp', port: 5142, clients: ['cnode01'] }) });
  expect(await world.apply(manifest)).toEqual([]);
  expect(client!.shell('cat /etc/rsyslog.d/10-stackward-*')).toContain('*.* @@(o)ctl1:5142;');
  client!.shell('python3 /etc/log-messages.py send cnode01 1000');
  expect(await foundOf(folderOf('Old'), ['cnode01'], 1_000)).toMatchObject({ logged: 2_000, ...exact });
  client!.shell('logger --server ctl1 --tcp --port 5152 to-the-site');
  await until(() => countOf(server, 'to-the-site', '/var/log/late.log') > 0);
  expect(countOf(server, 'to-the-site', `$(find ${folderOf('Old')} -type f)`)).toBe(0);
  expect(server.shell(`stat -c %a ${folderOf('Old')}/all/openstack.log /var/log/late.log`)).toBe('640\n604\n');
  server.shell(
    "rm /etc/rsyslog.d/50-remote.conf; sed -i 's/^.FileCreateMode.*/$FileCreateMode 0640/' /etc/rsyslog.conf",
  );
  for (const machine of [server, client!]) machine.shell('rm /usr/local/sbin/rsyslogd');
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
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
