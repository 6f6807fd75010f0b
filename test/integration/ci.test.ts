/** The jobs of docs/ci, by the real command, Terraform and MariaDB. What they ask of a forge is in test/contract/forge-suite.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { openPoolCommand } from '../support/pool-command';
import { TerraformFolder } from '../support/terraform-folder';
import { writeTwoStacks } from '../support/two-stacks';

const root = resolve(__dirname, '../..');
const docs = join(root, 'docs/ci');
const install = 'npm ci --ignore-scripts';

interface Step { readonly uses?: string; readonly run?: string; readonly env?: object; readonly with?: { readonly name?: string; readonly overwrite?: boolean } } // prettier-ignore
interface Job { readonly if: string; readonly permissions: object; readonly environment: string; readonly concurrency?: object; readonly steps: readonly Step[] } // prettier-ignore

describe('the workflow of GitHub', () => {
  const text = readFileSync(join(docs, 'github/stackward.yml'), 'utf8');
  const workflow = parse(text) as { on: object; permissions: object; jobs: Readonly<Record<string, Job>> };
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  test('gives a pull request of a fork no secrets, and each job no more than it needs', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push', 'schedule']);
    expect(workflow.jobs.review?.if).toContain('head.repo.full_name == github.repository');
    expect([workflow.permissions, ...jobs.map(([, job]) => job.permissions)]).toEqual([
      { contents: 'read' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', actions: 'read', 'pull-requests': 'read' },
      { contents: 'read' },
    ]);
    expect(jobs.map(([, job]) => job.environment)).toEqual(['stackward-review', 'stackward-deploy', 'stackward-review']); // prettier-ignore
  });

  test('pins each action by its commit, and runs nothing but the install, without scripts of dependencies, and scripts that init writes', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    for (const { run } of steps) if (run !== undefined && run !== install) expectScript(run);
    expect(text).not.toMatch(/run:.*\$\{\{/);
  });

  test('drops no deploy that waits, and keeps what a job that runs again uploads', () => {
    expect(workflow.jobs.deploy?.concurrency).toEqual({ group: 'stackward-deploy', 'cancel-in-progress': false, queue: 'max' }); // prettier-ignore
    expect(steps.flatMap(({ with: { name, overwrite } = {} }) => (name === undefined ? [] : [{ name, overwrite }]))).toEqual([
      { name: 'stackward-bundle', overwrite: true },
      { name: 'stackward-runs-${{ github.run_attempt }}' },
    ]); // prettier-ignore
  });
});

test('the pipeline of GitLab leaves out forks, deploys one after the other, and calls only scripts that init writes', () => {
  const { default: all, ...jobs } = parse(readFileSync(join(docs, 'gitlab/.gitlab-ci.yml'), 'utf8')) as Record<string, Record<string, unknown>>; // prettier-ignore
  expect(JSON.stringify(jobs.review?.rules)).toContain(
    '$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID',
  );
  expect(jobs.deploy).toMatchObject({ resource_group: 'stackward-deploy', interruptible: false });
  expect(jobs.review).toMatchObject({ resource_group: 'stackward-review-$CI_MERGE_REQUEST_IID', interruptible: true });
  for (const job of [all, ...Object.values(jobs)])
    for (const key of ['before_script', 'script', 'after_script'])
      for (const line of (job?.[key] ?? []) as string[]) if (line !== install) expectScript(line);
});

function expectScript(line: string): void {
  const [, name = ''] = /^sh ci\/([a-z-]+\.sh)$/.exec(line) ?? [];
  expect([line, existsSync(join(docs, 'scripts', name === '' ? '?' : name))]).toEqual([line, true]);
}

describe('the jobs', () => {
  let mariadb: Mariadb;
  let command: CommandFolder;
  let tables: NeutronTables;
  let red: MadeSubnet;
  let blue: MadeSubnet;
  let app: TerraformFolder;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(() => mariadb.stop());
  beforeEach(async () => {
    ({ command, tables, red, blue } = await openPoolCommand(mariadb));
    app = new TerraformFolder(command.folder);
    const bin = join(command.folder, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'dist/stackward'), join(bin, 'stackward'));
    symlinkSync(join(docs, 'scripts'), join(command.folder, 'ci'));
    command.write('package.json', { name: 'project', scripts: { synth: 'true' } });
    command.write('cdktf.json', { app: 'true' });
  });
  afterEach(() => command.remove());

  const env = () => {
    const { PATH = '', HOME = '', TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
    return { HOME, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE, BUNDLE_KEY: 'long and random', ...command.env, PATH };
  };
  const job = (script: string, more: Record<string, string> = {}) => {
    const options = { cwd: command.folder, env: { ...env(), ...more }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('sh', [`ci/${script}`], options);
    return { code: status, stdout, stderr };
  };
  const file = (name: string) => join(command.folder, name);

  test('a change is reviewed, deployed from its bundle as the key opens it, and looked at for drift', async () => {
    writeTwoStacks(app, red, blue, { stacks: ['shared'] });
    expect(job('review.sh')).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file('review.md'), 'utf8')).toContain('**1 change** to make in 1 stack');
    expect(existsSync(file('bundle'))).toBe(false);

    expect(job('deploy.sh', { BUNDLE_KEY: 'another' }).stderr).toContain('not readable with BUNDLE_KEY');
    expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
    const deployed = job('deploy.sh');
    expect([deployed.code, deployed.stderr]).toEqual([0, '']);
    expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
    expect(readdirSync(command.folder)).not.toContain('bundle');
    expect(job('drift.sh')).toMatchObject({ code: 0, stderr: '' });

    for (const book of ['ipallocationpools', 'ipamallocationpools'])
      await tables.connection.execute(`UPDATE ${book} SET last_ip = '10.0.1.24' WHERE last_ip = '10.0.1.29'`);
    const drift = job('drift.sh');
    expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining(', by somebody else; that run left ')]);

    const again = job('deploy.sh');
    expect([again.code, again.stdout.replace(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('and would change allocation-pool.shared/Red/AllocationPools@database:neutron a second time; review again'), // prettier-ignore
    ]);

    expect(job('review.sh').code).toBe(0);
    expect(readFileSync(file('review.md'), 'utf8')).toMatch(
      /`changed-outside`: somebody changed subnet .*by somebody else/,
    );
  });

  test('a bundle that holds a link is refused before it is unpacked', () => {
    mkdirSync(file('bundle'));
    symlinkSync('/etc/passwd', file('bundle/bundle.json'));
    const seal = 'tar -cf - bundle | openssl enc -aes-256-cbc -pbkdf2 -iter 600000 -salt -pass env:BUNDLE_KEY -out bundle.enc'; // prettier-ignore
    expect(spawnSync('sh', ['-c', seal], { cwd: command.folder, env: env() }).status).toBe(0);
    expect(job('deploy.sh')).toMatchObject({ code: 1, stderr: 'bundle.enc holds more than files and folders; review again.\n' }); // prettier-ignore
  });

  test('ssh gets the key and the hosts of the job, as texts or as files, what is there stays, and a key without hosts is refused', () => {
    const home = { HOME: file('home'), STACKWARD_SSH_KEY: 'KEY' };
    mkdirSync(file('home/.ssh'), { recursive: true });
    writeFileSync(file('home/.ssh/config'), 'Host mine\n');
    expect(job('prepare.sh', home)).toMatchObject({ code: 1, stderr: expect.stringContaining('STACKWARD_KNOWN_HOSTS is empty') as string }); // prettier-ignore
    for (const known of ['ctl1 KEY', 'ctl1 KEY'])
      expect(job('prepare.sh', { ...home, STACKWARD_KNOWN_HOSTS: known }).code).toBe(0);
    writeFileSync(file('known'), 'ctl1 KEY');
    expect(job('prepare.sh', { ...home, STACKWARD_KNOWN_HOSTS: file('known') }).code).toBe(0);
    expect(readFileSync(file('home/.ssh/stackward_known_hosts'), 'utf8')).toBe('ctl1 KEY\n');
    const config = readFileSync(file('home/.ssh/config'), 'utf8');
    expect(config.match(/Host |StrictHostKeyChecking yes/g)).toEqual(['Host ', 'Host ', 'StrictHostKeyChecking yes']);
    expect(readFileSync(file('home/.ssh/stackward_key'), 'utf8')).toBe('KEY\n');
  });
});
