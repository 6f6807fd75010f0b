/**
 * The folders of a host in states that nobody planned: a state folder that is a file or has nothing above it, file systems that are
 * full by bytes and by names, mounted read-only, or marked immutable. Plan or report say so in one sentence, no byte of the
 * policy file is lost, and the same run converges when it has been mended.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PolicySite } from '../support/policy-site';
import { granted, icehouse } from '../support/policy-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const file = 'neutron/policy.json';
let site: PolicySite;
let mounts: string[];
beforeEach(() => {
  mounts = [];
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write(file, icehouse);
});
afterEach(async () => {
  for (const mounted of mounts.reverse()) execFileSync('umount', [mounted]);
  await site.remove();
});

const run = (program: string, ...args: readonly string[]): void => void execFileSync(program, args);

/** A file system of its own, with what the folder held. */
function mountAt(folder: string, options: string): void {
  const held = existsSync(folder) ? readdirSync(folder) : [];
  mkdirSync(folder, { recursive: true });
  const texts = held.map((name) => [name, site.read(`neutron/${name}`)] as const);
  run('mount', '-t', 'tmpfs', '-o', options, 'none', folder);
  mounts.push(folder);
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
}
function fillBytes(folder: string): () => void {
  const filler = join(folder, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(1 << 20));
  } catch {
    // The file system is full now.
  }
  return () => rmSync(filler);
}
function fillNames(folder: string): () => void {
  const made: string[] = [];
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const path = join(folder, `filler-${attempt}`);
      writeFileSync(path, '');
      made.push(path);
    }
  } catch {
    // No name is left now.
  }
  return () => made.forEach((path) => rmSync(path));
}
function readOnly(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  run('mount', '--bind', folder, folder);
  mounts.push(folder);
  run('mount', '-o', 'remount,ro,bind', folder);
  return () => run('mount', '-o', 'remount,rw,bind', folder);
}
function immutable(path: string): () => void {
  run('chattr', '+i', path);
  return () => run('chattr', '-i', path);
}

const state = (): string => site.stateFolder;
const etc = (): string => dirname(site.path(file));
/** [what is wrong, how it comes, what is said]; the second answers how it is mended. */
const cases: readonly (readonly [string, () => () => void, RegExp])[] = [
  [
    'the state folder is a file',
    () => {
      writeFileSync(state(), '');
      return () => rmSync(state());
    },
    /state is no folder/,
  ],
  [
    'the folder above the state folder is not there',
    () => {
      Object.assign(site, { stateFolder: join(site.folder, 'above/state') });
      return () => mkdirSync(dirname(state()));
    },
    /above\/state.*(No such file|is not there)/,
  ],
  [
    'the state folder is full by bytes',
    () => {
      mountAt(state(), 'size=4k');
      return fillBytes(state());
    },
    /free space on that file system; the file is as it was/,
  ],
  [
    'the state folder has no names left',
    () => {
      mountAt(state(), 'nr_inodes=4');
      return fillNames(state());
    },
    /free space on that file system; the file is as it was/,
  ],
  [
    "the policy file's folder is full by bytes",
    () => {
      mountAt(etc(), 'size=12k');
      return fillBytes(etc());
    },
    /free space on that file system; the file is as it was/,
  ],
  [
    "the policy file's folder has no names left",
    () => {
      mountAt(etc(), 'nr_inodes=4');
      return fillNames(etc());
    },
    /free space on that file system; the file is as it was/,
  ],
  ['the state folder is mounted read-only', () => readOnly(state()), /mount that file system writable/],
  ["the policy file's folder is mounted read-only", () => readOnly(etc()), /mount that file system writable/],
  [
    'the state folder is immutable',
    () => {
      mkdirSync(state());
      return immutable(state());
    },
    /Operation not permitted; see whether it is immutable \(lsattr\)/,
  ],
  [
    'the policy file is immutable',
    () => immutable(site.path(file)),
    /Operation not permitted; see whether it is immutable \(lsattr\)/,
  ],
];

test.each(cases)('%s is reported, nothing is lost, and the next run converges', async (_, spoil, said) => {
  const grant = [site.manifest({ Grant: {} })];
  const mend = spoil();
  const report = await site.apply(grant);
  const messages = [...report.plan.problems, ...report.results, ...report.problems].map((entry) => entry.message ?? '');
  expect(messages).not.toEqual([]);
  for (const message of messages) expect(message).toMatch(said);
  for (const message of messages) expect(message).not.toContain('\n');
  expect(site.read(file)).toBe(icehouse);

  mend();
  const next = await site.apply(grant);
  expect([next.plan.problems, next.problems, next.results.map(({ outcome }) => outcome)]).toEqual([
    [],
    [],
    ['applied'],
  ]);
  expect(site.read(file)).toBe(granted);
  expect((await site.plan(grant)).steps).toEqual([]);
  expect((await site.apply([site.manifest({})])).problems).toEqual([]);
  expect(site.read(file)).toBe(icehouse);
  for (const folder of [state(), etc()])
    expect(existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('.stackward-')) : []).toEqual([]);
});
