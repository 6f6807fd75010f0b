/** A plan says what keeps a collection from working on a host, and an apply that fails leaves everything as it was. */
import { dirname, join } from 'node:path';
import { callHostFunction } from '../support/host-functions';
import type { LogMachine } from '../support/log-machine';
import { LogWorld } from '../support/log-world';
import { findPython2 } from '../support/python2';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let world: LogWorld;
let server: LogMachine;
beforeAll(async () => {
  world = await LogWorld.start([], 50);
  server = world.server;
});
afterAll(() => world.stop());

const spec = (more: object = {}) => ({
  server: 'ctl1',
  clients: ['ctl1'],
  protocol: 'tcp',
  port: 5140,
  retentionDays: 3,
  ...more,
});

/** Changes the host while `work` runs, and restores it afterwards. */
async function having<T>(before: string, after: string, work: () => Promise<T>): Promise<T> {
  server.shell(before);
  try {
    return await work();
  } finally {
    server.shell(after);
  }
}

const files = () =>
  server.shell(
    'ls /etc/rsyslog.d /etc/logrotate.d /var/run; cat /etc/rsyslog.d/* /etc/logrotate.d/* 2>/dev/null || true',
  );

const untilServed = 'while ! ss -Hltn | grep -q :5140; do sleep 0.05; done';
const siteModule = 'echo \'module(load="imtcp")\'';
const siteInput = 'echo \'input(type="imtcp" port="5140")\'';

test.each<[what: string, before: string, after: string, more: object, says: RegExp]>([
  [
    'a port that another program holds',
    'python3 -c \'import socket,time; s=socket.create_server(("",5140)); time.sleep(600)\' >/dev/null 2>&1 & echo $! >/run/holder; ' +
      untilServed,
    'kill $(cat /run/holder); rm /run/holder',
    {},
    /port 5140 is held by python3/,
  ],
  [
    "a port on which the site's own rsyslog collects, by a file read after ours",
    `${siteModule} >/etc/rsyslog.d/00-module.conf; ${siteInput} >/etc/rsyslog.d/50-remote.conf; service rsyslog restart; ${untilServed}`,
    'rm /etc/rsyslog.d/00-module.conf /etc/rsyslog.d/50-remote.conf; service rsyslog restart',
    {},
    /port 5140 is held by rsyslogd, for a file of rsyslog that is not of stackward; choose another/,
  ],
  [
    "a port on which the site's own rsyslog collects, by a file read before ours",
    `(${siteModule}; ${siteInput}) >/etc/rsyslog.d/00-remote.conf; service rsyslog restart; ${untilServed}`,
    'rm /etc/rsyslog.d/00-remote.conf; service rsyslog restart',
    {},
    /port 5140 is held by rsyslogd, for a file of rsyslog that is not of stackward; choose another/,
  ],
  [
    'a configuration of rsyslog that does not read our folder',
    "sed -i 's/^\\$IncludeConfig/#&/' /etc/rsyslog.conf",
    "sed -i 's/^#\\$IncludeConfig/$IncludeConfig/' /etc/rsyslog.conf",
    {},
    /rsyslog does not read \/etc\/rsyslog.d\/10-stackward.*needs the line/,
  ],
  [
    'a configuration of logrotate that does not read our folder',
    "sed -i 's/^include/#&/' /etc/logrotate.conf",
    "sed -i 's/^#include/include/' /etc/logrotate.conf",
    {},
    /logrotate does not read \/etc\/logrotate.d\/stackward-/,
  ],
  [
    'a pattern of logrotate that names the same logs',
    "printf '/var/log/stackward/*/all/*.log {\\n  weekly\\n}\\n' >/etc/logrotate.d/site",
    'rm /etc/logrotate.d/site',
    {},
    /duplicate log entry for \/var\/log\/stackward\/Shared.Logs\/all\/openstack.log/,
  ],
  [
    'relp without its package',
    'mount -t tmpfs none /mnt; cp -a /usr/lib/x86_64-linux-gnu/rsyslog /mnt/; rm /mnt/rsyslog/*relp.so; mount --bind /mnt/rsyslog /usr/lib/x86_64-linux-gnu/rsyslog',
    'umount /usr/lib/x86_64-linux-gnu/rsyslog; umount /mnt',
    { protocol: 'relp' },
    /rsyslog has no relp there .*; install the package rsyslog-relp/,
  ],
  [
    'a user to whom rsyslog is to give up root, and who is not there',
    "sed -i '1i $PrivDropToUser nobody-at-all' /etc/rsyslog.conf",
    'sed -i 1d /etc/rsyslog.conf',
    {},
    /rsyslog is to run as nobody-at-all, and there is no such user/,
  ],
])('Blocked, and nothing is written: %s', async (_, before, after, more, says) => {
  await having(before, after, async () => {
    const found = files();
    expect(await world.apply(world.manifest({ Logs: spec(more) }))).toEqual([expect.stringMatching(says)]);
    expect(files()).toBe(found);
  });
});

test('a port that somebody took after the plan is refused by the write itself', async () => {
  const listen = { protocol: 'tcp', port: 5150, days: 3 } as const;
  const asked = { owner: 'team-a', path: 'Shared/Late', listen, send: null };
  const [seen] = await server.host.read([{ verb: 'log-files', collections: [asked] }]);
  if (!seen.ok) throw seen.error;
  expect(seen.value.obstacles).toEqual([]);
  // A field more, and an earlier stackward takes no answer of this host any more.
  expect(Object.keys(seen.value.wanted[0] ?? {}).sort().join(' ')).toBe('files folder foreign isAsWritten owner part path seen'); // prettier-ignore
  const change = { ...asked, expect: seen.value.wanted[0]?.seen ?? '' };
  const take = `python3 -c 'import socket,time; s=socket.create_server(("",5150)); time.sleep(600)' >/dev/null 2>&1 & echo $! >/run/holder; while ! ss -Hltn | grep -q :5150; do sleep 0.05; done`;
  await having(take, 'kill $(cat /run/holder); rm /run/holder', async () => {
    const before = files();
    const [[answer] = []] = await server.host.write([[{ verb: 'swap-log-files', changes: [change] }]]);
    expect(answer).toMatchObject({
      ok: false,
      reason: 'rejected',
      error: { message: expect.stringMatching(/port 5150 is held by python3; choose another/) },
    });
    expect(files()).toBe(before);
  });
});

test('a name of the server that leads to no address on a client is Blocked there', async () => {
  await having('sed -i "s/ ctl1//" /etc/hosts', 'echo "127.0.0.1 ctl1" >>/etc/hosts', async () => {
    expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([
      expect.stringMatching(/the name ctl1 of the server leads to no address from there/),
    ]);
  });
});

test('where rsyslog does not come back, all files are as before, it runs, and the next run does it', async () => {
  const found = files();
  const refuses =
    "sed -i 's/^  restart).*/  restart) stop; start; [ ! -e \\/etc\\/rsyslog.d\\/05-stackward-modules.conf ] || exit 7 ;;/' /etc/init.d/rsyslog";
  server.shell('cp /etc/init.d/rsyslog /etc/rsyslog.script');
  await having(refuses, 'cp /etc/rsyslog.script /etc/init.d/rsyslog; rm /etc/rsyslog.script', async () => {
    const problems = await world.apply(world.manifest({ Logs: spec() }));
    expect(problems[0]).toMatch(/service rsyslog restart ended with 7.*all files are as before/);
    expect(files()).toBe(found);
    expect(server.shell('kill -0 $(cat /run/rsyslogd.pid) && echo runs')).toBe('runs\n');
  });
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
  expect(server.listens(5140)).toBe(true);
});

test('a fault that a file of the site had before keeps nobody from collecting, nor from deleting the collection', async () => {
  const fault = 'echo "\\$NoSuchDirective on" >/etc/rsyslog.d/60-site.conf; service rsyslog restart';
  await having(fault, 'rm /etc/rsyslog.d/60-site.conf', async () => {
    expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
    expect(server.listens(5140)).toBe(true);
    expect(await world.apply(world.manifest({}))).toEqual([]);
    expect([server.listens(5140), server.shell('ls /etc/rsyslog.d')]).toEqual([false, '60-site.conf\n']);
  });
});

/** Puts another action into the script of rsyslog in place of its restart. */
const restartsBy = (action: string): string =>
  `cp /etc/init.d/rsyslog /etc/rsyslog.script; sed -i 's/^  restart).*/  restart) ${action} ;;/' /etc/init.d/rsyslog`;
const restartsAgain = 'cp /etc/rsyslog.script /etc/init.d/rsyslog; rm /etc/rsyslog.script';

test('a removal that is cut short before the restart is finished by the next run', async () => {
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
  await having(restartsBy('kill -9 $PPID'), restartsAgain, async () => {
    expect(await world.apply(world.manifest({}))).toEqual([expect.stringContaining('ended without an answer')]);
  });
  expect(server.listens(5140)).toBe(true);
  expect(await world.apply(world.manifest({}))).toEqual([]);
  expect([server.listens(5140), server.shell('ls /etc/rsyslog.d /etc/logrotate.d')]).toEqual([
    false,
    expect.not.stringContaining('stackward'),
  ]);
});

test('where rsyslog does not start with the former files either, the step says so, and the next run restarts it', async () => {
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
  const longer = world.manifest({ Logs: spec({ retentionDays: 4 }) });
  await having(restartsBy('stop; exit 7'), restartsAgain, async () => {
    expect((await world.apply(longer))[0]).toMatch(
      /service rsyslog restart ended with 7.*; all files are as before, and rsyslog did not restart with them either \(code 7\)/,
    );
  });
  expect(server.listens(5140)).toBe(false);
  expect(await world.planOf([world.manifest({ Logs: spec() })])).toContain(
    'was cut short before rsyslog was restarted',
  );
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
  expect(server.listens(5140)).toBe(true);
});

test('an installed program sends logs only to servers that its limits name', async () => {
  const installed = '/usr/local/lib/stackward-tests/stackward-host';
  const source = join(__dirname, '../../host/stackward-host.py');
  server.shell(`mkdir -p ${dirname(installed)}; install -m 755 ${source} ${installed}`);
  server.write(`${installed}.limits`, JSON.stringify({ logs: ['rsyslog', 'to:ctl1:5140'] }));
  const host = server.machine.host('ctl1', { installed });
  const asked = (port: number) => ({
    owner: 'team-b',
    path: 'Shared/Sent',
    listen: null,
    send: { to: 'ctl1', protocol: 'tcp', port } as const,
  });
  const told = await host.read(
    [5140, 5141].map((port) => ({ verb: 'log-files', collections: [asked(port)] }) as const),
  );
  const change = { ...asked(5141), expect: '0'.repeat(64) };
  const [[written] = []] = await host.write([[{ verb: 'swap-log-files', changes: [change] }]]);
  await host.close();
  const no = {
    ok: false,
    reason: 'outside-limits',
    error: {
      message: expect.stringMatching(/logs may not be sent to ctl1:5141, because "logs" does not name "to:ctl1:5141"/),
    },
  };
  expect([...told, written]).toMatchObject([{ ok: true }, no, no]);
});

test('steps on one host tell the file that all collections share as the whole run leaves it', async () => {
  const modules = /05-stackward-modules\.conf/;
  expect(await world.apply(world.manifest({ Logs: spec(), More: spec({ port: 5141 }) }))).toEqual([]);
  const gone = await world.effectsOf([world.manifest({})]);
  expect(gone).toEqual([expect.stringMatching(modules), expect.stringMatching(modules)]);
  for (const effect of gone) expect(effect).toContain('-module(load="imtcp"');
  // A collection of the same module stays, or comes.
  for (const left of [{ More: spec({ port: 5141 }) }, { Third: spec({ port: 5142 }) }])
    for (const effect of await world.effectsOf([world.manifest(left)])) expect(effect).not.toMatch(modules);
  expect(await world.apply(world.manifest({}))).toEqual([]);
  expect(server.shell('ls /etc/rsyslog.d')).not.toContain('stackward');
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
});

test('a run that was cut short before the restart is finished by the next', async () => {
  server.shell('service rsyslog stop; touch /var/run/stackward-rsyslog-restart');
  const manifest = world.manifest({ Logs: spec() });
  expect(await world.planOf([manifest])).toContain('a run that wrote it was cut short before rsyslog was restarted');
  expect(await world.apply(manifest)).toEqual([]);
  expect([server.listens(5140), await world.planOf([manifest])]).toEqual([true, expect.stringMatching(/^No changes/)]);
});

test('a module that the site loads is not loaded again, and one port has one collection', async () => {
  await having(
    'echo \'module(load="imtcp")\' >/etc/rsyslog.d/00-site.conf',
    'rm /etc/rsyslog.d/00-site.conf',
    async () => {
      expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
      expect(server.shell('ls /etc/rsyslog.d')).not.toContain('modules');
      const theirs = world.manifest({ Theirs: spec() }, 'team-b', 'Other');
      expect(await world.apply(theirs)).toEqual([
        expect.stringMatching(/port 5140 is that of Shared\/Logs of team-a; choose another/),
      ]);
    },
  );
  expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([]);
});

test('where rsyslog gives up root, its user writes the logs and logrotate rotates them as that user', async () => {
  const drop =
    "sed -i '1i $PrivDropToUser daemon\\n$PrivDropToGroup daemon' /etc/rsyslog.conf; chown daemon /var/spool/rsyslog; chmod 777 /var/log; rm -f /var/log/syslog";
  await having(
    drop,
    'sed -i 1,2d /etc/rsyslog.conf; chmod 755 /var/log; chown root /var/spool/rsyslog; rm -f /var/log/syslog',
    async () => {
      expect(await world.apply(world.manifest({ Logs: spec() }))).toEqual([
        expect.stringMatching(/Shared.Logs belongs to another user than rsyslog writes as \(daemon\); chown it/),
      ]);
      expect(await world.apply(world.manifest({ Dropped: spec({ port: 5141 }) }))).toEqual([]);
      server.shell('logger -u /run/log.socket -p local0.info from-nova');
      const folder = '/var/log/stackward/Shared.Dropped';
      const find =
        'for i in $(seq 100); do grep -l from-nova ' +
        folder +
        '/hosts/ctl1/openstack.log 2>/dev/null && break; sleep 0.1; done';
      expect(server.shell(find)).toContain('openstack.log');
      server.shell('logrotate -f /etc/logrotate.conf');
      expect(server.shell(`stat -c '%U %a' ${folder}/hosts/ctl1/openstack.log.1`)).toBe('daemon 640\n');
    },
  );
});

test('the program writes the same bytes under Python 2.7 and 3', () => {
  const python2 = findPython2('texts for rsyslog and logrotate');
  const collections = (['tcp', 'udp'] as const).flatMap((protocol) => [
    {
      owner: 'team-a',
      path: 'Shared/로그 "x"',
      listen: { protocol, port: 514, days: 30 },
      send: { to: 'ctl1', protocol, port: 514 },
    },
  ]);
  const call =
    '(lambda c: [to_text(LogHost().conf(c)), to_text(LogHost().rotate(c)), log_folder(c["path"]), collection_of(LogHost().conf(c)) == c])';
  const texts = (python?: string) =>
    callHostFunction<unknown[]>(
      call,
      collections.map((c) => [c]),
      python,
    );
  expect(texts().map((text) => text[3])).toEqual([true, true]);
  if (python2 !== undefined) expect(texts(python2)).toEqual(texts());
});
