/** An installation that lacks the program for hosts says so once, whatever looks at hosts. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';

const checkout = join(__dirname, '../..');
const installation = realpathSync(mkdtempSync(join(tmpdir(), 'stackward-installation-')));
let folder: CommandFolder;
beforeAll(() => {
  cpSync(join(checkout, 'dist'), join(installation, 'dist'), { recursive: true });
  folder = new CommandFolder({}, join(installation, 'dist/stackward'));
  folder.write('m.json', { schemaVersion: '1.1', owner: 'o', stack: 's', resources: {} });
});
afterAll(() => {
  folder.remove();
  rmSync(installation, { recursive: true });
});

const sentence = `this installation of stackward is incomplete: ${installation}/host/stackward-host.py is missing; install stackward again as a whole, with host/ beside dist/`;

test.each([
  ['where', 'nova-compute', '--host', 'cnode01'],
  ['doctor', '--host', 'cnode01'],
  ['trace', 'server', 'utm'],
  ['plan', '--manifest', 'm.json'],
])('%s says in one sentence that the program for hosts is missing', async (...args) => {
  folder.write('stackward.yaml', 'hosts: [{ match: cnode01, local: true }]\n');
  expect(await folder.run(args)).toEqual({
    code: 1,
    stdout: '',
    stderr: `Error: A failure that a second run will meet again; nothing was changed\n  ${sentence}\n`,
  });
});

test('a plan goes on where each host has a program of its own, and where the program for hosts is there', async () => {
  folder.write('stackward.yaml', 'hosts: [{ match: cnode01, local: true, installed: /usr/sbin/stackward-host }]\n');
  expect((await folder.run(['plan', '--manifest', 'm.json'])).code).toBe(0);
  folder.write('stackward.yaml', 'hosts: [{ match: cnode01, local: true }]\n');
  mkdirSync(join(installation, 'host'));
  cpSync(join(checkout, 'host/stackward-host.py'), join(installation, 'host/stackward-host.py'));
  expect((await folder.run(['plan', '--manifest', 'm.json'])).code).toBe(0);
});
