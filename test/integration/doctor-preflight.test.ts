/** `stackward doctor preflight`: synthesized code beside a private cloud that has, lacks or doubles what the code names. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformFolder } from '../support/terraform-folder';
import { doctorBench, troublesOf } from '../support/doctor-run';

const bench = doctorBench();

const synthesize = (release: string, more: { data?: object; resource?: object; terraform?: object } = {}): void => {
  const stack = {
    output: { stackward_manifest: { value: { release, owner: 'o' } } },
    data: {
      openstack_networking_network_v2: { Red: { name: 'red' }, Later: { name: '${openstack_x.y.name}' } },
      openstack_identity_role_v3: { Member: { name: 'member' } },
      openstack_identity_user_v3: { Ann: { name: 'ann' } },
    },
    resource: {
      openstack_compute_instance_v2: {
        Utm: { image_name: 'utm', flavor_name: 'm1.small' },
        Own: { image_name: 'made-here' },
      },
      openstack_images_image_v2: { Own: { name: 'made-here' } },
    },
    ...more,
  };
  mkdirSync(join(bench.folder.folder, 'cdktf.out/stacks/acme'), { recursive: true });
  bench.folder.write('cdktf.out/stacks/acme/cdk.tf.json', stack);
};

test('a cloud that has all that the code needs', async () => {
  synthesize('zed');
  bench.cloud.catalogue.image = bench.cloud.url;
  bench.cloud.images = [{ id: 'i1', name: 'utm' }];
  bench.cloud.flavors = [{ id: 'f1', name: 'm1.small' }];
  bench.cloud.networks = [{ id: 'n1', name: 'red' }];
  bench.cloud.users = [{ id: 'u1', name: 'ann' }];
  const told = await bench.preflight('--skip', 'SW-9005');
  expect([told.code, troublesOf(told)]).toEqual([0, []]);
  expect(told.results.find(({ code }) => code === 'SW-9003')?.found).toBe(
    'there is image utm, flavor m1.small, network red, role member, user ann',
  );
  expect(told.results.find(({ code }) => code === 'SW-9002')?.found).toBe('the cloud may be of the release zed');
});

test('a private flavor that a server names by its name is a risk, since only some logins find it', async () => {
  synthesize('zed', { data: {}, resource: { openstack_compute_instance_v2: { Utm: { flavor_name: 'm1.small' } } } });
  bench.cloud.flavors = [{ id: 'f1', name: 'm1.small', 'os-flavor-access:is_public': false }];
  const told = await bench.preflight('--only', 'SW-9003');
  expect(troublesOf(told)).toEqual(['SW-9003 risk flavor m1.small']);
});

test('code that was changed after synth is named, because the older code is examined', async () => {
  synthesize('zed');
  bench.folder.write('cdktf.out/manifest.json', {});
  bench.folder.write('main.ts', '');
  const ofSource = new Date();
  utimesSync(join(bench.folder.folder, 'cdktf.out/manifest.json'), ofSource, new Date(ofSource.getTime() - 60_000));
  const { stderr } = await bench.folder.run(['doctor', 'preflight', '--only', 'SW-9005']);
  expect(stderr.replace(/\s+/g, ' ').trim()).toBe(
    'Note: main.ts is newer than the synthesized code in cdktf.out, and this is the report of the older code; run `stackward synth`, then this again.',
  );
  utimesSync(join(bench.folder.folder, 'main.ts'), ofSource, new Date(ofSource.getTime() - 120_000));
  expect(await bench.folder.run(['doctor', 'preflight', '--only', 'SW-9005'])).toMatchObject({ stderr: '' });
});

test('another release, missing and doubled names, a token without admin, a host that is not there, no Terraform', async () => {
  synthesize('kilo');
  bench.cloud.catalogue.image = bench.cloud.url;
  bench.cloud.roles = ['member'];
  bench.cloud.flavors = [{ id: 'f1', name: 'm1.small' }];
  bench.cloud.networks = ['n1', 'n2'].map((id) => ({ id, name: 'red' }));
  bench.cloud.users = [{ id: 'u1', name: 'anna' }];
  bench.folder.env = { ...bench.folder.env, TERRAFORM_BINARY_NAME: '/nowhere/terraform' };
  bench.folder.write('stackward.yaml', 'hosts: [{ match: gone, namespace: stackward-nope }]');
  const told = await bench.preflight();
  expect(told.code).toBe(2);
  expect(troublesOf(told)).toEqual([
    'SW-9001 risk credentials',
    'SW-9002 fault stack acme',
    'SW-9003 fault image utm',
    'SW-9003 fault network red',
    'SW-9003 fault user ann',
    'SW-9004 fault host gone',
    'SW-9005 fault Terraform',
  ]);
  const release = told.results.find(({ code }) => code === 'SW-9002');
  expect([release?.evidence?.[0], release?.step]).toEqual([
    "Nova's API goes up to 2.93, which is zed",
    "In OpenStackCloud, set release: 'zed', and synthesize again.",
  ]);
});

test('a missing name comes with the construct that names it and the names that there are, the likely ones first', async () => {
  const marked = (path: string) => ({ '//': { metadata: { path, uniqueId: 'x' } } });
  const servers = { Web: { image_name: 'debain', ...marked('acme/Web/Resource') }, Db: { image_name: 'debain', ...marked('acme/Db/Resource') } }; // prettier-ignore
  synthesize('zed', { data: {}, resource: { openstack_compute_instance_v2: servers } });
  bench.cloud.catalogue.image = bench.cloud.url;
  bench.cloud.images = [...'abcdefghijk'].map((name) => ({ id: name, name }));
  bench.cloud.images.push({ id: 'i9', name: 'debian' });
  const [fault] = (await bench.preflight('--only', 'SW-9003')).results;
  expect([fault?.found, fault?.evidence]).toEqual([
    'The cloud has none of this name, or hides it from these credentials.',
    ['named by acme/Web/Resource, acme/Db/Resource', 'there are debian, a, b, c, d, e, f, g, h, i and 2 more'],
  ]);
});

test('names are counted as Terraform looks them up: by domain, the newest image, an image by its id', async () => {
  const imageId = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
  synthesize('zed', {
    data: {
      openstack_identity_user_v3: {
        Here: { name: 'alice', domain_id: 'd1' },
        Nowhere: { name: 'alice', domain_id: 'd3' },
      },
      openstack_images_image_v2: { Newest: { name: 'utm', most_recent: true, '//': { metadata: {} } } },
    },
    resource: {
      openstack_compute_instance_v2: {
        ById: { image_id: imageId },
        Gone: { image_id: imageId.replace('0d', 'ff') },
      },
    },
  });
  bench.cloud.catalogue.image = bench.cloud.url;
  bench.cloud.images = [{ id: imageId, name: 'other' }, ...['i1', 'i2'].map((id) => ({ id, name: 'utm' }))];
  bench.cloud.users = ['d1', 'd2'].map((domain) => ({ id: `alice-${domain}`, name: 'alice', domain_id: domain }));
  const told = await bench.preflight('--only', 'SW-9003');
  expect(troublesOf(told)).toEqual([
    'SW-9003 fault image ff5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11',
    'SW-9003 fault user alice in domain d3',
  ]);
});

test('where Terraform chooses among two of a name by what was not compared, this is a risk, and said', async () => {
  synthesize('zed', {
    data: { openstack_networking_network_v2: { Red: { name: 'red', external: true, tenant_id: '${local.t}' } } },
    resource: {},
  });
  bench.cloud.networks = ['n1', 'n2'].map((id) => ({ id, name: 'red' }));
  const twice = await bench.preflight('--only', 'SW-9003');
  expect(twice.results).toMatchObject([
    { result: 'risk', found: 'The cloud has 2 of this name. The code also chooses by external, tenant_id, which was not compared.' }, // prettier-ignore
  ]);
  bench.cloud.networks = [{ id: 'n1', name: 'red' }];
  const once = await bench.preflight('--only', 'SW-9003');
  expect(once.results).toMatchObject([
    { result: 'fine', found: 'there is network red (external, tenant_id not compared)' },
  ]);
});

test('without synthesized code and without a way in, this is said; the password is in no message', async () => {
  bench.cloud.broken.set('/v3/auth/tokens', 401);
  const told = await bench.preflight('--only', 'SW-9001', '--only', 'SW-9003');
  expect(told.code).toBe(2);
  expect(told.results.map(({ code, result }) => `${code} ${result}`)).toEqual([
    'SW-9001 fault',
    'SW-9003 not looked at',
  ]);
  expect(told.results[1]?.why).toContain('there is no synthesized code here');
});

test('review and deploy end at a wrong password before Terraform, with one sentence and without the password', async () => {
  const code = { provider: { openstack: [{ cloud: 'private' }] } };
  new TerraformFolder(bench.folder.folder).write([{ name: 'acme', code }]);
  bench.cloud.broken.set('/v3/auth/tokens', 401);
  for (const command of [['review'], ['deploy', '--auto-approve']]) {
    const before = bench.cloud.asked.length;
    const { code: exitCode, stdout, stderr } = await bench.folder.run([...command, '--no-synth']);
    const [title, said] = stderr.replace(/\s+/g, ' ').trim().split(' cloud private: ');
    expect([exitCode, stdout, title]).toEqual([1, '', 'Error: The login was refused; nothing was changed']);
    expect(said?.replace(/\d+:\d+$/, 'LINE:COLUMN')).toBe(
      `logging in at ${bench.cloud.url}/v3 was answered with 401: broken; correct user admin, its project, or its password, which comes from clouds.yaml:LINE:COLUMN`,
    );
    expect(bench.cloud.asked.slice(before)).toEqual(['/v3/auth/tokens']);
  }
});

test('a refused login ends no review of stacks whose Terraform logs in otherwise', async () => {
  const { clouds } = JSON.parse(bench.cloud.clouds()) as { clouds: { private: object } };
  bench.folder.write('clouds.yaml', { clouds: { ...clouds, other: clouds.private } });
  const engine = join(bench.folder.folder, 'engine');
  writeFileSync(engine, '#!/bin/sh\n[ "$1" = version ] && echo Terraform v1.9.0\n', { mode: 0o755 });
  bench.folder.env = { ...bench.folder.env, TERRAFORM_BINARY_NAME: engine };
  const codeIn = (cloud: string) => ({ provider: { openstack: [{ cloud }] } });
  new TerraformFolder(bench.folder.folder).write(['other', 'private'].map((name) => ({ name, code: codeIn(name) })));
  bench.cloud.broken.set('/v3/auth/tokens', 401);
  const isEnded = async (stack: string) => {
    const { stderr } = await bench.folder.run(['review', '--no-synth', '--stack', stack]);
    return stderr.includes('The login was refused');
  };
  expect([await isEnded('other'), await isEnded('private')]).toEqual([false, true]);
  // Terraform's provider takes from it what the entry leaves out, and stackward does not.
  bench.folder.env = { ...bench.folder.env, OS_USER_DOMAIN_ID: 'd1' };
  expect(await isEnded('private')).toBe(false);
});

test.each([
  ['clouds.yaml has no entry of this name', 'elsewhere', 'private', /clouds\.yaml has no such entry/],
  ['another entry of clouds.yaml', 'private', 'other', /Terraform would ask this cloud, and stackward asks other/],
])('preflight names the cloud of the code that differs: %s', async (_, inCode, inConfiguration, found) => {
  const { clouds } = JSON.parse(bench.cloud.clouds()) as { clouds: { private: object } };
  bench.folder.write('clouds.yaml', { clouds: { ...clouds, other: clouds.private } });
  bench.folder.write('stackward.yaml', { cloud: inConfiguration });
  mkdirSync(join(bench.folder.folder, 'cdktf.out/stacks/acme'), { recursive: true });
  bench.folder.write('cdktf.out/stacks/acme/cdk.tf.json', { provider: { openstack: [{ cloud: inCode }] } });
  const told = await bench.preflight('--skip', 'SW-9005');
  expect([told.code, troublesOf(told)]).toEqual([2, [`SW-9006 fault cloud ${inCode}`]]);
  expect(told.results.find(({ code }) => code === 'SW-9006')?.found).toMatch(found);
});

test('Terraform finds the provider that the code wants in one version, and not in another', async () => {
  const { TF_CLI_CONFIG_FILE: configFile = '', TERRAFORM_BINARY_NAME: binary = 'terraform' } = process.env;
  bench.folder.env = { ...bench.folder.env, TF_CLI_CONFIG_FILE: configFile, TERRAFORM_BINARY_NAME: binary };
  const source = 'terraform-provider-openstack/openstack';
  const wanting = async (version: string) => {
    synthesize('zed', { terraform: { required_providers: { openstack: { source, version } } } });
    const { results } = await bench.preflight('--only', 'SW-9008');
    return results;
  };
  expect(await wanting('>= 1.54.0')).toMatchObject([
    { result: 'fine', found: expect.stringMatching(/^Terraform finds terraform-provider-openstack\/openstack \d+\.\d+\.\d+$/) as string },
  ]);
  expect(await wanting('99.0.0')).toMatchObject([
    {
      result: 'fault',
      subject: `provider ${source}`,
      found: 'Terraform does not find it in the version 99.0.0 that the code wants.',
      evidence: ['wanted by acme', expect.stringMatching(/99\.0\.0/) as string],
    },
  ]);
}); // prettier-ignore
