/** `deploy`: both halves of two stacks, by the real Terraform with its built-in provider and a real MariaDB. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThingLock } from '../../adapters/files/thing-lock';
import { lockOf } from '../../cli/deploy/locks';
import type { CommandFolder, Ended } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { alikeTest, momentsOf } from '../support/moments';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { openPoolCommand } from '../support/pool-command';
import { ProjectCopies } from '../support/project-copies';
import { madeBy, TerraformFolder } from '../support/terraform-folder';
import { writeTwoStacks, type Shape } from '../support/two-stacks';

let mariadb: Mariadb;
let command: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let blue: MadeSubnet;
let app: TerraformFolder;
let copies: ProjectCopies;

beforeAll(async () => {
  mariadb = await startMariadb();
  ({ command, tables, red, blue } = await openPoolCommand(mariadb));
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command.env = { ...command.env, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE };
  app = new TerraformFolder(command.folder);
  copies = new ProjectCopies(command.folder, tables);
  await copies.keep('new');
});
afterAll(async () => {
  copies.remove();
  command.remove();
  await mariadb.stop();
});
/** Nothing is deployed. */
beforeEach(() => copies.goBackTo('new'));

/** Both stacks are deployed, with both pools to .29. The first call does it. */
async function startDeployed(): Promise<void> {
  if (await copies.goBackTo('deployed')) return;
  write();
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  await copies.keep('deployed');
}

const write = (shape: Shape = {}): void => writeTwoStacks(app, red, blue, shape);

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

const review = async (): Promise<void> => {
  const { code, stderr } = await command.run(['review', '--no-synth', '--out', 'bundle']);
  expect([code, stderr]).toEqual([2, '']);
};
const deploy = (...more: string[]): Promise<Ended> => command.run(['deploy', '--no-synth', ...more]);
const names = (stack: string): string[] => {
  const text = readFileSync(join(app.folder, `terraform.${stack}.tfstate`), 'utf8');
  const state = JSON.parse(text) as { resources: { name: string; instances: { status?: string }[] }[] };
  return state.resources
    .filter(({ instances }) => instances.every(({ status }) => status !== 'tainted'))
    .map(({ name }) => name);
};

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('both halves are done stack after stack, with values that only Terraform knew, and then nothing is left', async () => {
  write();
  const refused = await deploy();
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('run `stackward deploy --no-synth --auto-approve`') as string,
  });
  const shown = oneLine(refused.stdout);
  expect(shown).toContain('waits for values that are known after apply: 1 allocation-pool.shared/Red/AllocationPools');
  expect(shown).toContain('stack acme after shared to be planned after shared: the code declares 2 resources');

  const first = await deploy('--auto-approve');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect([await tables.pools(red), await tables.pools(blue)]).toEqual([
    ['10.0.1.10-10.0.1.29'],
    ['10.0.2.10-10.0.2.29'],
  ]);
  expect([names('shared'), names('acme')]).toEqual([['subnet'], ['shared', 'port']]);

  const second = await deploy();
  expect(second).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Both halves are as the code says.') as string,
  });

  const { stdout } = await command.run(['runs']);
  const firsts = stdout.split('\n').filter((line) => !/^ {4}/.test(line));
  expect(firsts.map((line) => line.replace(/\d{8}T[\d.]+Z-[0-9a-f]{6}/, 'RUN'))).toEqual([
    'RUN  deploy of shared, acme: 2 of 4 halves done, 2 left, exit code 2',
    '  RUN  deploy: 1 of 1 step applied in shared, exit code 0',
    'RUN  deploy of acme: 2 of 2 halves done, exit code 0',
    '  RUN  deploy: 1 of 1 step applied in acme, exit code 0',
    '',
  ]);
  const [name = ''] = stdout.split(' ');
  expect((await command.run(['rollback', name, '--auto-approve'])).stderr).toContain(
    "it is a deploy of both halves, and no plan; name the run of stackward's half of a stack: ",
  );
});

describe('a bundle', () => {
  test('is applied as it was reviewed, and what came up since is left and told', async () => {
    await startDeployed();
    write({ end: '10.0.1.39', acme: { more: { input: 'x' } } });
    await review();
    await tables.moveEnd(blue, '10.0.2.24');
    const ended = await deploy('bundle', '--auto-approve');
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain('this change came up after the plan was made and is left alone; plan again');
    expect([await tables.pools(red), await tables.pools(blue)]).toEqual([
      ['10.0.1.10-10.0.1.39'],
      ['10.0.2.10-10.0.2.24'],
    ]);
    expect(names('acme')).toContain('more');
    const again = await deploy('bundle', '--auto-approve');
    expect([again.code, oneLine(again.stdout)]).toEqual([
      2,
      expect.stringMatching(
        /1 of 1 changes that Terraform was to make are already so, by deploy \S+: terraform data more/,
      ),
    ]);
  });

  alikeTest('is refused when code or configuration moved, naming both', async () => {
    write();
    await review();
    write({ end: '10.0.1.49' });
    const text = readFileSync(join(app.folder, 'stackward.yaml'), 'utf8');
    writeFileSync(join(app.folder, 'stackward.yaml'), `${text}# another\n`);
    const { code, stderr } = await deploy('bundle', '--auto-approve');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        'the bundle is stale: stackward.yaml is another; the code of shared is another; review again',
      ),
    ]);
    expect(readdirSync(app.folder)).not.toContain('terraform.shared.tfstate');
  });

  alikeTest('does not cover a stack whose values changed by an earlier stack of the same deploy', async () => {
    await startDeployed();
    write({ shared: { subnet: { input: red.id, triggers_replace: ['1'] } } });
    const text = readFileSync(join(app.out, 'stacks/shared/cdk.tf.json'), 'utf8');
    writeFileSync(
      join(app.out, 'stacks/shared/cdk.tf.json'),
      text.replace('"${terraform_data.subnet.output}"}', '"${terraform_data.subnet.id}"}'),
    );
    await review();
    const { code, stdout } = await deploy('bundle', '--auto-approve');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'stack acme: an earlier stack has other outputs now, and so it would change terraform data port; review again',
    );
  });
});

/** Starts a deploy that waits in Terraform's half until the test lets it go on. */
async function startSlowDeploy(): Promise<{ child: ChildProcess; ended: Promise<Ended>; letGo: () => void }> {
  let tell: (child: ChildProcess) => void = () => undefined;
  const begun = new Promise<ChildProcess>((resolve) => (tell = resolve));
  const ended = command.run(['deploy', '--no-synth', '--auto-approve'], '', (child, stdout) => {
    if (/created[^:\n]*: terraform data quick\n/.test(stdout)) tell(child);
  });
  return { child: await begun, ended, letGo: () => writeFileSync(join(app.folder, 'go'), '') };
}

const slow = () => ({
  quick: { input: 'x' },
  slow: madeBy(`while [ ! -e ${join(app.folder, 'go')} ]; do sleep 0.05; done`, {
    depends_on: ['terraform_data.quick'],
  }),
});

test('the second of two deploys is refused with who deploys, where, and since when', async () => {
  await startDeployed();
  write({ acme: slow() });
  await review();
  const { ended, letGo } = await startSlowDeploy();
  const planning = await deploy('--auto-approve', '--stack', 'acme');
  const reviewed = await deploy('bundle', '--auto-approve', '--stack', 'shared');
  letGo();
  const refusal = (stack: string) =>
    new RegExp(
      `deploy is at work on stack ${stack} since \\d{4}-\\S+Z, by \\S+ on \\S+ \\(process \\d+\\); wait until it has ended`,
    );
  expect([planning.code, reviewed.code]).toEqual([1, 1]);
  expect(planning.stderr).toMatch(refusal('acme'));
  expect(reviewed.stderr).toMatch(refusal('shared'));
  expect((await ended).code).toBe(0);
});

test('a deploy that is killed leaves a Terraform that ends well, and the next deploy goes on from there', async () => {
  write({ shared: slow() });
  const { child, ended, letGo } = await startSlowDeploy();
  child.kill('SIGKILL');
  await ended;
  // The review says so where acme has something to do, and else the end does.
  expect(oneLine((await deploy('--auto-approve')).stdout)).toMatch(/(stack shared:|not reviewed: shared) its state is locked by/); // prettier-ignore
  letGo();
  await until(() => !readdirSync(app.folder).includes('.terraform.shared.tfstate.lock.info'));
  expect(names('shared').sort()).toEqual(['quick', 'slow', 'subnet']);
  expect(await deploy('--auto-approve')).toMatchObject({ code: 0, stderr: '' });
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('a bundle whose deploy is interrupted at up to ten moments goes on each time, loses nothing, and is done once', async () => {
  const goes = (index: number) => join(app.folder, `go${index}`);
  const chain = Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => {
      const after = index === 0 ? {} : { input: `\${terraform_data.r${index - 1}.output}` };
      return [`r${index}`, madeBy(`while [ ! -e ${goes(index)} ]; do sleep 0.05; done`, after)];
    }),
  );
  await startDeployed();
  write({ end: '10.0.1.39', blueEnd: '10.0.2.39', shared: chain });
  await review();
  let said = '';
  let made = 0;
  for (const moment of momentsOf(10)) {
    for (; made <= moment; made++) writeFileSync(goes(made), '');
    let isSent = false;
    // The next resource is under way then, or not begun.
    const interrupt = (child: ChildProcess, stdout: string): void => {
      if (isSent || !new RegExp(`created[^:\\n]*: terraform data r${moment}\\n`).test(stdout)) return;
      isSent = true;
      child.kill('SIGINT');
    };
    const ended = await command.run(['deploy', 'bundle', '--no-synth', '--auto-approve'], '', interrupt);
    said += oneLine(ended.stdout);
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringMatching(
        /Interrupted: what was done stays, and the rest was left; `stackward deploy bundle [^`]*--no-synth` goes on from there/,
      ),
    ]);
    expect(names('shared')).toEqual(
      expect.arrayContaining(Array.from({ length: moment + 1 }, (_, index) => `r${index}`)),
    );
  }
  writeFileSync(goes(10), '');
  expect(said).toContain('stack shared: interrupted; what was made is in its state: run it again to go on from there'); // prettier-ignore
  const whole = await deploy('bundle', '--auto-approve');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(oneLine(whole.stdout)).toMatch(/1\d of 11 changes that Terraform was to make are already so, by deploy \S+: terraform data r0,/); // prettier-ignore
  expect(names('shared').length).toBe(12);
  const pools = [await tables.pools(red), await tables.pools(blue)];
  expect(pools).toEqual([['10.0.1.10-10.0.1.39'], ['10.0.2.10-10.0.2.39']]);

  expect(await deploy('bundle')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Both halves are as the code says.') as string,
  });
  const journal = join(app.folder, 'runs');
  const told = (run: string) =>
    JSON.parse(readFileSync(join(journal, run, 'run.json'), 'utf8')) as { stacks?: string[] };
  const run = readdirSync(journal).filter((name) => /^\d/.test(name) && told(name).stacks?.includes('shared')).at(-1) ?? ''; // prettier-ignore
  expect((await command.run(['rollback', run, '--auto-approve'])).code).toBe(0);
  const back = await deploy('bundle', '--auto-approve');
  expect([back.code, oneLine(back.stderr)]).toEqual([
    1,
    expect.stringMatching(/stackward's half of shared was deployed from this bundle in run \S+, and rolled back at \S+ in run \S+; review again/), // prettier-ignore
  ]);
});

test('destroy takes both halves of a stack that nothing depends on, also after its code is gone, and plan names it until then', async () => {
  await startDeployed();
  const destroy = (stack: string) => command.run(['destroy', '--stack', stack, '--both-halves', '--auto-approve']);
  expect((await destroy('shared')).stderr).toContain(
    'stack acme: it depends on shared and is still applied; destroy it first',
  );
  write({ stacks: ['shared'] });
  const gone =
    'its code is gone, and terraform.acme.tfstate still holds what Terraform made for it; run `stackward destroy --stack acme --both-halves`';
  for (const words of [['plan'], ['verify'], ['deploy', '--no-synth']])
    expect(oneLine((await command.run(words)).stdout)).toContain(gone);
  const asked = await command.run(['destroy', '--stack', 'acme', '--both-halves']);
  expect(asked.stderr).toContain('run `stackward destroy --stack acme --both-halves --auto-approve`');
  const held = ThingLock.take(join(app.folder, 'runs'), { ...lockOf({ name: 'acme' }), runbook: 'deploy' });
  const refused = await destroy('acme');
  held.release();
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/nothing was changed\n {2}\S+: deploy is at work on stack acme/) as string }); // prettier-ignore
  expect(await tables.pools(blue)).toEqual(['10.0.2.10-10.0.2.29']);
  const destroyed = await destroy('acme');
  expect(destroyed).toMatchObject({ code: 0, stderr: '' });
  expect(destroyed.stdout).toContain('Terraform: 1 to destroy\n    - terraform data port\n');
  expect(destroyed.stdout).toContain('Both halves of acme are destroyed; the code can go.');
  expect(names('acme')).toEqual([]);
  expect((await command.run(['plan'])).stdout).not.toContain(gone);
  expect((await command.run(['runs'])).stdout).toMatch(
    /destroy of acme: 1 of 1 half done, exit code 0\n.+: both halves of 1 stack\n$/,
  );
});

test('verify says of both halves whether they are as the code says, with and without asking the cloud', async () => {
  await startDeployed();
  const verify = (...more: string[]) => command.run(['verify', '--both-halves', ...more]);
  const same = await verify();
  expect(same).toMatchObject({ code: 0, stderr: '' });
  expect(same.stdout).toContain("Terraform's half:\nconverged stack shared\nconverged stack acme\n");
  write({ acme: { more: { input: 'x' } } });
  const differs = await verify('--fast');
  expect([differs.code, differs.stdout]).toEqual([
    2,
    expect.stringContaining(
      "Terraform's half, by its state alone:\nconverged stack shared\ndiffers   stack acme: 1 to create (terraform data more)\n",
    ),
  ]);
  const json = JSON.parse((await verify('--json')).stdout) as object;
  expect(json).toMatchObject({ exitCode: 2, terraform: { shared: { is: 'converged' }, acme: { is: 'differs' } } });
});
