/**
 * A real Placement on two machines with a real systemd: an option takes effect after stackward has restarted the
 * service.
 */
import { HostPool } from '../../adapters/host/host-pool';
import type { Manifest } from '../../lib/contract/manifest';
import type { NetworkReader } from '../../lib/contract/ports';
import { renderPlan } from '../../lib/render/text';
import { apply, plan } from '../../lib/run/engine';
import { serviceOption } from '../../reconcilers/service-option';
import { keepDescribed } from '../support/described-options';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { SystemdMachine } from '../support/systemd-machine';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const names = ['ctl1', 'ctl2'] as const;
const machines = new Map(names.map((name) => [name, new SystemdMachine()]));
const pool = new HostPool((name) => keepDescribed(machines.get(name as (typeof names)[number])!.host(name)));
const unit = 'placement-api.service';
const origin = 'http://panel.example.org';
const database = 'sqlite:////run/placement.sqlite';

beforeAll(async () => {
  for (const machine of machines.values()) {
    machine.write(
      'etc/placement/placement.conf',
      `[api]\nauth_strategy = noauth2\n[placement_database]\nconnection = ${database}\nsync_on_startup = true\n`,
    );
    machine.write(
      `etc/systemd/system/${unit}`,
      '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/bin/python3 /usr/bin/placement-api --port 8778\n',
    );
    await machine.start();
    machine.run('systemctl', 'start', unit);
  }
  for (const machine of machines.values()) await isOpen(machine);
}, 60_000);
afterAll(async () => {
  await pool.close();
  for (const machine of machines.values()) await machine.stop();
});

/** True if a page of this origin may ask that Placement. Waits until Placement listens. */
async function isOpen(machine: SystemdMachine): Promise<boolean> {
  const ask = ['curl', '-s', '-D', '-', '--retry', '60', '--retry-connrefused', '--retry-delay', '1'];
  return /^access-control-allow-origin/im.test(
    machine.run(...ask, '-H', `Origin: ${origin}`, 'http://127.0.0.1:8778/'),
  );
}

const host = (target: string) => Promise.resolve(pool.get(target.slice('host:'.length)));
const environment: Record<string, string> = {};
const readers = {
  ...memoryReaders,
  host,
  environment: (name: string) => environment[name],
  network: () => Promise.resolve({ agents: () => Promise.resolve([]) } as Partial<NetworkReader> as NetworkReader),
  hosts: { ...memoryReaders.hosts, named: names, reachesAny: true, canReach: () => true },
};

async function applied(spec: object) {
  const resource = {
    path: 'shared/Option',
    stack: 'shared',
    owner: 'team-a',
    kind: 'service-option',
    spec: { service: 'placement-api', hosts: [...names], reason: 'tests', ...spec },
    unknown: [],
    dependsOn: [],
  };
  const manifests: Manifest[] = [
    { owner: 'team-a', stack: 'shared', source: 'test', removed: [], resources: [resource] },
  ];
  const planned = await plan(manifests, [serviceOption], readers, undefined, []);
  const writers = { ...memoryWriters, host };
  const report = await apply(planned, [serviceOption], manifests, readers, writers, { sweep: [] });
  return {
    text: renderPlan(planned),
    outcomes: report.results.map(({ outcome, reason, message }) => [reason ?? outcome, message ?? '']),
    problems: [...planned.problems, ...report.problems].map(({ message }) => message),
    warnings: planned.warnings.map(({ message }) => message),
  };
}

const pidOf = (machine: SystemdMachine) => machine.run('systemctl', 'show', '--property=ExecMainPID', unit);
const areOpen = () => Promise.all([...machines.values()].map(isOpen));

test('an option that the code does not restart for is written, and takes effect when the code asks for the restart', async () => {
  expect(await areOpen()).toEqual([false, false]);
  const wish = { section: 'cors', option: 'allowed_origin', value: origin };
  const written = await applied(wish);
  expect([written.outcomes, written.problems]).toEqual([Array(2).fill(['applied', '']), []]);
  expect(written.text).toContain(`placement-api reads it when ${unit} is restarted, which stackward does not do`);
  expect(await areOpen()).toEqual([false, false]);
  const late = await applied(wish);
  expect(late.warnings).toContainEqual(expect.stringMatching(/^placement-api started before .* so it still uses/));
  const restarted = await applied({ ...wish, restart: true });
  expect([restarted.outcomes, restarted.problems]).toEqual([Array(2).fill(['applied', '']), []]);
  expect(restarted.text).toContain(`stackward restarts ${unit}, one host after the other`);
  expect(await areOpen()).toEqual([true, true]);
  const again = await applied({ ...wish, restart: true });
  expect([again.outcomes, again.problems, again.warnings]).toEqual([[], [], []]);
});

test('a restart is still due where the value is the one that was there first', async () => {
  const gone = { section: 'cors', option: 'allowed_origin', absent: true };
  expect((await applied(gone)).outcomes).toEqual(Array(2).fill(['applied', '']));
  expect(await areOpen()).toEqual([true, true]);
  expect((await applied(gone)).warnings).toContainEqual(expect.stringMatching(/^placement-api started before/));
  expect((await applied({ ...gone, restart: true })).outcomes).toEqual(Array(2).fill(['applied', '']));
  expect(await areOpen()).toEqual([false, false]);
  const again = await applied({ ...gone, restart: true });
  expect([again.outcomes, again.problems, again.warnings]).toEqual([[], [], []]);
});

test('an edit of somebody else restarts nothing, after somebody has restarted the service by hand', async () => {
  const wish = { section: 'cors', option: 'max_age', value: '60' };
  expect((await applied(wish)).outcomes).toEqual(Array(2).fill(['applied', '']));
  for (const machine of machines.values()) machine.run('systemctl', 'restart', unit);
  await areOpen();
  const before = [...machines.values()].map(pidOf);
  for (const machine of machines.values())
    machine.run('sh', '-c', 'sleep 0.1; echo "# of a colleague" >>/etc/placement/placement.conf');
  expect((await applied({ ...wish, restart: true })).outcomes).toEqual([]);
  expect([...machines.values()].map(pidOf)).toEqual(before);
});

test('a service that does not come up keeps stackward from writing to the next host, and the next run goes on', async () => {
  const wish = { section: 'placement_database', option: 'connection', valueFromEnvironment: 'DB', restart: true };
  const pids = () => new Map(names.map((name) => [name, pidOf(machines.get(name)!)]));
  const before = pids();
  environment.DB = 'nonsense://x';
  const broken = await applied(wish);
  const down = /did not come up on (ctl1|ctl2)/.exec(broken.outcomes[1]?.[1] ?? '')?.[1];
  expect(broken.outcomes).toEqual([
    [
      'UnrecoverableError',
      expect.stringMatching(/^placement-api.service was restarted and did not come up: systemd says/),
    ],
    [
      'Blocked',
      expect.stringMatching(/^nothing was written: placement-api did not come up on ctl[12] after its restart/),
    ],
  ]);
  const untouched = names.find((name) => name !== down)!;
  expect(machines.get(untouched)!.run('cat', '/etc/placement/placement.conf')).toContain(`connection = ${database}`);
  expect(pids().get(untouched)).toBe(before.get(untouched));
  environment.DB = database;
  const mended = await applied(wish);
  expect([mended.outcomes, mended.problems]).toEqual([[['applied', '']], []]);
  expect(pids().get(untouched)).toBe(before.get(untouched));
  // Both answer.
  expect(await areOpen()).toEqual([false, false]);
});

describe('a restart that would do more than restart its service', () => {
  const machine = () => machines.get('ctl1')!;
  const unitText = (more: string) => `[Unit]\nDefaultDependencies=no\n${more}[Service]\nExecStart=/bin/sleep 600\n`;
  const pid = (name: string) => machine().run('systemctl', 'show', '--property=ExecMainPID,ActiveState', name);

  async function restart(name: string): Promise<string> {
    const [[answer] = []] = await pool.get('ctl1').write([[{ verb: 'restart-unit', unit: name }]]);
    return answer?.ok === true ? 'ok' : `${answer?.reason}: ${answer?.error.message}`;
  }

  test.each(['Requires', 'PartOf', 'BindsTo', 'Requisite'])(
    'is refused where an agent has %s= of it, also through another service',
    async (word) => {
      machine().write('etc/systemd/system/neutron-server.service', unitText(''));
      machine().write('etc/systemd/system/neutron-api.service', unitText('PartOf=neutron-server.service\n'));
      const agent = unitText(`${word}=neutron-api.service\nAfter=neutron-api.service\n`);
      machine().write('etc/systemd/system/neutron-l3-agent.service', agent);
      machine().run('systemctl', 'daemon-reload');
      machine().run('systemctl', 'start', 'neutron-server.service', 'neutron-api.service');
      machine().run('systemctl', 'start', 'neutron-l3-agent.service');
      const before = pid('neutron-l3-agent.service');
      const refused = /^refused: .*systemd would restart neutron-l3-agent.service together with neutron-(server|api)/;
      expect(await restart('neutron-api.service')).toMatch(refused);
      expect(await restart('neutron-server.service')).toMatch(refused);
      expect(pid('neutron-l3-agent.service')).toBe(before);
      machine().run('systemctl', 'stop', 'neutron-l3-agent.service');
      expect(await restart('neutron-server.service')).toBe('ok');
    },
  );

  test('is refused where somebody stopped the service', async () => {
    machine().write('etc/systemd/system/nova-scheduler.service', unitText(''));
    machine().run('systemctl', 'daemon-reload');
    expect(await restart('nova-scheduler.service')).toMatch(/^refused: .*nova-scheduler.service does not run/);
    expect(pid('nova-scheduler.service')).toContain('ActiveState=inactive');
  });
});
