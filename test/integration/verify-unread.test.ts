/** `verify --both-halves` where the state of one stack can't be read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';
import { TerraformFolder } from '../support/terraform-folder';

/** Messages name it as it is configured. */
const terraform = process.env.TERRAFORM_BINARY_NAME ?? 'terraform';
let command: CommandFolder;
let app: TerraformFolder;

beforeEach(() => {
  const { TF_CLI_CONFIG_FILE = '' } = process.env;
  command = new CommandFolder({ TERRAFORM_BINARY_NAME: terraform, TF_CLI_CONFIG_FILE });
  app = new TerraformFolder(command.folder);
});
afterEach(() => command.remove());

const stack = (name: string, dependsOn: readonly string[] = []) => ({
  name,
  dependsOn,
  code: {
    resource: { terraform_data: { [name]: { input: name } } },
    output: { stackward_manifest: { value: { schemaVersion: '1.0', owner: 'tests', stack: name, resources: {} } } },
  },
});

test('it is not looked at, and neither hides the other stacks nor makes those that need it wait', async () => {
  app.write([stack('good'), stack('bad'), stack('needy', ['bad'])]);
  expect(await command.run(['deploy', '--no-synth', '--auto-approve'])).toMatchObject({ code: 0, stderr: '' });
  expect(await command.run(['verify', '--both-halves'])).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(join(app.folder, 'terraform.bad.tfstate'), 'no state');

  const { code, stdout, stderr } = await command.run(['verify', '--both-halves']);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain(`\n  stack bad\n  it is not looked at: \`${terraform} output\` failed: `);
  expect(stdout).not.toContain('u001b');
  expect(stdout).toMatch(/converged stack good\nnot looked at stack bad: .*\nconverged stack needy\n/);
  const json = JSON.parse((await command.run(['verify', '--both-halves', '--json'])).stdout) as object;
  expect(json).toMatchObject({
    exitCode: 1,
    problems: [{ where: 'stack bad' }],
    terraform: { good: { is: 'converged' }, bad: { is: 'not looked at' }, needy: { is: 'converged' } },
  });
});
