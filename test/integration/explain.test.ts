/** `stackward explain` in an installation that has no repository around it. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandFolder } from '../support/command';

const here = new CommandFolder();
cpSync(resolve(__dirname, '../../dist'), join(here.folder, 'installed/dist'), { recursive: true });
const installed = new CommandFolder({}, join(here.folder, 'installed/dist/stackward'));
afterAll(() => {
  here.remove();
  installed.remove();
});

test('a code, a page, words of a message and the list of all, with nothing but dist/', async () => {
  const told = async (...words: string[]) => {
    const { code, stdout, stderr } = await installed.run(['explain', ...words]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  expect(await told('SW-1010')).toMatch(/^SW-1010\n\n.*\n\n- What it means\. /s);
  expect(await told('database-grants')).toMatch(/^Grants in databases\n/);
  expect(await told('its', 'host', 'key', 'is', 'not', 'in', 'known_hosts')).toMatch(/^"its host key is not in/);
  expect(await told()).toContain('- SW-9007: ');
});

test('an error that names a page names the command that shows it', async () => {
  here.write('stackward.yaml', 'hosts: [{ match: "*", local: true }]\n');
  here.write('m.json', {
    schemaVersion: '1.1', owner: 'o', stack: 's',
    resources: { 's/b': { kind: 'bridge-port', dependsOn: [], spec: {} } },
  }); // prettier-ignore
  const { stdout, stderr } = await here.run(['plan', '--manifest', 'm.json']);
  expect(stdout + stderr).toContain('More: `stackward explain bridge-port`');
});

test('nothing about it is an error of the command line', async () => {
  const { code, stderr } = await installed.run(['explain', 'SW-9999']);
  expect([code, stderr.split('\n')[0]]).toEqual([1, 'Error: The command line is not valid; nothing was changed']);
});

test('behind a pager or a filter lines are as wide as the terminal', () => {
  const command = join(here.folder, 'installed/dist/stackward');
  const line = `stty cols 70; '${process.execPath}' '${command}' explain SW-1010 | cat`;
  const { stdout } = spawnSync('script', ['--quiet', '--command', line, '/dev/null'], { encoding: 'utf8' });
  const widths = stdout.split(/\r?\n/).map(({ length }) => length);
  expect([Math.max(...widths) <= 70, Math.max(...widths) > 50]).toEqual([true, true]);
});
