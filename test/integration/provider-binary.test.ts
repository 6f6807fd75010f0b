/** Where the provider's binary comes from, and that the committed schema is what that binary says. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  cacheFolder,
  installBinary,
  pinnedVersions,
  providerVersion,
} from '../../providers/openstack/install-binary.mjs';
import { readSchema } from '../../providers/openstack/schema.mjs';
import { providerSchemas } from '../support/provider-schemas';

const home = join(__dirname, '..', '..', 'providers', 'openstack');
const version = providerVersion();
const program = 'github.com/terraform-provider-openstack/terraform-provider-openstack';
/** Nothing listens there any more. */
let unreachable: string;
let folder: string;

beforeAll(async () => {
  unreachable = await withRegistry([], (address) => Promise.resolve(address));
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** An environment whose PATH holds these programs alone: empty shell scripts, which are never run. */
function environmentWith(programs: readonly string[], more: Record<string, string> = {}): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of programs) writeExecutable(join(bin, program), '#!/bin/sh\nexit 1\n');
  const configuration = join(folder, 'none.rc');
  return { PATH: bin, XDG_CACHE_HOME: join(folder, 'cache'), TF_CLI_CONFIG_FILE: configuration, ...more };
}

function writeExecutable(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

function mirroredFiles(environment: Record<string, string>, wanted = version): readonly string[] {
  const mirror = join(cacheFolder(environment), 'mirror');
  const files = existsSync(mirror) ? readdirSync(mirror, { recursive: true, encoding: 'utf8' }) : [];
  return files.filter((file) => file.endsWith(`_v${wanted}`)).sort();
}

/** A registry that lists these versions, on a port of its own. */
async function withRegistry<T>(versions: readonly string[], run: (address: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const known = request.url === '/v1/providers/terraform-provider-openstack/openstack/versions';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ versions: versions.map((listed) => ({ version: listed })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Go's build cache; without Go the test is skipped with a word, and fails in CI. */
function findGoCache(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
  } catch {
    if (process.env['CI'] === 'true') throw new Error('CI needs go in PATH');
    process.stdout.write('skipped: go is not in PATH\n');
    return undefined;
  }
}

test('there is a committed schema of each version that stackward builds', () => {
  expect(Object.keys(providerSchemas)).toEqual(pinnedVersions());
});

test.each(Object.entries(providerSchemas))(
  "the committed schema of %s equals the one that the provider's binary prints",
  async (version, committed) => {
    expect(await readSchema({ version })).toEqual(committed());
  },
  600_000,
);

test("a registry that lists the provider's version is used as it is", async () => {
  const environment = environmentWith(['terraform']);
  const installed = await withRegistry(['1.54.0', version], (registry) => installBinary({ environment, registry }));
  const terraform = join(folder, 'bin', 'terraform');
  expect(installed).toEqual({ terraform, from: 'registry', variables: { TERRAFORM_BINARY_NAME: terraform } });
  expect(mirroredFiles(environment)).toEqual([]);
});

test("the user's own provider_installation is left alone", async () => {
  const environment = environmentWith(['terraform']);
  writeFileSync(String(environment['TF_CLI_CONFIG_FILE']), 'provider_installation {\n  direct {}\n}\n');
  const installed = await installBinary({ environment, registry: unreachable });
  expect(installed.from).toBe('configuration');
  expect(installed.variables['TERRAFORM_BINARY_NAME']).toBe(join(folder, 'bin', 'terraform'));
  expect(installed.variables).not.toHaveProperty('TF_CLI_CONFIG_FILE');
});

test('a CLI configuration that only names credentials does not count as a provider_installation', async () => {
  const environment = environmentWith(['terraform']);
  writeFileSync(
    String(environment['TF_CLI_CONFIG_FILE']),
    '# provider_installation is elsewhere\ncredentials "a.test" {}\n',
  );
  await expect(installBinary({ environment, registry: unreachable })).rejects.toThrow('go is not in PATH');
});

test.each([
  [['terraform', 'tofu'], {}, 'terraform'],
  [['tofu'], {}, 'tofu'],
  [['terraform', 'tofu'], { TERRAFORM_BINARY_NAME: 'tofu' }, 'tofu'],
])('with %j in PATH and the variables %j, %s is used', async (programs, more, wanted) => {
  const environment = environmentWith(programs, more);
  const installed = await withRegistry([version], (registry) => installBinary({ environment, registry }));
  expect(installed.terraform).toBe(join(folder, 'bin', wanted));
});

test.each([
  [[], {}, 'Neither terraform nor tofu is in PATH: install one of them, or name it in TERRAFORM_BINARY_NAME.'],
  [
    ['terraform'],
    { TERRAFORM_BINARY_NAME: 'tofu' },
    'TERRAFORM_BINARY_NAME is "tofu", which is not a program in PATH: correct it or unset it.',
  ],
  [
    ['terraform'],
    {},
    "can't be reached (ECONNREFUSED), and go is not in PATH: allow the registry, or install Go 1.24 or later to build the provider.",
  ],
])('with %j in PATH and the variables %j, one sentence says what is missing', async (programs, more, sentence) => {
  const environment = environmentWith(programs, more);
  await expect(installBinary({ environment, registry: unreachable })).rejects.toThrow(sentence);
});

test.each([
  ['2.1.0', 'stackward can build only the versions 1.54.1 and 3.4.0 of the provider: allow the registry, or set'],
  ['>= 3.0.0', '">= 3.0.0" is no version of the provider: write three numbers, such as'],
])('the version %s is refused where no registry can be reached', async (version, sentence) => {
  const environment = environmentWith(['terraform', 'go']);
  await expect(installBinary({ version, environment, registry: unreachable })).rejects.toThrow(sentence);
});

test('each version is built from its own module, and a mirror that has one version gets the other one beside it', async () => {
  const environment = environmentWith(['terraform']);
  writeExecutable(join(folder, 'bin', 'go'), '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho "$PWD $3" >"$2"\n');
  const report = () => undefined;
  for (const wanted of pinnedVersions()) {
    const installed = await installBinary({ version: wanted, environment, registry: unreachable, report });
    expect(installed.from).toBe('mirror');
    const mirror = join(cacheFolder(environment), 'mirror');
    const built = mirroredFiles(environment, wanted).map((file) => readFileSync(join(mirror, file), 'utf8').trim());
    const tool = wanted.startsWith('1.') ? program : `${program}/v${wanted.split('.')[0] ?? ''}`;
    expect(built).toEqual([0, 1].map(() => `${join(home, 'go', wanted)} ${tool}`));
  }
  expect(pinnedVersions().map((wanted) => mirroredFiles(environment, wanted).length)).toEqual([2, 2]);
});

test('where the configuration in force takes the provider from the mirror, the registry is not asked for another version', async () => {
  const environment = environmentWith(['terraform']);
  const TF_CLI_CONFIG_FILE = join(cacheFolder(environment), 'terraform.rc');
  const install = (wanted: string) =>
    withRegistry([version], (registry) =>
      installBinary({ version: wanted, environment: { ...environment, TF_CLI_CONFIG_FILE }, registry }),
    );
  await expect(install(version)).rejects.toThrow(
    'TF_CLI_CONFIG_FILE takes the provider only from the mirror, and go is not in PATH: unset TF_CLI_CONFIG_FILE where',
  );
  await expect(install('2.1.0')).rejects.toThrow(
    'the versions 1.54.1 and 3.4.0 of the provider: unset TF_CLI_CONFIG_FILE where the registry can be reached, or set providerVersion to one of them.',
  );
});

test('a failed build of the provider says why and leaves nothing behind', async () => {
  const environment = environmentWith(['terraform']);
  writeExecutable(join(folder, 'bin', 'go'), '#!/bin/sh\necho "go: no space left" >&2\nexit 1\n');
  const building = installBinary({ environment, registry: unreachable, report: () => undefined });
  await expect(building).rejects.toThrow(/failed: go: no space left$/);
  expect([mirroredFiles(environment), readdirSync(cacheFolder(environment))]).toEqual([[], []]);
});

test('Go builds the provider once for terraform and tofu where the registry lacks the version', async () => {
  const GOCACHE = findGoCache();
  if (GOCACHE === undefined) return;
  const environment = { ...process.env, ...environmentWith([]), PATH: String(process.env['PATH']), GOCACHE };
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const killed = join(cacheFolder(environment), `building-${2 ** 22 + 1}`);
  mkdirSync(killed, { recursive: true });

  const built = await withRegistry(['2.1.0'], (registry) => installBinary({ environment, registry, report }));

  expect(built.from).toBe('mirror');
  expect(lines[0]).toMatch(/does not list version .*: building the provider .* with Go instead\.$/);
  const hosts = mirroredFiles(environment).map((file) => file.split('/')[0]);
  expect(hosts).toEqual(['registry.opentofu.org', 'registry.terraform.io']);
  expect(readdirSync(cacheFolder(environment)).sort()).toEqual(['mirror', 'terraform.rc']);

  // Warm: neither Go nor a registry is asked.
  const warm = await installBinary({
    environment: { ...environment, ...environmentWith(['terraform']) },
    registry: unreachable,
  });
  expect(warm.variables['TF_CLI_CONFIG_FILE']).toBe(built.variables['TF_CLI_CONFIG_FILE']);
}, 600_000);

test('cdktf plans a stack from scratch with the variables of install-binary.mjs', async () => {
  const { variables } = await installBinary();
  const modules = join(home, '..', '..', 'node_modules');
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'cdktf.json'), JSON.stringify({ language: 'typescript', app: 'node main.cjs' }));
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { App, LocalBackend, TerraformOutput, TerraformStack } = require('cdktf');
     const { OpenstackProvider } = require('@cdktf/provider-openstack/lib/provider');
     const app = new App();
     const stack = new TerraformStack(app, 'lone');
     new LocalBackend(stack, { path: ${JSON.stringify(join(folder, 'state'))} });
     new OpenstackProvider(stack, 'openstack', { authUrl: '${unreachable}' });
     new TerraformOutput(stack, 'answer', { value: 42 });
     app.synth();`,
  );
  const run = spawnSync(
    process.execPath,
    [join(modules, 'cdktf-cli', 'bundle', 'bin', 'cdktf'), 'plan', 'lone', '--no-color'],
    {
      cwd: folder,
      env: { ...process.env, ...variables, CI: 'true' },
      encoding: 'utf8',
      input: '',
    },
  );
  expect(run.stdout).toContain('+ answer = 42');
  expect(run.status).toBe(0);
}, 300_000);
