/** A bundle whose plan somebody replaced: no command of that plan runs (docs/adr/0022-deploy.md). */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../../adapters/terraform/app';
import { findEngine } from '../../adapters/terraform/engine';
import { StackTerraform } from '../../adapters/terraform/stack';
import { sha256 } from '../../lib/basics/sha256';
import { CommandFolder } from '../support/command';
import { madeBy, TerraformFolder } from '../support/terraform-folder';

let command: CommandFolder;
let app: TerraformFolder;
let elsewhere: TerraformFolder;
const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;

const inFolder = (name: string): string => join(command.folder, name);
const code = (resources: object) => ({
  resource: { terraform_data: resources },
  output: {
    stackward_manifest: { value: { schemaVersion: '1.0', owner: 'tests', stack: 'acme', resources: {} } },
  },
});

/** The project has one thing to make, and somebody reviewed it. */
beforeEach(async () => {
  command = new CommandFolder({ TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE });
  app = new TerraformFolder(command.folder);
  elsewhere = new TerraformFolder();
  app.write([{ name: 'acme', code: code({ port: { input: 'x' } }) }]);
  expect(await command.run(['review', '--no-synth', '--out', 'bundle'])).toMatchObject({ code: 2, stderr: '' });
});
afterEach(() => {
  command.remove();
  elsewhere.remove();
});

/** Terraform's plan of other code, as a file. */
async function planElsewhere(resources: object): Promise<string> {
  elsewhere.write([{ name: 'acme', code: code(resources) }]);
  const file = join(elsewhere.folder, 'forged.tfplan');
  const context = { engine: await findEngine(process.env), env: process.env };
  await new StackTerraform(readApp(elsewhere.out)[0]!, context).plan({ out: file });
  return file;
}

/** Replaces the plan of the bundle, and its digest. */
function forge(file: string): void {
  const bundle = readFileSync(inFolder('bundle/bundle.json'), 'utf8');
  const plan = inFolder('bundle/acme.tfplan');
  const [then, now] = [plan, file].map((path) => sha256(readFileSync(path)));
  copyFileSync(file, plan);
  expect(bundle).toContain(then);
  writeFileSync(inFolder('bundle/bundle.json'), bundle.replace(then!, now!));
}

const deploy = () => command.run(['deploy', 'bundle', '--no-synth', '--auto-approve']);
const made = () => (JSON.parse(readFileSync(inFolder('terraform.acme.tfstate'), 'utf8')) as { resources: { name: string }[] }).resources.map(({ name }) => name); // prettier-ignore

test('a plan with the same thing and a command beside it does not run the command', async () => {
  forge(await planElsewhere({ port: madeBy(`touch ${inFolder('ran')}`) }));
  expect(await deploy()).toMatchObject({ code: 0, stderr: '' });
  expect([existsSync(inFolder('ran')), made()]).toEqual([false, ['port']]);
});

test('a plan of other things has the stack left alone, with each thing named that it did not show', async () => {
  forge(await planElsewhere({ port: { input: 'y' }, more: madeBy(`touch ${inFolder('ran')}`) }));
  const { code: exitCode, stdout } = await deploy();
  expect([exitCode, stdout.replace(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/stack acme: this code does not do what was reviewed: input of terraform data port would get another value; review again/), // prettier-ignore
  ]);
  expect(['ran', 'terraform.acme.tfstate'].filter((name) => existsSync(inFolder(name)))).toEqual([]);
});

test('a plan that is replaced after its digest was checked is not read', async () => {
  const forged = await planElsewhere({ port: madeBy(`touch ${inFolder('ran')}`), more: { input: 'x' } });
  const swap = `case $1 in state) cp ${forged} ${inFolder('bundle/acme.tfplan')};; esac`;
  writeFileSync(inFolder('swapping'), `#!/bin/sh\n${swap}\nexec ${TERRAFORM_BINARY_NAME} "$@"\n`, { mode: 0o700 });
  command.env = { ...command.env, TERRAFORM_BINARY_NAME: inFolder('swapping') };
  expect(await deploy()).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(inFolder('bundle/acme.tfplan'))).toEqual(readFileSync(forged));
  expect([existsSync(inFolder('ran')), made()]).toEqual([false, ['port']]);
});
