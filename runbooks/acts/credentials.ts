/**
 * Hands out credentials: a clouds.yaml and an openrc with one kind of secret. One act makes the secret and writes the
 * files, so that the secret gets nowhere else. The recorded state has only a digest of the folder.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import type { OwnLogin } from '../../lib/contract/runbook-ports';
import { renderCredentialFiles, type HandedOut } from '../credential-files';
import { defineAct, type Undo } from '../act';
import type { Running } from '../context';

const id = z.string().regex(/^[\w.-]{1,64}$/, 'must be an id');
const named = z.strictObject({ id, name: line.max(255), domainId: id });
const inputs = z.strictObject({
  kind: z.enum(['application-credential', 'password']),
  to: z.enum(['handed out', 'taken back']),
  user: named,
  project: named,
  /** The name of the application credential, and the label of the folder. No two runs have the same. */
  credential: line.max(255).regex(/-\d{4}-\d\d-\d\dT[\d:.]{12}Z$/, 'must end with the time at which it was planned'),
  /** An absolute path. A journal may not name any other folder, because a rollback deletes it. */
  folder: z
    .string()
    .max(4_000)
    .regex(/^(?:\/[^\0]+)?\/credentials-[\w.-]{1,64}$/, 'must be the absolute path of a folder credentials-USER'),
});
type Inputs = z.infer<typeof inputs>;

const state = z.strictObject({
  /** The SHA-256 of the folder's files. */
  folder: z.string().max(64).nullable(),
  /** True if this run made the folder. */
  isOwn: z.boolean(),
  /** Null if the kind is a password. */
  credential: z.enum(['there', 'gone']).nullable(),
});

/** Keystone may have password rules, so the password has letters, digits and another character. */
const newPassword = (): string => `Sw1-${randomBytes(24).toString('base64url')}`;

const handedOut = (made: HandedOut, { user, project }: Inputs, own: OwnLogin, cloud: string) =>
  renderCredentialFiles(made, { user, project, own, cloud });

async function handOut(given: Inputs, { readers, writers }: Running): Promise<void> {
  const [users, own] = [await writers.users(), await (await readers.users()).own()];
  const { kind, user, credential, folder } = given;
  await writers.secretFolders.put(folder, credential, async (write) => {
    if (kind === 'password') {
      const password = newPassword();
      // If the disk is full, the password of before is still the user's.
      write(handedOut({ kind, password }, given, own, readers.cloud));
      return users.setPassword(user.id, password);
    }
    // An application credential of a run that was killed before it wrote the secret is of no use to anybody.
    await users.removeApplicationCredential(user.id, credential);
    const made = await users.addApplicationCredential(user.id, credential);
    write(handedOut({ kind, ...made }, given, own, readers.cloud));
  });
}

export const credentials = defineAct({
  name: 'credentials',
  inputs,
  state,
  title: ({ kind, to, user, folder, credential }) => {
    if (to === 'taken back') return `delete application credential "${credential}" of ${user.name}, and ${folder}`;
    const made = kind === 'password' ? `set a new password of ${user.name}` : `make application credential "${credential}" of ${user.name}`; // prettier-ignore
    return `${made}, and write it to ${folder} (clouds.yaml and openrc, readable only by you)`;
  },
  thing: ({ user }) => `credentials of user ${user.id}`,
  observe: async ({ kind, user, credential, folder }, { readers }) => {
    const found = await readers.secretFolders.find(folder);
    const seen = { folder: found?.digest ?? null, isOwn: found?.label === credential };
    if (kind === 'password') return { ...seen, credential: null };
    const names = await (await readers.users()).applicationCredentials(user.id);
    return { ...seen, credential: names.includes(credential) ? 'there' : 'gone' };
  },
  say: ({ folder, credential }) =>
    [folder === null ? 'no folder' : `the folder is there (SHA-256 ${folder.slice(0, 8)}…)`, ...(credential === null ? [] : [`the application credential is ${credential}`])].join(', '), // prettier-ignore
  isDone: ({ to }, { folder, isOwn, credential }) =>
    to === 'handed out' ? isOwn && credential !== 'gone' : folder === null && credential !== 'there',
  refuse: ({ to, folder }, now) => {
    if (now.folder === null || (to === 'taken back' && now.isOwn)) return undefined;
    return to === 'handed out'
      ? `${folder} is there already; name another folder by --to, or delete it`
      : `${folder} is none that this run made; see what is in it, and delete it by hand`;
  },
  perform: async (given, running) => {
    if (given.to === 'handed out') return handOut(given, running);
    await (await running.writers.users()).removeApplicationCredential(given.user.id, given.credential);
    return running.writers.secretFolders.remove(given.folder);
  },
  undo: (given): Undo =>
    given.kind === 'application-credential' && given.to === 'handed out'
      ? { is: 'step', step: credentials.restore({ ...given, to: 'taken back' }) }
      : { is: 'never', because: given.kind === 'password' ? 'nobody but the user knows the former password' : 'Keystone shows a secret only once, when it makes it' }, // prettier-ignore
});
