/**
 * Roles and users of a suite on the lab's Keystone, named `test-<suite>-…`. Things that a killed run left are removed
 * at the start.
 */
import { defined } from '../../lib/basics/defined';
import { KeystoneApi } from '../../adapters/openstack/keystone-api';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { resolveCredentials, type CloudCredentials, type Identity } from '../../lib/openstack/credentials';
import type { IdentityReader, Role } from '../../lib/contract/ports';
import type { IdentityBench } from '../contract/identity-suite';
import { LabCloud } from './lab-cloud';

const domain = 'default';
const password = 'a-user-of-the-tests';

export class LabRoles implements IdentityBench {
  readonly cloud: LabCloud;
  private readonly users: LabUser[] = [];

  private constructor(suite: string) {
    this.cloud = new LabCloud(suite);
  }

  static async open(suite: string): Promise<LabRoles> {
    const roles = new LabRoles(suite);
    await roles.clean();
    return roles;
  }

  reader = (): IdentityReader => new KeystoneApi(this.cloud.admin);

  memberReader = (): IdentityReader => new KeystoneApi(this.cloud.member);

  role = (name: string): Promise<Role> => this.make({ name: this.named(name) });

  domainRole = (name: string): Promise<Role> => this.make({ name: this.named(name), domain_id: domain });

  async imply(prior: Role, implied: Role): Promise<void> {
    await this.call('PUT', `/roles/${prior.id}/implies/${implied.id}`);
  }

  async remove(role: Role): Promise<void> {
    await this.call('DELETE', `/roles/${role.id}`);
  }

  /** A new user whose only role, in the member's project, is this one. */
  async userWith(role: Role): Promise<LabUser> {
    const name = this.named(`user-${role.id}`);
    const { user } = await this.call<{ user: Role }>('POST', '/users', { user: { name, password, domain_id: domain } });
    const { projects } = await this.call<{ projects: Role[] }>('GET', '/projects?name=member');
    await this.call('PUT', `/projects/${projects[0]?.id ?? ''}/users/${user.id}/roles/${role.id}`);
    return this.user('stackward-lab-member', { userName: name, password });
  }

  /** @param cloud an entry of the lab's clouds.yaml: `stackward-lab`, `stackward-lab-member` */
  user(cloud: string, login: { userName?: string; password?: string } = {}): LabUser {
    const known = resolveCredentials(cloud, {}, readCredentialFiles(this.cloud.lab.environment));
    if (known.identity.method !== 'password') throw new Error("the lab's users log in with a password");
    const user = new LabUser({ ...known, identity: { ...known.identity, ...login } });
    this.users.push(user);
    return user;
  }

  async clean(): Promise<void> {
    const isOurs = ({ name }: Role): boolean => name.startsWith(`${this.cloud.prefix}-`);
    const { users } = await this.call<{ users: Role[] }>('GET', '/users');
    for (const { id } of users.filter(isOurs)) await this.call('DELETE', `/users/${id}`);
    for (const path of ['/roles', `/roles?domain_id=${domain}`]) {
      const { roles } = await this.call<{ roles: Role[] }>('GET', path);
      for (const role of roles.filter(isOurs)) await this.remove(role);
    }
  }

  async close(): Promise<void> {
    await this.clean();
    await Promise.all([this.cloud.close(), ...this.users.map(({ session }) => session.close())]);
  }

  private named = (name: string): string => `${this.cloud.prefix}-${name}`;

  private async make(role: object): Promise<Role> {
    const { id, name } = (await this.call<{ role: Role }>('POST', '/roles', { role })).role;
    return { id, name };
  }

  private call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer> {
    return this.cloud.admin.call<Answer>('identity', path, { method, ...defined({ body }) });
  }
}

type PasswordLogin = CloudCredentials & { readonly identity: Extract<Identity, { method: 'password' }> };

/** Somebody who logs in at the lab's Keystone. */
export class LabUser {
  readonly session: OpenStackSession;

  constructor(private readonly login: PasswordLogin) {
    this.session = new OpenStackSession(login);
  }

  /** The names of the roles in a new token of this user. */
  async tokenRoles(): Promise<readonly string[]> {
    const { userName: name, userDomain: domain, password, scope } = this.login.identity;
    if (!('projectName' in scope)) throw new Error(`the login of ${name} is not scoped by a project's name`);
    const auth = {
      identity: { methods: ['password'], password: { user: { name, domain, password } } },
      scope: { project: { name: scope.projectName, domain: scope.projectDomain } },
    };
    const answer = await fetch(`${this.login.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth }),
    });
    if (!answer.ok) throw new Error(`Keystone answered the login of ${name} with ${answer.status}`);
    return ((await answer.json()) as { token: { roles: Role[] } }).token.roles.map((role) => role.name);
  }
}
