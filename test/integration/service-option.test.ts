/**
 * Options of services that run in a network namespace: the edited place, the text that stays, secrets, and rollback.
 */
import { chownSync } from 'node:fs';
import type { Manifest } from '../../lib/contract/manifest';
import { renderPlanJson } from '../../lib/render/json';
import { alikeTest } from '../support/moments';
import { OptionHost } from '../support/option-host';
import { optionManifest, planOptions, runOptions, type OptionSpecs } from '../support/option-run';

// Debian's own Python, because the shim of a version manager costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let world: OptionHost;
beforeEach(() => (world = new OptionHost()));
afterEach(() => world.remove());

type Specs = OptionSpecs;
const manifest = optionManifest;
const planned = (specs: Specs) => planOptions(world, specs);
async function run(manifests: readonly Manifest[], isRollback = false) {
  const ran = await runOptions(world, manifests, { isRollback });
  return { ...ran, json: renderPlanJson('plan', ran.made) };
}
const applied = (specs: Specs) => run([manifest(specs)]);

const startHeat = (...args: string[]) => world.services.start('heat-api', args);

test('an option is changed in the file that the service reads last, and its shadowed lines are named (case 1024)', async () => {
  const first = world.write('etc/heat/heat.conf', '[DEFAULT]\ndebug = false\n');
  const later = '# of this host\n[DEFAULT]\ndebug = maybe # a word\ndebug = no\nother = 1\n';
  world.write('etc/heat/conf.d/20-host.conf', later);
  await startHeat('--config-file', first, '--config-dir', `${world.services.folder}/etc/heat/conf.d`);
  const { text, outcomes, problems } = await applied({ Debug: { option: 'debug', value: 'true' } });
  expect([outcomes, problems]).toEqual([['applied'], []]);
  expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\ndebug = false\n');
  expect(world.read('etc/heat/conf.d/20-host.conf')).toBe('# of this host\n[DEFAULT]\ndebug = true\nother = 1\n');
  expect(text).toContain(`${first}:2 sets it too, without effect`);
});

test('a new option goes into the own file of the project, where no later file sets it', async () => {
  const first = world.write('etc/heat/heat.conf', '[DEFAULT]\r\nworkers = 2\r\n\r\n[clients]\r\n');
  const later = world.write('etc/heat/plugin.ini', '[DEFAULT]\nother = 1\n');
  await startHeat('--config-file', first, '--config-file', later);
  const wish = {
    Host: { option: 'host', value: 'pa$word' },
    Cache: { section: 'cache', option: 'enabled', value: 'true' },
  };
  expect((await applied(wish)).problems).toEqual([]);
  expect(world.read('etc/heat/heat.conf')).toBe(
    '[DEFAULT]\r\nworkers = 2\r\nhost = pa$$word\r\n\r\n[clients]\r\n\r\n[cache]\r\nenabled = true\r\n',
  );
  expect((await applied({})).outcomes).toEqual(['applied', 'applied']);
  expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\r\nworkers = 2\r\n\r\n[clients]\r\n');
});

test('values of an option that takes several stand in their order, and an absent one leaves every file', async () => {
  const first = world.write('etc/heat/heat.conf', '[DEFAULT]\nplugin_dirs = a\nplugin_dirs = c\nworkers = 2\n');
  const later = world.write('etc/heat/more.conf', '[DEFAULT]\nworkers = 3\n');
  await startHeat('--config-file', first, '--config-file', later);
  const specs = {
    Plugins: { option: 'plugin_dirs', values: ['a', 'b', 'c'] },
    Workers: { option: 'workers', absent: true },
  };
  expect((await applied(specs)).problems).toEqual([]);
  expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\nplugin_dirs = a\nplugin_dirs = b\nplugin_dirs = c\n');
  expect(world.read('etc/heat/more.conf')).toBe('[DEFAULT]\n');
  expect((await applied({})).problems).toEqual([]);
  expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\nplugin_dirs = a\nplugin_dirs = c\nworkers = 2\n');
  expect(world.read('etc/heat/more.conf')).toBe('[DEFAULT]\nworkers = 3\n');
});

test('a value that counts is Blocked where stackward may not edit it: the environment, a foreign file, a file of another tool', async () => {
  const path = world.write('etc/heat/heat.conf', '# managed by Ansible\n[DEFAULT]\nworkers = 2\n');
  const own = world.write('etc/own/own.conf', '[DEFAULT]\nhost = a\n');
  const args = ['--config-file', path, '--config-file', own];
  await world.services.start('heat-api', args, { OS_DEFAULT__DEBUG: 'true' });
  const debug = await planned({ Debug: { option: 'debug', value: 'false' } });
  expect(debug.problems).toEqual([
    expect.objectContaining({
      reason: 'Blocked',
      message: expect.stringContaining('the environment variable OS_DEFAULT__DEBUG of the service sets') as string,
    }),
  ]);
  const host = await planned({ Host: { option: 'host', value: 'b' } });
  expect(host.problems[0]?.message).toMatch(/own\.conf.*no name of a configuration file of heat/);
  const workers = await planned({ Workers: { option: 'workers', value: '8' } });
  expect(workers.problems[0]?.message).toMatch(/Ansible writes it and would undo the change/);
  expect((await applied({ Workers: { option: 'workers', value: '8', overrideManager: true } })).problems).toEqual([]);
  chownSync(path, 1234, 1234);
  const foreign = await planned({ Workers: { option: 'workers', value: '9', overrideManager: true } });
  expect(foreign.problems[0]?.message).toContain(
    'it belongs to 1234, and stackward writes only files of root and of heat',
  );
});

test('two resources that decide about one line of one host are Blocked, both', async () => {
  const path = world.write('etc/heat/heat.conf', '[DEFAULT]\ndebug = false\n');
  await startHeat('--config-file', path);
  await world.services.start('heat-engine', ['--config-file', path]);
  const { problems, steps } = await planned({
    Api: { option: 'debug', value: 'true' },
    Engine: { service: 'heat-engine', option: 'debug', value: 'no' },
  });
  expect(problems.map(({ where, reason }) => [where.split('@')[0], reason])).toEqual([
    ['service-option.shared/Api', 'Blocked'],
    ['service-option.shared/Engine', 'Blocked'],
  ]);
  expect(steps).toEqual([]);
});

alikeTest(
  'a line that another construct declares too, of another service with the same file, is left to that one',
  async () => {
    const path = world.write('etc/heat/heat.conf', '[DEFAULT]\ndebug = false\n');
    await startHeat('--config-file', path);
    await world.services.start('heat-engine', ['--config-file', path]);
    const [api, engine] = [
      { option: 'debug', value: 'true' },
      { service: 'heat-engine', option: 'debug', value: 'true' },
    ];
    expect((await applied({ Api: api, Engine: engine })).outcomes).toEqual(['applied']);
    const left = await applied({ Engine: engine });
    expect([left.problems, world.read('etc/heat/heat.conf')]).toEqual([[], '[DEFAULT]\ndebug = true\n']);
    expect((await planned({ Engine: engine })).steps).toEqual([]);
    // One construct that now names the other service, and another value.
    const moved = await applied({ Engine: { ...api, value: 'maybe' } });
    expect([moved.problems, world.read('etc/heat/heat.conf')]).toEqual([[], '[DEFAULT]\ndebug = maybe\n']);
    expect((await applied({})).problems).toEqual([]);
    expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\ndebug = false\n');
  },
);

alikeTest(
  "an edit of a line that another owner's record holds, for another service with the same file, is Blocked",
  async () => {
    const path = world.write('etc/heat/heat.conf', '[DEFAULT]\ndebug = false\n');
    await startHeat('--config-file', path);
    await world.services.start('heat-engine', ['--config-file', path]);
    await applied({ Api: { option: 'debug', value: 'true' } });
    const theirs = manifest({ Engine: { service: 'heat-engine', option: 'debug', value: 'no' } }, 'team-b');
    expect((await run([theirs])).problems).toEqual([
      expect.stringMatching(/\[DEFAULT\] debug of heat-api in .*heat.conf is kept by team-a, for shared\/Api/),
    ]);
    expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\ndebug = true\n');
  },
);

test('a secret comes from the environment, is shown nowhere, and its old line comes back from the record of the host', async () => {
  const [old, secret] = ['mysql://heat:old-4711@db/heat', 'mysql://heat:new-4712@db/heat'];
  const start = `[database]\nconnection = ${old}\n`;
  const path = world.write('etc/heat/heat.conf', start);
  await startHeat('--config-file', path);
  const specs = { Password: { section: 'database', option: 'connection', valueFromEnvironment: 'HEAT_DB' } };
  expect((await planned(specs)).problems[0]?.message).toMatch(/^the variable HEAT_DB is not set/);
  world.environment.HEAT_DB = secret;
  const first = await applied(specs);
  expect([first.outcomes, first.problems]).toEqual([['applied'], []]);
  expect(world.read('etc/heat/heat.conf')).toBe(`[database]\nconnection = ${secret}\n`);
  expect(first.text).toContain('[database] connection = *** -> (secret from $HEAT_DB)');
  const told = [first.text, first.json, JSON.stringify(first.recorded.run), ...first.outcomes].join('\n');
  expect(told).not.toMatch(/old-4711|new-4712/);
  delete world.environment.HEAT_DB;
  const unset = await planned(specs);
  expect([unset.steps, unset.problems, unset.warnings.length]).toEqual([[], [], 1]);
  const undone = await run(first.undo(), true);
  expect([undone.outcomes, undone.problems, world.read('etc/heat/heat.conf')]).toEqual([['applied'], [], start]);
  expect([undone.text, undone.json].join('\n')).not.toMatch(/old-4711|new-4712/);
});

test('a removal leaves a line that somebody changed since, and says so', async () => {
  const path = world.write('etc/heat/heat.conf', '[DEFAULT]\nworkers = 2\n');
  await startHeat('--config-file', path);
  await applied({ Workers: { option: 'workers', value: '8' } });
  world.write('etc/heat/heat.conf', '[DEFAULT]\nworkers = 4\n');
  const gone = await applied({});
  expect([gone.outcomes, gone.problems]).toEqual([['applied'], []]);
  expect(gone.text).toContain('[DEFAULT] workers is not what stackward wrote, so it stays as it is');
  expect(world.read('etc/heat/heat.conf')).toBe('[DEFAULT]\nworkers = 4\n');
});

alikeTest(
  'a value from the environment is a secret whatever the name of its option: when it changes, goes or is rolled back',
  async () => {
    world.environment.ARRAY = 'first-4711';
    const path = world.write('etc/heat/heat.conf', '[mydriver]\narray_auth = zeroth-4710\n');
    await startHeat('--config-file', path);
    const specs = { Array: { section: 'mydriver', option: 'array_auth', valueFromEnvironment: 'ARRAY' } };
    const told: string[] = [];
    const tell = ({ text, json, recorded, outcomes }: Awaited<ReturnType<typeof run>>): void => {
      expect(outcomes).toEqual(['applied']);
      told.push(text, json, JSON.stringify(recorded.run));
    };
    const first = await applied(specs);
    tell(first);
    world.environment.ARRAY = 'second-4712';
    tell(await applied(specs));
    expect(world.read('etc/heat/heat.conf')).toContain('second-4712');
    tell(await applied({ Array: { section: 'mydriver', option: 'array_auth', value: 'plain' } }));
    tell(await applied(specs));
    tell(await applied({}));
    expect(world.read('etc/heat/heat.conf')).toBe('[mydriver]\narray_auth = zeroth-4710\n');
    tell(await applied(specs));
    tell(await run(first.undo(), true));
    expect(told.join('\n')).not.toMatch(/zeroth|first-|second-/);
  },
);

alikeTest(
  'a removal while the service is stopped leaves line and record, and the next one brings the lines back',
  async () => {
    const first = world.write('etc/heat/heat.conf', '[DEFAULT]\nhost = a\n');
    const later = world.write('etc/heat/agent.ini', '[DEFAULT]\nworkers = 3\n');
    const pid = await startHeat('--config-file', first, '--config-file', later);
    await applied({ Workers: { option: 'workers', value: '8' } });
    await world.services.end(pid);
    const stopped = await applied({});
    expect(stopped.outcomes).toEqual([]);
    expect(stopped.problems[0]).toMatch(/workers was written to .*agent\.ini, and heat-api does not run/);
    expect(world.read('etc/heat/agent.ini')).toBe('[DEFAULT]\nworkers = 8\n');
    await startHeat('--config-file', first, '--config-file', later);
    expect((await applied({})).outcomes).toEqual(['applied']);
    expect(world.read('etc/heat/agent.ini')).toBe('[DEFAULT]\nworkers = 3\n');
  },
);

alikeTest(
  'a removal leaves a file that another tool took over, unless the declaration could override that tool',
  async () => {
    const path = world.write('etc/heat/heat.conf', '[DEFAULT]\nworkers = 2\n');
    await startHeat('--config-file', path);
    const workers = { option: 'workers', value: '8' };
    await applied({ Workers: workers });
    const taken = '# managed by Ansible\n[DEFAULT]\nworkers = 8\n';
    world.write('etc/heat/heat.conf', taken);
    expect((await applied({})).problems).toEqual([
      expect.stringMatching(/Ansible writes it and would undo the change/),
    ]);
    expect(world.read('etc/heat/heat.conf')).toBe(taken);
    expect((await applied({ Workers: { ...workers, overrideManager: true } })).outcomes).toEqual(['applied']);
    expect((await applied({})).problems).toEqual([]);
    expect(world.read('etc/heat/heat.conf')).toBe('# managed by Ansible\n[DEFAULT]\nworkers = 2\n');
  },
);

test('a former name in a later file is edited where it stands, and an option that can change at runtime needs only a signal', async () => {
  const path = world.write('etc/placement/placement.conf', '[DEFAULT]\nlog_file = a.log\n');
  const later = world.write('etc/placement/later.conf', '[DEFAULT]\nlogfile = b.log\n');
  await world.services.start('placement-api', ['--config-file', path, '--config-file', later]);
  const { text, problems } = await applied({
    Log: { service: 'placement-api', option: 'log_file', value: 'c.log' },
    Nowhere: { service: 'placement-api', option: 'workerz', value: '2' },
  });
  expect(problems).toEqual([]);
  expect(world.read('etc/placement/later.conf')).toBe('[DEFAULT]\nlogfile = c.log\n');
  expect(text).toContain(`${later}:2 sets it by its former name [DEFAULT] logfile`);
  expect(text).toContain('no package there says that placement-api knows an option of this name');
});
