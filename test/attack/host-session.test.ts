/**
 * One session carries many requests. No request finds what an earlier one left, and a dead session is not taken for a
 * dead host.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { ProgramFrames, type Said } from '../../adapters/host/program-frames';
import { SshHost } from '../../adapters/host/ssh-host';
import { askFacts, create, failure, transient } from '../support/host-failure';
import { base64, sha256 } from '../support/host-words';
import { LeastPrivilege, requestOf } from '../support/least-privilege';
import { comesTrue } from '../support/namespace-programs';
import { findPython2 } from '../support/python2';
import { Sshd } from '../support/sshd';

const python2 = findPython2('sessions of the host program');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];

/** The installed program, asked over one pair of pipes as its login would. */
class RawSession {
  readonly #frames = new ProgramFrames();
  readonly #said: Said[] = [];
  readonly child: ChildProcess;

  constructor(host: LeastPrivilege) {
    const [program = '', ...args] = host.asLogin('sudo', '-n', host.installed);
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdout?.on('data', (data: Buffer) => {
      for (const frame of this.#frames.push(data)) this.#said.push(frame);
    });
  }

  /** The answer's JSON, and whether the program is ready for another request. */
  async ask(input: string): Promise<[json: string, isReady: boolean]> {
    this.child.stdin?.write(input);
    let json = '';
    for (;;) {
      const said = this.#said.shift();
      if (said?.is === 'answer') json = said.json;
      if (said?.is === 'ready') return [json, true];
      if (said === undefined && this.child.exitCode !== null && this.child.stdout?.readableEnded) return [json, false];
      if (said === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async end(): Promise<number | null> {
    if (this.child.exitCode === null) {
      this.child.stdin?.end();
      await once(this.child, 'close');
    }
    return this.child.exitCode;
  }
}

describe.each(interpreters)('the installed program, run by %s', (python) => {
  let host: LeastPrivilege;
  let session: RawSession;
  beforeAll(() => {
    host = new LeastPrivilege(python);
    mkdirSync(host.path('state'));
    mkdirSync(host.path('open'));
    writeFileSync(host.path('open/file'), 'x');
  });
  beforeEach(() => {
    host.allow({ read: [`${host.path('open')}/`], write: [`${host.path('state')}/`] });
    session = new RawSession(host);
  });
  afterEach(() => session.end());
  afterAll(() => host.remove());

  const read = (name: string) => ({ verb: 'read-file', path: host.path(name) });
  const swap = (mark: string, expect: string | null, content: string) => ({
    verb: 'swap-file',
    path: host.path(`state/bridge-port-${mark}.json`),
    content: base64(content),
    expect: expect === null ? null : sha256(expect),
  });

  test('answers hostile requests in a row as it answers each of them in a program of its own', async () => {
    const inputs = [
      ...['nonsense', '{"version":NaN}', '{}', '{"version":9}', `[${'['.repeat(50_000)}`].map(
        (body) => `stackward-request ${body.length}\n${body}`,
      ),
      requestOf({ access: 'both', sequences: [] }),
      requestOf({ access: 'read', sequences: [[swap('00000001', null, 'x')]] }),
      requestOf({ access: 'read', sequences: [[read('open/file')], [read('state/../secret')], [read('/etc/shadow')]] }),
      requestOf({ access: 'write', sequences: [[{ verb: 'restore-tables', family: 4, variant: 'nft', text: 'x' }]] }),
      requestOf({ access: 'read', sequences: [[{ verb: 'run-reader', argv: ['sh', '-c', 'id'] }]] }),
      requestOf({ access: 'read', sequences: Array.from({ length: 9000 }, () => []) }),
      requestOf({ access: 'read', sequences: [[{ verb: 'facts' }, read('open/file')], [read('open/missing')]] }),
    ];
    for (const input of [...inputs, ...inputs]) {
      const alone = /^stackward-answer \d+\n(.*)$/m.exec(host.send(input).stdout)?.[1] ?? '';
      const [together, isReady] = await session.ask(input);
      expect([input.slice(0, 99), together, isReady]).toEqual([input.slice(0, 99), alone, true]);
    }
  });

  test('keeps to limits that changed between two requests', async () => {
    const asked = requestOf({ access: 'read', sequences: [[read('open/file')]] });
    expect((await session.ask(asked))[0]).toMatch(/"ok": true/);
    host.allow({});
    expect((await session.ask(asked))[0]).toMatch(/"outside-limits"/);
    writeFileSync(`${host.installed}.limits`, '[]');
    expect((await session.ask(asked))[0]).toMatch(/"installation"/);
  });

  test('hands no alarm, lock or process of a request that ran into its deadline to the next request', async () => {
    const holder = spawn('flock', [host.path('state'), 'sh', '-c', 'echo held; cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const late = requestOf({ access: 'write', deadlineSeconds: 1, sequences: [[swap('00000002', null, 'x')]] });
    expect(await session.ask(late)).toEqual([expect.stringMatching(/"overdue"/), true]);
    holder.stdin.end();
    await once(holder, 'close');
    for (const [before, after] of [
      [null, 'a'],
      ['a', 'b'],
      ['b', 'c'],
    ] as const) {
      const asked = requestOf({ access: 'write', sequences: [[swap('00000002', before, after)]] });
      expect(await session.ask(asked)).toEqual([expect.stringMatching(/"ok": true/), true]);
      // Between two requests nobody holds the lock of the folder.
      expect(spawnSync('flock', ['--nonblock', host.path('state'), 'true']).status).toBe(0);
    }
    expect(readdirSync(host.path('state'))).toEqual(['bridge-port-00000002.json']);
  });

  test('answers each request in a process of its own, which has ended when its answer is there', async () => {
    const running = (): number[] => programs(`^${python} -Es ${host.installed}`);
    const seen: number[] = [];
    for (const mark of ['00000004', '00000005']) {
      const holder = spawn('flock', [host.path('state'), 'sh', '-c', 'echo held; cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      let isAnswered = false;
      const asked = session
        .ask(requestOf({ access: 'write', sequences: [[swap(mark, null, 'x')]] }))
        .finally(() => (isAnswered = true));
      // The request waits for the lock, so its process is there to be seen.
      while (!isAnswered && running().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      const [program, ...others] = running();
      holder.stdin.end();
      await once(holder, 'close');
      expect(await asked).toEqual([expect.stringMatching(/"ok": true/), true]);
      expect(others).toHaveLength(1);
      expect(running()).toEqual([program]);
      seen.push(...others);
    }
    expect(new Set(seen).size).toBe(2);
  });

  test('ends the session at a broken frame, and does nothing that stands behind that frame', async () => {
    const hidden = requestOf({ access: 'write', sequences: [[swap('00000003', null, 'x')]] });
    for (const start of ['stackward-request 3\n{}', 'GET / HTTP/1.0\n', 'stackward-request 99999999999\n']) {
      const session = new RawSession(host);
      expect((await session.ask(requestOf({ access: 'read', sequences: [] })))[1]).toBe(true);
      session.child.stdin?.write(start);
      session.child.stdin?.end(hidden.slice(1));
      expect(await session.ask('')).toEqual([expect.stringMatching(/"refused"/), expect.any(Boolean)]);
      await session.end();
    }
    expect(existsSync(host.path('state/bridge-port-00000003.json'))).toBe(false);
  });
});

/** Host programs that serve requests whose ssh or shell is of this folder; parents before their children. */
const programs = (mark: string): number[] =>
  spawnSync('pgrep', ['-f', mark], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).map(Number);

describe('a session that dies between two requests', () => {
  let sshd: Sshd;
  let folder: string;
  let installed: string;
  beforeAll(async () => {
    sshd = await Sshd.start();
    sshd.addWay('host');
    folder = mkdtempSync('/var/lib/stackward-test-');
    installed = join(folder, 'stackward-host');
    const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
    writeFileSync(installed, source, { mode: 0o755 });
    writeFileSync(`${installed}.limits`, JSON.stringify({ write: [join(folder, 'made'), join(folder, 'more')] }));
  });
  afterAll(async () => {
    await sshd.stop();
    rmSync(folder, { recursive: true });
  });

  test.each([
    [
      'the program behind ssh',
      () => new SshHost('cnode01', { destination: 'host', configFile: sshd.configFile, installed }),
      () => `^/usr/bin/python3 -Es ${installed}`,
    ],
    [
      'ssh itself',
      () => new SshHost('cnode01', { destination: 'host', configFile: sshd.configFile, installed }),
      () => `^ssh -F ${sshd.configFile} `,
    ],
    [
      'the program of this machine',
      () => new LocalHost('cnode01', { installed }),
      () => `^/usr/bin/python3 -Es ${installed}`,
    ],
  ])('with %s killed, is replaced by a new session, in which reads and writes go on', async (_, open, mark) => {
    const host = open();
    rmSync(join(folder, 'made'), { force: true });
    const kill = (): void => {
      const found = programs(mark());
      expect(found).toHaveLength(1);
      for (const pid of found) process.kill(pid, 'SIGKILL');
      while (found.some((pid) => existsSync(`/proc/${pid}/exe`))) spawnSync('sleep', ['0.01']);
    };
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    const [before] = programs(mark());
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    expect(programs(mark())).toEqual([before]);
    kill();
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    kill();
    // The news of the death may or may not have come: the write is done, or said to be unknown and not done twice.
    const written = await host.write([[create(join(folder, 'made'), 1)]]).catch((error: unknown) => error);
    if (!Array.isArray(written))
      expect(written).toMatchObject(transient(/each write that was asked for is done whole or not at all/));
    expect(existsSync(join(folder, 'made'))).toBe(Array.isArray(written));
    await host.close();
    // Behind ssh the program reads the end of its input a moment later. If it stays, the test never ends.
    await comesTrue(() => programs(mark()).length === 0);
  });

  test('with its daemon gone, has its read asked again, and the run says that nobody lets it in', async () => {
    const gone = await Sshd.start();
    gone.addWay('gone');
    const host = new SshHost('cnode01', { destination: 'gone', configFile: gone.configFile, installed });
    await askFacts(host);
    for (const pid of programs(`^ssh -F ${gone.configFile} `)) process.kill(pid, 'SIGKILL');
    const { configFile, knownHosts } = gone;
    const texts = [configFile, knownHosts].map((path) => [path, readFileSync(path)] as const);
    const key = readFileSync(join(gone.folder, 'login'));
    await gone.stop();
    mkdirSync(gone.folder);
    for (const [path, text] of texts) writeFileSync(path, text);
    writeFileSync(join(gone.folder, 'login'), key, { mode: 0o600 });
    expect(await failure(askFacts(host))).toMatchObject(transient(/^nothing listens on its ssh port/));
    rmSync(gone.folder, { recursive: true });
  });
});
