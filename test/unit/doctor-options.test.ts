/** SW-4010 over recorded files: what each mistake of a service's configuration is told as, and what is no mistake. */
import { judgeOptions } from '../../reports/doctor/checks/options';
import type { Result } from '../../reports/doctor/check';
import { withRegistered } from '../../reports/host-services';
import type { HostRead, HostReader } from '../../lib/hosts/host';
import { read } from '../../reports/looked';
import {
  servicesOf,
  memoryNow,
  memoryServiceHost,
  serviceProcess,
  type MemoryHost,
} from '../support/memory-service-host';
import { noHostNamed } from '../../reports/doctor/checks/words';

const nova = '/etc/nova/nova.conf';
const local = '/etc/nova/local.conf';

async function judge(host: Partial<MemoryHost> & Pick<MemoryHost, 'files'>): Promise<readonly Result[]> {
  const processes = [
    serviceProcess('nova-compute', [
      '--config-file',
      nova,
      ...(host.files?.[local] === undefined ? [] : ['--config-file', local]),
    ]),
  ];
  const reader = memoryServiceHost({ processes, ...host });
  const services = await withRegistered(reader, await servicesOf(reader));
  return judgeOptions([{ host: 'cnode01', services: read(services) }]);
}

const told = (results: readonly Result[]): string[] =>
  results.map((result) =>
    'evidence' in result && result.result !== 'fine'
      ? [`${result.result} ${result.subject}: ${result.found}`, ...result.evidence.map((line) => `  ${line}`)].join(
          '\n',
        )
      : `${result.result} ${result.subject}: ${'found' in result ? result.found : 'why' in result ? result.why : ''}`,
  );

test('an option that a file and a later file set otherwise is told with the place that counts and each that does not (case 1022 b)', async () => {
  const files = {
    [nova]: '[DEFAULT]\nmy_ip = 192.0.2.1\nmy_ip = 192.0.2.2\n\n[api]\nsame = 1\n',
    [local]: '[DEFAULT]\nmy_ip = 192.0.2.3\n[API]\nsame = 1\n',
  };
  expect(told(await judge({ files }))).toEqual([
    [
      `risk [DEFAULT] my_ip on cnode01: It is set 3 times, and ${local}:2 counts.`,
      `  counts: ${local}:2 = 192.0.2.3`,
      `  does not count: ${nova}:3 = 192.0.2.2`,
      `  does not count: ${nova}:2 = 192.0.2.1`,
      '  read by nova-compute',
    ].join('\n'),
  ]);
});

test('a file that sets exceptions for this host is told once, with all that it sets otherwise; defaults of a package are none', async () => {
  const dist = '/usr/share/nova/nova-dist.conf';
  const files = {
    [dist]: '[DEFAULT]\nhost = a\nstate_path = /x\n',
    [nova]: '[DEFAULT]\nhost = b\nmy_ip = 192.0.2.1\n[api]\nx = 1\n',
    [local]: '[DEFAULT]\nmy_ip = 192.0.2.3\n[api]\nx = 2\n',
  };
  const args = [dist, nova, local].flatMap((path) => ['--config-file', path]);
  expect(told(await judge({ files, processes: [serviceProcess('nova-compute', args)] }))).toEqual([
    [
      `risk ${local} on cnode01: It sets 2 options otherwise than a file that is read before it, and counts.`,
      `  [DEFAULT] my_ip counts: ${local}:2 = 192.0.2.3; does not count: ${nova}:3 = 192.0.2.1`,
      `  [api] x counts: ${local}:4 = 2; does not count: ${nova}:5 = 1`,
      '  read by nova-compute',
    ].join('\n'),
  ]);
});

test('a later file that sets where its service keeps files is no finding; the same file beside a real difference is', async () => {
  const files = {
    [nova]: '[DEFAULT]\nstate_path = /var/lib/nova\nlog_file = a\n[oslo_concurrency]\nlock_path = /run/a\n',
    [local]: '[DEFAULT]\nstate_path = /var/lib/nova/one\nlog_file = b\n[oslo_concurrency]\nlock_path = /run/b\n',
  };
  expect(told(await judge({ files }))).toEqual([expect.stringMatching(/^fine options on cnode01: 2 files /)]);
  const both = { [nova]: `${files[nova]}[api]\nx = 1\n`, [local]: `${files[local]}[api]\nx = 2\n` };
  expect(told(await judge({ files: both }))).toEqual([
    [
      `risk ${local} on cnode01: It sets 1 option otherwise than a file that is read before it, and counts.`,
      `  [api] x counts: ${local}:7 = 2; does not count: ${nova}:7 = 1`,
      '  read by nova-compute',
    ].join('\n'),
  ]);
  const twice = { [nova]: '[DEFAULT]\nstate_path = /a\nstate_path = /b\n' };
  expect(told(await judge({ files: twice }))[0]).toContain('risk [DEFAULT] state_path on cnode01: It is set 2 times');
});

test('each project is asked once, by itself, and whoever waits is told which', async () => {
  const processes = ['nova-api', 'nova-compute', 'neutron-l3-agent'].map((service, index) =>
    serviceProcess(service, ['--config-file', nova], { pid: index + 1 }),
  );
  const reader = memoryServiceHost({ processes, files: { [nova]: '[DEFAULT]\n' }, registered });
  const asked: string[] = [];
  const counting = {
    ...reader,
    read: (questions: readonly HostRead[]) => {
      asked.push(questions.map(({ verb }) => verb).join());
      return reader.read(questions);
    },
  } as HostReader;
  const services = await servicesOf(counting);
  asked.length = 0;
  const waitedFor: string[] = [];
  await withRegistered(counting, services, (what, answer) => (waitedFor.push(what), answer));
  expect(asked).toEqual(['registered-options', 'registered-options']);
  expect(waitedFor).toEqual([
    'what nova registers on the host cnode01 (oslo-config-generator may take a minute there)',
    'what neutron registers on the host cnode01 (oslo-config-generator may take a minute there)',
  ]);
});

test('a variable of the process counts over files; of a secret both places are told, and no value', async () => {
  const files = { [nova]: '[DEFAULT]\nhost = a\n[database]\nconnection = ***\nconnection = ***\n' };
  const environment = { OS_DEFAULT__HOST: 'b', OS_DATABASE__X: null };
  const results = told(
    await judge({ files, processes: [serviceProcess('nova-compute', ['--config-file', nova], { environment })] }),
  );
  expect(results.map((each) => each.split('\n').slice(0, 3))).toEqual([
    [
      'risk [DEFAULT] host on cnode01: It is set 2 times, and environment OS_DEFAULT__HOST counts.',
      '  counts: environment OS_DEFAULT__HOST = b',
      `  does not count: ${nova}:2 = a`,
    ],
    [
      `risk [database] connection on cnode01: It is set 2 times, and ${nova}:5 counts.`,
      `  counts: ${nova}:5 = ***`,
      `  does not count: ${nova}:4 = ***`,
    ],
  ]);
});

test.each([
  [
    '[DEFAULT]\nmy_ip = 192.0.2.1\n  host = a\n',
    'fault',
    /1 indented line became a part/,
    /line 3, column 3: .*"host" is not set/,
  ],
  ['\ufeff[DEFAULT]\nhost = a\n', 'fault', /refuses the file for 1 line/, /line 1, column 1: .*byte order mark/],
  ['[DEFAULT] # x\nhost = a\n', 'fault', /refuses the file/, /line 1, column 1: text follows/],
  [
    '[keystone_authtoken]\npassword = $x***\n',
    'fault',
    /1 value with a "\$"/,
    /line 2, column 12: the value of \[keystone_authtoken\] password/,
  ],
  ['[DEFAULT]\r\nhost = a\r\n', 'risk', /line ends are not those of Unix/, /line 1, column 10/],
  ['[DEFAULT]\n\u3000host = a\nho\u200bst = b\n', 'fault', /1 option with a character/, /line 3, column 3: .*U\+200B/],
])('%j is a %s', async (text, result, found, evidence) => {
  const [told, ...more] = await judge({ files: { [nova]: text } });
  expect(more).toEqual([]);
  expect(told).toMatchObject({
    result,
    subject: `${nova} on cnode01`,
    found: expect.stringMatching(found) as string,
    evidence: [expect.stringMatching(evidence), 'read by nova-compute'],
  });
});

test('options that take several values, equal values and a sound file are fine', async () => {
  const files = {
    [nova]:
      '[DEFAULT]\nhost = a\nhost = a\n[pci]\nalias = x\nalias = y\n[service_providers]\nservice_provider=a\nservice_provider=b\n',
    [local]: '[pci]\ndevice_spec = 1\n',
  };
  expect(told(await judge({ files }))).toEqual([
    'fine options on cnode01: 2 files of nova-compute: no option is set to two values, and no line is lost; names are not compared with what the services of nova register, which that host does not tell',
  ]);
});

const registered = {
  nova: [
    { section: 'DEFAULT', name: 'my_ip', former: [], multiple: false },
    { section: 'DEFAULT', name: 'osapi_compute_listen_port', former: [], multiple: false },
    {
      section: 'filter_scheduler',
      name: 'available_filters',
      former: [{ section: 'DEFAULT', name: 'scheduler_filters' }],
      multiple: true,
    },
    { section: 'api', name: 'max_limit', former: [{ section: 'DEFAULT', name: 'osapi_max_limit' }], multiple: false },
    { section: 'keystone_authtoken', name: 'auth_type', former: [], multiple: false },
  ],
};

test.each([
  ['[DEFAULT]\nmy-ip = 1\n', 'option', /^line 2, column 1: .*write "my_ip"/],
  ['[default]\nmy_ip = 1\n', 'section', /^line 1, column 1: .*write \[DEFAULT\], in capitals/],
  ['[DEFAULT]\nosapi_compute_listen_prot = 1\n', 'option', /^line 2, column 1: .*perhaps "osapi_compute_listen_port"/],
  ['[keystone_authtoke]\nauth_type = 1\n', 'section', /^line 1, column 1: .*perhaps \[keystone_authtoken\]/],
])('%j has the name of an %s that nothing reads', async (text, what, evidence) => {
  const [told, ...more] = await judge({ files: { [nova]: text }, registered });
  expect(more).toEqual([]);
  expect(told).toMatchObject({
    result: 'risk',
    found: `1 ${what} that the service does not know, and whose name is near to one.`,
    evidence: [expect.stringMatching(evidence), 'read by nova-compute'],
  });
});

test('names of plug-ins, credentials of Keystone and drivers are no misspelt ones', async () => {
  const text =
    '[DEFAULT]\nmy_vendor_thing = 1\n[keystone_authtoken]\nusername = nova\nauth_url = x\n[lvm-1]\nvolume_driver = x\n';
  expect(told(await judge({ files: { [nova]: text }, registered }))).toEqual([
    'fine options on cnode01: 1 file of nova-compute: no option is set to two values, and no line is lost',
  ]);
});

test('a former name in a later file counts over the present name in an earlier one, and is told as the same option', async () => {
  const files = {
    [nova]: '[DEFAULT]\nscheduler_filters = a\n[api]\nmax_limit = 10\n[filter_scheduler]\navailable_filters = b\n',
    [local]: '[DEFAULT]\nosapi_max_limit = 20\n',
  };
  expect(told(await judge({ files, registered }))).toEqual([
    [
      `risk ${local} on cnode01: It sets 1 option otherwise than a file that is read before it, and counts.`,
      `  [api] max_limit counts: ${local}:2 = 20; does not count: ${nova}:4 = 10`,
      '  read by nova-compute',
    ].join('\n'),
  ]);
});

test('services that read one file are told once, and a file that was written after the start is said not to be in force', async () => {
  const aged = (aliveSeconds: number, pid: number) => ({ aliveSeconds, pid });
  const processes = [
    serviceProcess('nova-scheduler', ['--config-file', nova], aged(2 * 86_400, 1)),
    serviceProcess('nova-conductor', ['--config-file', nova], aged(60, 2)),
  ];
  const results = await judge({ files: { [nova]: '[DEFAULT]\na = 1\na = 2\n' }, processes });
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({
    evidence: [
      `counts: ${nova}:3 = 2`,
      `does not count: ${nova}:2 = 1`,
      'read by nova-conductor, nova-scheduler',
      'the file was written after the start of nova-scheduler, which still uses the former content',
    ],
  });
  expect(memoryNow.getTime()).toBeGreaterThan(0);
});

test('a host that tells of parents in a circle is judged all the same', async () => {
  const processes = [1, 2].map((pid) => serviceProcess('nova-api', ['--config-file', nova], { pid, parent: 3 - pid }));
  expect(told(await judge({ files: { [nova]: '[DEFAULT]\n' }, processes }))[0]).toMatch(/^fine /);
});

test('a file outside of the limits, a container and a host without a service are not looked at', async () => {
  expect(told(await judge({ files: { [nova]: '[DEFAULT]\n' }, hidden: [nova] }))).toEqual([
    `not looked at ${nova} on cnode01: it may not be read`,
  ]);
  const contained = [serviceProcess('nova-compute', [], { isContained: true })];
  expect(told(await judge({ files: {}, processes: contained }))).toEqual([
    'not looked at nova-compute on cnode01: it runs in a container: stackward reads only files, units and packages of the host',
  ]);
  expect(told(await judge({ files: {}, processes: [] }))).toEqual([
    'not looked at host cnode01: no service of OpenStack runs there',
  ]);
  expect(told(judgeOptions([]))).toEqual([`not looked at hosts: ${noHostNamed}`]);
});
