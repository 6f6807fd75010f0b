/** A clock that is wrong, here or on a host: nothing waits for ever, nothing gives up at once, and the order of runs stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalFolder, listRuns, readRun } from '../../adapters/files/journal-folder';
import { LocalHost } from '../../adapters/host/local-host';
import { swap } from '../support/host-words';
import { PolicySite } from '../support/policy-site';
import { granted, icehouse, outcomes, problems } from '../support/policy-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const program = join(__dirname, '../../host/stackward-host.py');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-clock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The real host program, as the one sent along; after its first look at the clock that is another time. */
function hostWithClock(seconds: number): LocalHost {
  const installed = join(folder, 'stackward-host');
  writeFileSync(
    installed,
    `#!/usr/bin/python3 -Es
import os, time
sent = os.fdopen(0, 'rb')
real, looks = time.time, []
def shifted():
    looks.append(1)
    return real() + (${seconds} if len(looks) > 1 else 0)
time.time = shifted
exec(compile(open('${program}').read(), '${program}', 'exec'))
`,
    { mode: 0o755 },
  );
  return new LocalHost('cnode01', { stateFolder: join(folder, 'state'), installed });
}

/** Another program that holds the lock of the folder for this long. */
async function holdLock(path: string, seconds: number): Promise<() => void> {
  const child = spawn('flock', [path, 'sh', '-c', `echo held; exec sleep ${seconds}`], { detached: true });
  await once(child.stdout, 'data');
  return () => void process.kill(-(child.pid ?? 0), 'SIGKILL');
}

test.each([
  ['an hour ahead', 3600],
  ['an hour back', -3600],
])('a host whose clock jumps %s while a lock is held waits for it, and writes when it is free', async (_, seconds) => {
  const own = join(folder, 'own');
  mkdirSync(own);
  await holdLock(own, 2);
  const [[outcome] = []] = await hostWithClock(seconds).write([[swap(join(own, 'file'), null, 'x')]]);
  expect(outcome).toMatchObject({ ok: true });
  expect(readFileSync(join(own, 'file'), 'utf8')).toBe('x');
});

test('a host whose clock jumps an hour back reports a lock that stays held as busy', async () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  const free = await holdLock(own, 600);
  try {
    const [[outcome] = []] = await hostWithClock(-3600).write([[swap(join(own, 'file'), null, 'x')]]);
    expect(outcome).toMatchObject({ ok: false, reason: 'busy' });
  } finally {
    free();
  }
});

test('a session is as old as the time that has passed, whichever way the clock of this machine is set', async () => {
  const [installed, starts] = [join(folder, 'stackward-host'), join(folder, 'starts')];
  const lines = [
    ...['#!/usr/bin/python3 -Es', 'import os', `open('${starts}', 'a').write('x')`, "sent = os.fdopen(0, 'rb')"],
    `exec(compile(open('${program}').read(), '${program}', 'exec'))`,
  ];
  writeFileSync(installed, lines.join('\n'), { mode: 0o755 });
  const host = new LocalHost('cnode01', { installed });
  const write = async (name: string): Promise<number> => {
    expect(await host.write([[swap(join(folder, name), null, 'x')]])).toMatchObject([[{ ok: true }]]);
    return statSync(starts).size;
  };
  const [time, passed] = [Date.now.bind(Date), performance.now.bind(performance)];
  const clock = jest.spyOn(Date, 'now');
  const elapsed = jest.spyOn(performance, 'now');
  try {
    expect(await write('first')).toBe(1);
    clock.mockImplementation(() => time() + 3_600_000);
    expect(await write('second')).toBe(1);
    clock.mockImplementation(() => time() - 3_600_000);
    elapsed.mockImplementation(() => passed() + 250_000);
    expect(await write('third')).toBe(2);
  } finally {
    clock.mockRestore();
    elapsed.mockRestore();
    await host.close();
  }
});

describe.each([
  ['an hour ahead of the host', 3600],
  ['an hour behind the host', -3600],
])('policy files written by a clock %s', (_, seconds) => {
  let site: PolicySite;
  const files = ['neutron/policy.json', 'neutron/policy.d/10-site.json'];
  beforeEach(() => {
    site = new PolicySite();
    // The service's own tool takes seconds, and has nothing to do with clocks.
    site.generated = 'fails';
    site.write('neutron/neutron.conf', '[oslo_policy]\npolicy_dirs = policy.d\n');
    site.write('neutron/policy.json', icehouse);
    site.write('neutron/policy.d/10-site.json', '{"delete_network": "role:admin"}\n');
    const time = Date.now() / 1000 + seconds;
    for (const file of files) utimesSync(site.path(file), time, time);
    utimesSync(site.path('neutron/policy.d'), time, time);
  });
  afterEach(() => site.remove());

  test('get a later time with each write, so the service reads them again; a second run writes nothing', async () => {
    const grant = [
      site.manifest({
        Grant: { release: 'victoria', rule: 'create_port:fixed_ips' },
        Other: { release: 'victoria', rule: 'delete_network' },
      }),
    ];
    const times = () => files.map((file) => statSync(site.path(file)).mtimeMs);
    const before = times();
    const first = await site.apply(grant);
    expect([problems(first.plan), outcomes(first)]).toEqual([[], ['applied', 'applied']]);
    expect(site.read(files[0] ?? '')).toBe(granted);
    times().forEach((time, index) => expect(time).toBeGreaterThan(before[index] ?? Infinity));
    expect((await site.plan(grant)).steps).toEqual([]);
    const there = times();
    expect(outcomes(await site.apply([site.manifest({})]))).toEqual(['applied', 'applied']);
    expect(site.read(files[0] ?? '')).toBe(icehouse);
    times().forEach((time, index) => expect(time).toBeGreaterThan(there[index] ?? Infinity));
  });
});

type RunRecord = Parameters<typeof JournalFolder.begin>[1];
const recordAt = (startedAt: string, command: RunRecord['command'] = 'apply'): RunRecord => ({
  formatVersion: '1.0',
  version: '0',
  command,
  startedAt,
  stacks: ['acme'],
  steps: [],
  by: { host: 'here', pid: 1, identity: 'x' },
});

test('runs are listed in the order in which they began, whatever the clock says, and each keeps the time that the clock told', () => {
  const told = [
    '2026-11-28T12:00:00.000Z',
    '2026-11-28T11:00:00.000Z',
    '2026-11-28T11:00:00.500Z',
    '2026-11-28T13:00:00.000Z',
  ];
  const names = told.map(
    (startedAt) => JournalFolder.begin(join(folder, 'runs'), recordAt(startedAt)).path.split('/').at(-1) ?? '',
  );
  expect(listRuns(join(folder, 'runs'))).toEqual(names);
  expect(names.map((name) => readRun(join(folder, 'runs'), name).record.startedAt)).toEqual(told);
  expect(names.map((name) => name.slice(0, 20))).toEqual([
    '20261128T120000.000Z',
    '20261128T120000.001Z',
    '20261128T120000.002Z',
    '20261128T130000.000Z',
  ]);
});

test('a run from the store moves the name of the next run by a day at most', () => {
  for (const name of ['20261129T110000.000Z-0123ab', '99991231T235959.999Z-0123ab']) {
    mkdirSync(join(folder, 'runs', name), { recursive: true });
    writeFileSync(join(folder, 'runs', name, 'fetched'), '');
  }
  const { path } = JournalFolder.begin(join(folder, 'runs'), recordAt('2026-11-28T12:00:00.000Z'));
  expect(path).toContain('20261129T110000.001Z');
});

test('another run can follow a run whose name holds the last moment that a name can say', () => {
  mkdirSync(join(folder, 'runs/99991231T235959.999Z-0123ab'), { recursive: true });
  JournalFolder.begin(join(folder, 'runs'), recordAt('2026-11-28T12:00:00.000Z'));
  expect(listRuns(join(folder, 'runs')).map((name) => name.slice(0, 20))).toEqual([
    '99991231T235959.999Z',
    '99991231T235959.999Z',
  ]);
});
