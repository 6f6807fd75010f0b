/** `stackward inventory` by the APIs alone, as an old cloud and as a new one answer. */
import { CommandFolder } from '../support/command';
import { PrivateCloud } from '../support/private-cloud';

let cloud: PrivateCloud;
let folder: CommandFolder;

const quota = (limit: number, used: number) => ({ limit, in_use: used, reserved: 0 });

beforeEach(async () => {
  cloud = await PrivateCloud.start();
  folder = new CommandFolder({});
  folder.write('clouds.yaml', cloud.clouds());
  folder.write('stackward.yaml', 'cloud: private\n');
  cloud.catalogue['image'] = cloud.url;
  cloud.told.set('/v3/projects', { projects: [{ id: 'p1', name: 'acme' }] });
  cloud.users = [{ id: 'u1', name: 'alice' }];
  cloud.images = [{ id: 'i1', name: 'utm', size: 7 }];
  cloud.networks = [{ id: 'n1', name: 'green' }];
  cloud.subnets = [{ id: 's1', cidr: '10.0.0.0/24', gateway_ip: null }];
  cloud.told.set('/v2.0/security-groups', { security_groups: [{ id: 'g1', name: 'web' }] });
  const port = { network_id: 'n1', fixed_ips: [{ subnet_id: 's1', ip_address: '10.0.0.7' }], security_groups: ['g1'] };
  cloud.floatingips = [
    { id: 'f1', floating_ip_address: '203.0.113.9', port_id: 'o1' },
    { id: 'f2', floating_ip_address: '203.0.113.10', port_id: null },
  ];
  cloud.ports = [
    { ...port, id: 'o1', device_id: 'a', device_owner: 'compute:nova', mac_address: 'fa:16:3e:00:00:01' },
    { ...port, id: 'o2', device_id: 'r1', device_owner: 'network:router_interface', mac_address: 'fa:16:3e:00:00:02' },
  ];
});
afterEach(async () => {
  folder.remove();
  await cloud.stop();
});

const base = {
  id: 'a', name: 'utm', tenant_id: 'p1', user_id: 'u1', status: 'ACTIVE', created: '2026-01-02T03:04:05Z',
  key_name: null, image: { id: 'i1' }, 'OS-EXT-AZ:availability_zone': 'nova', 'OS-EXT-SRV-ATTR:host': 'cnode01',
  'OS-EXT-SRV-ATTR:hypervisor_hostname': 'cnode01.example', 'OS-EXT-STS:power_state': 4,
  'OS-EXT-STS:vm_state': 'stopped', 'OS-EXT-STS:task_state': null, 'OS-SRV-USG:launched_at': '2026-01-02T03:05:00.000000',
}; // prettier-ignore
const running = { ...base, 'OS-EXT-STS:power_state': 1, 'OS-EXT-STS:vm_state': 'active' };
const threeServers = [base, { ...running, id: 'b', name: 'web' }, { ...running, id: 'c', name: 'db' }];
const hypervisor = { id: 1, hypervisor_hostname: 'cnode01.example', service: { host: 'cnode01' }, vcpus: 24, vcpus_used: 6, memory_mb: 1000, memory_mb_used: 500 }; // prettier-ignore

/** What both clouds tell of the server `a`. */
const common = {
  zone: 'nova', host: 'cnode01', name: 'utm', created: '2026-01-02T03:04:05.000Z', project: 'acme', user: 'alice',
  host_vcpus: 24, host_vcpus_used: 6, host_memory_percent: 50, power_state: 'shutdown', vm_state: 'stopped',
  flavor: 'utm.small', vcpus: 2, memory_mib: 512, volume_count: 1, volume_gib: 10, nic_count: 1, ips: ['10.0.0.7'], floating_ips: ['203.0.113.9'],
  cidrs: ['10.0.0.0/24'], gateways: ['-'], networks: ['green'], security_groups: ['web'], image: 'utm', image_bytes: 7,
  volumes: [{ name: 'data', size_gib: 10, device: '/dev/vdb', location: 'ctl1@lvm' }], launched: '2026-01-02T03:05:00.000Z',
  quota_instances: 3, quota_volumes: 5, used_volumes: 1, used_gigabytes: 10, used_instances: 1, used_cores: 2,
}; // prettier-ignore

function answerQuotas(compute: string, volume: string): void {
  cloud.told.set(`${compute}/os-quota-sets/p1`, { quota_set: { instances: 3, cores: 20, ram: -1 } });
  cloud.told.set(`${volume}/os-quota-sets/p1`, { quota_set: { volumes: quota(5, 1), gigabytes: quota(1000, 10) } });
}

interface Report {
  readonly servers: readonly (Readonly<Record<string, unknown>> & { readonly unknown: readonly string[] })[];
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
  readonly notLookedAt: readonly { readonly what: string }[];
  readonly readBy: Readonly<Record<string, string>>;
}

async function take(...args: string[]): Promise<{ code: number | null; report: Report }> {
  const { code, stdout, stderr } = await folder.run(['inventory', '--json', ...args]);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) as Report };
}

const onlyInDatabases = ['found_in', 'host_vcpu_ratio', 'host_vcpus_total', 'host_vcpus_percent', 'public_key', 'system_metadata', 'network_info']; // prettier-ignore

test('a new cloud tells all but what databases alone have, and says why', async () => {
  const flavor = { original_name: 'utm.small', vcpus: 2, ram: 512 };
  const more = { 'OS-EXT-SRV-ATTR:hostname': 'utm', 'OS-EXT-SRV-ATTR:root_device_name': '/dev/vda', description: 'd' };
  cloud.servers = [{ ...base, ...more, flavor, 'OS-EXT-SRV-ATTR:user_data': 'c2VjcmV0' }];
  cloud.told.set('/compute/v2.1/os-hypervisors/detail', { hypervisors: [hypervisor] });
  const volume = { id: 'v1', name: 'data', size: 10, 'os-vol-host-attr:host': 'ctl1@lvm', attachments: [{ server_id: 'a', device: '/dev/vdb' }] }; // prettier-ignore
  cloud.told.set('/volume/v3/p1/volumes/detail', { volumes: [volume] });
  answerQuotas('/compute/v2.1', '/volume/v3/p1');
  const { code, report } = await take();
  expect(report.servers).toMatchObject([{ ...common, hostname: 'utm', root_device: '/dev/vda', description: 'd' }]);
  expect([...(report.servers[0]?.unknown ?? [])].sort()).toEqual([...onlyInDatabases].sort());
  expect(report.unknown.map(({ name }) => name).sort()).toEqual([...onlyInDatabases].sort());
  expect([code, new Set(Object.values(report.readBy))]).toEqual([0, new Set(['API'])]);
});

test('an old cloud names flavors by id and volumes in its own words, and what it does not tell is unknown', async () => {
  cloud.catalogue = { ...cloud.catalogue, compute: `${cloud.url}/compute/v2`, volume: `${cloud.url}/volume/v1/p1` };
  delete cloud.catalogue['volumev3'];
  for (const path of ['/compute/v2/', '/compute/v2.1/']) cloud.told.set(path, { version: { id: 'v2.0' } });
  cloud.told.set('/compute/v2/servers/detail', { servers: [{ ...base, flavor: { id: 'f1', links: [] } }] });
  cloud.told.set('/compute/v2/flavors/detail', { flavors: [{ id: 'f1', name: 'utm.small', vcpus: 2, ram: 512 }] });
  cloud.told.set('/compute/v2/os-hypervisors/detail', { hypervisors: [hypervisor] });
  const volume = { id: 'v1', display_name: 'data', size: 10, 'os-vol-host-attr:host': 'ctl1@lvm', attachments: [{ server_id: 'a', device: '/dev/vdb' }, {}] }; // prettier-ignore
  cloud.told.set('/volume/v1/p1/volumes/detail', { volumes: [volume] });
  answerQuotas('/compute/v2', '/volume/v1/p1');
  const { code, report } = await take();
  expect(report.servers).toMatchObject([common]);
  const older = ['description', 'hostname', 'root_device'];
  expect([...(report.servers[0]?.unknown ?? [])].sort()).toEqual([...onlyInDatabases, ...older].sort());
  expect(code).toBe(0);
});

test('servers, hypervisors and flavors are read page by page to the end', async () => {
  cloud.catalogue = { ...cloud.catalogue, compute: `${cloud.url}/compute/v2` };
  for (const path of ['/compute/v2/', '/compute/v2.1/']) cloud.told.set(path, { version: { id: 'v2.0' } });
  const numbers = [1, 2, 3, 4, 5];
  const servers = numbers.map((n) => ({ ...base, id: `s${n}`, name: `utm${n}`, 'OS-EXT-SRV-ATTR:host': `cnode0${n}`, 'OS-EXT-SRV-ATTR:hypervisor_hostname': `cnode0${n}.example`, flavor: { id: `f${n}` } })); // prettier-ignore
  cloud.told.set('/compute/v2/servers/detail', { servers });
  cloud.told.set('/compute/v2/flavors/detail', {
    flavors: numbers.map((n) => ({ id: `f${n}`, name: `utm.${n}`, vcpus: n, ram: 512 })),
  });
  cloud.told.set('/compute/v2/os-hypervisors/detail', {
    hypervisors: numbers.map((n) => ({ ...hypervisor, id: n, hypervisor_hostname: `cnode0${n}.example`, service: { host: `cnode0${n}` }, vcpus: 10 * n })), // prettier-ignore
  });
  cloud.pageSize = 2;
  const { code, report } = await take('--columns', 'name,flavor,host_vcpus');
  const rows = report.servers.map((row) => [row['name'], row['flavor'], row['host_vcpus']]);
  expect([code, rows]).toEqual([0, numbers.map((n) => [`utm${n}`, `utm.${n}`, 10 * n])]);
});

test('a service that fails is said once, its columns are unknown, and the exit code is 1', async () => {
  cloud.servers = [{ ...base, flavor: { original_name: 'utm.small', vcpus: 2, ram: 512 } }];
  cloud.broken.set('/v2.0/ports', 500);
  const { code, report } = await take('--columns', 'name,project,ips,networks');
  expect(report.servers).toMatchObject([{ name: 'utm', project: 'acme', unknown: ['ips', 'networks'] }]);
  expect([code, report.notLookedAt.map(({ what }) => what)]).toEqual([1, ['nics, addresses, by the API']]);
});

test('a Neutron without routers has no floating IPs, and a refusal leaves them unknown', async () => {
  cloud.servers = [base];
  cloud.broken.set('/v2.0/floatingips', 404);
  const without = await take('--columns', 'name,floating_ips');
  expect(without.report.servers).toMatchObject([{ floating_ips: [], unknown: [] }]);
  cloud.broken.set('/v2.0/floatingips', 403);
  const { code, report } = await take('--columns', 'name,floating_ips');
  expect([code, report.servers[0]?.unknown]).toEqual([1, ['floating_ips']]);
});

test('a column that only databases have is a failure where it was asked for by its name', async () => {
  cloud.servers = [base];
  expect((await take('--columns', 'name,network_info')).code).toBe(1);
  expect((await take('--columns', 'name')).code).toBe(0);
});

test('a cloud without Cinder has no volumes to tell of, and that is no failure', async () => {
  cloud.servers = [base];
  delete cloud.catalogue['volumev3'];
  cloud.told.set('/compute/v2.1/os-quota-sets/p1', { quota_set: { instances: 3 } });
  const { code, report } = await take();
  expect([code, report.notLookedAt]).toEqual([0, []]);
  expect(report.unknown.find(({ name }) => name === 'volumes')?.why).toContain('the catalogue has no public endpoint');
});

test.each([
  ['state=ACTIVE', ['web', 'db']],
  ['state!=active', ['utm']],
  ['vm_state=Stopped', ['utm']],
  ['power_state=ShutDown', ['utm']],
  ['ip=203.0.113.9', ['utm']],
  ['ip=10.0.0.7', ['utm']],
  ['name=WEB', []],
])('--where %s takes %j', async (condition, names) => {
  cloud.servers = threeServers;
  const { stdout } = await folder.run(['inventory', '--json', '--where', condition]);
  expect((JSON.parse(stdout) as Report).servers.map(({ name }) => name).sort()).toEqual([...names].sort());
});

test.each([
  ['vm_state=activ', 'no server meets --where vm_state=activ; there are active, stopped'],
  ['host=cnode1', 'no server meets --where host=cnode1; there is cnode01'],
  ['state=BUILD', 'no server meets --where state=BUILD; there are active, running, shutdown, stopped'],
  ['security_group=x', 'no server meets --where security_group=x; there is web'],
])('of --where %s stderr says what there is instead', async (condition, words) => {
  cloud.servers = threeServers;
  const { stderr } = await folder.run(['inventory', '--where', condition]);
  expect(stderr).toContain(words);
});

test('of many values those that are near to the one asked for are named, and no control of a name is left', async () => {
  cloud.servers = Array.from({ length: 20 }, (_, n) => ({ ...base, id: `s${n}`, name: `utm\u001b[31m${n}` }));
  const noteOn = async (condition: string) => (await folder.run(['inventory', '--csv', '--where', condition])).stderr;
  expect(await noteOn('name=m\u001b[31m19')).toContain('did you mean utm\\u001b[31m19?');
  expect(await noteOn('name=zzz')).toContain('there are 20 other values, and name~PART compares a part of one');
});

test('without the list of servers there is no inventory', async () => {
  cloud.broken.set('/compute/v2.1/servers/detail', 403);
  const { code, stdout, stderr } = await folder.run(['inventory']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('no server could be read: ');
});

test.each([
  [['--columns', 'nam'], 'there is no such column; did you mean name?'],
  [['--columns', 'zzzzzzzz'], 'there are: id, zone, host, name'],
  [['--where', 'projekt=a'], 'a FIELD is one of id, name, project'],
  [['--where', 'constructor=a'], 'a FIELD is one of id, name, project'],
  [['--where', 'name'], 'is not of the form FIELD=VALUE'],
  [['--where', 'name='], 'has no value'],
  [['--vcpu-ratio', '0'], 'is no number above 0'],
])('%j is refused before anything is asked', async (args, words) => {
  const { code, stdout, stderr } = await folder.run(['inventory', ...args]);
  expect([code, stdout, cloud.asked]).toEqual([1, '', []]);
  expect(stderr).toContain(words);
});
