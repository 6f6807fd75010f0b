import { dirname } from 'node:path';
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { CloudProject, CloudUser } from '../../lib/contract/runbook-ports';
import { credentials } from '../acts/credentials';
import type { Looking } from '../context';
import type { Precondition, Runbook } from '../runbook';

const mostNamed = 20;

/** @throws InvalidConfiguration */
async function getUser(nameOrId: string, { readers }: Looking): Promise<CloudUser> {
  const found = await (await readers.users()).find(nameOrId);
  const [first, ...more] = found;
  if (first === undefined)
    throw new InvalidConfiguration(`Keystone has no user with the id or name "${nameOrId}"; \`openstack user list\` has all`, { about: 'name' }); // prettier-ignore
  if (more.length === 0) return first;
  const ids = found.slice(0, mostNamed).map(({ id, domainId }) => `${id} (domain ${domainId})`);
  throw new InvalidConfiguration(`${found.length} users have the name "${nameOrId}"; give the id of one of them: ${ids.join(', ')}`, { about: 'name' }); // prettier-ignore
}

/** @throws InvalidConfiguration that names the user's projects */
function chosenProject(all: readonly CloudProject[], wanted: string | undefined, user: string): CloudProject {
  const found = wanted === undefined ? all : all.filter(({ id, name }) => id === wanted || name === wanted);
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  const there = all.slice(0, mostNamed).map(({ id, name }) => `${name} (${id})`).join(', ') || 'none'; // prettier-ignore
  throw new InvalidConfiguration(
    `${wanted === undefined ? `${user} has roles in ${all.length} projects` : `"${wanted}" names ${found.length} of the projects of ${user}`}; give one by --project: ${there}`,
    { about: 'command line' },
  );
}

const timeLength = '2026-01-01T00:00:00.000Z'.length;

async function freeName(folder: string, { readers }: Looking): Promise<Precondition> {
  return (await readers.secretFolders.find(folder)) === undefined
    ? { is: 'holds', said: `${folder} is not there yet` }
    : { is: 'fails', said: `${folder} is there already; name another folder by --to, or delete it` };
}

const isPlain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Names the folder and the application credential of a user. @param made.plannedAt when the plan was made, as ISO 8601 */
function namesOf({
  user,
  to,
  plannedAt,
}: {
  readonly user: CloudUser;
  readonly to: string;
  readonly plannedAt: string;
}) {
  const name = isPlain.test(user.name) ? user.name : user.id;
  return { folder: `${to.replace(/\/+$/, '')}/credentials-${name}`, credential: `stackward-${name}-${plannedAt}` };
}

export const handOutCredentials: Runbook = {
  name: 'hand-out-credentials',
  about: 'write a clouds.yaml and an openrc for a user, with a new application credential or a new password',
  argument: 'USER',
  options: ['applicationCredential', 'password', 'project', 'to'],
  forms: ({ options }, first) => {
    const kind = options.password === true ? 'password' : 'application-credential';
    const [user, folder, credential] = [
      first['user'] as CloudUser,
      String(first['folder']),
      String(first['credential']),
    ];
    const made = { user, to: options.to ?? dirname(folder), plannedAt: credential.slice(-timeLength) };
    const fixed = { kind, user, project: first['project'], ...namesOf(made) };
    const undone = kind === 'password' ? {} : { undone: { ...fixed, to: 'taken back' } };
    return [{ oneOf: [{ act: credentials.name, inputs: { ...fixed, to: 'handed out' }, ...undone }] }];
  },
  otherThing: async ({ argument }, { user }, { readers }) => {
    const { id, name } = user as CloudUser;
    const named = await (await readers.users()).find(argument);
    return named.length === 0 || named.some((each) => each.id === id && each.name === name) ? undefined : `user ${name} (${id})`; // prettier-ignore
  },
  prepare: async ({ argument, options }, looking) => {
    const { applicationCredential = false, password = false, project: wanted, to = process.cwd() } = options;
    if (applicationCredential === password)
      throw new InvalidConfiguration('only one kind of credentials is handed out; give either --application-credential or --password', { about: 'command line' }); // prettier-ignore
    const reader = await looking.readers.users();
    const user = await getUser(argument, looking);
    const own = await reader.own();
    const isOwn = own.user.id === user.id;
    const project = applicationCredential ? own.project : chosenProject(await reader.projects(user.id), wanted, user.name); // prettier-ignore
    const kind = applicationCredential ? 'application-credential' : 'password';
    const names = namesOf({ user, to, plannedAt: looking.clock.now().toISOString() });
    const preconditions: Precondition[] = applicationCredential
      ? [isOwn
          ? { is: 'holds', said: 'you are logged in as this user; Keystone makes application credentials only for the logged-in user' }
          : { is: 'fails', said: `Keystone makes an application credential only for the user who is logged in, and that is not ${user.name}; log in as ${user.name}, or choose --password` }] // prettier-ignore
      : [];
    return {
      seen: [
        `user ${user.name} (${user.id}), project ${project.name} (${project.id})`,
        ...(password ? ['the present password becomes invalid; sessions and programs that use it stop working'] : []),
      ],
      preconditions: [...preconditions, await freeName(names.folder, looking)],
      steps: [credentials.step({ kind, to: 'handed out', user, project, ...names })],
    };
  },
};
