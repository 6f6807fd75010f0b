/** `deploy` of stacks that wait for each other, by the real Terraform with its built-in provider. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFolder, type Ended } from '../support/command';
import { madeBy, TerraformFolder, type WrittenStack } from '../support/terraform-folder';

let command: CommandFolder;
let app: TerraformFolder;

beforeEach(() => {
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command = new CommandFolder({ TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE });
  app = new TerraformFolder(command.folder);
});
afterEach(() => command.remove());

/** A stack that reads the output `name` of another stack, and gives its own. */
const after = (name: string, needed: string): WrittenStack => ({
  name,
  dependsOn: [needed],
  code: {
    data: {
      terraform_remote_state: {
        [needed]: { backend: 'local', config: { path: `../../../terraform.${needed}.tfstate` } },
      },
    },
    resource: { terraform_data: { [name]: { input: `\${data.terraform_remote_state.${needed}.outputs.name}` } } },
    output: { name: { value: `\${terraform_data.${name}.output}` } },
  },
});
const first = (code: object = { resource: { terraform_data: { one: { input: 'one' } } } }): WrittenStack => ({
  name: 'one',
  code: { ...code, output: { name: { value: 'one' } } },
});

const deploy = (...more: string[]): Promise<Ended> => command.run(['deploy', '--no-synth', '--auto-approve', ...more]);
const outputs = (stack: string): string[] => {
  const file = join(app.folder, `terraform.${stack}.tfstate`);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
  return Object.keys((JSON.parse(text) as { outputs?: object }).outputs ?? {});
};

test('a chain of three stacks that were never applied is deployed to its end', async () => {
  app.write([first(), after('two', 'one'), after('three', 'two')]);
  const ended = await deploy();
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(['one', 'two', 'three'].map(outputs)).toEqual([['name'], ['name'], ['name']]);
  expect(ended.stdout.match(/.* can be planned now\./g)).toEqual(['two can be planned now.', 'three can be planned now.']); // prettier-ignore
});

test('a stack without resources counts as applied', async () => {
  app.write([first({}), after('two', 'one')]);
  expect(await deploy()).toMatchObject({ code: 0, stderr: '' });
  expect(outputs('two')).toEqual(['name']);
});

test('a stack that fails in the first round is not continued and keeps its exit code, and the other stacks are done', async () => {
  const failing = { resource: { terraform_data: { bad: madeBy('false') } } };
  app.write([first(), after('two', 'one'), { name: 'bad', code: failing }, after('late', 'bad')]);
  const ended = await deploy();
  expect(ended.code).toBe(1);
  expect([outputs('two'), outputs('late')]).toEqual([['name'], []]);
});

test('an error of a later round says that earlier changes stay', async () => {
  const breaks = madeBy(`echo > ${join(app.out, 'manifest.json')}`);
  app.write([first({ resource: { terraform_data: { breaks } } }), after('two', 'one')]);
  const { code, stderr } = await deploy();
  expect([code, stderr.split('\n')[0]]).toEqual([1, 'Error: Something else has to be done first; what was done before it stays']); // prettier-ignore
});

test('a stack that a bundle lacks is refused where --stack names it, and told otherwise', async () => {
  app.write([first()]);
  expect((await command.run(['review', '--no-synth', '--out', 'bundle'])).code).toBe(2);
  app.write([first(), { ...first(), name: 'new' }]);
  const said = 'bundle: the bundle is about the stack one, and nobody reviewed the stack new; ';
  const named = await deploy('bundle', '--stack', 'new');
  expect([named.code, named.stderr]).toEqual([1, expect.stringContaining(`${said}review again`)]);
  const ended = await deploy('bundle');
  expect([ended.code, ended.stderr]).toEqual([0, `Warning: ${said}left out here\n`]);
  expect([outputs('one'), outputs('new')]).toEqual([['name'], []]);
  expect(ended.stdout).toContain("\nDeploy of one: Terraform's half done, stackward's half unchanged.\n");
  expect((await deploy('bundle')).stdout).toMatch(/\nBoth halves of one are as the code says\.\n$/);
});

test('a stack that the review of a bundle could not plan is left with that reason', async () => {
  const code = { resource: { terraform_data: { bad: { input: '${terraform_data.nothing.output}' } } } };
  app.write([first(), { name: 'bad', code }]);
  expect((await command.run(['review', '--no-synth', '--out', 'bundle'])).code).toBe(1);
  const { code: exitCode, stdout } = await deploy('bundle');
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('not reviewed: bad')]);
  expect(outputs('one')).toEqual(['name']);
});
