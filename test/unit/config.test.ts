import { journalIn, parseConfiguration } from '../../cli/config';

const parse = (text: string | undefined, env: Record<string, string> = {}) =>
  parseConfiguration(text, 'stackward.yaml', env);
const full = `
cloud: example
databases:
  neutron:
    host: 192.0.2.5
    user: stackward
    password: \${NEUTRON_PASSWORD}
`;

test('no file: everything has its default', () => {
  const defaults = {
    acknowledged: [],
    review: { policy: [], acknowledged: [] },
    allowPlainHttp: false,
    databases: {},
    hosts: [],
    services: {},
    file: 'stackward.yaml',
  };
  expect(parse(undefined)).toEqual(defaults);
  expect(parse('')).toEqual(defaults);
});

test('references are filled from the environment, the rest has its default', () => {
  expect(parse(full, { NEUTRON_PASSWORD: 's3cret' })).toEqual({
    acknowledged: [],
    review: { policy: [], acknowledged: [] },
    cloud: 'example',
    allowPlainHttp: false,
    databases: {
      neutron: {
        host: '192.0.2.5',
        port: 3306,
        user: 'stackward',
        password: 's3cret',
        schema: 'neutron',
        tls: { minVersion: 'TLSv1.2', verifyName: true },
      },
    },
    hosts: [],
    services: {},
    file: 'stackward.yaml',
  });
});

test('names that look like numbers are the texts that were written', () => {
  const text = full
    .replace('cloud: example', 'cloud: 0001')
    .replace('user: stackward', 'user: 12345e6\n    port: 3307');
  const { cloud, databases } = parse(text, { NEUTRON_PASSWORD: 'x' });
  expect([cloud, databases.neutron?.user, databases.neutron?.port]).toEqual(['0001', '12345e6', 3307]);
});

test.each([
  ['tls: off', 'off'],
  [
    'tls: { minVersion: TLSv1, caFile: /etc/ssl/db.pem }',
    { minVersion: 'TLSv1', caFile: '/etc/ssl/db.pem', verifyName: true },
  ],
  ['tls: { minVersion: legacy }', { minVersion: 'legacy', verifyName: true }],
  [
    'tls: { caFile: /etc/ssl/db.pem, verifyName: false }',
    { minVersion: 'TLSv1.2', caFile: '/etc/ssl/db.pem', verifyName: false },
  ],
])('%s', (line, tls) => {
  expect(parse(`${full}    ${line}\n`, { NEUTRON_PASSWORD: 'x' }).databases.neutron?.tls).toEqual(tls);
});

test('each database has its own entry, or is one of those that an account reads together', () => {
  const text = `
databases:
  nova:
    host: cell.example.net
    user: reader
    password: \${NOVA_PASSWORD}
    schema: nova_cell1
    tls: off
  shared:
    names: [nova_api, keystone]
    host: db.example.net
    port: 3307
    user: stackward
    password: \${NEUTRON_PASSWORD}
`;
  const tls = { minVersion: 'TLSv1.2', verifyName: true };
  const together = { host: 'db.example.net', port: 3307, user: 'stackward', password: 'x', tls };
  expect(parse(text, { NEUTRON_PASSWORD: 'x', NOVA_PASSWORD: 'y' }).databases).toEqual({
    nova: { host: 'cell.example.net', port: 3306, user: 'reader', password: 'y', schema: 'nova_cell1', tls: 'off' },
    nova_api: { ...together, schema: 'nova_api' },
    keystone: { ...together, schema: 'keystone' },
  });
});

const account = 'host: h, user: u, password: "${NEUTRON_PASSWORD}"';

test.each([
  ['a variable that is not set', full, 'stackward.yaml:7:15: the environment variable NEUTRON_PASSWORD is not set'],
  [
    'a password in the file',
    full.replace('${NEUTRON_PASSWORD}', 'hunter2'),
    'stackward.yaml:7:15: the password itself is in this file',
  ],
  ...['nova', 'nova_api', 'nova_cell0', 'keystone', 'cinder', 'glance', 'shared'].map((name) => [
    `a password in the entry ${name}`,
    `databases:\n  ${name}: { host: h, user: u, password: hunter2 }\n`,
    'the password itself is in this file',
  ]),
  [
    'a password that an alias brings from elsewhere',
    'cloud: &secret hunter2\ndatabases:\n  nova: { host: h, user: u, password: *secret }\n',
    'stackward.yaml:1:16: the password itself is in this file',
  ],
  [
    'a database nobody knows',
    `databases:\n  heat: { ${account} }\n`,
    'stackward.yaml:2:3: there is no field "databases.heat"; allowed below "databases" are neutron, nova, nova_api, nova_cell0, keystone, cinder, glance, stackward, shared',
  ],
  [
    'a database that is named twice',
    `databases:\n  nova: { ${account} }\n  shared: { ${account}, names: [nova] }\n`,
    'stackward.yaml:1:1: the field "databases" is not valid: names a database twice; leave out its own entry, or take it out of "shared.names"',
  ],
  [
    'a schema of several databases',
    `databases:\n  shared: { ${account}, names: [nova], schema: x }\n`,
    'there is no field "databases.shared.schema"; allowed below "databases.shared" are host, port, user, password, names, tls',
  ],
  [
    'an account that reads nothing',
    `databases:\n  shared: { ${account}, names: [] }\n`,
    'the field "databases.shared.names" is not valid',
  ],
  [
    'a field nobody knows',
    'cloud: x\nclouds: y\n',
    'stackward.yaml:2:1: there is no field "clouds"; allowed are cloud, allowPlainHttp, databases, hosts, services',
  ],
  [
    'a field nobody knows, deeper',
    full.replace('user:', 'usr:'),
    'stackward.yaml:6:5: there is no field "databases.neutron.usr"; allowed below "databases.neutron" are host, port, user, password, schema, tls',
  ],
  [
    'a name that is not checked, and a CA that anybody may use',
    `${full}    tls: { verifyName: false }\n`,
    'stackward.yaml:8:5: the field "databases.neutron.tls" is not valid: has verifyName: false without caFile',
  ],
  [
    'a TLS field nobody knows',
    `${full}    tls: { verify: false }\n`,
    'stackward.yaml:8:12: there is no field "databases.neutron.tls.verify"; allowed below "databases.neutron.tls" are minVersion, caFile, verifyName',
  ],
  [
    'a host that is reached in two ways',
    'hosts:\n  - ssh: "{host}"\n    local: true\n',
    'stackward.yaml:2:5: the field "hosts.0" is not valid: needs exactly one of ssh, namespace and local',
  ],
  [
    'a host field nobody knows',
    'hosts:\n  - ssh: "{host}"\n    sudo: true\n',
    'stackward.yaml:3:5: there is no field "hosts.0.sudo"; allowed below "hosts.0" are match, ssh, sshConfig, namespace, local, installed, stateFolder',
  ],
  ...['/srv/state folder', '/srv/100%', '/srv/$HOME', '/srv/"x"', 'srv'].map((folder) => [
    `a state folder that a unit would read otherwise: ${folder}`,
    `hosts:\n  - ssh: "{host}"\n    stateFolder: '${folder}'\n`,
    'stackward.yaml:3:5: the field "hosts.0.stateFolder" is not valid: must begin with "/", and contain only letters, digits,',
  ]),
  [
    'a service nobody knows',
    'services:\n  swift: { hosts: [c1] }\n',
    'stackward.yaml:2:3: there is no field "services.swift"; allowed below "services" are neutron, nova, cinder, glance, keystone',
  ],
  ['a wrong type', 'cloud: [1]\n', 'stackward.yaml:1:1: the field "cloud" is not valid: must be text'],
  ['no list', 'hosts: { ssh: x }\n', 'stackward.yaml:1:1: the field "hosts" is not valid: must be a list'],
  ['an empty text', 'cloud: ""\n', 'stackward.yaml:1:1: the field "cloud" is not valid: must not be empty'],
  ['a missing field', 'services:\n  nova: {}\n', 'the field "services.nova.hosts" is not valid: it is missing'],
  ...['ssh', 'namespace'].map((field) => [
    `a misspelt placeholder of ${field}`,
    `hosts:\n  - ${field}: "root@{hots}"\n`,
    `stackward.yaml:2:5: the field "hosts.0.${field}" is not valid: contains a placeholder that is not {host}`,
  ]),
  ['broken YAML', 'cloud: "x\n', 'stackward.yaml:2:1: this is not YAML: a character is missing'],
  ['an alias without its anchor', 'cloud: *none\n', "stackward.yaml: its anchors can't be followed"],
  ['a depth that nobody needs', `cloud: ${'['.repeat(60)}`, 'stackward.yaml: it is nested deeper than the 50 levels'],
])('%s', (_, text, message) => {
  const env: Record<string, string> = message.includes('is not set') ? {} : { NEUTRON_PASSWORD: 'x' };
  expect(() => parse(text, env)).toThrow(message);
});

test('no message holds the password', () => {
  expect.assertions(1);
  try {
    parse(full.replace('${NEUTRON_PASSWORD}', 'hunter2'));
  } catch (error) {
    expect(String(error)).not.toContain('hunter2');
  }
});

test('the journal is read without the passwords of the other fields', () => {
  const store = "journal:\n  put: [cp, '{file}', 'to/{name}']\n  get: [cp, -R, from, '{folder}']\n";
  const password = 'databases:\n  neutron:\n    password: ${UNSET}\n';
  const [put, get] = [['cp', '{file}', 'to/{name}'], ['cp', '-R', 'from', '{folder}']]; // prettier-ignore
  expect(journalIn(`${password}${store}`, 'x')).toEqual({ folder: 'runs', put, get });
  expect(journalIn('journal: /srv/runs', 'x')).toBe('/srv/runs');
  expect(journalIn('# no journal', 'x')).toBeUndefined();
});

test.each([
  [
    'a put that gets no file',
    "{ put: [cp, x], get: [cp, '{folder}'] }",
    '1:12: the field "journal.put" is not valid: has no {file}',
  ],
  [
    'a placeholder nobody knows',
    "{ put: [cp, '{file}', '{run}'], get: [cp, '{folder}'] }",
    '1:12: the field "journal.put" is not valid: has an unknown placeholder; known are {file}, {name}',
  ],
  [
    'a command in one text',
    "{ put: 'cp {file} x', get: [cp, '{folder}'] }",
    '1:1: the field "journal" is not valid: is neither',
  ],
  ['no get', "{ put: [cp, '{file}'] }", '1:1: the field "journal" is not valid: is neither'],
  [
    'a list for a place',
    '[runs]',
    '1:1: the field "journal" is not valid: is neither a folder nor a store; give a folder, or',
  ],
])('a journal with %s is refused, by both readers alike', (_, journal, fault) => {
  const text = `journal: ${journal}`;
  expect(() => journalIn(text, 'stackward.yaml')).toThrow(`stackward.yaml:${fault}`);
  expect(() => parseConfiguration(text, 'stackward.yaml', {})).toThrow(`stackward.yaml:${fault}`);
});
