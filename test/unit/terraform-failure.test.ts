/** Terraform's words about what a beginner meets, as an error with the way out. */
import { errorOf, interruptError, wasInterrupted } from '../../adapters/terraform/failure';

const failedWith = (stderr: string, files = {}) =>
  errorOf({ command: 'terraform init', stack: 'acme', folder: 'cdktf.out/stacks/acme', errors: [], stderr }, () => files); // prettier-ignore
const failed = (source: string, reason = 'no route to host') =>
  failedWith(
    `There are some problems with the CLI configuration:\n\nWarning: Unable to open CLI configuration file\n\nError: Failed to query available provider packages\n\nCould not retrieve the list of available versions for provider ${source}: ${reason}`,
  );

test('the provider of OpenStack is to be had from the package', () => {
  const { detail, about } = failed('terraform-provider-openstack/openstack');
  expect(detail).toMatch(/^`terraform init` does not get a provider .* run `eval "\$\(npx stackward provider\)"`/);
  expect(detail).toContain('no route to host');
  expect(about).toBe('order');
});

test('another provider is to be had from a registry or a mirror alone', () => {
  expect(failed('hashicorp/random').detail).not.toContain('stackward provider');
  expect(failed('hashicorp/random').detail).toContain('let this machine reach the registry');
});

test('a version that the mirror lacks is named in the command that builds it', () => {
  const { detail } = failed(
    'terraform-provider-openstack/openstack',
    'no available releases match the given\nconstraints 1.54.1',
  );
  expect(detail).toContain('run `eval "$(npx stackward provider 1.54.1)"`');
});

test('warnings before the error are no part of its words', () => {
  expect(failed('hashicorp/random').detail).toMatch(/Terraform says: Error: Failed to query/);
});

test.each([
  ['1.54.1', 'Error: Error creating OpenStack identity client: Authentication failed'],
  [
    '3.4.0',
    'Error: Error creating OpenStack identity client: Expected HTTP response code [201 202] when accessing [POST http://127.0.0.1:15000/v3/auth/tokens], but got 401 instead: {"error":{"code":401}}',
  ],
])('a wrong password is a refused login with provider %s', (_, words) => {
  const { detail, about } = failedWith(words);
  expect(about).toBe('login');
  expect(detail).toMatch(/^Keystone refuses the login .*; correct user, password or project/);
});

test.each([
  [
    'refuses the connection',
    'networking client: Post "http://127.0.0.1:9/v3/auth/tokens": OpenStack connection error, retries exhausted. Aborting. Last error was: dial tcp 127.0.0.1:9: connect: connection refused',
    "Terraform's provider does not reach Keystone at http://127.0.0.1:9/v3/auth/tokens: nothing listens there; correct `auth_url` in the entry of clouds.yaml, or OS_AUTH_URL, or the way there",
  ],
  [
    'has a name that is not known',
    'networking client: Post "http://nowhere.invalid:5000/v3/auth/tokens": OpenStack connection error, retries exhausted. Aborting. Last error was: dial tcp: lookup nowhere.invalid on 10.0.0.53:53: no such host',
    'at http://nowhere.invalid:5000/v3/auth/tokens: this machine finds no address for that name; correct `auth_url`',
  ],
  [
    'has a service that does not answer',
    'openstack_networking_network_v2: Post "http://192.0.2.1:9696/v2.0/networks": OpenStack connection error, retries exhausted. Aborting. Last error was: dial tcp 192.0.2.1:9696: i/o timeout',
    "a service of the cloud at http://192.0.2.1:9696/v2.0/networks: nothing answers there; correct the service's endpoint in Keystone's catalogue or the way there",
  ],
])('a cloud that %s is one sentence with the next step, before the words of the provider', (_, words, told) => {
  const { detail, about } = failedWith(
    `Error: Error creating OpenStack ${words}`.replace('OpenStack openstack', 'openstack'),
  );
  expect(about).toBe('address');
  expect(detail).toContain(told);
  expect(detail).toContain(`Terraform says: Error: Error creating`);
});

test('a backend of the state that is not reached is no cloud that is not reached', () => {
  const { about } = failedWith(
    'Error: Error refreshing state: Get "https://states.example/acme": dial tcp: no such host',
  );
  expect(about).toBeUndefined();
});

describe('an interrupt', () => {
  const canceled = {
    severity: 'error',
    summary: 'Error creating openstack_networking_port_v2: Post "http://127.0.0.1:9696/v2.0/ports": context canceled',
    detail: '',
    address: 'openstack_networking_port_v2.utm',
  } as const;

  test('is told as an interrupt, with the things for which no answer came, and not as an error of the provider', () => {
    const { message } = interruptError('apply', 'acme', [canceled, { ...canceled, summary: 'operation canceled' }]);
    expect(message).toBe(
      'stack acme: interrupted; what was made is in its state: run it again to go on from there; no answer came for openstack_networking_port_v2.utm: if the next plan makes it anew, see whether the cloud has it already',
    );
    expect(interruptError('plan', 'acme', [canceled]).message).not.toContain('context canceled');
  });

  test('leaves the errors that have another cause', () => {
    const quota = { severity: 'error', summary: 'Quota exceeded', detail: 'for ports' } as const;
    expect(interruptError('apply', 'acme', [canceled, quota]).message).toMatch(/Terraform also says: Quota exceeded for ports$/); // prettier-ignore
    expect([wasInterrupted([quota]), wasInterrupted([canceled])]).toEqual([false, true]);
    // Nobody interrupted this process, so a server may have ended the request.
    expect(interruptError('plan', 'acme', [canceled], false).message).toMatch(
      /Terraform also says: .*context canceled/,
    );
  });
});

test('a cloud that clouds.yaml lacks is told with the entries that it has, unless stackward reads another file', () => {
  const words = 'Error: cloud ofice does not exist in clouds.yaml';
  const cloudsYaml = { path: '/home/me/clouds.yaml', text: 'clouds: { lab: {}, office: {} }' };
  expect(failedWith(words, { cloudsYaml })).toMatchObject({
    reason: 'InvalidConfiguration',
    message: 'stack acme: /home/me/clouds.yaml: there is no cloud "ofice", there are office, lab; correct `cloud` of OpenStackCloud and of stackward.yaml, or OS_CLOUD, or add the entry',
  });
  expect(failedWith(words.replace('ofice', 'lab'), { cloudsYaml }).detail).toContain(words.replace('ofice', 'lab'));
  expect(failedWith(words, { cloudsYaml: { ...cloudsYaml, text: 'nothing' } }).detail).toContain(words);
  const secureYaml = { path: '/home/me/secure.yaml', text: 'clouds: { ofice2: {} }' };
  expect(failedWith(words, { cloudsYaml, secureYaml }).message).toContain('there are office, ofice2, lab');
  expect(failedWith(`${words}\n\nError: Quota exceeded for resources: port`, { cloudsYaml }).detail).toContain('Quota exceeded'); // prettier-ignore
  expect(failedWith(words).message).toMatch(/^stack acme: the cloud "ofice" is asked for and there is no clouds\.yaml; put one/);
}); // prettier-ignore
