/** Options of services of which a host tells only a part: a write that fails half-way, a stopped service, unknown names. */
import { appendFileSync } from 'node:fs';
import type { Manifest } from '../../lib/contract/manifest';
import type { Host } from '../../lib/hosts/host';
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
const run = (manifests: readonly Manifest[], isRollback = false, writers = world.writers) =>
  runOptions(world, manifests, { isRollback, writers });
const applied = (specs: Specs) => run([manifest(specs)]);

const startHeat = (...args: string[]) => world.services.start('heat-api', args);

describe('an option in two files', () => {
  const start = '[DEFAULT]\nworkers = 2\n';
  const gone = { Workers: { option: 'workers', absent: true } };
  beforeEach(async () => {
    const first = world.write('etc/heat/heat.conf', start);
    const second = world.write('etc/heat/more.conf', start);
    await startHeat('--config-file', first, '--config-file', second);
  });
  const texts = () => ['heat', 'more'].map((name) => world.read(`etc/heat/${name}.conf`));

  /** Somebody writes into these files, one before each of the first requests that swap files. */
  function besides(...names: readonly string[]) {
    const left = [...names];
    const host = async (target: string): Promise<Host> => {
      const real = await world.host(target);
      const write: Host['write'] = (sequences) => {
        const name = sequences.flat().some((each) => each.verb === 'swap-file' && each.path.includes('/heat/'))
          ? left.shift()
          : undefined;
        if (name !== undefined) appendFileSync(`${world.services.folder}/etc/heat/${name}.conf`, '# theirs\n');
        return real.write(sequences);
      };
      return { name: real.name, stateFolder: real.stateFolder, read: (questions) => real.read(questions), write };
    };
    return { ...world.writers, host };
  }

  test('is left as it was in both where the second can not be written, and no record of it stays', async () => {
    const made = await run([manifest(gone)], false, besides('more'));
    expect(made.outcomes).toEqual(['StalePlan']);
    expect(texts()).toEqual([start, `${start}# theirs\n`]);
    expect((await applied({})).outcomes).toEqual([]);
  });

  test('says which file is changed where the way back fails too, and the way back is found later', async () => {
    const made = await run([manifest(gone)], false, besides('more', 'heat'));
    expect(made.outcomes).toEqual(['StalePlan']);
    expect(made.failures[0]).toMatch(
      /heat\.conf is changed already, and could not be changed back \(.*\); apply again/,
    );
    expect(texts()).toEqual(['[DEFAULT]\n# theirs\n', `${start}# theirs\n`]);
    await run(made.undo(), true);
    expect(texts()).toEqual(['[DEFAULT]\nworkers = 2\n# theirs\n', `${start}# theirs\n`]);
    expect((await applied({})).outcomes).toEqual([]);
  });
});

test('an option of a stopped service that is started with files of its own is Blocked, and another names the files that are assumed', async () => {
  const wish = { option: 'debug', value: 'true' };
  const { problems, steps } = await planned({ Agent: { ...wish, service: 'neutron-l3-agent' } });
  expect(problems.map(({ reason, message }) => [reason, message])).toEqual([
    [
      'Blocked',
      expect.stringMatching(
        /^neutron-l3-agent does not run, and the command that starts it names its files; start it, then plan again/,
      ),
    ],
  ]);
  expect(steps).toEqual([]);
});

test('an option that was written to a file of a running service is Blocked while the service is stopped', async () => {
  const first = world.write('etc/heat/heat.conf', '[DEFAULT]\nhost = a\n');
  const later = world.write('etc/heat/agent.ini', '[DEFAULT]\nworkers = 3\n');
  const pid = await startHeat('--config-file', first, '--config-file', later);
  await applied({ Workers: { option: 'workers', value: '8' } });
  await world.services.end(pid);
  const stopped = await applied({ Workers: { option: 'workers', value: '9' } });
  expect(stopped.problems).toEqual([
    expect.stringMatching(/workers was written to .*agent\.ini, and heat-api does not run/),
  ]);
  expect(world.read('etc/heat/agent.ini')).toBe('[DEFAULT]\nworkers = 8\n');
});

test('a plan says why nobody knows former names of an option, and that values beyond the declared ones are deleted', async () => {
  const path = world.write('etc/heat/heat.conf', '[DEFAULT]\nplugin_dirs = a\nplugin_dirs = b\nplugin_dirs = c\n');
  await startHeat('--config-file', path);
  const { text, problems } = await applied({ Plugins: { option: 'plugin_dirs', values: ['b'] } });
  expect(problems).toEqual([]);
  expect(text).toContain('2 more of its lines are deleted\n');
  expect(text).toContain(
    'former names of the option are not known (stackward asks no packages of heat for them); look whether a later file sets it by one',
  );
});

test('two resources that name one option by its present and its former name are Blocked, both', async () => {
  const path = world.write('etc/placement/placement.conf', '[DEFAULT]\n');
  await world.services.start('placement-api', ['--config-file', path]);
  const { problems } = await planned({
    Now: { service: 'placement-api', option: 'log_file', value: 'a.log' },
    Former: { service: 'placement-api', option: 'logfile', value: 'b.log' },
  });
  expect(problems.map(({ where, reason }) => `${where.split('@')[0]} ${reason}`).sort()).toEqual([
    'service-option.shared/Former Blocked',
    'service-option.shared/Now Blocked',
  ]);
});
