import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { App, S3Backend, TerraformStack } from 'cdktf';
import { CloudStack, OpenStackCloud, TenantStack, type OpenStackCloudProps } from '../../constructs';
import provider from '../../providers/openstack/package.json';
import { appWithCloud, only, synth } from '../support/synth';

test('the provider is pinned exactly, by default to the version of the bindings', () => {
  const versionOf = (props: Partial<OpenStackCloudProps>) => {
    const { app, cloud } = appWithCloud(props);
    new CloudStack(app, 'shared', { cloud });
    return synth(app).stack('shared').terraform['required_providers'];
  };
  const source = 'terraform-provider-openstack/openstack';
  expect(versionOf({})).toEqual({ openstack: { source, version: provider.cdktf.provider.version } });
  expect(versionOf({ providerVersion: '1.54.1' })).toEqual({ openstack: { source, version: '1.54.1' } });
});

test.each<[Partial<OpenStackCloudProps>, RegExp]>([
  [{ providerVersion: '>= 1.54.1' }, /^Cloud: ">= 1\.54\.1" is no provider version that works; give an exact one/],
  [{ providerVersion: '1.54.0' }, /no provider version/],
  [{ providerVersion: '4.0.0' }, /no provider version/],
  [{ owner: '' }, /^Cloud: the owner "" can't mark things on hosts/],
  [{ owner: 'a b' }, /the owner "a b"/],
  [{ owner: 'a'.repeat(64) }, /1 to 63 letters/],
  [
    { providerSettings: { endpointType: 'private' } },
    /^Cloud: the endpointType "private" is none; say one of public, publicURL, internal/,
  ],
  [{ release: 'zedd' as 'zed' }, /"zedd" is no OpenStack release; write one of icehouse, juno/],
])('%j is refused', (props, expected) => {
  expect(() => appWithCloud(props)).toThrow(expected);
});

test('the state lies beside main.ts, relative to where Terraform runs', () => {
  const { app, cloud } = appWithCloud();
  new CloudStack(app, 'shared', { cloud });
  const { terraform } = synth(app).stack('shared');
  expect(terraform['backend']).toEqual({ local: { path: '../../../terraform.shared.tfstate' } });
});

test('the files of credentials beside main.ts are linked to from where Terraform runs, whatever was linked before', () => {
  const { app, cloud } = appWithCloud();
  new CloudStack(app, 'shared', { cloud });
  synth(app);
  const folder = join(app.outdir, 'stacks/shared');
  const links = () => readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [] : [name]));
  const names = ['clouds-public.yaml', 'clouds-public.yml', 'clouds.yaml', 'clouds.yml', 'secure.yaml', 'secure.yml'];
  expect(links()).toEqual(names);
  expect(links().map((name) => readlinkSync(join(folder, name)))).toEqual(names.map((name) => resolve(name)));

  rmSync(join(folder, 'clouds.yaml'));
  symlinkSync('/elsewhere', join(folder, 'clouds.yaml'));
  synth(app);
  expect(readlinkSync(join(folder, 'clouds.yaml'))).toBe(resolve('clouds.yaml'));
});

test('a copy of clouds.yaml that Terraform would read instead is refused, and kept', () => {
  const { app, cloud } = appWithCloud();
  new CloudStack(app, 'shared', { cloud });
  const copy = join(app.outdir, 'stacks/shared/clouds.yaml');
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, 'clouds: {}');
  expect(() => synth(app)).toThrow(
    `${copy}: it is a file of its own, which Terraform would read instead of the one beside main.ts; move it there, or delete it`,
  );
  expect(readFileSync(copy, 'utf8')).toBe('clouds: {}');
});

test('takes any backend of cdktf', () => {
  const { app, cloud } = appWithCloud({
    backend: (stack) => new S3Backend(stack, { bucket: 'states', key: stack.node.id }),
  });
  new CloudStack(app, 'shared', { cloud });
  const { terraform } = synth(app).stack('shared');
  expect(terraform['backend']).toEqual({ s3: { bucket: 'states', key: 'shared' } });
});

test('settings and region reach the admin’s and the tenant’s provider', () => {
  const { app, cloud } = appWithCloud({ region: 'two', providerSettings: { maxRetries: 3 } });
  new TenantStack(app, 'acme', { cloud });
  const { provider: providers, resource } = synth(app).stack('acme');
  const project = `\${openstack_identity_project_v3.${Object.keys(resource['openstack_identity_project_v3'] ?? {})[0] ?? ''}.id}`;
  expect(providers['openstack']).toEqual([
    { region: 'two', max_retries: 3 },
    { alias: 'tenant', region: 'two', max_retries: 3, tenant_id: project },
  ]);
});

test('with clouds.yaml the tenant’s provider gets the values of the entry, beside its project', () => {
  const { app, cloud } = appWithCloud({ cloud: 'lab', region: 'two' });
  new TenantStack(app, 'acme', { cloud });
  const { provider: providers, locals } = synth(app).stack('acme');
  const [admin, tenant] = providers['openstack'] ?? [];
  expect(admin).toEqual({ cloud: 'lab', region: 'two' });
  expect(tenant).toMatchObject({
    auth_url: '${try(local.Credentials.auth_url, null)}',
    password: '${try(local.Credentials.password, null)}',
    region: 'two',
    tenant_id: expect.stringContaining('openstack_identity_project_v3') as string,
  });
  expect(tenant).not.toHaveProperty('cloud');
  expect(locals).toEqual({ Credentials: expect.stringMatching(/^\$\{sensitive\(.*\.clouds\["lab"\]/) as string });
});

test('the code may name the deployer’s user and role', () => {
  const { app, cloud } = appWithCloud({ deployerUserId: 'user-1', deployerRole: 'operator' });
  new TenantStack(app, 'acme', { cloud });
  const { resource, data } = synth(app).stack('acme');
  const assignment = only({ resource } as never, 'openstack_identity_role_assignment_v3');
  expect(assignment['user_id']).toBe('user-1');
  expect(data).not.toHaveProperty('openstack_identity_auth_scope_v3');
  expect(Object.values(data['openstack_identity_role_v3'] ?? {})).toEqual([{ name: 'operator' }]);
});

test('a construct in a plain TerraformStack is refused, with the stacks that it may be in', () => {
  const app = new App({ outdir: appWithCloud().app.outdir });
  expect(() => CloudStack.of(new TerraformStack(app, 'plain'))).toThrow(
    'plain: it is in a plain TerraformStack; put it in a CloudStack or a TenantStack',
  );
});

test('knows on which releases the API can change pools', () => {
  const { app } = appWithCloud();
  const changes = (release: OpenStackCloudProps['release']) =>
    new OpenStackCloud(app, release, { owner: 'o', release }).changesPoolsByApi;
  expect([changes('icehouse'), changes('juno'), changes('2026.1')]).toEqual([false, true, true]);
});

test('warns once of a release newer than this stackward, however many stacks the cloud has', () => {
  const warningsOf = (release: OpenStackCloudProps['release']) => {
    const { app, cloud } = appWithCloud({ release });
    new CloudStack(app, 'shared', { cloud });
    new CloudStack(app, 'other', { cloud });
    return synth(app).warnings;
  };
  expect(warningsOf('2026.2')).toEqual([]);
  expect(warningsOf('2090.1')).toEqual([
    expect.stringMatching(/^shared: the release 2090.1 is newer than this stackward, which knows releases up to /),
  ]);
});
