/**
 * A way to a host that gives less than it should: a daemon that allows one session for each connection, or none, and ssh
 * processes that are killed in the middle of a write. No write is done by half, and nothing is left behind on either side.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SshHost, type SshOptions } from '../../adapters/host/ssh-host';
import { HostGate } from '../support/host-gate';
import { askFacts, create, failure, transient } from '../support/host-failure';
import { Sshd } from '../support/sshd';

const sizeB = 1 << 20;
let folder: string;
let gate: HostGate;
let sshd: Sshd;

beforeAll(() => {
  folder = mkdtempSync('/tmp/stackward-cut-');
  gate = new HostGate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pids = (pattern: string): number[] =>
  spawnSync('pgrep', ['-f', pattern], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).map(Number);
const clients = (): number[] => pids(`^ssh -F ${sshd.configFile} `);
let opened: SshHost[] = [];
const open = (more: Partial<SshOptions> = {}): SshHost => {
  const way = { destination: 'host', configFile: sshd.configFile, installed: gate.path };
  const host = new SshHost('cnode01', { ...way, ...more });
  opened.push(host);
  return host;
};
afterEach(async () => {
  await Promise.all(opened.map((host) => host.close()));
  opened = [];
});

async function startDaemon(...lines: string[]): Promise<void> {
  sshd = await Sshd.start(lines);
  sshd.addWay('host');
}

/** No ssh of ours runs any more. */
async function expectNothingLeft(): Promise<void> {
  for (let turn = 0; clients().length > 0 && turn < 500; turn++) await sleep(20);
  expect(clients()).toEqual([]);
}

describe('an ssh daemon with MaxSessions 1', () => {
  beforeAll(() => startDaemon('MaxSessions 1'));
  afterAll(() => sshd.stop());

  test('answers every request over one connection, and no process or file is left', async () => {
    const host = open();
    const path = join(folder, 'one-session');
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    expect(await host.write([[create(path, sizeB)]])).toMatchObject([[{ ok: true }]]);
    expect(readFileSync(path)).toHaveLength(sizeB);
    expect(clients()).toHaveLength(1);
    await host.close();
    await expectNothingLeft();
  });
});

describe('an ssh daemon with MaxSessions 0', () => {
  beforeAll(() => startDaemon('MaxSessions 0'));
  afterAll(() => sshd.stop());

  test('is reported to allow no session, and no process or file is left', async () => {
    const host = open();
    expect(await failure(askFacts(host))).toMatchObject(
      transient(/^it gave the login no session.*MaxSessions must not be 0/),
    );
    expect(clients()).toEqual([]);
  });
});

describe('ssh killed by -9 while a write is under way', () => {
  beforeAll(() => startDaemon());
  afterAll(() => sshd.stop());

  test.each([
    ['the host goes on alone', 'done'],
    ['the host never begins', 'drop'],
  ] as const)('%s: the write is whole or not begun, and the next request connects again', async (_, fate) => {
    const host = open();
    const path = join(folder, `killed-${fate}`);
    await askFacts(host);
    gate.close(path);
    const written = failure(host.write([[create(path, sizeB)]]));
    await gate.reached();
    for (const pid of clients()) process.kill(pid, 'SIGKILL');
    expect(await written).toMatchObject(transient(/each write that was asked for is done whole or not at all/));
    await gate.open(fate);
    const names = readdirSync(folder).filter((name) => name.includes(`killed-${fate}`));
    expect(names).toEqual(fate === 'done' ? [`killed-${fate}`] : []);
    if (fate === 'done') expect(readFileSync(path)).toHaveLength(sizeB);
    // A second run is clean.
    expect(await askFacts(host)).toMatchObject([{ ok: true }]);
    const again = await host.write([[create(`${path}-again`, sizeB)]]);
    expect(again).toMatchObject([[{ ok: true }]]);
    await host.close();
    await expectNothingLeft();
  });
  test('a host that no longer answers is given up when the time of the request is over', async () => {
    const patience = { requestTimeoutMs: 2500 };
    const host = open(patience);
    const path = join(folder, 'silent');
    await askFacts(host);
    gate.close(path);
    expect(await failure(host.write([[create(path, 1)]]))).toMatchObject(transient(/^no answer within 2.5 s/));
    await gate.open('drop');
  });
});
