/** A server that hangs or failed, and room that is used up, in a private cloud: told by the command as its user runs it. */
import { CommandFolder } from '../support/command';
import { examine, troublesOf } from '../support/doctor-run';
import { PrivateCloud } from '../support/private-cloud';

let cloud: PrivateCloud;
let folder: CommandFolder;
beforeEach(async () => {
  cloud = await PrivateCloud.start();
  cloud.nova = ['nova-conductor', 'nova-scheduler', 'nova-compute'].map((binary) => ({
    binary,
    host: 'cnode01',
    state: 'up',
    age: 3,
    isAlive: true,
  }));
  folder = new CommandFolder({ OS_CLOUD: 'private' });
  folder.write('clouds.yaml', cloud.clouds());
});
afterEach(async () => {
  folder.remove();
  await cloud.stop();
});

const id = '6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11';
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19) + 'Z';
const server = (more: object = {}) => ({
  id,
  name: 'utm-1',
  tenant_id: 'p1',
  status: 'BUILD',
  created: ago(25),
  updated: ago(25),
  'OS-EXT-STS:vm_state': 'building',
  'OS-EXT-STS:task_state': 'scheduling',
  image: '',
  flavor: { id: 'f1' },
  ...more,
});

test('a server that nobody works on is found without being named, and one that has just begun is not', async () => {
  const young = { ...server({ created: ago(1) }), id: id.replace('6a', '7b'), name: 'young' };
  cloud.servers = [server(), young];
  const told = await examine(folder, 'doctor', '--only', 'SW-1010');
  expect([told.code, troublesOf(told)]).toEqual([2, [`SW-1010 fault server utm-1 (${id})`]]);
  const [{ found, besides, step }] = told.results as [Required<(typeof told.results)[0]>];
  expect(found).toMatch(/^It has been in BUILD \(scheduling\) for 25 min: no host has begun with it\. The message to nova-conductor or nova-scheduler did not arrive/); // prettier-ignore
  expect(besides.join('\n')).toContain('no nova-conductor or no nova-scheduler is alive (alive: nova-conductor on cnode01, nova-scheduler on cnode01)'); // prettier-ignore
  expect(step).toContain('stackward broker');
});

test('a server is examined by its name, its id, and whatever state it is in', async () => {
  const fault = { message: "Host 'cnode09' is not mapped to any cell", created: ago(3) };
  cloud.servers = [server({ status: 'ERROR', 'OS-EXT-STS:task_state': null, fault })];
  for (const name of ['utm-1', id]) {
    const told = await examine(folder, 'doctor', '--server', name);
    expect([told.code, told.results.map(({ found }) => found)]).toEqual([
      2,
      [expect.stringContaining('no cell has: its set-up was never finished') as string],
    ]);
  }
  cloud.servers = [server({ status: 'ACTIVE', 'OS-EXT-STS:task_state': null })];
  const well = await examine(folder, 'doctor', '--server', id);
  expect([well.code, well.results.map(({ found }) => found)]).toEqual([0, ['It is ACTIVE, and no task is under way.']]);
});

test('servers in ERROR that nobody named are counted beside the fine result', async () => {
  const failed = server({ status: 'ERROR', 'OS-EXT-STS:task_state': null });
  cloud.servers = [failed, { ...failed, id: id.replace('6a', '7b'), name: 'utm-2' }];
  const told = await examine(folder, 'doctor', '--only', 'SW-1010');
  expect([told.code, told.results.map(({ found }) => found)]).toEqual([0, ['2 servers, none in BUILD or another task for more than 10 min; 2 in ERROR, which `--server NAME` examines']]); // prettier-ignore
});

test('ten servers of one name are examined at most, and how many more there are is said', async () => {
  cloud.servers = Array.from({ length: 12 }, (_, index) => ({ ...server({ status: 'ACTIVE', 'OS-EXT-STS:task_state': null }), id: id.replace('6a0c5f', `6a0c${index + 10}`) })); // prettier-ignore
  const told = await examine(folder, 'doctor', '--server', 'utm-1');
  expect([told.code, told.results.length, told.results.at(-1)]).toMatchObject([1, 11, { result: 'not looked at', subject: '2 servers more' }]); // prettier-ignore
});

test('a server that there is not, and checks that examine no server, are refused', async () => {
  const missing = await examine(folder, 'doctor', '--server', 'utm-9');
  expect([missing.code, missing.results[0]?.why]).toEqual([1, expect.stringContaining('there is no server "utm-9"')]);
  const { code, stderr } = await folder.run(['doctor', '--server', 'utm-1', '--only', 'SW-1001']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('SW-1010 does and SW-1001 does not')]);
});

test('a quota of ports and a pool that are used up by nine tenths are told apart, and others are not named (case 1006 b)', async () => {
  const subnet = (number: number, last: number) => ({
    id: `${String(number).repeat(8)}-93c1-4a53-8a52-0c2d1f6a7b11`,
    name: `net-${number}`,
    network_id: id,
    ip_version: 4,
    cidr: '10.0.0.0/24',
    allocation_pools: [{ start: '10.0.0.1', end: `10.0.0.${last}` }],
  });
  cloud.subnets = [subnet(1, 10), subnet(2, 100)];
  const port = (project: string, network: number, last: number) => ({
    id: `${project}-${network}-${last}`,
    tenant_id: project,
    network_id: id,
    device_id: '',
    device_owner: '',
    fixed_ips: [{ subnet_id: subnet(network, 1).id, ip_address: `10.0.0.${last}` }],
  });
  const tens = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  cloud.ports = [...tens.map((last) => port('p1', 1, last)), ...[1, 2].map((last) => port('p2', 2, last)), port('p3', 1, 250)]; // prettier-ignore
  cloud.quotas = { p2: 2, p3: -1 };
  const told = await examine(folder, 'doctor', '--only', 'SW-1011');
  expect([told.code, told.results.map(({ subject, found }) => `${subject}: ${found}`)]).toEqual([
    2,
    [
      'project p2: All 2 ports that its quota allows are used: the next port is refused.',
      `subnet net-1 (${subnet(1, 1).id}): 9 of 10 addresses of its allocation pools are used (90 %).`,
    ],
  ]);
});
