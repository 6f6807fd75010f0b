/**
 * Services that answer with what no service of a cloud answers: each report says that it did not look, soon and in one
 * sentence, calls nothing fine that it did not read, and keeps its form. Names that a tenant chose steer no terminal, no table
 * and no spreadsheet.
 */
import { CommandFolder } from '../support/command';
import { anyOf, someOf } from '../support/moments';
import { PrivateCloud } from '../support/private-cloud';
import type { Answer } from '../support/rogue-cloud';

let cloud: PrivateCloud;
let folder: CommandFolder;

const id = '00000000-0000-4000-8000-00000000000a';
const portId = '00000000-0000-4000-8000-00000000000b';
const networkId = '00000000-0000-4000-8000-00000000000c';
const subnetId = '00000000-0000-4000-8000-00000000000d';
const when = '2026-01-02T03:04:05Z';

const serverNamed = (name: string) => ({
  id, name, tenant_id: 'p1', user_id: 'u1', status: 'ACTIVE', created: when, updated: when, key_name: name.slice(0, 200),
  description: name, image: { id: 'i1' }, flavor: { original_name: name, vcpus: 2, ram: 512 },
  'OS-EXT-AZ:availability_zone': name, 'OS-EXT-SRV-ATTR:host': 'cnode01', 'OS-EXT-SRV-ATTR:hypervisor_hostname': 'cnode01',
  'OS-EXT-STS:power_state': 1, 'OS-EXT-STS:vm_state': 'active', 'OS-EXT-STS:task_state': null,
  'OS-SRV-USG:launched_at': '2026-01-02T03:05:00.000000',
}); // prettier-ignore

function fill(name: string): void {
  cloud.catalogue['image'] = cloud.url;
  cloud.nova = [{ binary: 'nova-compute', host: 'cnode01', state: 'up', age: 3, isAlive: true, status: 'disabled', disabled_reason: name }]; // prettier-ignore
  cloud.servers = [serverNamed(name)];
  cloud.told.set('/v3/projects', { projects: [{ id: 'p1', name }] });
  cloud.users = [{ id: 'u1', name }];
  cloud.images = [{ id: 'i1', name, size: 7 }];
  cloud.networks = [{ id: networkId, name, 'router:external': true }];
  cloud.subnets = [{ id: subnetId, name, network_id: networkId, cidr: '10.0.0.0/24', gateway_ip: null, ip_version: 4 }];
  cloud.told.set('/v2.0/security-groups', { security_groups: [{ id: 'g1', name }] });
  cloud.floatingips = [{ id: portId, floating_ip_address: '203.0.113.9', floating_network_id: networkId, port_id: portId, status: name.slice(0, 200) }]; // prettier-ignore
  cloud.ports = [
    {
      id: portId, name, network_id: networkId, device_id: id, device_owner: 'compute:nova', mac_address: 'fa:16:3e:00:00:01',
      fixed_ips: [{ subnet_id: subnetId, ip_address: '10.0.0.7' }], security_groups: ['g1'], status: 'ACTIVE', admin_state_up: true,
      tenant_id: 'p1', 'binding:host_id': 'cnode01', 'binding:vif_type': 'ovs',
    },
  ]; // prettier-ignore
  cloud.told.set('/compute/v2.1/os-hypervisors/detail', { hypervisors: [{ id: 1, hypervisor_hostname: 'cnode01', service: { host: 'cnode01' }, vcpus: 24, vcpus_used: 6, memory_mb: 1000, memory_mb_used: 500 }] }); // prettier-ignore
}

beforeEach(async () => {
  cloud = await PrivateCloud.start();
  folder = new CommandFolder({ OS_CLOUD: 'private' });
  folder.write('clouds.yaml', cloud.clouds());
  fill('utm');
});
afterEach(async () => {
  folder.remove();
  await cloud.stop();
});

const isLogin = (path: string): boolean => path === '/v3/auth/tokens';
const bytes =
  (text: string, type = 'application/json'): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type }).end(text);

/** @param change of each number and text of the answer */
function changed(own: object | undefined, change: (value: string | number) => string): string {
  const marks: string[] = [];
  const marked = JSON.stringify(own ?? {}, (_, value: unknown) =>
    typeof value === 'number' || typeof value === 'string' ? `\u0001${marks.push(change(value)) - 1}\u0001` : value,
  );
  return marked.replace(/"\\u0001(\d+)\\u0001"/g, (_, index: string) => marks[Number(index)] ?? '');
}

/** Writes until nobody reads any more. */
const endless: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const part = `"${'x'.repeat(1 << 16)}",`;
  response.write('[');
  const more = (): void => {
    while (!response.destroyed && response.write(part));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};

const isTime = (value: string | number): boolean => /^\d{4}-\d\d-\d\d[T ]/.test(String(value));
const forms: Readonly<Record<string, (own: object | undefined) => Answer>> = {
  'a page of a proxy': () => bytes('<html><title>Sign in</title></html>', 'text/html'),
  'nothing, with status 200': () => bytes(''),
  null: () => bytes('null'),
  'a list': () => bytes('[]'),
  'an empty object': () => bytes('{}'),
  'texts for numbers': (own) => bytes(changed(own, (value) => JSON.stringify(String(value)))),
  'numbers that are none': (own) => bytes(changed(own, (value) => (typeof value === 'number' ? '1e999' : JSON.stringify(value)))), // prettier-ignore
  'times that are none': (own) => bytes(changed(own, (value) => (isTime(value) ? '"NaN"' : JSON.stringify(value)))),
  'lists within lists': () => bytes(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  'more than fits in memory': () => endless,
};

const commands: readonly (readonly string[])[] = [
  ['doctor'],
  ['doctor', '--server', 'utm'],
  ['doctor', 'preflight'],
  ['inventory'],
  ['services'],
  ['trace', 'server', 'utm'],
  ['trace', 'floating-ip', '203.0.113.9'],
  ['console', 'utm'],
];

/** What still is fine where no service answers as one: the login, programs of this machine, and the Date of each answer. */
const readAllTheSame = ['SW-2001', 'SW-9001', 'SW-9005'];
/** Those that change single values leave the rest to be read. */
const singleValues = ['texts for numbers', 'numbers that are none', 'times that are none'];

interface Told {
  readonly exitCode: number;
  readonly results?: readonly { readonly code: string; readonly result: string }[];
  readonly error?: { readonly message: string };
}

test.each(someOf(Object.keys(forms).map((form, n) => [form, commands[n % commands.length] ?? []] as const)))(
  '%s from every service leaves nothing fine that was not read, in doctor and in %j',
  async (form, beside) => {
    cloud.instead = (path, own) => (isLogin(path) ? undefined : forms[form]?.(own));
    for (const command of [['doctor'], beside]) {
      const { code, stdout, stderr } = await folder.run([...command, '--json']);
      expect(stdout + stderr).not.toMatch(/defect of stackward|\bit it\b|" it is/);
      const { exitCode, results = [], error } = JSON.parse(stdout) as Told;
      expect([code, [1, 2].includes(exitCode)]).toEqual([exitCode, true]);
      if (error !== undefined) expect(error.message).toContain('see what answers there');
      const fine = results.filter(({ result }) => result === 'fine').map((result) => result.code);
      if (!singleValues.includes(form)) expect(fine.filter((known) => !readAllTheSame.includes(known))).toEqual([]);
    }
  },
);

test('a broker that answers so is not looked at, and no queue of it is fine', async () => {
  folder.write(
    'stackward.yaml',
    `cloud: private\nbroker: { management: ${cloud.url}, user: u, password: "\${PASSWORD}" }\n`,
  );
  folder.env = { ...folder.env, PASSWORD: 'p' };
  const queue = { vhost: '/', name: 'q', consumers: 1, messages_ready: 1, messages_unacknowledged: 1 };
  for (const form of someOf(Object.keys(forms).filter((name) => name !== 'times that are none'))) {
    cloud.instead = (path) => (path.startsWith('/api/') ? forms[form]?.({ queue }) : undefined);
    const { code, stdout, stderr } = await folder.run(['broker', '--json']);
    expect([form, code, stderr]).toEqual([form, 1, '']);
    const told = JSON.parse(stdout) as { queues: unknown; notLookedAt: { what: string }[] };
    // A broker without a connection there may be.
    const asked = form === 'a list' ? ['nodes', 'queues'] : ['nodes', 'queues', 'connections'];
    expect([form, told.queues, told.notLookedAt.map(({ what }) => what)]).toEqual([form, null, asked]);
  }
});

/** As whoever owns a project may choose them. */
const names = [
  'red \u001b[31m\u001b]52;c;cm0gLXJm\u0007', 'two\nlines\r\u2028and more', '\u202etxet\u200b', '=HYPERLINK("http://x","y")', '@SUM(A1)',
  ',;"', '::error::x', '##vso[task.setvariable a=b]', '한국어 서버 이름이 아주 길고 길다', 'x'.repeat(255), `a${' '.repeat(120)}# forged`,
  '__proto__', 'constructor', '|--|', '-', '?',
]; // prettier-ignore

const unseen = /[^\P{C}\n\r]|[\u2028\u2029\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const isCommand = /^\s*::|##(\[|vso\[|teamcity\[)/m;

const harmless = (text: string): void => {
  expect(unseen.exec(text)).toBeNull();
  expect(isCommand.exec(text)).toBeNull();
};

test('names that a tenant chose stay whole in JSON, and steer no terminal, no log of a CI and no spreadsheet', async () => {
  cloud.servers = names.map((name, n) => ({ ...serverNamed(name), id: `${id.slice(0, -2)}${10 + n}` }));
  const found = JSON.parse((await folder.run(['inventory', '--json'])).stdout) as { servers: { name: string }[] };
  expect(found.servers.map(({ name }) => name).sort()).toEqual([...names].sort());
  for (const command of [
    ['inventory'],
    ['inventory', '--csv'],
    ['inventory', '--columns', 'name,description,key_name'],
  ]) {
    const { stdout, stderr } = await folder.run(command);
    harmless(stdout + stderr);
    if (command.includes('--csv'))
      expect(stdout.split('\r\n').filter((line) => line !== '')).toHaveLength(names.length + 1);
  }
});

test.each(anyOf(['every list', 'one server']))(
  'texts of %s are as harmless in the other reports, and in their errors',
  async (which) => {
    const name = `a\u001b[31m\n::error::x\n\u202e${'한국어 '.repeat(20)}##[error]=1+1`;
    fill(name);
    const all = which === 'every list' ? [['doctor'], ['services'], ['doctor', 'preflight']] : [['trace', 'server', name], ['trace', 'port', portId], ['trace', 'floating-ip', '203.0.113.9'], ['console', `${name}x`]]; // prettier-ignore
    for (const command of all)
      for (const more of [[], ['--json']]) {
        const { stdout, stderr } = await folder.run([...command, ...more]);
        harmless(stdout + stderr);
        if (more.length > 0) JSON.parse(stdout);
      }
  },
);
