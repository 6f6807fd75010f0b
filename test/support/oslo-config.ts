/** Installs four releases of the real oslo.config from PyPI into a folder, which later runs use again. */
import { defined } from '../../lib/basics/defined';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OptionName } from '../../lib/oslo-config/effective';
import type { Release } from '../../lib/openstack/releases';
import { findPython2 } from './python2';
import { keepFolder } from './keep-folder';

/** Icehouse's runs under Python 2.7; 2026.2 is what PyPI calls the newest as of this pin. */
export const osloConfigVersions = { icehouse: '1.3.0', liberty: '2.4.0', queens: '5.2.0', '2026.2': '10.7.0' } as const;
export type OracleRelease = keyof typeof osloConfigVersions & Release;
const cache = join(tmpdir(), `stackward-oslo-config-${Object.values(osloConfigVersions).join('-')}`);

function install(): string | undefined {
  if (existsSync(cache)) return undefined;
  const making = mkdtempSync(`${cache}.`);
  const run = (...argv: [string, ...string[]]) =>
    spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', timeout: 240_000 });
  const pip = (...argv: string[]) =>
    run(join(making, 'venv/bin/pip'), '-q', '--disable-pip-version-check', 'install', ...argv);
  const alone = (release: OracleRelease, ...more: string[]) =>
    pip('--no-deps', '--target', join(making, release), `oslo.config==${osloConfigVersions[release]}`, ...more);
  const steps = [
    () => run('python3', '-m', 'venv', join(making, 'venv')),
    () => pip(`oslo.config==${osloConfigVersions['2026.2']}`, 'six', 'debtcollector'),
    () => alone('icehouse', 'six'),
    () => alone('liberty'),
    () => alone('queens'),
  ];
  for (const step of steps) {
    const { status, stderr, error } = step();
    if (status === 0) continue;
    rmSync(making, { recursive: true, force: true });
    return `oslo.config can't be installed from PyPI: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  // A namespace package. The setuptools of that time would have declared it.
  writeFileSync(join(making, 'icehouse/oslo/__init__.py'), '');
  keepFolder(making, cache);
  return undefined;
}
const missing = install();
if (missing !== undefined) process.stdout.write(`skipped, comparison with oslo.config: ${missing}\n`);
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);
const python2 = findPython2("comparison with Icehouse's oslo.config");

export const oracleReleases = (Object.keys(osloConfigVersions) as OracleRelease[]).filter(
  (release) => missing === undefined && (release !== 'icehouse' || python2 !== undefined),
);

export interface OracleCase {
  readonly files: readonly string[];
  /** Of the files, below `folder`, with a command line and a search path of their own. Default: `--config-file` for each. */
  readonly paths?: readonly string[];
  readonly arguments?: readonly string[];
  readonly folder?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly options: readonly (OptionName & {
    readonly former?: readonly OptionName[];
    readonly multiple?: boolean;
    readonly default?: string;
  })[];
}

export type OracleValue = string | readonly string[] | null | { readonly error: string };
export type OracleAnswer =
  | { readonly values: readonly OracleValue[] }
  | { readonly fault: number | null; readonly message: string };

/** One Python process answers all questions of a release. */
export function askOsloConfig(release: OracleRelease, cases: readonly OracleCase[]): Promise<readonly OracleAnswer[]> {
  const python = release === 'icehouse' ? python2 : join(cache, 'venv/bin/python');
  if (python === undefined) throw new Error('there is no Python 2.7');
  // Without LC_ALL Python 2 and 3 read bytes and UTF-8, as services do.
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    ...defined({ PYTHONPATH: release === '2026.2' ? undefined : join(cache, release) }),
  };
  return new Promise((resolve, reject) => {
    const script = join(__dirname, 'oslo-config-oracle.py');
    const child = execFile(python, [script], { env, maxBuffer: 1 << 28 }, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout) as readonly OracleAnswer[]),
    );
    child.stdin?.end(JSON.stringify(cases));
  });
}
