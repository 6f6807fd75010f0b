/** The command loads what a run needs, and no more: its start is a part of every run's time. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandFolder } from '../support/command';

const dist = resolve(__dirname, '../../dist');

/** Prints each file that was read beside the command, and whether V8 took the code that the build compiled of it. */
const listing = `
const { dirname } = require('node:path');
const fs = require('node:fs');
const vm = require('node:vm');
const { readFileSync } = fs;
const { Script } = vm;
const seen = new Set([process.argv[1]]);
fs.readFileSync = (file, ...rest) => {
  const content = readFileSync(file, ...rest);
  if (dirname(file) === dirname(process.argv[1])) seen.add(file);
  return content;
};
vm.Script = function (text, options) {
  const script = new Script(text, options);
  console.error('compiled ' + options.filename + ' ' + (script.cachedDataRejected === false ? 'before' : 'now'));
  return script;
};
process.on('exit', () => { for (const file of seen) console.error(file + ' ' + fs.statSync(file).size); });
`;

const installation = mkdtempSync(join(tmpdir(), 'stackward-parts-'));
const env = { NODE_OPTIONS: '--require=./listing.cjs' };
const folder = new CommandFolder(env);
for (const name of ['dist', 'host']) cpSync(resolve(dist, '..', name), join(installation, name), { recursive: true });
const elsewhere = new CommandFolder(env, join(installation, 'dist/stackward'));
for (const each of [folder, elsewhere]) {
  each.write('listing.cjs', listing);
  each.write('m.json', { schemaVersion: '1.1', owner: 'o', stack: 's', resources: {} });
  each.write('stackward.yaml', 'hosts: [{ local: true }]\n');
}
afterAll(() => {
  folder.remove();
  elsewhere.remove();
  rmSync(installation, { recursive: true });
});

async function loadedBy(
  args: readonly string[],
  command = folder,
): Promise<{ names: string[]; bytes: number; compiled: Set<string> }> {
  const { code, stderr } = await command.run(args);
  expect(code).toBe(0);
  const files = [...stderr.matchAll(/dist\/(\S+) (\d+)$/gm)]
    .map(([, name = '', size]) => ({ name, size: Number(size) }))
    .filter(({ name }) => !name.endsWith('.v8'));
  expect(files.map(({ name }) => name)).toContain('stackward');
  return {
    names: files.map(({ name }) => name),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    compiled: new Set([...stderr.matchAll(/^compiled \S+ (\w+)$/gm)].map(([, when = '']) => when)),
  };
}

const plan = ['plan', '--manifest', 'm.json'];

test.each([['--version'], ['--help'], ['plan', '--help']])('%s %s loads the command line alone', async (...args) => {
  expect((await loadedBy(args.filter(Boolean))).bytes).toBeLessThan(120_000);
});

test('a plan that asks neither a database nor the cloud loads no driver', async () => {
  const { names, bytes } = await loadedBy(plan);
  expect(names).toContainEqual(expect.stringMatching(/^stackward-plan-/));
  expect(names.filter((name) => /mysql|openstack|neutron|keystone|terraform/.test(name))).toEqual([]);
  // All kinds are a part of a plan, some 50,000 bytes each.
  expect(bytes).toBeLessThan(1_350_000);
});

test('V8 takes the code that the build compiled, wherever the installation lies', async () => {
  for (const command of [folder, elsewhere])
    expect((await loadedBy(plan, command)).compiled).toEqual(new Set(['before']));
});

describe('the command runs as ever, and compiles its files itself, where the compiled code', () => {
  const compiled = readdirSync(dist).filter((name) => name.endsWith('.v8'));
  const each = (write: (path: string, code: Buffer) => void): void =>
    compiled.forEach((name) => write(join(installation, 'dist', name), readFileSync(join(dist, name))));

  test('is of a V8 with other flags', async () => {
    elsewhere.env = { NODE_OPTIONS: `${env.NODE_OPTIONS} --interpreted-frames-native-stack` };
    expect((await loadedBy(plan, elsewhere)).compiled).toEqual(new Set(['now']));
    elsewhere.env = env;
  });
  test.each<[string, (path: string, code: Buffer) => void]>([
    ['is spoiled', (path, code) => writeFileSync(path, code.fill(0, code.length >> 1, code.length - 4))],
    ['is cut off', (path, code) => writeFileSync(path, code.subarray(0, code.length >> 1))],
    ['is empty', (path) => writeFileSync(path, '')],
    ['is missing', (path) => rmSync(path)],
  ])('%s', async (_, write) => {
    each(write);
    expect((await loadedBy(plan, elsewhere)).compiled).toEqual(new Set(['now']));
  });
});

test('the library that lays out the picture of a review stands in the part of the HTML alone', () => {
  const parts = readdirSync(dist).filter(
    (name) => name.endsWith('.cjs') && readFileSync(join(dist, name), 'utf8').includes('ranksep'),
  );
  expect(parts).toEqual([expect.stringMatching(/^stackward-html-/)]);
  expect(statSync(join(dist, parts[0] ?? '')).size).toBeLessThan(100_000);
});
