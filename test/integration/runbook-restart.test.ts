/** `restart-service` on two machines with a real systemd each, whose services are small programs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostPool } from '../../adapters/host/host-pool';
import type { ComputeReader, ServiceRecord } from '../../lib/contract/report-ports';
import type { RunbookOptions } from '../../runbooks/runbook';
import { describeRunbook } from '../contract/runbook-suite';
import { RunbookBench } from '../support/runbook-bench';
import { SystemdMachine } from '../support/systemd-machine';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const names = ['ctl1', 'ctl2'] as const;
type Name = (typeof names)[number];
const machines = new Map(names.map((name) => [name, new SystemdMachine()]));
const machine = (name: Name): SystemdMachine => machines.get(name)!;
const pool = new HostPool((name) => machine(name as Name).host(name));
const folder = mkdtempSync(join(tmpdir(), 'stackward-restart-'));
const goodConfiguration = '[DEFAULT]\ndebug = false\n';
/** What Nova lists. */
let records: readonly ServiceRecord[] = [];
let bench: RunbookBench;

/** Listens on the port that it is given; does not start where /etc/nova/broken exists. */
const program = `import os, socket, sys, time
if os.path.exists('/etc/nova/broken'): sys.exit('broken')
if sys.argv[-1] == '0': time.sleep(1e6)
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('127.0.0.1', int(sys.argv[-1])))
server.listen(5)
while True:
    caller, _ = server.accept()
    caller.recv(4096)
    caller.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nup')
    caller.close()
`;
const units = { 'nova-api': 8774, 'nova-scheduler': 0 } as const;

beforeAll(async () => {
  for (const each of machines.values()) {
    each.write('etc/nova/nova.conf', goodConfiguration);
    for (const [service, port] of Object.entries(units)) {
      each.write(`etc/stackward-test/${service}`, program);
      const start = `/usr/bin/python3 /etc/stackward-test/${service} --config-file /etc/nova/nova.conf ${port}`;
      each.write(
        `etc/systemd/system/${service}.service`,
        `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${start}\n[Install]\nWantedBy=stackward.target\n`,
      );
    }
    await each.start();
    each.run('systemctl', 'enable', '--now', ...Object.keys(units));
  }
  const config = join(folder, 'stackward.yaml');
  writeFileSync(config, '{}\n');
  const host = (target: string) => Promise.resolve(pool.get(target.slice('host:'.length)));
  const compute = () => Promise.resolve({ services: () => Promise.resolve(records) } as Partial<ComputeReader> as ComputeReader); // prettier-ignore
  bench = new RunbookBench({}, config, () => ({
    readers: { host, hostsToLookAt: names, compute },
    writers: { host },
  }));
}, 60_000);
afterAll(async () => {
  await (bench as RunbookBench | undefined)?.close();
  await pool.close();
  for (const each of machines.values()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pidOf = (name: Name, service = 'nova-api'): string =>
  machine(name).run('systemctl', 'show', '--property=ExecMainPID', '--value', service).trim();

const isOpen = (name: Name): boolean =>
  machine(name).run('curl', '-s', '--retry', '60', '--retry-connrefused', '--retry-delay', '1', 'http://127.0.0.1:8774/') !== ''; // prettier-ignore

function restart(name: Name): void {
  machine(name).run('systemctl', 'restart', 'nova-api');
  isOpen(name);
}

const plan = (service: string, options: RunbookOptions = {}) => bench.plan('restart-service', { argument: service, options }); // prettier-ignore
const wrong = async (service: string, options?: RunbookOptions) =>
  (await plan(service, options)).preconditions.flatMap(({ is, said }) => (is === 'holds' ? [] : [`${is}: ${said}`]));

describeRunbook('restart-service', {
  make: () => {
    names.forEach(isOpen);
    const before = new Map(names.map((name) => [name, pidOf(name)]));
    return Promise.resolve({
      bench,
      runbook: 'restart-service',
      given: { argument: 'nova-api', options: {} },
      truth: () => Promise.resolve(names.map((name) => isOpen(name) && pidOf(name) !== before.get(name))),
      meddle: () => Promise.resolve(restart('ctl1')),
    });
  },
  done: [true, true],
  steps: 2,
  moved: /it is process \d+, and the run left it process \d+; somebody changed it since/,
});

test('the plan says what a restart costs, and that nothing lasts which would be undone', async () => {
  const { seen, steps } = await plan('nova-api', { host: 'ctl2' });
  expect(seen).toEqual([
    expect.stringMatching(/^ctl1: nova-api.service, process \d+, listens on 127.0.0.1:8774$/),
    expect.stringMatching(/^ctl2: nova-api.service, process \d+, listens on 127.0.0.1:8774$/),
    'what a restart costs: requests to its API fail for some seconds',
  ]);
  expect(steps.map(({ step, now }) => [step.title, step.undo(now)])).toEqual([
    [
      'restart nova-api.service on ctl2, and see it up',
      { is: 'nothing', because: 'a restart changes nothing that lasts' },
    ],
  ]);
});

test.each([
  ['neutron-l3-agent', /does not restart "neutron-l3-agent".*: it sets up the networks of servers/],
  ['nova-compute', /does not restart "nova-compute".*: its restart cuts off what it is doing to servers/],
  ['openvswitch-switch', /: it carries customers' traffic/],
  ['libvirtd', /: it runs the servers of customers/],
  ['nova-apy', /did you mean nova-api\?/],
  ['constructor', /stackward does not know what its restart would cost; it restarts nova-api, /],
])('%s is refused', async (service, words) => {
  await expect(plan(service)).rejects.toThrow(words);
});

test('a service that runs on no host is refused, and so is a host on which it does not run', async () => {
  await expect(plan('glance-api')).rejects.toThrow(/glance-api runs on no host .*\(it names ctl1, ctl2\); give one by --host HOST/); // prettier-ignore
  await expect(plan('glance-api', { host: 'ctl1' })).rejects.toThrow(
    /^it can be restarted on no host; glance-api does not run on ctl1; /,
  );
});

test('a configuration with which the service would not start again keeps it from being restarted', async () => {
  machine('ctl2').write('etc/nova/nova.conf', `${goodConfiguration}no option\n`);
  expect(await wrong('nova-api')).toEqual([expect.stringMatching(/^fails: it would not start again on ctl2: \/etc\/nova\/nova.conf, line 3: .*; mend that first$/)]); // prettier-ignore
  machine('ctl2').write('etc/nova/nova.conf', goodConfiguration);
  expect(await wrong('nova-api')).toEqual([]);
});

test('the last one that serves is not restarted while another is down, whether the plan knew that or not', async () => {
  const early = await plan('nova-api', { host: 'ctl1' });
  const before = pidOf('ctl1');
  machine('ctl2').run('systemctl', 'stop', 'nova-api');
  expect(await wrong('nova-api', { host: 'ctl1' })).toEqual([expect.stringMatching(/^fails: nova-api.service is down on ctl2, so what is restarted may be the last that serves; bring it up there first$/)]); // prettier-ignore
  expect(await wrong('nova-api')).toEqual([expect.stringMatching(/^fails: nova-api.service is down on ctl2; start it there first: /)]); // prettier-ignore
  const { report } = await bench.perform(early);
  expect(report.results.map(({ reason, message }) => [reason, message])).toEqual([['Blocked', expect.stringMatching(/^nova-api.service is down on ctl2, so nova-api was not restarted on ctl1, where it may be the last/)]]); // prettier-ignore
  expect(pidOf('ctl1')).toBe(before);
  machine('ctl2').run('systemctl', 'start', 'nova-api');
  isOpen('ctl2');
});

test('a service that does not come up keeps the run from the next host, and a resumption goes on once that is mended', async () => {
  const before = pidOf('ctl2');
  machine('ctl1').run('touch', '/etc/nova/broken');
  const { run, report } = await bench.perform(await plan('nova-api'));
  expect(report.results.map(({ outcome, message }) => [outcome, message])).toEqual([
    ['failed', expect.stringMatching(/^nova-api.service was restarted and did not come up: /)],
    ['skipped', undefined],
  ]);
  expect(pidOf('ctl2')).toBe(before);
  machine('ctl1').run('rm', '/etc/nova/broken');
  const resumed = await bench.resume(run);
  expect([resumed.thing, resumed.problems]).toEqual(['service nova-api', []]);
  const again = await bench.perform(resumed);
  expect(again.report.results.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  expect([isOpen('ctl1'), isOpen('ctl2'), pidOf('ctl2') !== before]).toEqual([true, true, true]);
});

test('a resumption asks again what the plan asked, and looks at hosts that the record leaves out', async () => {
  const { run } = await bench.perform(await plan('nova-api', { host: 'ctl1' }), { killedAtLine: 1 });
  const steps = run.record.steps.map((step) => ({ ...step, inputs: { ...(step.inputs as object), others: [] } }));
  const problems = async () => {
    const resumed = await bench.resume({ ...run, record: { ...run.record, steps } });
    return resumed.problems.map(({ reason, message }) => `${reason}: ${message}`);
  };
  expect(await problems()).toEqual([]);
  machine('ctl2').run('systemctl', 'stop', 'nova-api');
  expect(await problems()).toEqual([expect.stringMatching(/^Blocked: nova-api.service is down on ctl2, so what is restarted may be the last that serves; /)]); // prettier-ignore
  machine('ctl2').run('systemctl', 'start', 'nova-api');
  isOpen('ctl2');
  machine('ctl1').write('etc/nova/nova.conf', `${goodConfiguration}no option\n`);
  expect(await problems()).toEqual([expect.stringMatching(/^Blocked: it would not start again on ctl1: \/etc\/nova\/nova.conf, line 3: /)]); // prettier-ignore
  machine('ctl1').write('etc/nova/nova.conf', goodConfiguration);
});

describe('a service that Nova lists', () => {
  const listed = (host: string, more: Partial<ServiceRecord> = {}): ServiceRecord => ({ binary: 'nova-scheduler', host, isEnabled: true, isUp: true, heartbeat: new Date(), ...more }); // prettier-ignore
  /** The machines have one name, that of this machine. */
  const listAll = (more: Partial<ServiceRecord> = {}) => names.map((name) => listed(name, more));

  test('is up again once Nova heard of it since it started, and not before', async () => {
    records = listAll();
    const { steps } = await plan('nova-scheduler', { host: 'ctl1' });
    const [{ step, now } = steps[0]!] = steps;
    expect([step.say(now), step.isDone(now)]).toEqual([expect.stringMatching(/^process \d+$/), false]);
    records = listAll({ heartbeat: new Date(Date.now() - 5_000) });
    machine('ctl1').run('systemctl', 'restart', 'nova-scheduler');
    const silent = await step.observe(bench.looking);
    expect([step.say(silent), step.isDone(silent)]).toEqual([expect.stringMatching(/^process \d+; no heartbeat since it started$/), false]); // prettier-ignore
    records = listAll({ heartbeat: new Date(Date.now() + 1_000) });
    expect(step.isDone(await step.observe(bench.looking))).toBe(true);
  });

  test('is not restarted while Nova says that another is down; where it is the only one, it is restarted first', async () => {
    records = [listed('ctl1'), listed('ctl2', { isUp: false })];
    expect(await wrong('nova-scheduler', { host: 'ctl1' })).toEqual([expect.stringMatching(/^fails: Nova says that nova-scheduler is down on ctl2, so /)]); // prettier-ignore
    const { steps, preconditions } = await plan('nova-scheduler');
    expect(preconditions.filter(({ is }) => is !== 'holds')).toEqual([]);
    expect(steps.map(({ step }) => step.thing)).toEqual(['nova-scheduler.service on ctl2', 'nova-scheduler.service on ctl1']); // prettier-ignore
    records = [listed('ctl1'), listed('gone', { isUp: false })];
    expect(await wrong('nova-scheduler')).toEqual([
      expect.stringMatching(/^fails: Nova lists no nova-scheduler that is enabled on ctl2, /),
      expect.stringMatching(/^fails: Nova says that nova-scheduler is down on gone, so /),
    ]);
  });
});
