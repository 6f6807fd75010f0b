/** Our reader of interfaces files against the real ifquery: the same files are refused at the same line, and each option has the same value. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseInterfaces } from '../../lib/interfaces/file';
import { fuzzCount, fuzzSeed } from '../support/fuzz';
import { findIfquery } from '../support/ifupdown';

const ifquery = findIfquery();
const folder = mkdtempSync(join(tmpdir(), 'stackward-interfaces-'));
afterAll(() => rmSync(folder, { recursive: true }));

const end = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', ' \n', '\n\n', '\\\n', '\\\r\n', '\u00a0\n');
const lead = fc.constantFrom('', '  ', '\t', ' \u00a0', '\u3000');
const usual = (text: fc.Arbitrary<string>, odd: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 8, arbitrary: text }, { weight: 1, arbitrary: odd });
const statement = fc.oneof(
  fc.constantFrom(
    'auto eth0',
    'allow-hotplug eth0',
    'auto eth0 # c',
    'no-auto-down eth0',
    'source /nonexistent',
    'auto',
  ),
  fc.constantFrom('iface eth0 inet manual', 'iface eth1 inet manual', 'iface eth0 inet manual # c', 'iface eth0 inet'),
  fc.constantFrom('mapping eth9', 'script x', 'map y z'),
  fc.constantFrom('# comment', '#', '#c\\', '', '\\'),
);
const option = fc
  .tuple(
    fc.constantFrom('address', 'netmask', 'x-note', 'up', 'pre-up', 'post-down'),
    usual(fc.constantFrom(' ', '\t', '   '), fc.constantFrom('\u00a0', '', '\v')),
    usual(
      fc.constantFrom('192.0.2.1', 'a  b', '/bin/true x'),
      fc.constantFrom('', '192.0.2.1 # c', '#c', 'a#b', '\u2003', 'a\u200b'),
    ),
  )
  .map((parts) => parts.join(''));
const body = usual(
  fc.tuple(fc.constantFrom('  ', '\t', ''), option, usual(fc.constant('\n'), end)).map((parts) => parts.join('')),
  fc.tuple(lead, statement, end).map((parts) => parts.join('')),
);
const file = fc
  .tuple(
    usual(fc.constant(''), fc.constant('\ufeff')),
    usual(fc.constant('auto eth0\niface eth0 inet manual\n'), statement),
    fc.array(body, { maxLength: 7 }),
  )
  .map(([mark, head, lines]) => `${mark}${head}${lines.join('')}`);

(ifquery === undefined ? test.skip : test)('ifquery refuses the same files, and reads the same values', () => {
  const count = Math.ceil(fuzzCount / 8);
  const seen = { refused: 0, read: 0, comment: 0, odd: 0 };
  const wrong: unknown[] = [];
  const path = join(folder, 'interfaces');
  for (const text of fc.sample(file, { numRuns: count, seed: fuzzSeed })) {
    writeFileSync(path, text);
    const { stdout, stderr } = spawnSync(ifquery ?? '', ['-i', path, 'eth0'], { encoding: 'utf8' });
    const theirs = /couldn't read/.test(stderr)
      ? Number(/:(\d+): /.exec(stderr.split('\n').find((line) => isOfFile(line, path)) ?? '')?.[1])
      : undefined;
    const { faults, stanzas } = parseInterfaces(text);
    // Which families and methods there are, only ifup of that release knows.
    if (/unknown or no/.test(stderr) && !faults.some(({ code, line }) => code === 'refused file' && line === theirs))
      continue;
    // An odd blank may be the reason, and is told in place of what it leads to.
    const suspects = faults.filter(({ code }) => ['refused file', 'odd blank', 'byte order mark'].includes(code));
    const refused = suspects.some(({ code }) => code === 'refused file');
    if (suspects.some(({ code }) => code !== 'refused file')) seen.odd += 1;
    if (faults.some(({ code }) => code === 'comment')) seen.comment += 1;
    if (theirs === undefined) {
      seen.read += 1;
      const ours = stanzas
        .filter(({ name }) => name === 'eth0')
        .flatMap(({ options }) => options.map(({ name, value }) => `${name} ${value}`));
      const said = theirOptions(stdout);
      if (refused || JSON.stringify(ours.sort()) !== JSON.stringify(said.sort()))
        wrong.push({ text, ours, said, faults, stderr });
    } else {
      seen.refused += 1;
      if (!suspects.some(({ line }) => line <= theirs)) wrong.push({ text, theirs, faults, stderr });
    }
  }
  expect({ seed: fuzzSeed, wrong: wrong.slice(0, 2), wrongs: wrong.length }).toEqual({
    seed: fuzzSeed,
    wrong: [],
    wrongs: 0,
  });
  for (const [kind, times] of Object.entries(seen)) expect([kind, times > count / 50]).toEqual([kind, true]);
});

/** A line of the generated file may name others that ifquery reads as well, such as /bin/true. */
const isOfFile = (line: string, path: string): boolean => line.includes(`${path}:`) && !line.includes('ignored');

/** An option that stands several times is printed once, with a line for each value. */
function theirOptions(stdout: string): string[] {
  const found: string[] = [];
  let name = '';
  for (const line of stdout.split('\n').slice(0, -1)) {
    const [, option, value] = /^([^ \t]*?): (.*)$/s.exec(line) ?? [];
    name = option ?? name;
    found.push(`${name} ${value ?? line}`);
  }
  return found;
}
