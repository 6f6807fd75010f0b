/** Nova's own code says which hostname a display name gets: `nova.utils.sanitize_hostname` of the release installed. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { deriveHostname } from '../../lib/synth/hostname';

// Debian's package, so Debian's interpreter: another Python may stand first in PATH.
const python = '/usr/bin/python3';
const program = `
import json, sys
from importlib.metadata import version
from nova.utils import sanitize_hostname
names = json.load(sys.stdin)
print(json.dumps({'version': version('nova'), 'hostnames': [sanitize_hostname(name) for name in names]}))
`;

function askNova(names: readonly string[]): { version: string; hostnames: string[] } | undefined {
  const run = spawnSync(python, ['-c', program], { input: JSON.stringify(names), encoding: 'utf8' });
  if (run.status === 0) return JSON.parse(run.stdout) as { version: string; hostnames: string[] };
  if (/No module named 'nova'/.test(run.stderr) || run.error !== undefined) return undefined;
  throw new Error(`${python} failed: ${run.stderr}`);
}

test('Nova of Zed derives the same hostnames from server names', () => {
  const latin1 = Array.from({ length: 256 }, (_, code) => `x${String.fromCharCode(code)}Y`);
  const random = fc.sample(fc.string({ unit: 'binary', maxLength: 90 }), 500);
  const likely = fc.sample(
    fc.string({ unit: fc.constantFrom(...'aZ9-_. é\u00d7€서😀'), minLength: 50, maxLength: 80 }),
    1500,
  );
  const names = [...latin1, ...random, ...likely];
  const nova = askNova(names);
  if (nova === undefined) {
    if (process.env['CI'] === 'true') throw new Error('CI needs the package python3-nova');
    process.stdout.write('skipped: the Python package nova is not installed\n');
    return;
  }
  expect(nova.version).toMatch(/^26\./);
  expect(names.map((name) => deriveHostname(name, 'zed'))).toEqual(nova.hostnames);
});
