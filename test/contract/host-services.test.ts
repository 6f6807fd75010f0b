/** What the host program tells of services of OpenStack that run on a host: real processes in a network namespace of their own. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { valueOf } from '../../lib/hosts/host';
import type { Listener, ServiceProcess } from '../../lib/hosts/service-answers';
import { callHostFunction } from '../support/host-functions';
import { ServiceHost } from '../support/service-host';

let world: ServiceHost;
beforeEach(() => (world = new ServiceHost()));
afterEach(() => world.stop());

async function look(): Promise<{ processes: readonly ServiceProcess[]; sockets: readonly Listener[] }> {
  const [found, listening] = await world.host.read([{ verb: 'service-processes' }, { verb: 'listeners' }]);
  return { processes: valueOf(found).processes, sockets: valueOf(listening).sockets };
}

test('a service is told with its command line, its variables, its log, its ports and its age, and without a secret', async () => {
  const log = join(world.folder, 'nova-compute.log');
  const secret = 'hunter2';
  const args = [
    ...['--config-file', '/etc/nova/nova.conf', '--config-dir=conf.d'],
    ...['--os-password', secret, `--rabbit_password=${secret}`, `--transport=rabbit://nova:${secret}@mq/`],
  ];
  const env = {
    HOME: '/var/lib/nova',
    LOG: log,
    PORTS: '8774 6:8775',
    PATH: '/usr/bin',
    EDITOR: secret,
    OS_DEFAULT__MY_IP: '192.0.2.1',
    OS_DATABASE__CONNECTION: secret,
    OS_PASSWORD: secret,
    OS_API__TOKEN: `a$${secret}`,
  };
  const pid = await world.start('nova-compute', args, env);
  const { processes, sockets } = await look();
  expect(processes).toEqual([
    {
      pid,
      parent: process.pid,
      service: 'nova-compute',
      title: null,
      user: 'root',
      folder: world.folder,
      argv: [
        ...['/usr/bin/python3', join(world.folder, 'bin/nova-compute')],
        ...['--config-file', '/etc/nova/nova.conf', '--config-dir=conf.d'],
        ...['--os-password', '***', '--rabbit_password=***', '--transport=***://***@***'],
      ],
      environment: {
        OS_DEFAULT__MY_IP: '192.0.2.1',
        OS_DATABASE__CONNECTION: '***',
        OS_PASSWORD: null,
        OS_API__TOKEN: '$x***',
      },
      home: '/var/lib/nova',
      python: 3,
      unit: null,
      logs: [log],
      isContained: false,
      aliveSeconds: expect.any(Number) as number,
    },
  ]);
  expect(processes[0]?.aliveSeconds).toBeLessThan(600);
  const holders = [{ pid, program: 'python3' }];
  expect(sockets).toEqual([
    { address: '127.0.0.1', port: 8774, holders },
    { address: '::1', port: 8775, holders },
  ]);
  appendFileSync(log, 'x');
  rmSync(log);
  expect((await look()).processes[0]?.logs).toEqual([`${log} (deleted)`]);
});

test('a file is read as configuration by its name alone, also where a link has such a name', async () => {
  const [shadow, link, config] = ['shadow', 'nova.conf', 'real.conf'].map((name) => join(world.folder, name));
  writeFileSync(shadow!, 'root:$6$salt$hash:19000:0\n');
  symlinkSync(shadow!, link!);
  writeFileSync(config!, '[DEFAULT]\nmy_ip = 192.0.2.1\n');
  const paths = [shadow!, link!, config!];
  const answers = await world.host.read(paths.map((path) => ({ verb: 'read-config', path }) as const));
  expect(answers.map((answer) => (answer.ok ? 'read' : answer.reason))).toEqual(['refused', 'refused', 'read']);
  expect(JSON.stringify(answers)).not.toContain('hash');
});

test('workers with a title, web servers and runners are services; editors, tools and clients are none', async () => {
  const waiting = ['-c', 'import sys; print(1); sys.stdout.flush(); sys.stdin.read()'];
  const titled = (title: string) =>
    world.run(['bash', '--norc', '-c', `exec -a "$0" /usr/bin/python3 "$@"`, title, ...waiting]);
  await titled(
    'neutron-server: rpc worker (/usr/bin/python3 /usr/bin/neutron-server --config-file /etc/neutron/neutron.conf)',
  );
  await titled('(wsgi:keystone-pu -k start');
  await titled('/usr/bin/python3 /usr/bin/cinder-volume --config-file /etc/cinder/cinder.conf');
  const script = (name: string, ...args: string[]) => world.start(name, args);
  await script('glance-api');
  await script('entry_point.py', 'nova-conductor=nova.cmd.conductor:main');
  // None of these is a service.
  await script('nova-manage', 'service', 'list');
  await script('nova-rootwrap');
  await script('privsep-helper', '--config-file', '/etc/nova/nova.conf');
  await script('pager.py', '/var/log/nova/nova-api.log');
  await world.run(['bash', '--norc', '-c', 'exec -a less sh -c "echo 1; cat" /etc/nova/nova-api.conf']);
  const { processes } = await look();
  expect(processes.map(({ service, title }) => [service, title]).sort()).toEqual([
    ['cinder-volume', null],
    ['glance-api', null],
    ['keystone-pu', '(wsgi:keystone-pu -k start'],
    ['neutron-server', 'neutron-server: rpc worker'],
    ['nova-conductor', null],
  ]);
  const worker = processes.find(({ service }) => service === 'neutron-server');
  expect(worker?.argv).toEqual([
    '/usr/bin/python3',
    '/usr/bin/neutron-server',
    '--config-file',
    '/etc/neutron/neutron.conf',
  ]);
});

test('the errors at the end of a log are told, at most twenty, and none of a file that is not there', async () => {
  const lines = Array.from(
    { length: 30 },
    (_, index) => `2026-11-29 10:00:${index + 10} 1 ERROR nova.x [-] boom ${index} password=hunter2`,
  );
  const log = world.write('nova.log', `${'2026 INFO x\n'.repeat(100_000)}${lines.join('\n2026 INFO y\n')}\n`);
  const [told, absent] = await world.host.read([
    { verb: 'log-errors', path: log },
    { verb: 'log-errors', path: `${log}.1` },
  ]);
  expect(valueOf(absent)).toEqual({ exists: false });
  expect(valueOf(told)).toMatchObject({
    exists: true,
    size: expect.any(Number) as number,
    lines: lines.slice(10).map((line) => line.replace('hunter2', '***')),
  });
});

test('a log is searched for a request or a server, whatever else it holds, and its error lines are told without secrets', async () => {
  const server = '6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11';
  const request = `req-${server.replace('6a', '7b')}`;
  const line = (level: string, text: string) => `2026-11-29 10:00:00.000 1 ${level} nova.x [${text}`;
  const mine = [
    line('INFO', `${request} u p] [instance: ${server}] Attempting claim`),
    line('ERROR', `${request} u p] [instance: ${server}] Failed: PortBindingFailed password=hunter2`),
  ];
  const stranger = line('ERROR', `req-${server} u p] another request`);
  const log = world.write('search.log', `${`${stranger}\n`.repeat(40_000)}${mine.join('\n')}\n${stranger}`);
  const [found, byServer, absent, pattern] = await world.host.read([
    { verb: 'find-in-log', path: log, ids: [request] },
    { verb: 'find-in-log', path: log, ids: [request, server] },
    { verb: 'find-in-log', path: `${log}.1`, ids: [server] },
    { verb: 'find-in-log', path: log, ids: ['.*'] },
  ]);
  expect(valueOf(found)).toMatchObject({ exists: true, count: 2, lines: [mine[1]?.replace('hunter2', '***')] });
  expect(valueOf(byServer)).toMatchObject({ exists: true, count: 40_003 });
  expect(valueOf(absent)).toEqual({ exists: false });
  expect(pattern).toMatchObject({ ok: false, reason: 'invalid' });
});

test('a log tells since when it was written, by the clock of the host, and nothing where no line begins with a time', async () => {
  const log = world.write('start.log', 'not a line of a service\n\u001b[00;32m2026-11-29 10:00:00.123 1 INFO nova [-] first\n2026-11-29 11:00:00 x\n');
  const none = world.write('none.log', 'Traceback\n 2026-11-29 10:00:00 indented\n');
  const [told, untold, absent] = await world.host.read([
    { verb: 'log-start', path: log },
    { verb: 'log-start', path: none },
    { verb: 'log-start', path: `${log}.1` },
  ]);
  expect(valueOf(told)).toEqual({ exists: true, startSeconds: new Date(2026, 10, 29, 10, 0, 0).getTime() / 1000 });
  expect(valueOf(absent)).toEqual({ exists: false });
  expect(valueOf(untold)).toEqual({ exists: true, startSeconds: null });
}); // prettier-ignore

test('command lines of package managers and of systemctl are taken word by word', async () => {
  const run = (...argv: string[]) => ({ verb: 'run-reader', argv }) as const;
  const format = '-f=${Package}|${Version}|${Status}\\n';
  const [listed, ...refused] = await world.host.read([
    run('dpkg-query', '-W', format, '*python3-minimal*'),
    run('dpkg-query', '-W', format, 'python3'),
    run('dpkg-query', '-W', '-f=${Package}', '*python3*'),
    run('dpkg-query', '-W', format, '*--admindir=/tmp*'),
    run('systemctl', 'show', '--property=Environment', 'nova-compute.service'),
    run('systemctl', 'stop', 'nova-compute.service'),
    run(
      'oslo-config-generator',
      '--format',
      'json',
      '--namespace',
      'nova.conf',
      '--output-file',
      '/etc/nova/nova.conf',
    ),
    run('rpm', '-qa', '--qf', '%{NAME}', '*nova*'),
  ]);
  expect(valueOf(listed).stdout).toMatch(/^python3-minimal\|3[.]\d.*\|install ok installed$/m);
  expect(refused).toMatchObject(refused.map(() => ({ ok: false, reason: 'refused' })));
});

/** Starts a service whose root folder is a file system of its own, as in a container. */
function startContained(service: string, before: readonly string[]): Promise<number> {
  const program = world.write(`${service}.py`, 'print("ready", flush=True)\nimport sys\nsys.stdin.read()\n');
  const root = join(world.folder, `root-${service}`);
  mkdirSync(root);
  const enter = `set -e
    mount --make-rprivate /
    mount -t tmpfs none ${root}
    mkdir ${root}/usr ${root}/opt
    for link in bin lib lib64; do test ! -e /$link || ln -s usr/$link ${root}/$link; done
    mount --rbind /usr ${root}/usr
    cp ${program} ${root}/opt/${service}
    exec chroot ${root} /usr/bin/python3 /opt/${service}`;
  return world.run([...before, 'unshare', '--mount', 'sh', '-c', enter]);
}

test('services in containers are told, also of those that have a network namespace of their own', async () => {
  const shared = await startContained('nova-compute', []);
  const apart = await startContained('nova-api', ['unshare', '--net']);
  await world.start('cinder-volume', []);
  const [contained, plain] = await world.host.read([{ verb: 'contained-services' }, { verb: 'service-processes' }]);
  const mine = valueOf(contained).services.filter(({ pid }) => [shared, apart].includes(pid));
  const unnamed = { runtime: null, container: null };
  expect(mine).toEqual([
    { service: 'nova-compute', pid: shared, ...unnamed, sharesNetwork: true },
    { service: 'nova-api', pid: apart, ...unnamed, sharesNetwork: false },
  ]);
  expect(valueOf(contained).services.some(({ service }) => service === 'cinder-volume')).toBe(false);
  expect(valueOf(plain).processes.map(({ service, isContained }) => [service, isContained])).toEqual([
    ['nova-compute', true],
    ['cinder-volume', false],
  ]);
});

const id = 'ab'.repeat(32);
test.each<readonly [string, readonly [string | null, string | null]]>([
  [`12:devices:/docker/${id}\n1:name=systemd:/docker/${id}\n`, ['docker', id]],
  [`0::/system.slice/docker-${id}.scope\n`, ['docker', id]],
  [`0::/machine.slice/libpod-${id}.scope/container\n`, ['podman', id]],
  [`0::/kubepods.slice/kubepods-besteffort.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`, ['kubernetes', id]],
  ['0::/lxc.payload.infra1_nova_api-1a2b3c4d/system.slice/nova-api.service\n', ['lxc', 'infra1_nova_api-1a2b3c4d']],
  ['4:memory:/lxc/infra1_nova_api\n', ['lxc', 'infra1_nova_api']],
  ['0::/machine.slice/machine-nova1.scope\n', ['nspawn', 'nova1']],
  ['0::/system.slice/snap.microstack.nova-compute.service\n', ['snap', 'microstack']],
  ['0::/system.slice/nova-compute.service\n', [null, null]],
  ['0::/user.slice/user-1000.slice/session-3.scope\n', [null, null]],
])('the control group %j is that of the container %j', (group, container) => {
  expect(callHostFunction('container_in', [[group]])).toEqual([container]);
});

test('a log that is sparse, a pipe, a socket, a device or a file of /proc is read to its bound, or refused, and never waited for', async () => {
  const sparse = world.write('sparse.log', '');
  truncateSync(sparse, 10 * 2 ** 30);
  appendFileSync(sparse, '\n2026-11-29 10:00:00 1 ERROR nova.x [-] boom\n');
  const [pipe, socket, device] = ['pipe.log', 'socket.log', 'device.log'].map((name) => join(world.folder, name));
  execFileSync('mkfifo', [pipe!]);
  const server = createServer().listen(socket);
  symlinkSync('/dev/zero', device!);
  const logs = [sparse, pipe!, socket!, device!, '/proc/self/mountinfo'];
  const ids = ['6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11'];
  const errors = await world.host.read(logs.map((path) => ({ verb: 'log-errors', path }) as const));
  const searches = await world.host.read(logs.map((path) => ({ verb: 'find-in-log', path, ids }) as const));
  const digests = await world.host.read(logs.map((path) => ({ verb: 'digest-file', path }) as const));
  server.close();
  const ends = [errors, searches, digests].map((answers) =>
    answers.map((answer) => (answer.ok ? 'read' : answer.reason)),
  );
  const others = ['not-a-file', 'not-a-file', 'not-a-file', 'read'];
  expect(ends).toEqual([
    ['read', ...others],
    ['read', ...others],
    ['too-large', ...others],
  ]);
  expect(valueOf(errors[0]!)).toMatchObject({ lines: ['2026-11-29 10:00:00 1 ERROR nova.x [-] boom'] });
  expect(valueOf(searches[0]!)).toMatchObject({ searched: 64 << 20, count: 0 });
});

test('a file that grows when its secrets are hidden is too large, and costs no other file of the request its answer', async () => {
  const [growing, escaped, plain] = ['growing.conf', 'escaped.conf', 'plain.conf'].map((name) => world.write(name, ''));
  writeFileSync(growing!, ' =\n'.repeat(699_000));
  // Each byte that is no UTF-8 takes six in JSON.
  writeFileSync(escaped!, Buffer.from(`a = ${'\u00ff'.repeat(16_000)}\n`.repeat(120), 'latin1'));
  writeFileSync(plain!, '[DEFAULT]\nmy_ip = 192.0.2.1\n');
  const paths = [growing!, escaped!, plain!];
  const answers = await world.host.read(paths.map((path) => ({ verb: 'read-config', path }) as const));
  expect(answers.map((answer) => (answer.ok ? 'read' : answer.reason))).toEqual(['too-large', 'too-large', 'read']);
});
