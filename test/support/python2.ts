import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A Python 2.7 that runs; Debian 12 has none. Says what is `skipped` where there is none; CI leaves nothing out. */
export function findPython2(skipped: string): string | undefined {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv).filter((version) => version.startsWith('2.7')) : [];
  const candidates = ['python2.7', ...versions.map((version) => join(pyenv, version, 'bin/python2.7'))];
  for (const candidate of candidates) {
    try {
      const print = 'import sys; sys.stdout.write(sys.executable)';
      return execFileSync(candidate, ['-c', print], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      // This interpreter is not Python 2.7.
    }
  }
  const reason = 'there is no Python 2.7: put python2.7 into PATH, or have pyenv with 2.7';
  if (process.env.CI) throw new Error(`${reason}; CI leaves nothing out`);
  process.stdout.write(`skipped, ${skipped} with Python 2.7: ${reason}\n`);
  return undefined;
}
