/** The command loads what a run needs, and no more: its start is a part of every run's time. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandFolder } from '../support/command';

/** Prints each file that was loaded, with its size. */
const listing =
  "process.on('exit', () => { for (const file of Object.keys(require.cache)) console.error(`${file} ${require('node:fs').statSync(file).size}`); });";

const folder = new CommandFolder({ NODE_OPTIONS: '--require=./listing.cjs' });
folder.write('listing.cjs', listing);
folder.write('m.json', { schemaVersion: '1.1', owner: 'o', stack: 's', resources: {} });
folder.write('stackward.yaml', 'hosts: [{ local: true }]\n');
afterAll(() => folder.remove());

async function loadedBy(...args: readonly string[]): Promise<{ names: string[]; bytes: number }> {
  const { code, stderr } = await folder.run(args);
  expect(code).toBe(0);
  const files = [...stderr.matchAll(/dist\/(\S+) (\d+)$/gm)].map(([, name = '', size]) => ({
    name,
    size: Number(size),
  }));
  expect(files.map(({ name }) => name)).toContain('stackward');
  return { names: files.map(({ name }) => name), bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

test.each([['--version'], ['--help'], ['plan', '--help']])('%s %s loads the command line alone', async (...args) => {
  expect((await loadedBy(...args.filter(Boolean))).bytes).toBeLessThan(100_000);
});

test('a plan that asks neither a database nor the cloud loads no driver', async () => {
  const { names, bytes } = await loadedBy('plan', '--manifest', 'm.json');
  expect(names).toContainEqual(expect.stringMatching(/^stackward-plan-/));
  expect(names.filter((name) => /mysql|openstack|neutron|keystone|terraform/.test(name))).toEqual([]);
  // All kinds are a part of a plan, some 50,000 bytes each.
  expect(bytes).toBeLessThan(1_300_000);
});

test('the library that lays out the picture of a review stands in the part of the HTML alone', () => {
  const dist = resolve(__dirname, '../../dist');
  const parts = readdirSync(dist).filter((name) => readFileSync(join(dist, name), 'utf8').includes('ranksep'));
  expect(parts).toEqual([expect.stringMatching(/^stackward-html-/)]);
  expect(statSync(join(dist, parts[0] ?? '')).size).toBeLessThan(100_000);
});
