// Sees to it that `terraform init` (or `tofu init`) finds the provider: `install-binary.mjs [VERSION]`, by default the
// version of package.json. In this order: the user's own CLI configuration, if it says where providers come from; the
// local mirror, if it holds the version; the registry, which init downloads from by itself; and where that can't be
// reached, a build into the local mirror from the Go module that go/VERSION pins. The mirror is asked before the
// registry, so that a warm start needs no network.
import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { removeAbandoned } from './abandoned.mjs';

/* global AbortSignal */

const home = fileURLToPath(new URL('.', import.meta.url));
const source = 'terraform-provider-openstack/openstack';
const program = 'terraform-provider-openstack';
const registryOf = { terraform: 'https://registry.terraform.io', tofu: 'https://registry.opentofu.org' };

/**
 * What cdktf 0.21 must be told where providers don't come from the registry: `terraform providers lock`, which it runs after each first
 * init, asks nothing else; its plugin cache would be a second copy, and isn't safe for several inits at once; and its version check
 * waits for a time-out.
 */
const withoutRegistry = {
  CDKTF_SKIP_PROVIDER_LOCK: 'true',
  CDKTF_DISABLE_PLUGIN_CACHE_ENV: 'true',
  CHECKPOINT_DISABLE: '1',
};

/** The default version of the provider: digits and dots, as the registry lists it. */
export function providerVersion() {
  return JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).cdktf.provider.version;
}

/** The versions that Go can build: each has a folder with its go.mod and go.sum. */
export const pinnedVersions = () => readdirSync(join(home, 'go')).sort();

/** Folder of the mirror and its CLI configuration: `stackward/terraform` under XDG_CACHE_HOME (~/.cache; a relative path is ignored). */
export function cacheFolder(environment = process.env) {
  const base = environment.XDG_CACHE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'stackward', 'terraform');
}

/**
 * @param options `version`: default that of package.json. `environment`: default the process's. `registry`: address,
 *   default that of the program found. `report`: takes one line of progress at a time; default stderr.
 * @returns the program's path, where the provider comes from, and the variables to run it and cdktf with: TERRAFORM_BINARY_NAME
 *   always, TF_CLI_CONFIG_FILE where it is the mirror
 * @throws Error with one sentence: no terraform, no registry and no Go, a version that Go can't build, or a build that
 *   failed
 */
export async function installBinary(options = {}) {
  const { version = providerVersion(), environment = process.env, report = (line) => console.error(line) } = options;
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`"${version}" is no version of the provider: write three numbers, such as ${providerVersion()}.`);
  const terraform = findTerraform(environment);
  const tool = basename(terraform).includes('tofu') ? 'tofu' : 'terraform';
  const cache = cacheFolder(environment);
  const variables = { TERRAFORM_BINARY_NAME: terraform };

  if (namesOwnInstallation(environment, tool, cache)) {
    return { terraform, from: 'configuration', variables: { ...variables, ...withoutRegistry } };
  }
  if (!holdsVersion(cache, version)) {
    const isBound = environment.TF_CLI_CONFIG_FILE === configurationFile(cache);
    const refusal = isBound
      ? 'TF_CLI_CONFIG_FILE takes the provider only from the mirror'
      : await findRefusal(options.registry ?? registryOf[tool], version);
    if (refusal === undefined) return { terraform, from: 'registry', variables };
    const wayToRegistry = isBound ? 'unset TF_CLI_CONFIG_FILE where the registry can be reached' : 'allow the registry';
    await build(cache, version, { refusal, wayToRegistry }, environment, report);
  }
  const TF_CLI_CONFIG_FILE = writeConfiguration(cache);
  return { terraform, from: 'mirror', variables: { ...variables, ...withoutRegistry, TF_CLI_CONFIG_FILE } };
}

function findTerraform(environment) {
  const wanted = environment.TERRAFORM_BINARY_NAME;
  const found = (wanted ? [wanted] : ['terraform', 'tofu']).map((name) => findProgram(name, environment)).find(Boolean);
  if (found) return found;
  throw new Error(
    wanted
      ? `TERRAFORM_BINARY_NAME is "${wanted}", which is not a program in PATH: correct it or unset it.`
      : 'Neither terraform nor tofu is in PATH: install one of them, or name it in TERRAFORM_BINARY_NAME.',
  );
}

function findProgram(name, environment) {
  const candidates = name.includes('/')
    ? [name]
    : (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** True where the user's own CLI configuration has a provider_installation block: sites without internet have their own mirrors. */
function namesOwnInstallation(environment, tool, cache) {
  const named = environment.TF_CLI_CONFIG_FILE;
  const files = named
    ? [named]
    : [tool === 'tofu' ? '.tofurc' : '', '.terraformrc'].filter(Boolean).map((name) => join(homedir(), name));
  return files
    .filter((file) => file !== configurationFile(cache) && existsSync(file))
    .some((file) => /^\s*provider_installation\b/m.test(readFileSync(file, 'utf8')));
}

const configurationFile = (cache) => join(cache, 'terraform.rc');

/** terraform's own names of platforms are Go's. */
function platform() {
  const systems = { win32: 'windows' };
  const machines = { x64: 'amd64', ia32: '386' };
  return `${systems[process.platform] ?? process.platform}_${machines[process.arch] ?? process.arch}`;
}

/** Where the mirror has the binary: one path for each default registry, since tofu looks under its own. */
function mirrored(cache, version) {
  return Object.values(registryOf).map((registry) =>
    join(cache, 'mirror', new URL(registry).host, source, version, platform(), `${program}_v${version}`),
  );
}

const holdsVersion = (cache, version) => mirrored(cache, version).every((file) => existsSync(file));

/** Why the registry can't give this version; undefined where it can. */
async function findRefusal(registry, version) {
  try {
    // Node's own fetch ignores HTTPS_PROXY before Node 24; terraform follows it.
    const { EnvHttpProxyAgent, fetch } = await import('undici');
    const response = await fetch(`${registry}/v1/providers/${source}/versions`, {
      dispatcher: new EnvHttpProxyAgent(),
      signal: AbortSignal.timeout(5000),
    });
    if (!response.ok) return `${registry} answers ${response.status}`;
    const { versions } = await response.json();
    return versions.some((listed) => listed.version === version)
      ? undefined
      : `${registry} does not list version ${version}`;
  } catch (error) {
    return `${registry} can't be reached (${error.cause?.code ?? error.cause?.message ?? error.name})`;
  }
}

/** `refusal`: why the registry doesn't give the version; `wayToRegistry`: what the user does so that it gives it. */
async function build(cache, version, { refusal, wayToRegistry }, environment, report) {
  if (!pinnedVersions().includes(version))
    throw new Error(
      `${refusal}, and stackward can build only the versions ${pinnedVersions().join(' and ')} of the provider: ` +
        `${wayToRegistry}, or set providerVersion to one of them.`,
    );
  const go = findProgram('go', environment);
  if (!go)
    throw new Error(
      `${refusal}, and go is not in PATH: ${wayToRegistry}, or install Go 1.24 or later to build the provider.`,
    );
  const folder = join(cache, `building-${process.pid}`);
  removeAbandoned(cache, 'building-');
  mkdirSync(folder, { recursive: true });
  try {
    const file = join(folder, program);
    report(`${refusal}: building the provider ${version} with Go instead.`);
    await compile(go, version, file, environment, report);
    for (const target of mirrored(cache, version)) {
      mkdirSync(dirname(target), { recursive: true });
      const linked = join(folder, 'linked');
      linkSync(file, linked);
      renameSync(linked, target);
      rmSync(linked, { force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The package that the tool line of the version's go.mod names. */
function toolOf(folder) {
  const tool = /^tool (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1];
  if (tool) return tool;
  throw new Error(`${join(folder, 'go.mod')} has no line "tool PACKAGE": take it from git again.`);
}

/** Runs go build, and reports every ten seconds: it takes two to three minutes with an empty build cache. */
async function compile(go, version, file, environment, report) {
  const folder = join(home, 'go', version);
  const tool = toolOf(folder);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  // Terraform hashes the whole binary in each command that may use it. -s and -w leave the symbols out, 30 % of it.
  const child = spawn(go, ['build', '-v', '-trimpath', '-mod=readonly', '-ldflags=-s -w', '-o', file, tool], {
    cwd: folder,
    env: { ...environment, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    lines.push(...parts);
  });
  const timer = setInterval(
    () => report(`  ${lines.length} packages downloaded or compiled after ${seconds()} s`),
    10_000,
  );
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : (lines.at(-1) ?? rest)));
  });
  clearInterval(timer);
  if (failure !== undefined) throw new Error(`go build of ${tool} failed: ${failure}`);
  report(`  built in ${seconds()} s`);
}

/** CLI configuration that takes this provider from the mirror and every other from its registry. */
function writeConfiguration(cache) {
  const sources = Object.values(registryOf).map((registry) => `"${new URL(registry).host}/${source}"`);
  const text = `# Written by install-binary.mjs. Use it as TF_CLI_CONFIG_FILE.
provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(join(cache, 'mirror'))}
    include = [${sources.join(', ')}]
  }
  direct {
    exclude = [${sources.join(', ')}]
  }
}
`;
  const file = configurationFile(cache);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  return file;
}

/** Lines for a shell that set the variables. */
export const exportLines = (variables) =>
  Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`);

async function main() {
  const version = process.argv[2];
  const { variables } = await installBinary(version === undefined ? {} : { version });
  for (const line of exportLines(variables)) console.log(line);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
