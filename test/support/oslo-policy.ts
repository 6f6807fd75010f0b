/** The real oslo.policy from PyPI, of three releases, in a folder that later runs use again. */
import { defined } from '../../lib/basics/defined';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFolder } from './keep-folder';

/** Versions of Liberty, Mitaka and 2025.1. The last one also brings what the others need. */
export const osloVersions = { juno: '0.11.0', mitaka: '1.5.0', newest: '4.5.1' } as const;
const cache = join(tmpdir(), `stackward-oslo-policy-${Object.values(osloVersions).join('-')}-six`);

function install(): string | undefined {
  if (existsSync(cache)) return undefined;
  const making = mkdtempSync(`${cache}.`);
  const run = (...argv: [string, ...string[]]) =>
    spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', timeout: 240_000 });
  const pip = (...argv: string[]) =>
    run(join(making, 'venv/bin/pip'), '-q', '--disable-pip-version-check', 'install', ...argv);
  const steps = [
    () => run('python3', '-m', 'venv', join(making, 'venv')),
    () => pip(`oslo.policy==${osloVersions.newest}`, 'six'),
    () => pip('--no-deps', '--target', join(making, 'juno'), `oslo.policy==${osloVersions.juno}`),
    () => pip('--no-deps', '--target', join(making, 'mitaka'), `oslo.policy==${osloVersions.mitaka}`),
  ];
  for (const step of steps) {
    const { status, stderr, error } = step();
    if (status === 0) continue;
    rmSync(making, { recursive: true, force: true });
    return `oslo.policy can't be installed from PyPI: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  keepFolder(making, cache);
  return undefined;
}
const missing = install();
if (missing !== undefined) process.stdout.write(`skipped, comparison with oslo.policy: ${missing}\n`);
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);
export const testWithOslo = missing === undefined ? test : test.skip;

export type Verdict = 'admitted' | 'denied' | 'error';
interface Asked {
  readonly cases?: readonly object[];
  readonly files?: readonly string[];
  readonly defaults?: readonly object[];
}
interface Answered {
  readonly cases: readonly (readonly (readonly Verdict[] | 'unloadable')[])[];
  readonly files: readonly (object | null)[];
  readonly defaults: readonly (readonly (readonly Verdict[])[])[];
}

export function askOslo(library: keyof typeof osloVersions | 'icehouse', asked: Asked): Answered {
  const script = join(__dirname, library === 'icehouse' ? 'policy-icehouse.py' : 'policy-oracle.py');
  const python = library === 'icehouse' ? 'python3' : join(cache, 'venv/bin/python');
  const input = JSON.stringify({ cases: [], files: [], defaults: [], ...asked });
  const env = {
    PATH: process.env['PATH'],
    ...defined({ PYTHONPATH: library === 'newest' ? undefined : join(cache, library) }),
  };
  return JSON.parse(
    execFileSync(python, [script], {
      input,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: 'pipe',
    }),
  ) as Answered;
}
