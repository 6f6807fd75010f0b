/** `stackward where` on the lab: real services of Zed's packages, under uWSGI, eventlet and by themselves. */
import { readFileSync } from 'node:fs';
import { LocalHost } from '../../adapters/host/local-host';
import { valueOf } from '../../lib/hosts/host';
import { CommandFolder } from '../support/command';
import { getLab } from '../support/lab-cloud';
import { someOf } from '../support/moments';

const lab = getLab();
const folder = new CommandFolder(lab.environment);
afterAll(() => folder.remove());
const where = (service: string, host: string, ...more: readonly string[]) =>
  folder.run(['where', service, '--host', host, '--config', `${lab.folder}/stackward.yaml`, ...more]);

interface Found {
  readonly name: string;
  readonly processes: readonly { readonly pid: number; readonly argv: readonly string[] }[];
  readonly configuration: readonly { readonly path: string; readonly by: string; readonly state: string }[];
  readonly policyFile: { readonly path: string } | null;
  readonly logs: readonly { readonly path: string }[];
  readonly listensOn: readonly { readonly port: number }[];
}

async function find(service: string, host: string): Promise<readonly Found[]> {
  const { stdout, stderr, code } = await where(service, host, '--json');
  expect([stderr, code]).toEqual(['', 0]);
  return (JSON.parse(stdout) as { found: readonly Found[] }).found;
}

/** Service, configuration files, policy file, log and ports. One is under uWSGI, and one by itself. */
const services: readonly (readonly [string, string[], string | undefined, string, number[]])[] = [
  ['nova-api', ['nova/nova.conf'], 'nova/policy.yaml', 'nova-api.log', [18_774]],
  ['keystone', ['keystone/keystone.conf'], 'keystone/policy.yaml', 'keystone.log', [15_000]],
  ['placement-api', ['placement/placement.conf'], undefined, 'placement.log', [18_778]],
  ['cinder-api', ['cinder/cinder.conf'], 'cinder/policy.yaml', 'cinder-api.log', [18_776]],
  ['glance-api', ['glance/glance-api.conf'], 'glance/policy.yaml', 'glance-api.log', [19_292]],
  [
    'neutron-server',
    ['neutron/neutron.conf', 'neutron/ml2.ini'],
    'neutron/policy.yaml',
    'neutron-server.log',
    [19_696],
  ],
  ['nova-conductor', ['nova/nova.conf'], 'nova/policy.yaml', 'nova-conductor.log', []],
];

test.each(someOf(services))(
  '%s is found with its files, in the order in which it reads them (cases 0717, 1021, 1022 a)',
  async (service, files, policy, log, ports) => {
    const [found, ...others] = await find(service, 'controller');
    expect(others).toEqual([]);
    const etc = (file: string) => `${lab.folder}/etc/${file}`;
    const read = found?.configuration.filter(({ path }) => !path.endsWith('-paste.ini')) ?? [];
    expect(read.map(({ path, state }) => [path, state])).toEqual(files.map((file) => [etc(file), 'read']));
    expect(found?.policyFile?.path).toBe(policy && etc(policy));
    expect(found?.logs.map(({ path }) => path)).toContain(`${lab.folder}/log/${log}`);
    expect(found?.listensOn.map(({ port }) => port)).toEqual(ports);
  },
);

test('an agent is found on its own host, and not on another', async () => {
  const [agent, ...others] = await find('neutron-openvswitch-agent', 'cnode01');
  expect(others).toEqual([]);
  expect(agent?.configuration.map(({ path }) => path)).toEqual([`${lab.folder}/etc/neutron/agent-cnode01.conf`]);
  const { code, stdout } = await where('neutron-openvswitch-agent', 'controller');
  expect(code).toBe(2);
  expect(stdout).toMatch(/^neutron-openvswitch-agent on controller: does not run\n/);
  expect(stdout).toMatch(/nova-api, nova-compute/);
});

test('the text fits 80 columns, names each file with what names it, and holds no password of the lab', async () => {
  const { code, stdout } = await where('nova-compute', 'controller');
  expect(code).toBe(0);
  // Other suites run a nova-compute of their own beside the lab's two.
  const programs = stdout.split('\n').filter((line) => line.startsWith('nova-compute on controller: runs'));
  expect(programs.length).toBeGreaterThanOrEqual(2);
  for (const host of ['cnode01', 'cnode02'])
    expect(stdout).toMatch(new RegExp(`etc/nova/${host}\\.conf +--config-file`));
  const texts = [stdout, (await where('nova-api', 'controller', '--json')).stdout];
  const passwords = [
    ...readFileSync(`${lab.folder}/etc/nova/nova.conf`, 'utf8').matchAll(/(?:password = |:\/\/[^:]*:)([^@\s]+)/g),
  ];
  expect(passwords.length).toBeGreaterThan(3);
  for (const [, password = ''] of passwords) for (const text of texts) expect(text).not.toContain(password);
});

test('the packages of a host tell which options their services register, with former names', async () => {
  const host = new LocalHost('controller');
  try {
    const [told] = await host.read([{ verb: 'registered-options', project: 'nova' }]);
    const { options } = valueOf(told);
    const find = (name: string) => options.find((option) => option.name === name);
    expect(options.length).toBeGreaterThan(700);
    expect(find('osapi_compute_listen_port')).toEqual({
      section: 'DEFAULT',
      name: 'osapi_compute_listen_port',
      former: [],
      multiple: false,
    });
    expect(find('device_spec')).toMatchObject({ section: 'pci', multiple: true });
    expect(find('max_limit')?.former).toEqual([{ section: 'DEFAULT', name: 'osapi_max_limit' }]);
  } finally {
    await host.close();
  }
});
