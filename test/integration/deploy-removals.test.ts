/** `deploy` of removals that stacks have to do in the other direction, by the real Terraform with its built-in provider. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFolder, type Ended } from '../support/command';
import { TerraformFolder } from '../support/terraform-folder';

let command: CommandFolder;
let app: TerraformFolder;

beforeEach(async () => {
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command = new CommandFolder({ TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE });
  app = new TerraformFolder(command.folder);
  write({ net: 1, port: 1 });
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
});
afterEach(() => command.remove());

const fileOf = (name: string): string => join(command.folder, name);
const destroyed = (word: string): object => ({ 'local-exec': { when: 'destroy', command: word } });

interface More {
  /** `base` makes an output, and `shared` waits for it. Then `acme` depends on neither. */
  readonly hasBase?: true;
}

/**
 * `shared` has the network. `acme` has a port in it, whose file is there as long as the port. The network can't be
 * deleted while the file is there, and the port can't be deleted while the file `held` is there.
 */
function write({ net, port }: { readonly net: 0 | 1; readonly port: 0 | 1 }, more: More = {}): void {
  const shared = { backend: 'local', config: { path: '../../../terraform.shared.tfstate' } };
  const network = { input: 'Green', count: net, provisioner: [destroyed(`test ! -e ${fileOf('port')}`)] };
  const made = { 'local-exec': { command: `touch ${fileOf('port')}` } };
  const inIt = {
    input: '${one(data.terraform_remote_state.shared.outputs.net)}',
    count: port,
    provisioner: [made, destroyed(`test ! -e ${fileOf('held')} && rm ${fileOf('port')}`)],
  };
  const base = { backend: 'local', config: { path: '../../../terraform.base.tfstate' } };
  const waiting = {
    data: { terraform_remote_state: { base } },
    output: { via: { value: '${data.terraform_remote_state.base.outputs.extra}' } },
  };
  app.write([
    ...(more.hasBase ? [{ name: 'base', code: { output: { extra: { value: 'x' } } } }] : []),
    {
      name: 'shared',
      dependsOn: more.hasBase ? ['base'] : [],
      code: {
        ...(more.hasBase ? { data: waiting.data } : undefined),
        resource: { terraform_data: { network } },
        output: { net: { value: '${terraform_data.network[*].id}' }, ...(more.hasBase ? waiting.output : undefined) },
      },
    },
    {
      name: 'acme',
      dependsOn: more.hasBase ? [] : ['shared'],
      code: {
        ...(port === 1 ? { data: { terraform_remote_state: { shared } } } : undefined),
        resource: { terraform_data: { port: port === 1 ? inIt : { ...inIt, input: 'x' }, other: { input: 'y' } } },
      },
    },
  ]);
}

const deploy = (...more: string[]): Promise<Ended> => command.run(['deploy', '--no-synth', ...more]);
const review = (...more: string[]): Promise<Ended> => command.run(['review', '--no-synth', ...more]);
interface State {
  readonly serial: number;
  readonly resources: readonly { readonly name: string; readonly instances: readonly object[] }[];
}
const isThere = (stack: string): boolean =>
  (JSON.parse(readFileSync(fileOf(`terraform.${stack}.tfstate`), 'utf8')) as State).resources.some(({ name }) => name === 'network' || name === 'port'); // prettier-ignore

test('a network and the port in it go in one deploy of the bundle, in the order that the review names', async () => {
  write({ net: 0, port: 0 });
  expect((await review('--out', 'bundle')).stdout).toContain(
    '  Order: acme before shared: first terraform data port[0], then terraform data network[0].\n',
  );
  const { stacks } = JSON.parse(readFileSync(fileOf('bundle/review.json'), 'utf8')) as {
    stacks: { name: string; removesAfter?: unknown }[];
  };
  expect(stacks.map(({ name, removesAfter = [] }) => [name, removesAfter])).toEqual([
    ['acme', []],
    ['shared', [{ stack: 'acme', because: 'first terraform data port[0], then terraform data network[0]' }]],
  ]);
  const ended = await deploy('bundle', '--auto-approve');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout.match(/^Stack .*$/gm)).toEqual(['Stack acme', 'Stack shared']);
  expect([isThere('acme'), isThere('shared')]).toEqual([false, false]);
});

test('where the port does not go the network is left, and the next deploy does both', async () => {
  write({ net: 0, port: 0 });
  writeFileSync(fileOf('held'), '');
  const failed = await deploy('--auto-approve', '--json');
  expect([failed.code, JSON.parse(failed.stdout)]).toEqual([
    1,
    expect.objectContaining({
      stacks: {
        acme: { terraform: 'failed', stackward: 'unchanged' },
        shared: { terraform: 'left', stackward: 'left' },
      },
      problems: [
        expect.objectContaining({ stack: 'acme', half: 'terraform' }),
        { stack: 'shared', message: 'it removes what acme uses, and acme is not done' },
      ],
    }),
  ]);
  expect([existsSync(fileOf('port')), isThere('shared')]).toEqual([true, true]);
  rmSync(fileOf('held'));
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  expect([isThere('acme'), isThere('shared')]).toEqual([false, false]);
});

test('a later round leaves the network too, where the port did not go in the round before', async () => {
  write({ net: 0, port: 0 }, { hasBase: true });
  writeFileSync(fileOf('held'), '');
  const failed = await deploy('--auto-approve');
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('\nshared can be planned now.\n');
  expect(failed.stdout).toContain('Problem: stack shared: it removes what acme uses, and acme is not done\n');
  expect([isThere('acme'), isThere('shared')]).toEqual([true, true]);
  rmSync(fileOf('held'));
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  expect(isThere('shared')).toBe(false);
});

describe('a bundle whose first stack does something else now', () => {
  beforeEach(async () => {
    write({ net: 0, port: 0 });
    expect((await review('--out', 'bundle')).code).toBe(2);
    taint('acme', 'other');
  });

  test('leaves the network too, because the review does the port first', async () => {
    const ended = await deploy('bundle', '--auto-approve');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('Problem: stack shared: it removes what acme uses, and acme is not done\n');
    expect([isThere('acme'), isThere('shared')]).toEqual([true, true]);
  });

  test('leaves the network also where --stack names only its stack', async () => {
    const ended = await deploy('bundle', '--stack', 'shared', '--auto-approve');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('Problem: stack shared: it removes what acme uses, and acme is not done\n');
  });
});

test('a stack of a bundle may come alone after the stack that the review does first', async () => {
  write({ net: 0, port: 0 });
  await review('--out', 'bundle');
  expect(await deploy('bundle', '--stack', 'acme', '--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  expect(await deploy('bundle', '--stack', 'shared', '--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  expect(isThere('shared')).toBe(false);
});

/** As `terraform taint` does. */
function taint(stack: string, name: string): void {
  const file = fileOf(`terraform.${stack}.tfstate`);
  const state = JSON.parse(readFileSync(file, 'utf8')) as State;
  const [instance] = state.resources.find((resource) => resource.name === name)?.instances ?? [];
  Object.assign(instance ?? {}, { status: 'tainted' });
  writeFileSync(file, JSON.stringify({ ...state, serial: state.serial + 1 }));
}
