/** `deploy` asks before each half whether it still has the lock of the stack. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';
import { madeBy, TerraformFolder } from '../support/terraform-folder';

const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
let command: CommandFolder;
beforeEach(() => {
  command = new CommandFolder({ TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE });
});
afterEach(() => command.remove());

test('a stack whose lock is lost is left alone, and the deploy fails naming it', async () => {
  const code = (resources: object) => ({ resource: { terraform_data: resources } });
  const slow = madeBy(`while [ ! -e ${join(command.folder, 'go')} ]; do sleep 0.05; done`, {
    depends_on: ['terraform_data.quick'],
  });
  new TerraformFolder(command.folder).write([
    { name: 'first', code: code({ quick: { input: 'x' }, slow }) },
    { name: 'second', code: code({ port: { input: 'x' } }) },
  ]);
  const locks = join(command.folder, 'runs/.locks');
  let isLost = false;
  const lose = (_: unknown, stdout: string): void => {
    if (isLost || !/created[^:\n]*: terraform data quick\n/.test(stdout)) return;
    isLost = true;
    const lost = readdirSync(locks).find((name) => readFileSync(join(locks, name), 'utf8').includes('stack second'));
    rmSync(join(locks, lost!));
    writeFileSync(join(command.folder, 'go'), '');
  };
  const ended = await command.run(['deploy', '--no-synth', '--auto-approve'], '', lose);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('stack second: its lock is lost, so another run may be at work on it; look at `stackward runs`, then run it again'); // prettier-ignore
  const files = readdirSync(command.folder);
  expect(['terraform.first.tfstate', 'terraform.second.tfstate'].filter((name) => files.includes(name))).toEqual([
    'terraform.first.tfstate',
  ]);
});
