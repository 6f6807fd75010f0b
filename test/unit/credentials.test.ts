import { resolveCredentials } from '../../lib/openstack/credentials';

const yaml = `
clouds:
  example:
    auth:
      auth_url: https://keystone.example:5000
      username: deployer
      project_name: infra
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    interface: internal
    cacert: /etc/ssl/cloud.pem
  plain:
    auth: { auth_url: 'http://keystone.example/v3/', username: a, password: b, project_id: p1 }
  bare:
    auth: { auth_url: https://keystone.example }
  loose:
    auth: { auth_url: https://keystone.example, username: a, password: b }
    verify: false
  old:
    auth: { auth_url: 'http://keystone.example:5000/v2.0', username: a, password: b }
`;
const secure = 'clouds: { example: { auth: { password: s3cret } } }';
const files = { cloudsYaml: { path: 'clouds.yaml', text: yaml }, secureYaml: { path: 'secure.yaml', text: secure } };
const variables = { OS_AUTH_URL: 'https://k.example/v3', OS_USERNAME: 'u', OS_PROJECT_NAME: 'p' };

test('clouds.yaml with its secret in secure.yaml', () => {
  expect(resolveCredentials('example', {}, files)).toEqual({
    cloud: 'example',
    authUrl: 'https://keystone.example:5000/v3',
    region: 'RegionOne',
    interface: 'internal',
    caFile: '/etc/ssl/cloud.pem',
    identity: {
      method: 'password',
      userName: 'deployer',
      password: 's3cret',
      userDomain: { name: 'Default' },
      scope: { projectName: 'infra', projectDomain: { name: 'Default' } },
    },
    secretFrom: 'secure.yaml:1:40',
    notes: [expect.objectContaining({ where: 'clouds.yaml:11:16', settledBy: 'endpointType' })],
  });
});

test('OS_CLOUD names the entry when nothing else does, and other OS_* variables do not mix in', () => {
  const { cloud, authUrl, identity } = resolveCredentials(undefined, { ...variables, OS_CLOUD: 'plain' }, files);
  expect({ cloud, authUrl, identity }).toEqual({
    cloud: 'plain',
    authUrl: 'http://keystone.example/v3',
    identity: {
      method: 'password',
      userName: 'a',
      password: 'b',
      userDomain: { id: 'default' },
      scope: { projectId: 'p1' },
    },
  });
});

test.each([
  [{ OS_PASSWORD: 'x' }, 'password'],
  [{ OS_TOKEN: 'x' }, 'token'],
  [{ OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 'x' }, 'application_credential'],
])('OS_* variables %j', (more, method) => {
  const { cloud, identity } = resolveCredentials(undefined, { ...variables, ...more }, {});
  expect([cloud, identity.method]).toEqual(['envvars', method]);
});

test('an empty OS_CLOUD is none, as every empty variable is', () => {
  const env = { ...variables, OS_PASSWORD: 'x', OS_CLOUD: '' };
  expect(resolveCredentials(undefined, env, {}).cloud).toBe('envvars');
});

test("a name of an application credential is unique for its user, who may be named by the user's id", () => {
  const env = {
    OS_AUTH_URL: 'https://k.example/v3',
    OS_USER_ID: 'u1',
    OS_APPLICATION_CREDENTIAL_NAME: 'ci',
    OS_APPLICATION_CREDENTIAL_SECRET: 'x',
  };
  expect(resolveCredentials(undefined, env, {}).identity).toEqual({
    method: 'application_credential',
    name: 'ci',
    secret: 'x',
    userId: 'u1',
    userDomain: { id: 'default' },
  });
});

test.each<[string, string | undefined, Record<string, string>, string]>([
  [
    'token and password',
    undefined,
    { ...variables, OS_TOKEN: 'hunter2', OS_PASSWORD: 'hunter3' },
    'OS_* variables: OS_PASSWORD and OS_TOKEN are both set; keep one of them',
  ],
  ['neither', undefined, variables, 'one of OS_PASSWORD, OS_TOKEN, OS_APPLICATION_CREDENTIAL_SECRET is needed'],
  ['nothing at all', undefined, {}, 'neither OS_CLOUD nor OS_AUTH_URL is set'],
  [
    'an entry that is not there',
    'exmaple',
    {},
    'clouds.yaml: there is no cloud "exmaple", there are example, bare, loose, old, plain; correct `cloud` of OpenStackCloud and of stackward.yaml, or OS_CLOUD, or add the entry',
  ],
  [
    'an entry without a secret',
    'bare',
    {},
    'clouds.yaml, cloud bare: one of password, token, application_credential_secret is needed',
  ],
  [
    'a password without a user',
    undefined,
    { OS_AUTH_URL: 'https://k.example', OS_PASSWORD: 'x' },
    'set OS_USERNAME too',
  ],
  ['unchecked certificates', 'loose', {}, 'name the CA in "cacert"'],
  ['Keystone v2', 'old', {}, 'Keystone v2'],
])('%s is refused, and no secret is shown (case 0927)', (_, cloud, env, message) => {
  const attempt = () => resolveCredentials(cloud, env, files);
  expect(attempt).toThrow(message);
  expect(attempt).not.toThrow(/hunter/);
});

test('a cloud is named and there is no clouds.yaml', () => {
  expect(() => resolveCredentials('example', {}, {})).toThrow('there is no clouds.yaml; put one in this folder');
});

const login =
  'auth: { auth_url: https://k.example/v3, username: u, password: hunter2, project_name: p, domain_id: default }';
const entry = (...lines: string[]) => ({
  cloudsYaml: { path: 'clouds.yaml', text: ['clouds:', '  it:', ...lines.map((line) => `    ${line}`)].join('\n') },
  home: '/home/deployer',
});
const resolveIt = (lines: readonly string[], env: Record<string, string> = {}) =>
  resolveCredentials('it', env, entry(...lines));

test.each<[string, readonly string[], string]>([
  [
    'interface',
    ['interface: internal'],
    'clouds.yaml:4:16: Terraform\'s provider does not read the key "interface" and asks public endpoints',
  ],
  [
    'endpoint_type',
    ['endpoint_type: adminURL'],
    'clouds.yaml:4:20: Terraform\'s provider does not read the key "endpoint_type"',
  ],
  [
    'a key outside of auth',
    ['project_id: p1'],
    'clouds.yaml:4:17: the key "project_id" is outside of "auth", where Terraform\'s provider does not read it; move it below "auth"',
  ],
  [
    'regions',
    ['regions: [one, two]'],
    'clouds.yaml:4:14: of "regions" stackward takes one, as the openstack command does, and Terraform\'s provider takes none',
  ],
  [
    'network_endpoint_override',
    ['network_endpoint_override: https://n.example'],
    'clouds.yaml:4:32: stackward follows the key "network_endpoint_override", which Terraform\'s provider does not read',
  ],
  [
    'a key that nobody knows',
    ['cacrt: /ca.pem'],
    'clouds.yaml:4:12: the key "cacrt" is none that stackward knows in an entry, and it is left alone',
  ],
])('a difference between the two halves is said: %s', (_, lines, note) => {
  const { notes } = resolveIt([login, ...lines]);
  expect(notes.map(({ where, message }) => `${where}: ${message}`)).toEqual([expect.stringContaining(note)]);
});

test.each([
  [
    'a user without a domain',
    'username: u',
    'clouds.yaml:3:55: Terraform\'s provider wants one of user_domain_id and user_domain_name beside "username", and refuses the entry',
  ],
  [
    'a user whose domain has an id and a name',
    'username: u, user_domain_id: d, user_domain_name: D',
    'beside "username"',
  ],
  [
    'a user by id, with a domain',
    'user_id: u1, user_domain_id: d',
    'wants neither a username nor a domain of the user beside "user_id"',
  ],
  [
    'a project without a domain',
    'username: u, user_domain_id: d, project_name: p',
    'wants one of project_domain_id and project_domain_name beside "project_name"',
  ],
])('what Terraform’s provider refuses of a login is said: %s', (_, user, note) => {
  const { notes } = resolveIt([`auth: { auth_url: https://k.example/v3, ${user}, password: hunter2 }`]);
  expect(notes.map(({ where, message }) => `${where}: ${message}`)).toEqual([expect.stringContaining(note)]);
});

test('keys that say nothing of where and as whom a client asks are passed over', () => {
  const lines = [
    'identity_api_version: 3',
    'volume_api_version: 3',
    'image_format: raw',
    'compute_timeout: 9',
    'networks: [{ name: a }]',
  ];
  expect(resolveIt([login, ...lines, 'interface: public', 'auth_type: v3password']).notes).toEqual([]);
});

test.each<[string, readonly string[], string]>([
  ['an entry that is a list', ['- a'], 'clouds.yaml:3:5: the entry "it" is a list; write a mapping of keys and values'],
  [
    'a key that is a mapping',
    [login, 'cacert: { a: b }'],
    'clouds.yaml:4:13: the key "cacert" holds a map; write a text',
  ],
  [
    'a certificate without its key',
    [login, 'cert: /c.pem'],
    'clouds.yaml:4:11: "cert" is set without "key"; a client\'s certificate takes both',
  ],
  ['Keystone v2', [login, 'identity_api_version: 2'], 'clouds.yaml:4:27: "identity_api_version" is of Keystone v2'],
  [
    'a way to log in that another secret is for',
    [login, 'auth_type: v3token'],
    'clouds.yaml:4:16: "auth_type" asks for a token, and password is set; correct one of them',
  ],
  ['v2password', [login, 'auth_type: v2password'], 'clouds.yaml:4:16: "auth_type" is of Keystone v2'],
  [
    'two scopes',
    [login, 'system_scope: all'],
    'clouds.yaml, cloud it: a project, a domain, a trust and the system are four scopes, and a token has one; keep one of project_name, system_scope',
  ],
  [
    'a part of the system',
    ['auth: { auth_url: https://k.example, username: u, password: hunter2, system_scope: some }'],
    'clouds.yaml:3:88: "system_scope" may be "all" and nothing else',
  ],
  [
    'another region for the network alone',
    [login, 'network_region_name: two'],
    'clouds.yaml:4:26: the key "network_region_name" changes how or whom a client asks, and stackward can\'t do so',
  ],
  [
    'a placeholder',
    ['auth: { auth_url: "https://{region_name}.example", username: u, password: hunter2 }'],
    'clouds.yaml:3:23: "auth_url" contains a placeholder in braces, which only openstacksdk fills in',
  ],
])('%s is refused with its key and place, and no secret is shown', (_, lines, sentence) => {
  const attempt = () => resolveIt(lines);
  expect(attempt).toThrow(sentence);
  expect(attempt).not.toThrow(/hunter/);
});

describe('OS_REGION_NAME beside an entry', () => {
  const regions = [
    'regions:',
    '  - one',
    '  - name: two',
    '    values: { interface: admin, auth: { project_name: of-two } }',
  ];
  const chosen = (lines: readonly string[], OS_REGION_NAME: string) => resolveIt([login, ...lines], { OS_REGION_NAME });

  test('chooses one of the regions, with its values', () => {
    const { region, interface: face, identity } = chosen(regions, 'two');
    expect([region, face, identity]).toEqual([
      'two',
      'admin',
      expect.objectContaining({ scope: { projectName: 'of-two', projectDomain: { id: 'default' } } }),
    ]);
  });

  test('names the region of an entry that has none', () => expect(chosen([], 'two').region).toBe('two'));

  test.each([
    ['regions', regions, 'clouds.yaml:5:7: OS_REGION_NAME is "three", and the entry has one, two; correct one of them'],
    [
      'region_name',
      ['region_name: one'],
      'clouds.yaml:4:18: OS_REGION_NAME is "three", and the entry has one; correct one of them',
    ],
  ])('is refused where %s has another', (__, lines, sentence) => {
    expect(() => chosen(lines, 'three')).toThrow(sentence);
  });
});

test('beside an entry the variables that win for Terraform’s provider win here too, and those that fill gaps there are named', () => {
  const env = {
    OS_CACERT: '~/other.pem',
    OS_ENDPOINT_TYPE: 'internal',
    OS_USERNAME: 'other',
    OS_PROJECT_ID: 'p9',
    OS_PASSWORD: 'hunter3',
  };
  const { caFile, interface: face, identity, notes } = resolveIt([login, 'cacert: /ca.pem'], env);
  expect([caFile, face, identity]).toEqual([
    '/home/deployer/other.pem',
    'internal',
    expect.objectContaining({
      userName: 'u',
      password: 'hunter2',
      scope: { projectName: 'p', projectDomain: { id: 'default' } },
    }),
  ]);
  expect(notes).toEqual([
    {
      where: 'OS_PROJECT_ID',
      message: expect.stringContaining(
        "Terraform's provider takes from it what the entry leaves out, and stackward does not",
      ),
    },
  ]);
});

test.each([
  [['auth_url: https://u:hunter2@k.example/v3'], 'auth_url'],
  [['auth_url: https://k.example/v3?token=hunter2'], 'auth_url'],
])('a password in the address %j is refused, and not repeated', (auth, key) => {
  const text = `clouds:\n  c:\n    auth: { ${auth.join(', ')}, username: u, password: p }\n`;
  const attempt = () =>
    resolveCredentials('c', {}, { cloudsYaml: { path: 'clouds.yaml', text }, home: '/home/deployer' });
  expect(attempt).toThrow(`"${key}" contains a user, a query or a fragment`);
  expect(attempt).not.toThrow(/hunter2/);
});

test('a key that the provider is told by a variable is no note', () => {
  const entry = [login, 'interface: internal'];
  expect(resolveIt(entry, {}).notes).toMatchObject([{ settledBy: 'endpointType' }]);
  expect(resolveIt(entry, { OS_ENDPOINT_TYPE: 'internal' }).notes).toEqual([]);
});

test('OS_INTERFACE alone is said, because Terraform’s provider reads OS_ENDPOINT_TYPE', () => {
  const env = { ...variables, OS_PASSWORD: 'x', OS_INTERFACE: 'admin' };
  expect(resolveCredentials(undefined, env, {}).notes).toMatchObject([{ where: 'OS_INTERFACE' }]);
  expect(resolveCredentials(undefined, { ...env, OS_ENDPOINT_TYPE: 'admin' }, {}).notes).toEqual([]);
});
