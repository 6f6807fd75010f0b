/** The host program under requests of a grammar and of mutations, its world of files compared with a model after each. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';
import { findPython2 } from '../support/python2';

const program = join(__dirname, '../../host/stackward-host.py');
const driver = join(__dirname, '../support/fuzz-host-program.py');
const python2 = findPython2('the fuzzer of the host program');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'stackward-fuzz-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Python 2 prints this line where a request is nested deeper than a callback inside the interpreter can follow. */
const swallowed = /^Exception RuntimeError: 'maximum recursion depth exceeded.*' in .* ignored\n/gm;

/** In namespaces of its own for mounts and network: the world is a file system in memory, and there are no foreign tables. */
function fuzz(python: string, path: string, count: number, seed: number) {
  const script = 'mount -t tmpfs -o mode=755 tmpfs "$3" && exec "$0" "$1" "$2" "$3" "$4" "$5"';
  const words = [python, driver, path, folder, String(count), String(seed)];
  const argv = ['--mount', '--net', '--propagation', 'private', 'sh', '-c', script, ...words];
  const { status, stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8' });
  return { status, stdout, stderr: stderr.replace(swallowed, ''), seed };
}

test.each(interpreters)(
  'no request to the program, run by %s, changes or reveals anything outside of its limits',
  (python) => {
    const ended = fuzz(python, program, fuzzCount, fuzzSeed);
    const stdout = expect.stringMatching(/^\{.*\}\n$/) as string;
    expect(ended).toEqual({ status: 0, stdout, stderr: '', seed: fuzzSeed });
    const tally = JSON.parse(ended.stdout) as Record<string, number>;
    expect(tally.MiB).toBeLessThan(256);
    for (const reason of ['ok', 'changed', 'hard-linked', 'invalid', 'not-ours', 'outside-limits', 'refused'])
      expect([reason, tally[reason]]).toEqual([reason, expect.any(Number)]);
  },
  fuzzTimeoutMs,
);

/** Each has a seed that finds it among the first hundreds of cases. */
test.each([
  ['takes a set-uid mode', 2, 'NEW_MODES = (0o600, 0o644)', 'NEW_MODES = (0o600, 0o644, 0o4755)'],
  ['takes any name in a folder', 4, "POLICY = Pattern(b'", "RECORD = POLICY = Pattern(b'.*|"],
  [
    'checks no limits where a path ends',
    5,
    'if self.access is not None and not is_within(real, self.access):\n            raise outside(real, self.access)\n        self.folder',
    'self.folder',
  ],
  ['reads second names', 5, 'if status.st_nlink > 1 and not place.folder.is_roots:', 'if False:'],
  [
    'tells secret settings',
    5,
    'def refuse_secret(names):\n    for name in names:',
    'def refuse_secret(names):\n    for name in []:',
  ],
  ['writes settings that choose code', 5, 'if limits is not None and name not in SETTABLE', 'if False'],
])('the fuzzer finds a program that %s', (_, seed, from, to) => {
  const source = readFileSync(program, 'utf8');
  const changed = source.replace(from, to);
  expect(changed).not.toBe(source);
  const path = `${folder}-changed.py`;
  writeFileSync(path, changed);
  const { status, stdout } = fuzz('/usr/bin/python3', path, 5_000, seed);
  rmSync(path);
  expect([status, stdout]).toEqual([1, expect.stringMatching(/^case \d+ of seed \d+: /)]);
});
