/** Every way in which a host can't be reached, or goes away, has its own sentence with the next step; a write is whole or not done. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { HostPool, type OpenHost } from '../../adapters/host-pool';
import { LocalHost } from '../../adapters/local-host';
import { SshHost, type SshOptions } from '../../adapters/ssh-host';
import { StackwardError } from '../../lib/errors';
import { valueOf, type Host, type HostWrite } from '../../lib/host';
import { makeLogin, type Login } from '../support/login';
import { Sshd, Wire, type Way } from '../support/sshd';

/** The line of docs/hosts.md. */
const sentAlong = '/usr/bin/python3 -ES -c *';

let sshd: Sshd;
let login: Login;
let folder: string;
let opened: SshHost[] = [];
beforeAll(async () => {
  sshd = await Sshd.start();
  folder = mkdtempSync('/tmp/stackward-connection-');
  login = makeLogin('/bin/sh', [sentAlong]);
  addWay('host');
});
afterEach(async () => {
  await Promise.all(opened.map((host) => host.close()));
  opened = [];
});
afterAll(async () => {
  login.remove();
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const addWay = (name: string, way: Way = {}): string => sshd.addWay(name, { user: login.name, ...way });
function open(destination: string, more: Partial<SshOptions> = {}): SshHost {
  const host = new SshHost('cnode01', { destination, configFile: sshd.configFile, ...more });
  opened.push(host);
  return host;
}

async function failure(asked: Promise<unknown>): Promise<StackwardError> {
  const error = await asked.then(
    () => new Error('it answered'),
    (met: unknown) => met,
  );
  if (!(error instanceof StackwardError)) throw error;
  return error;
}
const askFacts = (host: Host) => host.read([{ verb: 'facts' }]);
const create = (path: string, bytes: number): HostWrite => ({
  ...{ verb: 'swap-file', path, expect: null },
  content: Buffer.alloc(bytes, 'x').toString('base64'),
});
const text = (part: string | RegExp): unknown => expect.stringMatching(part);
const unrecoverable = (part: RegExp) => ({ reason: 'UnrecoverableError', where: 'host:cnode01', detail: text(part) });
const transient = (part: RegExp) => ({ reason: 'TransientError', where: 'host:cnode01', detail: text(part) });

async function listen(answer: (server: Server) => void): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  answer(server);
  return port;
}

describe('no way to the host', () => {
  test('an unknown host key, then a changed one; a configuration that checks none is overruled', async () => {
    const careless = addWay('careless', { lines: ['StrictHostKeyChecking no'] });
    sshd.setKnownKey(undefined);
    for (const way of ['host', careless])
      expect(await failure(askFacts(open(way)))).toMatchObject(
        unrecoverable(/^its host key is not in known_hosts; compare/),
      );
    expect(readFileSync(sshd.knownHosts, 'utf8')).toBe('');
    sshd.setKnownKey('other_key');
    for (const way of ['host', careless])
      expect(await failure(askFacts(open(way)))).toMatchObject(
        unrecoverable(/^its host key is not the one in known_hosts: somebody may stand in between/),
      );
    sshd.setKnownKey('host_key');
    expect(await askFacts(open('host'))).toMatchObject([{ ok: true }]);
  });

  test('nothing listens, nobody greets, the greeting is cut', async () => {
    const refusing = await listen((server) => server.close());
    expect(await failure(askFacts(open(addWay('refusing', { port: refusing }))))).toMatchObject(
      transient(/^nothing listens on its ssh port/),
    );
    let silent: Server | undefined;
    const mute = await listen((server) => (silent = server));
    const patience = { connectTimeoutMs: 1000 };
    expect(await failure(askFacts(open(addWay('silent', { port: mute }), patience)))).toMatchObject(
      transient(/^it does not answer in time/),
    );
    silent?.close();
    let hangingUp: Server | undefined;
    const port = await listen((server) => (hangingUp = server.on('connection', (socket) => socket.destroy())));
    expect(await failure(askFacts(open(addWay('closing', { port }))))).toMatchObject(
      transient(/^it closed the connection/),
    );
    hangingUp?.close();
  });

  test('no name, no login, no shell, a broken configuration, a destination that is an option', async () => {
    const nowhere = addWay('nowhere');
    expect(await failure(askFacts(open('no-such-host.invalid')))).toMatchObject(
      unrecoverable(/^its name has no address/),
    );
    expect(await failure(askFacts(open(`no-such-user@${nowhere}`)))).toMatchObject(
      unrecoverable(/^it lets this login not in/),
    );
    expect(await failure(askFacts(open(`nobody@${nowhere}`)))).toMatchObject(
      unrecoverable(/^its login shell ended by itself/),
    );
    const configFile = join(folder, 'broken');
    writeFileSync(configFile, 'NoSuchOption yes\n');
    expect(await failure(askFacts(open('host', { configFile })))).toMatchObject(
      unrecoverable(/^the ssh configuration is wrong/),
    );
    expect(() => open('-oProxyCommand=touch x')).toThrow('it is no destination for ssh');
  });

  test("a jump host and the user's own multiplexing are the configuration's", async () => {
    const lines = [
      'ProxyJump host',
      'ControlMaster auto',
      `ControlPath ${join(folder, 'theirs')}`,
      'RemoteCommand true',
    ];
    expect(await askFacts(open(addWay('inner', { lines })))).toMatchObject([{ ok: true, value: { uid: 0 } }]);
    expect(readdirSync(folder)).not.toContain('theirs');
  });
});

describe('a connection that goes away', () => {
  test('in the middle of the request: nothing is done, and the next request connects again', async () => {
    const wire = await Wire.open(sshd.port);
    const host = open(addWay('request', { port: wire.port }));
    await askFacts(host);
    const path = join(folder, 'cut-request');
    wire.cutAfter({ up: 300_000 });
    expect(await failure(host.write([[create(path, 1 << 20)]]))).toMatchObject(
      transient(
        /^the connection was lost before the answer.*each write that was asked for is done whole or not at all/,
      ),
    );
    wire.cutAfter({});
    expect(valueOf((await host.read([{ verb: 'read-file', path }]))[0])).toMatchObject({ exists: false });
    expect(await host.write([[create(path, 1 << 20)]])).toMatchObject([[{ ok: true }]]);
    await wire.close();
  });

  test('in the middle of the answer: the write is whole', async () => {
    const wire = await Wire.open(sshd.port);
    const host = open(addWay('answer', { port: wire.port }));
    const path = join(folder, 'cut-answer');
    const large = join(folder, 'large');
    writeFileSync(large, Buffer.alloc(1 << 20, 'y'));
    await askFacts(host);
    wire.cutAfter({ down: 200_000 });
    expect(await failure(host.read([{ verb: 'read-file', path: large }]))).toMatchObject(
      transient(/^the connection was lost before the answer.*nothing was changed, so run it again/),
    );
    wire.cutAfter({});
    await askFacts(host);
    // The channel's answers to 1 MiB of request stay below this; the program's own answers, by the length of the path, don't.
    const twins = Array.from({ length: 200 }, (_, index) => [create(`${path}-${index}-${'p'.repeat(200)}`, 1)]);
    wire.cutAfter({ down: 20_000 });
    await failure(host.write(twins));
    const written = readdirSync(folder).filter((name) => name.startsWith('cut-answer-'));
    expect(written).toHaveLength(200);
    await wire.close();
  });

  test('a killed stackward leaves no connection and no program behind', async () => {
    const hold = `
      const { SshHost } = require(${JSON.stringify(join(__dirname, '../../adapters/ssh-host.ts'))});
      const host = new SshHost('x', { destination: 'host', configFile: ${JSON.stringify(sshd.configFile)} });
      host.read([{ verb: 'facts' }]).then(() => { console.log('connected'); setInterval(() => undefined, 1000); });`;
    const child = spawn('npx', ['tsx', '-e', hold], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const [client = '', ...others] = clients();
    expect(others).toEqual([]);
    process.kill(-child.pid!, 'SIGKILL');
    while (clients().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    // The empty folder of its socket is all that is left.
    rmdirSync(dirname(/ControlPath=(\S+)/.exec(client)![1]!));
  });
});

describe('a host that is not ready', () => {
  const bin = (name: string, python?: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    for (const tool of ['id', 'sh', 'cat'])
      writeFileSync(join(path, tool), `#!/bin/sh\nexec /usr/bin/${tool} "$@"\n`, { mode: 0o755 });
    if (python !== undefined) writeFileSync(join(path, 'python3'), python, { mode: 0o755 });
    chmodSync(folder, 0o755);
    return path;
  };
  /** The machine's own shell, with this PATH alone. */
  const withPath = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    const { PATH } = process.env;
    process.env.PATH = path;
    return work().finally(() => (process.env.PATH = PATH));
  };

  test('no Python, and one that is a shim of nothing', async () => {
    for (const path of [bin('none'), bin('shim', '#!/bin/sh\nexit 127\n')])
      expect(await failure(withPath(path, () => askFacts(new LocalHost('cnode01'))))).toMatchObject(
        unrecoverable(/^neither python3, python2 nor python runs there; install Python/),
      );
  });

  test('a program that hangs is ended, by the deadline on the host and by the one here', async () => {
    const host = open('host', { requestTimeoutMs: 2000 });
    const hang = spawn('/usr/bin/python3', ['-c', lockFolder, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(hang.stdout, 'data');
    const outcomes = await host.write([
      [create(join(folder, 'late'), 1), create(join(folder, 'later'), 1)],
      [create(join(folder, 'latest'), 1)],
    ]);
    expect(outcomes).toMatchObject([
      [{ reason: 'overdue', error: { reason: 'TransientError' } }, { reason: 'skipped' }],
      [{ reason: 'skipped' }],
    ]);
    hang.stdin.end();
    await once(hang, 'exit');
    expect(readdirSync(folder).filter((name) => name.startsWith('late'))).toEqual([]);

    const sleeper = bin('sleeper', '#!/bin/sh\nexec /usr/bin/sleep 4711\n');
    const local = new LocalHost('cnode01', { requestTimeoutMs: 1000 });
    expect(await failure(withPath(sleeper, () => local.write([[create(join(folder, 'late'), 1)]])))).toMatchObject(
      transient(/^no answer within 1 s, and the program was ended.*done whole or not at all/),
    );
    expect(spawnSync('pgrep', ['-f', 'sleep 4711']).status).toBe(1);
  });

  test('a program that dies: of its own, and under sudo', async () => {
    const path = bin('dying', '#!/bin/sh\nkill -KILL $$\n');
    expect(await failure(withPath(path, () => askFacts(new LocalHost('cnode01'))))).toMatchObject(
      transient(/^the program ended without an answer.*nothing was changed/),
    );
    const program = join(bin('dying-as-root'), 'python3');
    const host = open(addWay('dying', { path: `${dirname(program)}:/usr/bin` }));
    login.allow([`${program} -ES -c *`]);
    const dying = async (signal: string): Promise<StackwardError> => {
      writeFileSync(program, `#!/bin/sh\nkill -${signal} $$\n`, { mode: 0o755 });
      return failure(host.write([[create(join(folder, 'unwritten'), 1)]]));
    };
    for (const signal of ['KILL', 'TERM'])
      expect(await dying(signal)).toMatchObject(
        transient(/^the program ended without an answer.*each write that was asked for is done whole or not at all/),
      );
    expect(await dying('ALRM')).toMatchObject(transient(/^no answer within 60 s.*done whole or not at all/));
    login.allow([sentAlong]);
    expect(await dying('KILL')).toMatchObject(
      unrecoverable(new RegExp(`^sudo doesn't let this login run ${program} as root`)),
    );
  });

  test('a login script that prints, and one that prints what looks like an answer', async () => {
    const path = bin('noisy', '#!/bin/sh\nprintf "hello\\nstackward-answer 2\\n{}"\nexec /usr/bin/python3 "$@"\n');
    expect(await withPath(path, () => askFacts(new LocalHost('cnode01')))).toMatchObject([{ ok: true }]);
  });
});

test('hosts side by side: one connection and one round trip each, and never more at once than the bound', async () => {
  let running = 0;
  let most = 0;
  let asked = 0;
  const counted = (name: string): OpenHost => {
    const host = new SshHost(name, { destination: 'host', configFile: sshd.configFile });
    return {
      name,
      stateFolder: host.stateFolder,
      read: async (questions) => {
        asked += 1;
        most = Math.max(most, ++running);
        return host.read(questions).finally(() => running--);
      },
      write: (sequences) => host.write(sequences),
      close: () => host.close(),
    };
  };
  const pool = new HostPool(counted, 4);
  const names = Array.from({ length: 12 }, (_, index) => `cnode${index}`);
  const answers = await Promise.all([...names, ...names].map((name) => askFacts(pool.get(name))));
  expect(asked).toBe(12);
  expect(answers.flat().every((answer) => answer.ok)).toBe(true);
  expect(most).toBe(4);
  expect(clients()).toHaveLength(12);
  await pool.close();
  expect(clients()).toEqual([]);
});

/** Connections to the test's own sshd that are open on this side. */
function clients(): string[] {
  const { stdout } = spawnSync('pgrep', ['-af', `^ssh -F ${sshd.configFile} .*ControlMaster=yes`], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}

/** Holds the lock that our own writers take on a folder, until its stdin ends. */
const lockFolder = `
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()
`;
