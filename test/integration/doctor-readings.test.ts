/**
 * Readings that doctor must not take for sound: empty lists, rows that another code judges, endpoints where something
 * else answers.
 */
import { doctorBench, troublesOf } from '../support/doctor-run';

const bench = doctorBench();
const skipping = (...codes: readonly string[]) => codes.flatMap((code) => ['--skip', code]);

test('lists that Neutron hides from a member, and lists that are empty, are not looked at', async () => {
  bench.cloud.roles = ['member'];
  bench.cloud.agents = [];
  const told = await bench.doctor(
    ...skipping(
      'SW-2001',
      'SW-3001',
      'SW-3002',
      'SW-4010',
      'SW-4011',
      'SW-7001',
      'SW-8001',
      'SW-8002',
      'SW-8003',
      'SW-8004',
    ),
  );
  expect([told.code, troublesOf(told)]).toEqual([1, []]);
  const unread = told.results.filter(({ result }) => result === 'not looked at');
  expect(unread.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    ...['SW-1002 neutron', 'SW-1004 neutron', 'SW-1005 neutron', 'SW-4001 floating IPs'],
    ...['SW-6001 broker', 'SW-6002 broker', 'SW-6003 broker', 'SW-8005 neutron'],
  ]);
  for (const { why } of unread.filter(({ code }) => code.startsWith('SW-6')))
    expect(why).toBe('stackward.yaml names no broker');
  for (const { why } of unread.filter(({ code }) => !code.startsWith('SW-6')))
    expect(why).toMatch(/is empty: .* hides them from the user admin, .* not the role "admin" \(it has member\)$/);
  bench.cloud.nova = [];
  bench.cloud.cinder = [];
  const table = await bench.folder.run(['services']);
  expect(table.code).toBe(1);
  expect(table.stdout).toContain('the list that nova answered is empty');
  expect(table.stdout).not.toContain('0 of 0');
});

test('a region that the catalogue does not have is not looked at, and those that it has are named', async () => {
  bench.folder.write('clouds.yaml', bench.cloud.clouds().replace('RegionOne', 'Other'));
  const told = await bench.doctor('--only', 'SW-5001');
  expect(told).toMatchObject({
    code: 1,
    results: [
      {
        result: 'not looked at',
        why: 'the catalogue has no public endpoint in region Other; it has public in RegionOne',
      },
    ],
  });
});

test('a fine line counts what was judged good, and says what was left out', async () => {
  const up = { binary: 'nova-compute', state: 'up', age: 3, isAlive: true } as const;
  bench.cloud.nova = [
    { ...up, host: 'sound' },
    { ...up, host: 'fenced', state: 'down', age: 10_800, isAlive: false, forced_down: true },
    { ...up, host: 'gone', state: 'down', age: 4_000, isAlive: false, status: 'disabled' },
  ];
  const { results } = await bench.doctor();
  const fine = (code: string) => results.find((each) => each.code === code && each.result === 'fine')?.found;
  expect(fine('SW-1002')).toBe('3 heartbeats fit the clock of the API; left out: 1 forced down, 1 dead');
  expect(fine('SW-1004')).toBe('4 services and agents are enabled; left out: 1 dead and disabled');
  bench.cloud.nova = bench.cloud.nova.slice(0, 2);
  bench.cloud.cinder = [];
  const later = await bench.doctor('--only', 'SW-1001');
  expect(later.results[0]?.found).toBe('1 service sends heartbeats; left out: 1 forced down');
});

test('a web page at an endpoint is no API; a name, an address and a port that fail are told apart, without secrets', async () => {
  bench.cloud.webPages.set('/welcome/', '<html>Welcome');
  bench.cloud.catalogue = {
    ...bench.cloud.catalogue,
    image: `${bench.cloud.url}/welcome`,
    placement: `${bench.cloud.url}/welcome`,
    metric: 'http://no-such-name.invalid:8041',
    dns: 'not an address',
    orchestration: 'http://user:s3cr3t@127.0.0.1:9/x?token=abc',
    'key-manager': 'http://127.0.0.1:9',
  };
  const told = await bench.doctor('--only', 'SW-5001');
  expect(told.results.map(({ subject, found }) => `${subject}: ${found}`).sort()).toEqual([
    'API dns: Its endpoint is no address that a client can use.',
    'API image: Something else answers at its endpoint: with 200, and without the versions that this service tells.',
    'API key-manager: Nothing listens at its endpoint.',
    'API metric: The name in its endpoint has no address.',
    'API orchestration: Its endpoint is no address that a client can use.',
    'API placement: Something else answers at its endpoint: with 200, and without the versions that this service tells.',
  ]);
  expect(JSON.stringify(told)).toContain('http://***@127.0.0.1:9/x?***');
  expect(JSON.stringify(told)).not.toMatch(/s3cr3t|abc/);
});

test('an API that tells its versions and fails at a question is a fault', async () => {
  bench.cloud.broken.set('/compute/v2.1/os-services', 500);
  const told = await bench.doctor('--only', 'SW-5001');
  expect(troublesOf(told)).toEqual(['SW-5001 fault API compute']);
  expect(told.results[0]?.found).toBe('It tells its versions, and fails with 500 when it is asked for its services.');
});
