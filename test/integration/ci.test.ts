/** The jobs of docs/ci, by the real command, Terraform and MariaDB; `gh` and `glab` only record what they get. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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

interface Step { readonly uses?: string; readonly run?: string; readonly env?: object; readonly with?: object } // prettier-ignore
interface Job { readonly if: string; readonly permissions: object; readonly environment: string; readonly steps: readonly Step[] } // prettier-ignore

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
});

test('the pipeline of GitLab leaves out forks, deploys one after the other, and calls only scripts that init writes', () => {
  const { default: all, ...jobs } = parse(readFileSync(join(docs, 'gitlab/.gitlab-ci.yml'), 'utf8')) as Record<string, Record<string, unknown>>; // prettier-ignore
  expect(JSON.stringify(jobs.review?.rules)).toContain('$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID');
  expect(jobs.deploy).toMatchObject({ resource_group: 'stackward-deploy', interruptible: false });
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
    for (const forge of ['gh', 'glab']) {
      writeFileSync(join(command.folder, forge), recorder);
      chmodSync(join(command.folder, forge), 0o755);
    }
  });
  afterEach(() => command.remove());

  const env = () => {
    const { PATH = '', HOME = '', TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
    const forge = { GITHUB_REPOSITORY: 'a/b', GITHUB_SHA: 'c0ffee', GITHUB_REF_NAME: 'main', CI_COMMIT_BRANCH: 'main', PULL_REQUEST: '7', CI_PROJECT_ID: '3', CI_MERGE_REQUEST_IID: '7', CI_COMMIT_SHA: 'c0ffee' }; // prettier-ignore
    return { HOME, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE, BUNDLE_KEY: 'long and random', ...forge, ...command.env, PATH: `${command.folder}:${PATH}` }; // prettier-ignore
  };
  const job = (script: string, more: Record<string, string> = {}) => {
    const options = { cwd: command.folder, env: { ...env(), ...more }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('sh', [`ci/${script}`], options);
    return { code: status, stdout, stderr };
  };
  const file = (name: string) => join(command.folder, name);
  const asked = () => readFileSync(file('asked'), 'utf8').trim().split('\n');

  test('a change is reviewed, commented once, deployed from its bundle as the key opens it, and looked at for drift', async () => {
    writeTwoStacks(app, red, blue, { stacks: ['shared'] });
    expect(job('review.sh')).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file('review.md'), 'utf8')).toContain('**1 change** to make in 1 stack');
    expect(existsSync(file('bundle'))).toBe(false);

    for (const [forge, change] of [
      ['github', 'PATCH'],
      ['gitlab', 'PUT'],
    ] as const) {
      // prettier-ignore
      expect(job(`comment-${forge}.sh`)).toMatchObject({ code: 0, stderr: '' });
      writeFileSync(file('review.md'), `${'x'.repeat(65_536 - 64)}`);
      expect(job(`comment-${forge}.sh`)).toMatchObject({ code: 0, stderr: '' });
      expect(asked().filter((line) => / --method /.test(line))).toEqual([
        expect.stringContaining('--method POST '),
        expect.stringMatching(new RegExp(`--method ${change} \\S+/41 `)),
      ]);
      expect(readFileSync(file('comment.md'), 'utf8').length).toBeLessThanOrEqual(65_536);
      writeFileSync(file('asked'), '');
    }

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

  test('the bundle is that of the pull request whose merge made the commit, and a commit without one is refused', () => {
    for (const forge of ['github', 'gitlab']) {
      expect(job(`bundle-${forge}.sh`)).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(file('bundle.enc'), 'utf8')).toBe('of the review\n');
      const { code, stderr } = job(`bundle-${forge}.sh`, { NOBODY: 'yes' });
      expect([code, stderr]).toEqual([1, expect.stringContaining('so nobody reviewed it; bring the change by a ')]);
    }
    expect(asked()).toContainEqual(expect.stringContaining('gh run list --workflow stackward.yml --event pull_request --commit head ')); // prettier-ignore
    const filter = asked().find((line) => line.includes('/pulls'));
    expect(filter).toContain('.merge_commit_sha == env.GITHUB_SHA and .base.ref == env.BASE_BRANCH');
    expect(asked()).toContain('glab api projects/3/jobs/55/artifacts/bundle.enc');
  });

  test('no other file of an artifact comes into the checkout, and a link in place of the bundle is refused', () => {
    const before = readdirSync(command.folder);
    expect(job('bundle-github.sh').code).toBe(0);
    expect(readdirSync(command.folder).filter((name) => !before.includes(name))).toEqual(['asked', 'bundle.enc']);
    const linked = job('bundle-github.sh', { LINKED: 'yes' });
    expect([linked.code, linked.stderr]).toEqual([1, expect.stringContaining('has no file bundle.enc; bring the change by another pull request')]); // prettier-ignore
    expect(existsSync(file('bundle.enc'))).toBe(false);
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

/** Answers as the forge does: a comment is there once it was made. It writes each call into `asked`. */
const recorder = `#!/bin/sh
folder=$(dirname "$0")
echo "$(basename "$0") $*" >>"$folder/asked"
others='{"iid":5,"state":"merged","target_branch":"main","merge_commit_sha":"other","sha":"c0ffee"},{"iid":6,"state":"merged","target_branch":"side","merge_commit_sha":"c0ffee","sha":"x"}'
own='{"iid":7,"state":"merged","target_branch":"main","merge_commit_sha":"c0ffee","sha":"head"}'
made() { grep -q "^$(basename "$0") api --method POST" "$folder/asked"; }
case "$*" in
  *--method*) grep -q '^<!-- stackward review -->$' comment.md ;;
  *comments*) if made; then echo 41; fi ;;
  'api user') echo '{"id":5}' ;;
  *notes*) if made; then echo '[{"id":1,"author":{"id":6},"body":"<!-- stackward review -->"}][{"id":41,"author":{"id":5},"body":"<!-- stackward review -->\\\\nold"}]'; else echo '[]'; fi ;;
  *commits*pulls*) [ -n "$NOBODY" ] || echo head ;;
  *commits*merge_requests*) if [ -n "$NOBODY" ]; then echo "[$others]"; else echo "[$others,$own]"; fi ;;
  *merge_requests/7/pipelines*) echo '[{"id":1,"status":"success","sha":"other","ref":"refs/merge-requests/7/head"},{"id":2,"status":"success","sha":"head","ref":"branch"},{"id":3,"status":"success","sha":"head","ref":"refs/merge-requests/7/head"}]' ;;
  *pipelines/3/jobs*) echo '[{"id":54,"name":"other"},{"id":55,"name":"review"}]' ;;
  *jobs/55/artifacts/bundle.enc) echo 'of the review' ;;
  'run download 99 --name stackward-bundle --dir '*)
    for to; do :; done
    echo 'node-options=--require=./x.cjs' >"$to/.npmrc"
    if [ -n "$LINKED" ]; then ln -s /etc/passwd "$to/bundle.enc"; else echo 'of the review' >"$to/bundle.enc"; fi ;;
  'run list'*) echo 99 ;;
esac
`;
