/** Users, their projects and application credentials, through Keystone's API. No answer with a secret is kept. */
import * as z from 'zod';
import { asStackwardError, UnrecoverableError } from '../../lib/basics/errors';
import type { CloudProject, CloudUser, OwnLogin, UserReader, UserWriter } from '../../lib/contract/runbook-ports';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer, text } from './report-answers';
import { id } from './server-answers';

const user = z.object({ id, name: text, domain_id: id });
const usersAnswer = z.object({ users: z.array(user).max(10_000) });
const userAnswer = z.object({ user });
const projectsAnswer = z.object({ projects: z.array(user).max(10_000) });
const credentialsAnswer = z.object({ application_credentials: z.array(z.object({ id, name: text })).max(10_000) });
const madeAnswer = z.object({ application_credential: z.object({ id, secret: z.string().regex(/^[!-~]{1,255}$/, 'must be a secret') }) }); // prettier-ignore

const named = ({ id: own, name, domain_id: domainId }: z.infer<typeof user>) => ({ id: own, name, domainId });

type Said = { id?: string | null | undefined; name?: string | null | undefined; domain?: { id?: string | null | undefined } | null | undefined }; // prettier-ignore

function namedOf(said: Said | undefined): CloudUser | undefined {
  const { id: own, name, domain } = said ?? {};
  return own && name && domain?.id ? { id: own, name, domainId: domain.id } : undefined;
}

export class UsersApi implements UserReader, UserWriter {
  constructor(private readonly session: OpenStackSession) {}

  /** Keystone shows all users only to an administrator, and shows everybody their own user. */
  async find(nameOrId: string): Promise<readonly CloudUser[]> {
    const { user: self } = await this.own();
    if (nameOrId === self.id) return [self];
    try {
      const { users } = await this.get(`/users?${new URLSearchParams({ name: nameOrId })}`, usersAnswer);
      if (users.length > 0 || !id.safeParse(nameOrId).success) return users.map(named);
      const answer = await this.session.keystone(`/users/${nameOrId}`, { mayBeAbsent: true });
      return answer === undefined ? [] : [named(this.checked(userAnswer, answer, '/users').user)];
    } catch (error) {
      if (asStackwardError(error).status === 403 && nameOrId === self.name) return [self];
      throw error;
    }
  }

  async projects(userId: string): Promise<readonly CloudProject[]> {
    return (await this.get(`/users/${userId}/projects`, projectsAnswer)).projects.map(named);
  }

  async applicationCredentials(userId: string): Promise<readonly string[]> {
    return (await this.credentials(userId)).map(({ name }) => name);
  }

  async own(): Promise<OwnLogin> {
    const { user: who, project: scope } = await this.session.login();
    const [self, project] = [namedOf(who), namedOf(scope)];
    if (self === undefined || project === undefined)
      throw new UnrecoverableError('Keystone names no user and project of this login; log in to a project', {
        where: `cloud ${this.session.cloud}`,
      });
    return { user: self, project, authUrl: this.session.authUrl, ...this.session.choice };
  }

  async setPassword(userId: string, password: string): Promise<void> {
    await this.session.keystone(`/users/${userId}`, {
      method: 'PATCH',
      body: { user: { password } },
      secrets: [password],
    });
  }

  async addApplicationCredential(
    userId: string,
    name: string,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const body = { application_credential: { name, description: 'handed out by stackward' } };
    const path = `/users/${userId}/application_credentials`;
    const answer = await this.session.keystone(path, { method: 'POST', body });
    return this.checked(madeAnswer, answer, path).application_credential;
  }

  async removeApplicationCredential(userId: string, name: string): Promise<void> {
    const own = (await this.credentials(userId)).filter((each) => each.name === name);
    for (const { id: credential } of own)
      await this.session.keystone(`/users/${userId}/application_credentials/${credential}`, { method: 'DELETE', mayBeAbsent: true }); // prettier-ignore
  }

  private async credentials(userId: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
    return (await this.get(`/users/${userId}/application_credentials`, credentialsAnswer)).application_credentials;
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    return this.checked(schema, await this.session.keystone(path), path.replace(/\?.*/, ''));
  }

  private checked<Answer>(schema: z.ZodType<Answer>, answer: unknown, path: string): Answer {
    return checkedAnswer(schema, answer, `Keystone at ${path}`, this.session.cloud);
  }
}
