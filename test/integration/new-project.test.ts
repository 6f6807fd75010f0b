/** What `init` and `provider` do beyond writing files: a question at a terminal, and the variables for the shell. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CommandFolder } from '../support/command';

const folder = new CommandFolder();
afterAll(() => folder.remove());

test('init asks at a terminal which of several clouds the project is for', async () => {
  folder.write('clouds.yaml', 'clouds: { lab: { auth: {} }, office: { auth: {} } }');
  const wrong = await folder.runOnTerminal(['init'], 'ofice\n');
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toMatch(/did\s+you\s+mean\s+office\?/);
  expect(existsSync(join(folder.folder, 'main.ts'))).toBe(false);

  const { code, stdout } = await folder.runOnTerminal(['init'], 'office\n');
  expect(stdout).toContain('clouds.yaml has lab, office. Which one is the project for?');
  expect(code).toBe(0);
  expect(readFileSync(join(folder.folder, 'stackward.yaml'), 'utf8')).toContain('cloud: "office"');
});

test('provider prints the variables that install-binary.mjs prints', async () => {
  const script = resolve(__dirname, '../../providers/openstack/install-binary.mjs');
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { PATH, HOME } });
  expect(stdout).toContain("export TERRAFORM_BINARY_NAME='/");
  expect(await folder.run(['provider'])).toEqual({ code: 0, stdout, stderr: '' });
});

test('provider refuses what is no version, in one sentence', async () => {
  const { code, stdout, stderr } = await folder.run(['provider', 'latest']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('; "latest" is no version of the provider: write three numbers, such as');
});

test('deploy and review in a folder that is no project lead to one', async () => {
  const elsewhere = new CommandFolder();
  for (const command of ['deploy', 'review'])
    expect((await elsewhere.run([command])).stderr).toContain(
      "cdktf.json: there is no such file; change to the project's folder, or run `npx stackward init`",
    );
  elsewhere.remove();
});
