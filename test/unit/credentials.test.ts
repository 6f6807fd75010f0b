import { resolveCredentials } from '../../lib/credentials';

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
    'clouds.yaml: there is no cloud "exmaple"; the entries are example, plain, bare, loose, old',
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
])('%s is refused, and no secret is shown', (_, cloud, env, message) => {
  const attempt = () => resolveCredentials(cloud, env, files);
  expect(attempt).toThrow(message);
  expect(attempt).not.toThrow(/hunter/);
});

test('a cloud is named and there is no clouds.yaml', () => {
  expect(() => resolveCredentials('example', {}, {})).toThrow('there is no clouds.yaml; put one in this folder');
});
