/** `measure-throughput` with the real iperf3 between network namespaces of this machine (case 1029). */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { HostPool } from '../../adapters/host/host-pool';
import type { RunbookOptions } from '../../runbooks/runbook';
import { renderRows } from '../../runbooks/render';
import { comesTrue, programsIn } from '../support/namespace-programs';
import { RunbookBench } from '../support/runbook-bench';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const mark = `tp${randomBytes(4).toString('hex')}`;
const [mgmt, web] = [`${mark}a`, `${mark}b`];
const names = { mgmt1: mgmt, web1: web, web2: web } as const;
const namespaceOf = (host: string): string => names[host as keyof typeof names];
const folder = mkdtempSync(join(tmpdir(), 'stackward-throughput-'));
const pool = new HostPool((name) => new LocalHost(name, { namespace: namespaceOf(name) }));
let bench: RunbookBench;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
const inside = (namespace: string, ...args: string[]): string => ip('netns', 'exec', namespace, ...args);

beforeAll(() => {
  for (const namespace of [mgmt, web]) ip('netns', 'add', namespace);
  ip('link', 'add', 'ens3', 'netns', mgmt, 'type', 'veth', 'peer', 'name', 'ens4', 'netns', web);
  ip('-n', mgmt, 'addr', 'add', '10.9.0.1/24', 'dev', 'ens3');
  ip('-n', web, 'addr', 'add', '10.9.0.2/24', 'dev', 'ens4');
  ip('-n', mgmt, 'link', 'set', 'ens3', 'up');
  ip('-n', web, 'link', 'set', 'ens4', 'mtu', '1450', 'up');
  const config = join(folder, 'stackward.yaml');
  writeFileSync(config, '{}\n');
  const host = (target: string) => Promise.resolve(pool.get(target.slice('host:'.length)));
  bench = new RunbookBench({}, config, () => ({ readers: { host }, writers: { host } }));
});
afterAll(async () => {
  await (bench as RunbookBench | undefined)?.close();
  await pool.close();
  for (const namespace of [mgmt, web]) ip('netns', 'del', namespace);
  rmSync(folder, { recursive: true, force: true });
});

const tools = (): readonly string[] =>
  [mgmt, web].flatMap(programsIn).flatMap(({ name }) => (name.startsWith('iperf3') ? [name] : []));
/** Server and client of a test. A look at the ends also starts `iperf3 --version` on both, for a moment. */
const measuring = () =>
  [mgmt, web].flatMap(programsIn).filter(({ argv }) => argv[0]?.endsWith('iperf3') && !argv.includes('--version'));
const sockets = (): string => inside(web, 'ss', '-Htln');

const small = { peers: 'web1', seconds: '1', mbit: '20' } as const;
const given = (options: RunbookOptions) => ({ argument: 'mgmt1', options });
const plan = (options: RunbookOptions = small) => bench.plan('measure-throughput', given(options));
const wrong = async (options: RunbookOptions = small) =>
  (await plan(options)).preconditions.flatMap(({ is, said }) => (is === 'holds' ? [] : [`${is}: ${said}`]));

test('the plan says how much it will load and for how long, and starts nothing', async () => {
  const { thing, seen, preconditions, steps } = await plan({ peers: 'web1' });
  expect(thing).toBe('throughput');
  expect(seen).toEqual([
    'load: 2 tests one after the other, each one TCP stream of at most 1000 Mbit/s for 5 s',
    'in all about 16 s, at most 34 s and 1.25 GB over the network between the hosts',
    'whatever shares that network has so much less of it meanwhile; Ctrl-C ends the run after the test that is under way',
  ]);
  expect(preconditions.map(({ is, said }) => `${is}: ${said}`)).toEqual([
    expect.stringMatching(/^holds: mgmt1 has iperf 3\./),
    expect.stringMatching(/^holds: web1 has iperf 3\./),
    "holds: mgmt1 runs no service of OpenStack, and carries no server's traffic",
    "holds: web1 runs no service of OpenStack, and carries no server's traffic",
    'holds: nothing listens on TCP port 5201 of web1',
    'holds: mgmt1 reaches web1 by ens3 at 10.9.0.2 (its ens4)',
    expect.stringMatching(/^holds: ens3 of mgmt1 carries [\d.]+ Mbit\/s now$/),
    expect.stringMatching(/^holds: ens4 of web1 carries [\d.]+ Mbit\/s now$/),
  ]);
  expect(steps.map(({ step, now }) => [step.title, step.say(now), step.undo(now).is])).toEqual([
    ['send from mgmt1 to web1 for 5 s, at most 1000 Mbit/s', 'not measured', 'nothing'],
    ['send from web1 to mgmt1 for 5 s, at most 1000 Mbit/s', 'not measured', 'nothing'],
  ]);
  expect([tools(), sockets()]).toEqual([[], '']);
});

test('a run measures both ways within its bound, compares with the last, and leaves nothing; a resumption keeps the results', async () => {
  const inputs = { from: 'mgmt1', to: 'web1', address: '10.9.0.2', way: 'back', seconds: 1, mbit: 20, isChosen: true, mtus: [] }; // prettier-ignore
  const lastResult = (act: string, isMeant: (inputs: unknown) => boolean) =>
    act === 'throughput' && isMeant(inputs)
      ? { startedAt: '2026-11-20T01:00:00.000Z', state: { is: 'measured', mbit: 40, bound: 50, seconds: 1, mtus: [] } }
      : undefined;
  Object.assign(bench.looking, { lastResult });
  const planned = await plan();
  expect(planned.seen.at(-1)).toBe('throughput from web1 to mgmt1, last run (2026-11-20T01:00:00.000Z): 40 Mbit/s');
  const { run, report } = await bench.perform(planned);
  expect(report.results.map(({ outcome, message }) => [outcome, message])).toEqual([['done', undefined], ['done', undefined]]); // prettier-ignore
  for (const { after } of report.results) {
    expect(after).toMatchObject({ is: 'measured', bound: 20, seconds: 1, retransmits: expect.any(Number), mss: expect.any(Number), mtus: [1500, 1450] }); // prettier-ignore
    const { mbit } = after as { mbit: number };
    expect(mbit).toBeGreaterThan(1);
    expect(mbit).toBeLessThan(30);
  }
  const [title = '', ...rows] = renderRows(report, 100).filter((line) => line !== '');
  expect(title.split(/ +/)).toEqual(['from', 'to', 'Mbit/s', 'bound', 'resent', 'segment', 'MTU', 'before', 'change']);
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    [
      'mgmt1',
      'web1',
      expect.stringMatching(/^[\d.]+$/),
      '20',
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^1\d\d\d$/),
      '1500, 1450',
      '?',
      '?',
    ],
    [
      'web1',
      'mgmt1',
      expect.stringMatching(/^[\d.]+$/),
      '20',
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^1\d\d\d$/),
      '1500, 1450',
      '40',
      expect.stringMatching(/^-\d+ %$/),
    ],
  ]);
  expect([tools(), sockets()]).toEqual([[], '']);
  const again = await bench.resume(run);
  expect(again.steps.map(({ is, now }) => [is, (now as { is: string }).is])).toEqual([['kept', 'measured'], ['kept', 'measured']]); // prettier-ignore
  expect((await bench.undo(run)).steps).toEqual([]);
  Object.assign(bench.looking, { lastResult: () => undefined });
});

test('a run that was interrupted after its first test measures only the other when it is resumed', async () => {
  const { run, report } = await bench.perform(await plan(), { stoppedAfter: 1 });
  const again = await bench.perform(await bench.resume(run));
  expect(again.report.results.map(({ outcome }) => outcome)).toEqual(['kept', 'done']);
  expect(again.report.results[0]?.after).toEqual(report.results[0]?.after);
});

test('a run that died before it recorded a result measures again, within the bounds of the command alone', async () => {
  const { run } = await bench.perform(await plan(), { killedAtLine: 2 });
  expect((await bench.resume(run)).steps.map(({ is }) => is)).toEqual(['to do', 'to do']);
  const steps = run.record.steps.map((step) => ({ ...step, inputs: { ...(step.inputs as object), mbit: 90_000 } }));
  await expect(bench.resume({ ...run, record: { ...run.record, steps } })).rejects.toThrow(/its step 1 .* is not what a run of measure-throughput mgmt1 records/); // prettier-ignore
});

describe('while a test runs', () => {
  const long = { peers: 'web1', seconds: '30', mbit: '5' } as const;
  const begin = async () => bench.perform(await plan(long), { stoppedAfter: 1 });

  test('iperf3 has the rights of nobody, and ends at both hosts when the program on one is killed', async () => {
    const running = begin();
    let found = measuring();
    await comesTrue(() => (found = measuring()).length === 2);
    expect(found.map(({ uid }) => uid)).toEqual(['65534', '65534']);
    for (const { pid, name } of programsIn(web)) if (name.startsWith('python')) process.kill(pid, 'SIGKILL');
    const { report } = await running;
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
    await comesTrue(() => tools().length === 0);
    expect(sockets()).toBe('');
  });

  test('iperf3 ends at both hosts when the connections are gone', async () => {
    const running = begin();
    await comesTrue(() => measuring().length === 2);
    await pool.close();
    const { report } = await running;
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
    await comesTrue(() => tools().length === 0);
    expect(sockets()).toBe('');
  });
});

describe('a measurement is refused', () => {
  test('where the network is in use already', async () => {
    const server = spawn('ip', ['netns', 'exec', web, 'iperf3', '-s', '-1', '-p', '9999'], { stdio: 'ignore' });
    await comesTrue(() => sockets().includes(':9999'));
    const client = spawn('ip', ['netns', 'exec', mgmt, 'iperf3', '-c', '10.9.0.2', '-p', '9999', '-b', '50M', '-t', '60'], { stdio: 'ignore' }); // prettier-ignore
    const counter = () => inside(web, 'cat', '/sys/class/net/ens4/statistics/rx_bytes');
    const before = Number(counter());
    await comesTrue(() => Number(counter()) > before + 1e6);
    expect(await wrong()).toEqual([
      expect.stringMatching(/^fails: ens3 of mgmt1 carries [\d.]+ Mbit\/s now, and a test would take from that; wait until it is below 2 Mbit\/s$/), // prettier-ignore
      expect.stringMatching(/^fails: ens4 of web1 carries [\d.]+ Mbit\/s now, /),
    ]);
    for (const child of [client, server]) child.kill();
    await comesTrue(() => tools().length === 0);
  });

  test("where somebody listens on iperf3's port, also if that began after the plan", async () => {
    const early = await plan();
    const server = spawn('ip', ['netns', 'exec', web, 'iperf3', '-s'], { stdio: 'ignore' });
    await comesTrue(() => sockets().includes(':5201'));
    const taken = /iperf3 \(process \d+\) listens on TCP port 5201 of web1 already, maybe for somebody's measurement; /;
    expect(await wrong()).toEqual([expect.stringMatching(taken)]);
    const { report } = await bench.perform(early);
    expect(report.results.map(({ reason, message }) => [reason, message])).toEqual([['Blocked', expect.stringMatching(taken)], [undefined, undefined]]); // prettier-ignore
    server.kill();
    await comesTrue(() => tools().length === 0);
  });

  test("on a host that carries servers' traffic, unless the user says how much", async () => {
    ip('-n', web, 'link', 'add', 'tap0f5d6a4e', 'type', 'veth', 'peer', 'name', 'guest0');
    expect(await wrong({ peers: 'web1' })).toEqual(['fails: web1 serves the cloud (tap0f5d6a4e), and a test would take from its network what others need; say by --mbit N how much it may take']); // prettier-ignore
    expect(await wrong()).toEqual([]);
    ip('-n', web, 'link', 'del', 'tap0f5d6a4e');
  });

  test.each([
    [{}, /nobody is named to measure with; give one host or several/],
    [{ peers: 'mgmt1' }, /mgmt1 is both ends/],
    [{ peers: 'web1,web1' }, /a peer is named twice/],
    [{ peers: 'web1=10.9.0.300' }, /"10.9.0.300" is not an? /],
    [{ peers: 'web1', seconds: '31' }, /--seconds is "31"; give a whole number of 1 to 30/],
    [{ peers: 'web1', mbit: '0' }, /--mbit is "0"; give a whole number of 1 to 100000/],
    [
      { peers: 'web1=10.9.0.77' },
      /web1 has no device with 10\.9\.0\.77, so it can't listen there; give an address of its own/,
    ],
  ] as const)('for %j', async (options, words) => {
    const refused = plan(options).then(({ preconditions }) => {
      throw new Error(preconditions.flatMap(({ is, said }) => (is === 'holds' ? [] : [said])).join('; '));
    });
    await expect(refused).rejects.toThrow(words);
  });

  test('between two names of one machine', async () => {
    await expect(bench.plan('measure-throughput', { argument: 'web1', options: { peers: 'web2' } })).rejects.toThrow(/^nothing can be measured; web1 and web2 are one machine, /); // prettier-ignore
  });
});
