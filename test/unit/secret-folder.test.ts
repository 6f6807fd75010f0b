/** A folder with secrets: what made it is known, and nothing but its own two files is ever removed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretFolders } from '../../adapters/files/secret-folder';
import { restoreStep } from '../../runbooks/registry';
import { problemsOf, failuresOf, RunbookModel } from '../support/runbook-model';

let top: string;
let passwords: string[];
const folders = new SecretFolders();
const alice = { id: 'u1', name: 'alice', domainId: 'default' };
const project = { id: 'p1', name: 'web', domainId: 'default' };
const own = { user: alice, project, authUrl: 'https://k/v3', interface: 'public', region: undefined };
const path = (): string => join(top, 'credentials-alice');

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'stackward-secret-folder-'));
  passwords = [];
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const model = () =>
  new RunbookModel({
    readers: {
      secretFolders: folders,
      users: () =>
        Promise.resolve({
          find: () => Promise.resolve([alice]),
          projects: () => Promise.resolve([project]),
          applicationCredentials: () => Promise.resolve([]),
          own: () => Promise.resolve(own),
        }),
    },
    writers: {
      secretFolders: folders,
      users: () =>
        Promise.resolve({
          setPassword: (_, password) => Promise.resolve(void passwords.push(password)),
          addApplicationCredential: () => Promise.resolve({ id: 'c', secret: 's' }),
          removeApplicationCredential: () => Promise.resolve(),
        }),
    },
  });
const planned = (bench: RunbookModel) => bench.plan('hand-out-credentials', 'alice', { password: true, to: top });

test.each([
  ['of last month', () => mkdirSync(path())],
  [
    'of another run',
    () => folders.put(path(), 'other', (write) => Promise.resolve(write({ 'clouds.yaml': 'a', openrc: 'b' }))),
  ],
])('a folder %s is not taken for a new password', async (_, before) => {
  await before();
  const plan = await planned(model());
  expect(plan.preconditions.map(({ is }) => is)).toEqual(['fails']);
  expect(failuresOf((await model().perform(plan)).report)).toEqual([expect.stringMatching(/is there already/)]);
  expect(passwords).toEqual([]);
});

test('a run that was killed once its folder stood is found done, and sets no second password', async () => {
  const bench = model();
  const { run } = await bench.perform(await planned(bench));
  const killed = { ...run, end: undefined, results: new Map([[1, { outcome: 'begun' as const, before: { folder: null, isOwn: false, credential: null } }]]) }; // prettier-ignore
  const again = await bench.resume(killed);
  expect([again.steps.map(({ is }) => is), problemsOf(again), passwords.length]).toEqual([['kept'], [], 1]);
  expect(readFileSync(join(path(), 'openrc'), 'utf8')).toContain(passwords[0]);
});

test('no password is set if its files cannot be written', async () => {
  const write = jest.fn();
  await expect(
    folders.put(join(top, 'credentials-bob'), 'x', (put) => {
      put({ 'clouds.yaml': '', openrc: '' });
      put({ 'clouds.yaml': '', openrc: '' });
      write();
      return Promise.resolve();
    }),
  ).rejects.toThrow(/can't be written/);
  expect([write.mock.calls, existsSync(join(top, 'credentials-bob'))]).toEqual([[], false]);
});

test.each(['/home/alice/.ssh', '/', '/etc', 'credentials-alice', '/x/credentials-alice/..', '/x/credentials-a/b'])(
  'a journal cannot name the folder %s',
  (folder) => {
    const inputs = {
      kind: 'application-credential',
      to: 'taken back',
      user: alice,
      project,
      credential: 'c-2026-11-29T12:00:00.000Z',
      folder,
    };
    expect(() => restoreStep('credentials', inputs, 'RUN')).toThrow(/must be the absolute path of a folder credentials-USER/); // prettier-ignore
  },
);

test('a folder that another run made, or that holds anything else, is not removed', async () => {
  await folders.put(path(), 'mine', (write) => Promise.resolve(write({ 'clouds.yaml': 'a', openrc: 'b' })));
  const inputs = { kind: 'application-credential', to: 'taken back', user: alice, project, credential: 'other-2026-11-29T12:00:00.000Z', folder: path() }; // prettier-ignore
  const step = restoreStep('credentials', inputs, 'RUN');
  const { looking } = model();
  expect(await step.refuse(await step.observe(looking), looking)).toMatch(/is none that this run made/);
  writeFileSync(join(path(), 'id_rsa'), 'key');
  await expect(folders.remove(path())).rejects.toThrow(/has "id_rsa" too/);
  expect(existsSync(join(path(), 'openrc'))).toBe(true);
  rmSync(join(path(), 'id_rsa'));
  symlinkSync(path(), join(top, 'credentials-link'));
  await expect(folders.remove(join(top, 'credentials-link'))).rejects.toThrow(/is no folder/);
  await folders.remove(path());
  expect(existsSync(path())).toBe(false);
});
