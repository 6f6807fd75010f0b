// Sets up what `npm run demo` and `npm test` need before anything else can run. Plain Node, so that it works straight
// after a clone. It names what is missing and installs it, and does not mention what is there. Its messages go to
// stderr, because stdout belongs to the program that follows.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages for a real sshd, logins with least privilege, a login whose shell is not sh, libraries of old releases, collected logs, completion in each shell, a client of GitHub, and a client of HTTP. */
export const packagesOfSuites = [
  'openssh-server',
  'sudo',
  'csh',
  'python3-venv',
  'rsyslog',
  'rsyslog-relp',
  'logrotate',
  'iperf3',
  'zsh',
  'fish',
  'gh',
  'curl',
];

/** Debian and root, which the lab and the private database servers need. Undefined if both are there. */
export function findMissingGround() {
  if (!existsSync('/etc/debian_version')) return 'the lab needs Debian 12, and this machine is not Debian';
  if (process.getuid?.() !== 0)
    return 'the lab needs root, for Debian packages and network namespaces; run this as root';
  return undefined;
}

/**
 * The npm packages of package-lock.json.
 * @returns whether `npm ci` made the provider's bindings and the bundled command too; it does not where npm is to run no scripts
 */
async function installPackages() {
  if (isSame('package-lock.json', 'node_modules/.package-lock.json')) return false;
  const started = Date.now();
  await step('npm packages, the provider package and the command', 'npm', [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  const command = join(root, 'dist/stackward');
  return existsSync(command) && statSync(command).mtimeMs >= started;
}

/** Whether each package of the lock file is installed in that very version; optional ones for other platforms may be missing. */
function isSame(lock, installed) {
  try {
    const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
    const there = packagesOf(installed);
    return Object.entries(packagesOf(lock)).every(
      ([path, { version, optional, link }]) =>
        path === '' || link || optional || !path.startsWith('node_modules/') || there[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/**
 * The provider and the lab need nothing of each other, so they are made side by side: Debian's packages come one after the other
 * and leave a core free.
 *
 * @param options `lab`: also installs the provider and brings the lab up; `packages`: Debian packages that are needed beside the lab's;
 *   `olderProviders`: versions of the provider beside the default one; `tarball`: also makes the npm package, and
 *   STACKWARD_PACKAGE names it
 * @returns the environment to run everything else in
 */
export async function setUp(options) {
  if (!(await installPackages())) {
    await quietly('provider bindings', ['providers/openstack/generate.mjs']);
    await quietly('command', ['scripts/build.mjs']);
  }
  const environment = {
    ...process.env,
    CHECKPOINT_DISABLE: '1',
    PATH: [join(root, 'node_modules/.bin'), join(root, 'dist'), ...foldersWithoutShims()].join(':'),
  };
  const [variables, ofPackage] = await Promise.all([
    options.lab ? installProviders(options.olderProviders) : {},
    options.tarball ? makePackage() : {},
    options.lab ? bringUpLab(options.packages, environment) : undefined,
  ]);
  return { ...environment, ...variables, ...ofPackage };
}

async function bringUpLab(packages, environment) {
  if (packages) await run('tsx', ['lab/main.ts', 'packages', ...packages], environment, 2);
  await run('tsx', ['lab/main.ts', 'up'], environment, 2);
}

/** PATH without a version manager's shims: a tenth of a second goes by each time that such a script starts python3. */
function foldersWithoutShims() {
  const isShim = (file) => existsSync(file) && readFileSync(file).subarray(0, 2).toString() === '#!';
  return (process.env.PATH ?? '').split(':').filter((folder) => !isShim(join(folder, 'python3')));
}

/** Variables with which Terraform finds the provider. A version is built after the other, because one build keeps all cores busy. */
async function installProviders(older = []) {
  const { installBinary } = await import('../providers/openstack/install-binary.mjs');
  const report = (line) => console.error(line);
  const { variables } = await installBinary({ report });
  for (const version of older) await installBinary({ version, report, environment: { ...process.env, ...variables } });
  return variables;
}

/** The variable that names the tarball of the npm package. */
async function makePackage() {
  const folder = join(root, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const said = await quietly('the npm package', ['scripts/package.mjs', folder]);
  return { STACKWARD_PACKAGE: said.trim().split('\n').at(-1) };
}

/** A step whose output is shown only when it fails, and is returned otherwise. */
async function quietly(what, args) {
  const { code, output } = await capture(process.execPath, args);
  if (code !== 0) throw new Error(`${what} could not be made:\n${output}`);
  return output;
}

async function step(what, command, args) {
  const started = Date.now();
  console.error(`installing ${what} …`);
  const { code, output } = await capture(command, args);
  if (code !== 0) throw new Error(`${what} could not be installed:\n${output}`);
  console.error(`installed ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

/** Runs a program with this terminal; ends with its exit code when it fails. `stdout`: where its output goes, default stdout. */
export function run(command, args, environment, stdout = 1) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', stdout, 2], env: environment });
    child.on('error', reject).on('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(new Failed(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}`, code ?? 1));
    });
  });
}

/** A program that has reported its own failure. */
export class Failed extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}
