/** Settings of Horizon on a host of their own: which place is edited, which is left alone, and the way back. */
import type { Manifest } from '../../lib/contract/manifest';
import { undoManifests } from '../../lib/journal/journal';
import { renderPlan } from '../../lib/render/text';
import { apply, plan } from '../../lib/run/engine';
import { serviceOption } from '../../reconcilers/service-option';
import { RecordedTexts } from '../support/recorded-run';
import { SettingsHost, settingsFile } from '../support/settings-host';

const kinds = [serviceOption];
const snippets = '/etc/openstack-dashboard/local_settings.d';
let host: SettingsHost;
beforeAll(async () => void (host = await SettingsHost.start('/usr/bin/python3')));
afterAll(() => host.remove());
beforeEach(() => host.write(`${snippets}/_10_site.py`, ''));

function manifest(specs: Readonly<Record<string, object>>, owner = 'team-a'): Manifest {
  const stack = `stack-of-${owner}`;
  const resources = Object.entries(specs).map(([name, spec]) => ({
    path: `${stack}/${name}`,
    stack,
    owner,
    kind: 'service-option',
    spec: { service: 'horizon', hosts: ['ctl1'], reason: 'tests', ...spec },
    unknown: [],
    dependsOn: [],
  }));
  return { owner, stack, source: 'test', removed: [], resources };
}

async function run(manifests: readonly Manifest[], isRollback = false) {
  const sweep = isRollback ? { sweep: [] } : {};
  const made = await plan(manifests, kinds, host.readers, undefined, sweep.sweep);
  const recorded = new RecordedTexts(made, manifests);
  const report = await apply(made, kinds, manifests, host.readers, host.writers, {
    onResult: recorded.onResult,
    ...sweep,
  });
  return {
    text: renderPlan(made),
    problems: [...made.problems, ...report.problems].map(({ message }) => message),
    undo: () => undoManifests(recorded.run, kinds),
  };
}
const applied = (specs: Readonly<Record<string, object>>, owner?: string) => run([manifest(specs, owner)]);
const debug = { option: 'DEBUG', value: false };

test('values of each type are written in place and come back byte by byte', async () => {
  const start = `DEBUG = True
TEMPLATE_DEBUG = DEBUG  # an alias
ALLOWED_HOSTS = ('horizon.example.com', )
SESSION_TIMEOUT = 1800
OPENSTACK_NEUTRON_NETWORK = {'enable_router': True, "default_dns": None}
WEBROOT = '/'
`;
  host.write(settingsFile, start);
  const made = await applied({
    Template: { option: 'TEMPLATE_DEBUG', value: false },
    Hosts: { option: 'ALLOWED_HOSTS', value: ['a', '*'] },
    Timeout: { option: 'SESSION_TIMEOUT', value: 3600 },
    Router: { option: 'OPENSTACK_NEUTRON_NETWORK.enable_router', value: null },
    Names: { option: 'OPENSTACK_NEUTRON_NETWORK.default_dns', value: ['192.0.2.1'] },
    Root: { option: 'WEBROOT', absent: true },
  });
  expect(made.problems).toEqual([]);
  expect(host.read()).toBe(`DEBUG = True
TEMPLATE_DEBUG = False  # an alias
ALLOWED_HOSTS = ('a', '*')
SESSION_TIMEOUT = 3600
OPENSTACK_NEUTRON_NETWORK = {'enable_router': None, "default_dns": ['192.0.2.1']}
`);
  expect(made.text).toContain('~ TEMPLATE_DEBUG = DEBUG -> False');
  expect(made.text).toContain('~ SESSION_TIMEOUT = 1800 -> 3600');
  expect(made.text).toMatch(/# Horizon reads it at a reload of its web server, which stackward does not do/);
  expect((await applied({})).problems).toEqual([]);
  expect(host.read().replace(/\n*# Settings that stackward .*\n/, '\n')).toBe(start);
  expect(host.records()).not.toContain('horizon');
});

test('DEBUG is off and TIME_ZONE set without sed, and the next plan is empty (cases 1007, 1023 a)', async () => {
  host.write(settingsFile, "DEBUG = True\nTIME_ZONE = 'UTC'\n");
  const specs = { Debug: debug, Zone: { option: 'TIME_ZONE', value: 'Asia/Seoul' } };
  expect((await applied(specs)).problems).toEqual([]);
  expect(host.read()).toBe("DEBUG = False\nTIME_ZONE = 'Asia/Seoul'\n");
  const again = await plan([manifest(specs)], kinds, host.readers);
  expect([...again.problems, ...again.steps]).toEqual([]);
  await applied({});
});

test('a setting is edited in the snippet that Horizon runs last, and the shadowed place is named', async () => {
  host.write(settingsFile, 'DEBUG = True\n');
  host.write(`${snippets}/_10_site.py`, 'DEBUG = True # here\n');
  const { text, problems } = await applied({ Debug: debug });
  expect(problems).toEqual([]);
  expect([host.read(), host.read(`${snippets}/_10_site.py`)]).toEqual(['DEBUG = True\n', 'DEBUG = False # here\n']);
  expect(text).toContain(`${settingsFile}:1 sets it too, without effect`);
  await applied({});
  expect(host.read(`${snippets}/_10_site.py`)).toBe('DEBUG = True # here\n');
});

test.each([
  ['under a condition', 'import os\nif os:\n    DEBUG = True\n', debug, /may set DEBUG under a condition/],
  ['by a computation', 'import os\nDEBUG = bool(os)\n', debug, /computes DEBUG, and stackward replaces only literals/],
  [
    'by a module that is nowhere',
    'DEBUG = True\nfrom site_theme import *\n',
    debug,
    /may set DEBUG: it imports all names of site_theme/,
  ],
  [
    'where a password stands',
    "X = 'redis://:top@h/'\n",
    { option: 'X', value: 'a' },
    /has an address with a password there/,
  ],
  ['in a dictionary that is not there', '\n', { option: 'X.y', value: 1 }, /no file has the dictionary X/],
  [
    'in a file that Ansible writes',
    '# Ansible managed\nDEBUG = True\n',
    debug,
    /Ansible writes it and would undo the change/,
  ],
  ['in a file with an error', 'DEBUG = = True\n', debug, /can't be looked at: .*Python 3\.\d+ says/],
])('a setting that is set %s is Blocked, and the file stays', async (_, text, spec, why) => {
  host.write(settingsFile, text);
  expect((await applied({ Debug: spec })).problems).toEqual([expect.stringMatching(why)]);
  expect([host.read(), host.records()]).toEqual([text, expect.not.stringContaining('horizon')]);
});

test('two values of one owner are Blocked, and so is what another owner keeps', async () => {
  host.write(settingsFile, 'DEBUG = True\n');
  // Other words for the same host: the engine itself refuses two resources in the same words.
  const both = await applied({ A: debug, B: { ...debug, hosts: ['ctl1', 'ctl1'], value: null } });
  expect(both.problems).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining('another resource decides about DEBUG in the same files')),
  );
  expect(host.read()).toBe('DEBUG = True\n');
  await applied({ A: debug });
  expect((await applied({ A: { ...debug, value: null } }, 'team-b')).problems).toEqual([
    'DEBUG of horizon is kept by team-a too, for stack-of-team-a/A; leave it to one of the two owners',
  ]);
  await applied({});
});

test('a value that somebody changed since stays when its declaration goes, and at a rollback', async () => {
  host.write(settingsFile, 'DEBUG = True\n');
  const made = await applied({ A: debug });
  host.write(settingsFile, "DEBUG = 'theirs'\n");
  await run(made.undo(), true);
  expect(host.read()).toBe("DEBUG = 'theirs'\n");
  expect((await applied({})).text).toContain('DEBUG is not what stackward wrote, so it stays as it is');
  expect([host.read(), host.records()]).toEqual(["DEBUG = 'theirs'\n", expect.not.stringContaining('horizon')]);
});

test.each(['removal', 'rollback'])(
  'a %s is Blocked and forgets nothing while nobody can look at the file, also of a setting that stackward added',
  async (how) => {
    host.write(settingsFile, "WEBROOT = '/'\n");
    const made = await applied({ A: { option: 'TIME_ZONE', value: 'Asia/Seoul' } });
    const [written, records] = [host.read(), host.records()];
    host.write(settingsFile, `${written}DEBUG = =\n`);
    const { problems } = await (how === 'removal' ? applied({}) : run(made.undo(), true));
    expect([problems, host.records()]).toEqual([
      [expect.stringMatching(/can't be looked at: .*let it be read/)],
      records,
    ]);
    host.write(settingsFile, written);
    await applied({});
    expect([host.read(), host.records()]).toEqual([
      expect.not.stringContaining('TIME_ZONE'),
      expect.not.stringContaining('horizon'),
    ]);
  },
);

test.each([
  ['a secret', { option: 'SECRET_KEY' }],
  ['a section', { section: 'DEFAULT' }],
  ['another service', { service: 'nova-api' }],
])('an image of a run with %s is refused', (_, forged) => {
  const line = { path: settingsFile, section: '', line: 1, text: "'x'" };
  const image = {
    options: [{ service: 'horizon', section: '', option: 'DEBUG', lines: [line], entry: null, ...forged }],
  };
  const recorded = { path: 'a/X', stack: 'a', owner: 'team-a', kind: 'service-option', dependsOn: [] };
  const restore = () => serviceOption.restore({ ...recorded, before: [{ target: 'host:ctl1', image }] } as never);
  expect(restore).toThrow(/no run changes such an option/);
});
