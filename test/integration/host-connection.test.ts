/** Every way in which a host can't be reached, or goes away, has its own sentence with the next step; a write is whole or not done. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { HostPool, type OpenHost } from '../../adapters/host/host-pool';
import { SshHost, type SshOptions } from '../../adapters/host/ssh-host';
import { valueOf } from '../../lib/hosts/host';
import { freePort } from '../support/free-port';
import { askFacts, create, failure, sentAlong, transient, unrecoverable } from '../support/host-failure';
import { makeLogin, type Login } from '../support/login';
import { Sshd, Wire, type Way } from '../support/sshd';

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

async function listen(answer: (server: Server) => void): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  answer(server);
  return port;
}

describe('the message where no way leads to the host', () => {
  test('names an unknown host key and a changed one, also where the configuration says to check none (case 1110)', async () => {
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

  test('tells a closed port from one that sends no greeting or half of one', async () => {
    expect(await failure(askFacts(open(addWay('refusing', { port: await freePort() }))))).toMatchObject(
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

  test('tells apart no name, no login, no shell, a broken configuration, and a destination that is an option', async () => {
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
    expect(await failure(askFacts(open('host', { configFile: join(folder, 'nowhere') })))).toMatchObject(
      unrecoverable(/^the file that "sshConfig" of stackward.yaml names can't be read/),
    );
    expect(() => open('-oProxyCommand=touch x')).toThrow('it is no destination for ssh');
  });

  test("ssh takes a jump host and the user's own multiplexing from the user's configuration", async () => {
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

describe('a connection that is lost', () => {
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
    wire.cutAfter({ down: 200_000 });
    expect(await failure(host.read([{ verb: 'read-file', path: large }]))).toMatchObject(
      transient(/^the connection was lost before the answer.*nothing was changed, so run it again/),
    );
    wire.cutAfter({});
    await askFacts(host);
    // A connection that has answered before may have died since: the read is asked again, by another.
    wire.cutAfter({ down: 200_000 }, true);
    expect(valueOf((await host.read([{ verb: 'read-file', path: large }]))[0])).toMatchObject({ exists: true });
    wire.cutAfter({ down: 200_000 });
    expect(await failure(host.read([{ verb: 'read-file', path: large }]))).toMatchObject(
      transient(/^it closed the connection/),
    );
    wire.cutAfter({});
    await askFacts(host);
    // The channel's answers to 1 MiB of request stay below this; the program's own answers, by the length of the path, don't.
    const twins = Array.from({ length: 200 }, (_, index) => [create(`${path}-${index}-${'p'.repeat(200)}`, 1)]);
    wire.cutAfter({ down: 20_000 }, true);
    expect(await failure(host.write(twins))).toMatchObject(transient(/each write that was asked for is done whole/));
    const written = readdirSync(folder).filter((name) => name.startsWith('cut-answer-'));
    expect(written).toHaveLength(200);
    await wire.close();
  });

  test('because stackward was killed leaves no connection and no program behind', async () => {
    const hold = `
      const { SshHost } = require(${JSON.stringify(join(__dirname, '../../adapters/host/ssh-host.ts'))});
      const host = new SshHost('x', { destination: 'host', configFile: ${JSON.stringify(sshd.configFile)} });
      host.read([{ verb: 'facts' }]).then(() => { console.log('connected'); setInterval(() => undefined, 1000); });`;
    const child = spawn('npx', ['tsx', '-e', hold], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(clients()).toHaveLength(1);
    process.kill(-child.pid!, 'SIGKILL');
    while (clients().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

test('hosts are asked side by side with one connection and one round trip each, and never more at once than the bound', async () => {
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
  const { stdout } = spawnSync('pgrep', ['-af', `^ssh -F ${sshd.configFile} `], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}
