/** `destroy` after a destruction that ended between the manifest and the rest of a stack's state. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { openPoolCommand } from '../support/pool-command';
import { TerraformFolder } from '../support/terraform-folder';
import { writeTwoStacks } from '../support/two-stacks';

let mariadb: Mariadb;
let command: CommandFolder;
let app: TerraformFolder;

beforeAll(async () => {
  const opened = await openPoolCommand((mariadb = await startMariadb()));
  command = opened.command;
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command.env = { ...command.env, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE };
  app = new TerraformFolder(command.folder);
  writeTwoStacks(app, opened.red, opened.blue, { stacks: ['shared'] });
});
afterAll(async () => {
  command.remove();
  await mariadb.stop();
});

interface State {
  outputs: object;
  readonly resources: readonly unknown[];
}

test('goes on where no state has a manifest any more, and a further run finds nothing to do', async () => {
  expect(await command.run(['deploy', '--no-synth', '--auto-approve'])).toMatchObject({ code: 0, stderr: '' });
  const path = join(app.folder, 'terraform.shared.tfstate');
  const read = (): State => JSON.parse(readFileSync(path, 'utf8')) as State;
  // Terraform removes outputs before most things.
  writeFileSync(path, JSON.stringify({ ...read(), outputs: {} }));
  expect(read().resources).toHaveLength(1);
  for (const shown of ['1 to destroy', 'Terraform: nothing to do']) {
    const destroyed = await command.run(['destroy', '--stack', 'shared', '--both-halves', '--auto-approve']);
    expect([destroyed.stderr, destroyed.code]).toEqual(['', 0]);
    expect(destroyed.stdout).toContain(shown);
    expect(destroyed.stdout).toContain('Both halves of shared are destroyed; the code can go.');
    expect(read().resources).toEqual([]);
  }
});
