/**
 * `hand-out-credentials` on the lab's Keystone: the files that it writes open the cloud, and the secret is nowhere
 * else.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { defined } from '../../lib/basics/defined';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { isAlive, LabProjects } from '../support/lab-projects';
import { getLab } from '../support/lab-cloud';
import { RunbookBench } from '../support/runbook-bench';
import { describeRunbook } from './runbook-suite';

const lab = getLab();
const name = `test-handout-${process.pid}`;
const password = 'before-4711';
let admin: OpenStackSession;
let user: string;
let project: string;
const benches: RunbookBench[] = [];
const folders: string[] = [];

const keystone = <Answer>(path: string, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' = 'GET', body?: object) =>
  admin.keystone<Answer>(path, { method, ...defined({ body }) });

beforeAll(async () => {
  admin = new OpenStackSession(resolveCredentials('stackward-lab', {}, readCredentialFiles(lab.environment)));
  const projects = new LabProjects('test-handout');
  await projects.clean();
  await projects.close();
  const { users } = await keystone<{ users: { id: string; name: string }[] }>('/users');
  // A user of a run that is at work beside this one stays.
  const isOver = (run: string | undefined): boolean => run !== undefined && !isAlive(Number(run));
  for (const left of users.filter((each) => isOver(/^test-handout-(\d+)$/.exec(each.name)?.[1])))
    await keystone(`/users/${left.id}`, 'DELETE');
  project = (await keystone<{ project: { id: string } }>('/projects', 'POST', { project: { name: `${name}-p`, domain_id: 'default' } })).project.id; // prettier-ignore
  user = (await keystone<{ user: { id: string } }>('/users', 'POST', { user: { name, password, domain_id: 'default' } })).user.id; // prettier-ignore
  const { roles } = await keystone<{ roles: { id: string }[] }>('/roles?name=member');
  await keystone(`/projects/${project}/users/${user}/roles/${roles[0]?.id ?? ''}`, 'PUT');
});
afterAll(async () => {
  for (const bench of benches) await bench.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await keystone(`/users/${user}`, 'DELETE');
  await keystone(`/projects/${project}`, 'DELETE');
  await admin.close();
});

function benchOf(env: NodeJS.ProcessEnv): RunbookBench {
  const bench = new RunbookBench(env, join(lab.folder, 'stackward.yaml'));
  benches.push(bench);
  return bench;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-handout-'));
  folders.push(folder);
  return folder;
}

const openrc = (folder: string): NodeJS.ProcessEnv => {
  const script = `. '${folder}/credentials-${name}/openrc'; env -0`;
  const printed = execFileSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { OS_PASSWORD: 'other', OS_TOKEN: 'other' },
  });
  return Object.fromEntries(printed.split('\0').filter((each) => each.startsWith('OS_')).map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])); // prettier-ignore
};

/** The user and the project of a login with each of the two files. */
async function letIn(folder: string): Promise<readonly (string | undefined)[]> {
  const made = join(folder, `credentials-${name}`);
  const ways = [
    resolveCredentials(
      'stackward-lab',
      {},
      readCredentialFiles({ OS_CLIENT_CONFIG_FILE: join(made, 'clouds.yaml'), HOME: folder }),
    ),
    resolveCredentials(undefined, openrc(folder), { home: folder }),
  ];
  return Promise.all(
    ways.map(async (credentials) => {
      const session = new OpenStackSession(credentials);
      try {
        const { user: who, project: scope } = await session.login();
        return `${who?.id ?? '?'} ${scope?.id ?? '?'}`;
      } finally {
        await session.close();
      }
    }),
  );
}

const modes = (folder: string): string[] =>
  ['', 'clouds.yaml', 'openrc'].map((file) => (statSync(join(folder, `credentials-${name}`, file)).mode & 0o777).toString(8)); // prettier-ignore

const secretsIn = (folder: string): string[] =>
  [...readFileSync(join(folder, `credentials-${name}`, 'openrc'), 'utf8').matchAll(/(?:PASSWORD|SECRET)='([^']+)'/g)].map(([, secret = '']) => secret); // prettier-ignore

const asUser = (): NodeJS.ProcessEnv => {
  const { environment } = lab;
  const clouds = { 'stackward-lab': { auth: { auth_url: lab.authUrl, user_id: user, password, project_id: project }, region_name: 'RegionOne' } }; // prettier-ignore
  const folder = newFolder();
  const file = join(folder, 'clouds.yaml');
  execFileSync('tee', [file], { input: JSON.stringify({ clouds }), stdio: ['pipe', 'ignore', 'inherit'] });
  return { ...environment, OS_CLIENT_CONFIG_FILE: file };
};

describeRunbook('hand-out-credentials --application-credential (case 0925)', {
  make: () => {
    const folder = newFolder();
    const bench = benchOf(asUser());
    return Promise.resolve({
      bench,
      runbook: 'hand-out-credentials',
      given: { argument: user, options: { applicationCredential: true, to: folder } },
      truth: async () => {
        const isThere = statSync(join(folder, `credentials-${name}`), { throwIfNoEntry: false }) !== undefined;
        return isThere ? [...(await letIn(folder)), ...modes(folder)] : [];
      },
      meddle: () => {
        execFileSync('sh', ['-c', `echo '# mine' >> '${folder}/credentials-${name}/openrc'`]);
        return Promise.resolve();
      },
    });
  },
  get done() {
    return [`${user} ${project}`, `${user} ${project}`, '700', '600', '600'];
  },
  undone: [],
  steps: 1,
  moved:
    /it is the folder is there \(SHA-256 [0-9a-f]{8}…\), .*, and the run left it the folder is there \(.*somebody changed it since/,
});

test('an application credential is made for nobody else, and one kind is to be chosen', async () => {
  const bench = benchOf({ ...lab.environment });
  const options = { applicationCredential: true, to: newFolder() } as const;
  const { preconditions } = await bench.plan('hand-out-credentials', { argument: name, options });
  expect(preconditions.map(({ is }) => is)).toEqual(['fails', 'holds']);
  await expect(bench.plan('hand-out-credentials', { argument: name, options: {} })).rejects.toThrow(/either --application-credential or --password/); // prettier-ignore
});

// This test comes last: Keystone revokes all tokens of the user that were made in or before the second of the new
// password.
test('a new password opens the cloud by both files, for their owner’s eyes alone, and the journal does not have it (cases 0927, 0925)', async () => {
  const folder = newFolder();
  const bench = benchOf({ ...lab.environment });
  const plan = await bench.plan('hand-out-credentials', { argument: name, options: { password: true, to: folder } });
  const { run, report } = await bench.perform(plan);
  expect(report.results.map(({ outcome, message }) => [outcome, message])).toEqual([['done', undefined]]);
  expect(modes(folder)).toEqual(['700', '600', '600']);
  expect(await letIn(folder)).toEqual([`${user} ${project}`, `${user} ${project}`]);
  const [secret = '?', ...more] = secretsIn(folder);
  expect([more, JSON.stringify([run, [...run.results.values()]]).includes(secret)]).toEqual([[], false]);
  expect((await bench.undo(run)).lasting.map(({ because }) => because)).toEqual(['nobody but the user knows the former password']); // prettier-ignore
  const again = await bench.plan('hand-out-credentials', { argument: name, options: { password: true, to: folder } });
  expect(again.preconditions.map(({ said }) => said)).toEqual([expect.stringMatching(/is there already; name another folder by --to, or delete it/)]); // prettier-ignore
  expect(again.steps.map(({ is }) => is)).toEqual(['to do']);
});
