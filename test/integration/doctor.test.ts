/** Nights of an operator, each injected into a private cloud, and told by the command as its user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programOfVersion2 } from '../support/host-releases';
import { noHostNamed } from '../../reports/doctor/checks/words';
import { doctorBench, troublesOf } from '../support/doctor-run';

const bench = doctorBench();
/** Checks of what stackward itself left: own-things.test.ts has them. */
const ofOwnThings = /^SW-8/;

test('a sound cloud with its API alone: nothing is found, and what was not looked at is said', async () => {
  const told = await bench.doctor();
  expect([told.code, troublesOf(told)]).toEqual([0, []]);
  expect(
    told.results
      .filter(({ code, result }) => result === 'not looked at' && ['SW-2001', 'SW-3001', 'SW-3002'].includes(code))
      .map(({ code, why }) => `${code} ${why}`),
  ).toEqual([
    ...['SW-2001 stackward.yaml names none', `SW-2001 ${noHostNamed}`],
    ...['SW-3001 stackward.yaml names none', 'SW-3002 stackward.yaml names none'],
  ]);
  expect(told.results.filter(({ code, result }) => result === 'fine' && !ofOwnThings.test(code))).toHaveLength(10);
});

test('dead, skewed, disabled and forced-down services and agents are told apart, and nothing else is named (case 1115 a)', async () => {
  const compute = (host: string, more: object) => ({
    binary: 'nova-compute',
    host,
    state: 'down' as const,
    age: 4_000,
    forced_down: false,
    ...more,
  });
  bench.cloud.nova = [
    compute('dead', {}),
    compute('behind', { isAlive: true }),
    compute('ahead', { age: -300, isAlive: true }),
    compute('fenced', { forced_down: true, age: 3, isAlive: true }),
    compute('off', { state: 'up', age: 3, isAlive: true, status: 'disabled', disabled_reason: 'new mainboard' }),
    compute('broken', { state: 'up', age: 3, isAlive: true, status: 'disabled', disabled_reason: 'AUTO: libvirt is gone' }), // prettier-ignore
    compute('sound', { state: 'up', age: 3, isAlive: true }),
  ];
  const agent = (host: string, more: object) => ({ binary: 'neutron-l3-agent', host, alive: false, age: 900, ...more });
  bench.cloud.agents = [
    agent('dead', {}),
    agent('skewed', { isAlive: true }),
    agent('off', { alive: true, isAlive: true, age: 9, admin_state_up: false }),
  ];
  const told = await bench.doctor();
  expect(told.code).toBe(2);
  expect(troublesOf(told).sort()).toEqual([
    'SW-1001 fault nova-compute on dead',
    'SW-1002 fault neutron-l3-agent on skewed',
    'SW-1002 fault nova-compute on ahead',
    'SW-1002 fault nova-compute on behind',
    'SW-1003 fault nova-compute on fenced',
    'SW-1004 fault nova-compute on broken',
    'SW-1004 risk neutron-l3-agent on off',
    'SW-1004 risk nova-compute on off',
    'SW-1005 fault neutron-l3-agent on dead',
  ]);
  const dead = told.results.find(({ code, result }) => code === 'SW-1001' && result === 'fault');
  // 4000 s, and what this test takes.
  expect(dead?.evidence?.join('\n')).toMatch(/the API says down, .*\n.*6[7-9] min old.*\n.*the heartbeat stood still/);
});

test('a service that an API hides, refuses, or does not have is not looked at, and never fine', async () => {
  delete bench.cloud.catalogue.volumev3;
  bench.cloud.broken.set('/compute/v2.1/os-services', 403);
  const told = await bench.doctor('--skip', 'SW-2001', '--skip', 'SW-3001');
  expect([told.code, troublesOf(told)]).toEqual([1, []]);
  const unread = told.results.filter(({ code, result }) => code === 'SW-1001' && result !== 'fine');
  expect(unread.map(({ subject, why }) => [subject, why])).toEqual([
    ['nova', expect.stringMatching(/was answered with 403: broken; the credentials lack the role/)],
    ['cinder', 'the catalogue has no endpoint of "volumev3"'],
  ]);
  expect(told.results.filter(({ code, result }) => code === 'SW-1001' && result === 'fine')).toEqual([]);
});

test('an answer of another form is no answer', async () => {
  bench.cloud.nova = [{ binary: 'nova-compute', host: 'x'.repeat(300), state: 'up', age: 3 }];
  const { results, code } = await bench.doctor('--only', 'SW-1001');
  expect(code).toBe(1);
  expect(results.find(({ subject }) => subject === 'nova')).toMatchObject({
    result: 'not looked at',
    why: expect.stringMatching(/unknown form/) as string,
  });
});

test('APIs of one machine whose clock is five minutes ahead of this machine: that they differ is said, with the table', async () => {
  bench.cloud.ahead = 300;
  bench.folder.write(
    'stackward.yaml',
    'hosts: [{ match: here, local: true }, { match: there, namespace: stackward-nope }]',
  );
  const told = await bench.doctor('--only', 'SW-2001');
  // Four APIs share a machine, and the host is this machine: one against one.
  expect(troublesOf(told)).toEqual(['SW-2001 fault clocks']);
  expect(told.results[0]?.found).toMatch(/^They differ by 5 min, and no majority of machines tells which is wrong\.$/);
  const [, ahead, within] =
    /^\+(\d+\.\d) s ±(\d+\.\d) {2}API compute$/m.exec(told.results[0]?.evidence?.join('\n') ?? '') ?? [];
  // An API tells whole seconds.
  expect(Math.abs(Number(ahead) - 300)).toBeLessThanOrEqual(1 + Number(within));
  expect(told.results.find(({ subject }) => subject === 'host there')?.why).toContain('no network namespace');
});

test('a database is reached for from a controller, and not from a compute host that is asked about', async () => {
  bench.folder.env = { ...bench.folder.env, PASSWORD: 'p' };
  bench.folder.write('stackward.yaml', {
    hosts: ['ctl1', 'cnode01'].map((match) => ({ match, local: true })),
    services: { neutron: { hosts: ['ctl1'] } },
    databases: { neutron: { host: '127.0.0.1', port: 9, user: 'u', password: '${PASSWORD}', tls: 'off' } },
  });
  const resultsOf = async (host: string) =>
    (await bench.doctor('--host', host, '--only', 'SW-3002')).results.map(({ result, subject }) => `${result}: ${subject}`); // prettier-ignore
  expect(await resultsOf('ctl1')).toEqual(['fault: database neutron from ctl1']);
  expect(await resultsOf('cnode01')).toEqual(['not looked at: controllers']);
});

test('a database that can not be tried hides neither a refused one nor the clocks of the APIs', async () => {
  const account = 'host: 127.0.0.1, port: 9, user: u, password: "${PASSWORD}"';
  bench.folder.env = { ...bench.folder.env, PASSWORD: 'p' };
  bench.folder.write(
    'stackward.yaml',
    `databases: { neutron: { ${account}, tls: off }, keystone: { ${account}, tls: { caFile: /nowhere/ca.pem } } }`,
  );
  const told = await bench.doctor('--only', 'SW-2001', '--only', 'SW-3001');
  expect(told.results.map(({ code, result, subject }) => `${code} ${result} ${subject}`).sort()).toEqual([
    'SW-2001 fine clocks',
    'SW-2001 not looked at database keystone',
    'SW-2001 not looked at database neutron',
    'SW-2001 not looked at hosts',
    'SW-3001 fault database neutron',
    'SW-3001 not looked at database keystone',
  ]);
  const whyOf = (code: string) => told.results.filter((each) => each.code === code && each.why !== undefined).map(({ subject, why }) => `${subject}: ${why}`).sort(); // prettier-ignore
  expect(whyOf('SW-3001')).toEqual([expect.stringContaining('/nowhere/ca.pem')]);
  expect(whyOf('SW-2001').slice(0, 2)).toEqual(
    ['keystone', 'neutron'].map((name) => `database ${name}: it can’t be asked: see SW-3001`),
  );
});

test('a host whose installed program does not tell its clock is not looked at, and all else is asked of it', async () => {
  const program = mkdtempSync('/var/lib/stackward-test-');
  try {
    writeFileSync(join(program, 'stackward-host'), programOfVersion2(), { mode: 0o755 });
    bench.folder.write('stackward.yaml', `hosts: [{ match: here, local: true, installed: ${program}/stackward-host }]`);
    const { results } = await bench.doctor('--only', 'SW-2001');
    expect(results.filter(({ subject }) => subject === 'host here')).toMatchObject([
      { result: 'not looked at', why: expect.stringMatching(/^the host program there is older/) as string },
    ]);
    const preflight = await bench.preflight('--only', 'SW-9004');
    expect(preflight.results.filter(({ subject }) => subject === 'host here')).toMatchObject([
      { code: 'SW-9004', found: expect.stringContaining('host program installed') as string },
    ]);
  } finally {
    rmSync(program, { recursive: true });
  }
});

test('a server with a red address and a floating one of the same subnet is named, and one of another subnet is not (case 1115 b)', async () => {
  const port = (id: string, device: string, owner: string, subnet: string, address: string) => ({
    id,
    tenant_id: 'p',
    network_id: 'red',
    device_id: device,
    device_owner: owner,
    fixed_ips: [{ subnet_id: subnet, ip_address: address }],
  });
  const inside = { ...port('green-1', 's1', 'compute:nova', 'green', '10.0.0.5'), network_id: 'green' };
  bench.cloud.servers = [{ id: 's1', name: 'utm-1', tenant_id: 'p', status: 'ACTIVE' }];
  bench.cloud.ports = [
    inside,
    { ...inside, id: 'green-2', device_id: 's2' },
    port('red-1', 's1', 'compute:nova', 'red-a', '203.0.113.12'),
    port('red-2', 's2', 'compute:nova', 'red-b', '198.51.100.12'),
    port('f1', 'fip-1', 'network:floatingip', 'red-a', '203.0.113.40'),
    port('f2', 'fip-2', 'network:floatingip', 'red-a', '203.0.113.41'),
  ];
  const floating = (id: string, address: string, portId: string) => ({
    id,
    floating_ip_address: address,
    floating_network_id: 'red',
    port_id: portId,
  });
  bench.cloud.floatingips = [
    floating('fip-1', '203.0.113.40', 'green-1'),
    floating('fip-2', '203.0.113.41', 'green-2'),
  ];
  const told = await bench.doctor('--only', 'SW-4001');
  expect(troublesOf(told)).toEqual(['SW-4001 fault server utm-1 (s1)']);
  expect(told.results[0]?.found).toContain('203.0.113.12 itself, and the floating address 203.0.113.40');
});

test('endpoints where nothing listens, something fails, or something else answers', async () => {
  bench.cloud.catalogue = {
    ...bench.cloud.catalogue,
    image: 'http://127.0.0.1:9',
    placement: `${bench.cloud.url}/nowhere`,
    metric: `${bench.cloud.url}/metric/v1`,
    'object-store': `${bench.cloud.url}/store/v1/AUTH_p1`,
    alarming: `${bench.cloud.url}/alarming/v2`,
  };
  bench.cloud.broken.set('/metric/v1/', 503);
  // Swift's proxy calls a path without an account "Bad URL". Nobody else answers so.
  bench.cloud.broken.set('/store/v1/', 412);
  bench.cloud.broken.set('/alarming/v2/', 412);
  const told = await bench.doctor('--only', 'SW-5001');
  expect(told.results.map(({ subject, found }) => `${subject}: ${found}`).sort()).toEqual([
    'API alarming: Something answers at its endpoint with 412, which this service does not.',
    'API image: Nothing listens at its endpoint.',
    'API metric: Something answers at its endpoint, and fails with 503.',
    'API placement: Something answers at its endpoint with 404, which this service does not.',
  ]);
});

test('an acknowledged finding is shown, and counts again after its last day', async () => {
  bench.cloud.nova = [{ binary: 'nova-compute', host: 'off', state: 'up', age: 3, isAlive: true, status: 'disabled' }];
  const acknowledge = (until: string) =>
    bench.folder.write('stackward.yaml', { acknowledged: [{ code: 'SW-1004', until, because: 'ordered' }] });
  acknowledge('2999-12-31');
  expect(await bench.doctor('--only', 'SW-1004')).toMatchObject({
    code: 0,
    results: [{ result: 'risk', acknowledged: { until: '2999-12-31', because: 'ordered' } }],
  });
  acknowledge('2020-01-01');
  expect(await bench.doctor('--only', 'SW-1004')).toMatchObject({ code: 2, results: [{ acknowledged: null }] });
});

test('a check that there is not is refused; a check that was asked for and can not look ends with 1', async () => {
  const { code, stderr } = await bench.folder.run(['doctor', '--only', 'SW-1']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('there is no check "SW-1"; there are SW-1001,')]);
  expect(await bench.doctor('--only', 'SW-3001')).toMatchObject({ code: 1, results: [{ result: 'not looked at' }] });
});

test('each question is asked once, however many checks need its answer', async () => {
  await bench.doctor();
  const lists = bench.cloud.asked.filter((path) => /os-services|agents|auth\/tokens/.test(path));
  expect(lists.sort()).toEqual([
    '/compute/v2.1/os-services',
    '/v2.0/agents',
    '/v3/auth/tokens',
    '/volume/v3/p1/os-services',
  ]);
});

test('a login that fails is one fault, which comes first; the checks that need it are one line', async () => {
  bench.cloud.broken.set('/v3/auth/tokens', 401);
  const told = await bench.doctor();
  expect([told.code, troublesOf(told), told.results[0]?.code]).toEqual([2, ['SW-9001 fault credentials'], 'SW-9001']);
  expect(told.results[0]?.evidence?.[0]).toBe(`user admin at ${bench.cloud.url}/v3`);
  const { stdout } = await bench.folder.run(['doctor']);
  expect(stdout.match(/answered with 401/g)).toHaveLength(1);
  const flat = stdout.replace(/\s+/g, ' ');
  expect(flat).toContain('not looked at SW-1001, SW-1002, SW-1003, SW-1004, SW-1005, SW-1010, SW-1011, SW-2001, SW-4001, SW-5001'); // prettier-ignore
  expect(flat).toContain('the login fails: see SW-9001');
  const services = await bench.folder.run(['services']);
  expect([services.code, services.stdout.match(/answered with 401/g)?.length]).toEqual([1, 1]);
});

test.each([
  [['doctor', '--only', 'SW-9001'], 'the check "SW-9001" belongs to `stackward doctor preflight`'],
  [['doctor', 'preflight', '--skip', 'SW-1001'], 'the check "SW-1001" belongs to `stackward doctor`'],
  [['doctor', '--only', 'SW-1001', '--skip', 'SW-1001'], '--only and --skip leave no check'],
])('a choice of checks that this command can not follow is refused: %j', async (args, message) => {
  const { code, stderr } = await bench.folder.run(args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test('an acknowledgement of an unknown code is refused', async () => {
  bench.folder.write('stackward.yaml', {
    acknowledged: [{ code: 'SW-1999', until: '2999-12-31', because: 'ordered' }],
  });
  const { code, stderr } = await bench.folder.run(['doctor']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('there is no check "SW-1999"')]);
});

test('acknowledgements that are over or match nothing are said, and leave the exit code alone', async () => {
  const entry = (more: object) => ({ until: '2999-12-31', because: 'ordered', ...more });
  bench.cloud.nova = [{ binary: 'nova-compute', host: 'off', state: 'up', age: 3, isAlive: true, status: 'disabled' }];
  bench.folder.write('stackward.yaml', {
    acknowledged: [
      entry({ code: 'SW-1004', subject: 'nova-compute on off' }),
      entry({ code: 'SW-1004', subject: 'nova-compute on of' }),
      entry({ code: 'SW-1003', until: '2020-01-01' }),
      entry({ code: 'SW-9001' }),
    ],
  });
  const { code, stdout } = await bench.folder.run(['doctor', '--only', 'SW-1003', '--only', 'SW-1004']);
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.startsWith('acknowledged'))).toEqual([
    'acknowledged SW-1004 nova-compute on of: matches no finding; correct the subject, or take the entry out',
    'acknowledged SW-1003: its last day was 2020-01-01; take the entry out, or name a later day',
  ]);
  const { results, ...more } = JSON.parse((await bench.folder.run(['doctor', '--only', 'SW-1004', '--json'])).stdout) as Record<string, unknown>; // prettier-ignore
  expect([Array.isArray(results), more['withoutEffect']]).toEqual([
    true,
    [{ code: 'SW-1004', subject: 'nova-compute on of', why: 'matches no finding; correct the subject, or take the entry out' }], // prettier-ignore
  ]);
});

test('an API of before Queens that fails at a question is named as its catalogue names it', async () => {
  const { volumev3 = '', ...others } = bench.cloud.catalogue;
  bench.cloud.catalogue = { ...others, volumev2: volumev3 };
  bench.cloud.broken.set('/volume/v3/p1/os-services', 500);
  expect(troublesOf(await bench.doctor('--only', 'SW-5001'))).toEqual(['SW-5001 fault API volumev2']);
});

describe('--host', () => {
  const computes = (...hosts: readonly string[]) =>
    hosts.map((host) => ({ binary: 'nova-compute', host, state: 'up' as const, age: 3, isAlive: true, status: 'disabled' as const })); // prettier-ignore

  test('looks at one host, and at no check of the cloud', async () => {
    bench.cloud.nova = computes('cnode01', 'cnode02');
    bench.folder.write('stackward.yaml', 'hosts: [{ match: "cnode*", namespace: "stackward-nope-{host}" }]');
    const told = await bench.doctor('--host', 'cnode02');
    expect(troublesOf(told)).toEqual(['SW-1004 risk nova-compute on cnode02']);
    const codes = new Set(told.results.map(({ code }) => code));
    expect(['SW-1001', 'SW-1005', 'SW-2001'].filter((code) => !codes.has(code))).toEqual([]);
    expect(['SW-3001', 'SW-4001', 'SW-5001'].filter((code) => codes.has(code))).toEqual([]);
    const ofHosts = told.results.filter(({ code, subject }) => code === 'SW-2001' && subject.startsWith('host '));
    expect(ofHosts).toMatchObject([{ code: 'SW-2001', subject: 'host cnode02', result: 'not looked at' }]);
    const alone = (await bench.doctor('--host', 'cnode03', '--only', 'SW-1004')).results;
    expect(alone.map(({ why }) => why)).toContain('nova lists nothing on the host cnode03');
  });

  test('keeps the nova-conductor, whose death makes each nova-compute look dead', async () => {
    const dead = { state: 'down' as const, age: 4_000 };
    bench.cloud.nova = [
      ...['cnode01', 'cnode02'].map((host) => ({ binary: 'nova-compute', host, ...dead })),
      { binary: 'nova-conductor', host: 'ctl1', ...dead },
    ];
    bench.folder.write('stackward.yaml', 'hosts: [{ match: "cnode*", namespace: "stackward-nope-{host}" }]');
    expect(troublesOf(await bench.doctor('--host', 'cnode01', '--only', 'SW-1001'))).toEqual([
      'SW-1001 fault nova-conductor on ctl1',
      'SW-1001 fault nova-compute on cnode01',
    ]);
  });

  test.each([
    [['--host', 'cnode09'], 'unknown host "cnode09": stackward.yaml leads to cnode01; correct the name'],
    [['--host', 'cnode01', '--only', 'SW-5001'], 'the check "SW-5001" looks at the cloud, and at no host'],
  ])('is refused where it leads nowhere: %j', async (args, message) => {
    bench.folder.write('stackward.yaml', 'hosts: [{ match: cnode01, local: true }]');
    const { code, stderr } = await bench.folder.run(['doctor', ...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
