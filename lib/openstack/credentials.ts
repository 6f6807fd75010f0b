/**
 * Finds the credentials of a run: an entry of clouds.yaml, or OS_* variables, with the usual rules of OpenStack's
 * clients. Pure: the caller reads the files. Sources: openstacksdk's configuration guide (clouds.yaml, secure.yaml,
 * OS_CLIENT_CONFIG_FILE), keystoneauth.
 */
import type { CloudCredentials, DomainRef, Identity, Scope } from './cloud-credentials';
import { loginNotes, variableNotes } from './cloud-notes';
import { findEntry, type CredentialFiles } from './cloud-entry';
import { settingsOfVariables, type EntryNote, type SettingName, type Settings } from './cloud-settings';
import { defined } from '../basics/defined';
import { InvalidConfiguration } from '../basics/errors';

export type { CredentialFiles } from './cloud-entry';

export type { CloudCredentials, DomainRef, Identity, Scope } from './cloud-credentials';

export interface ResolvedCredentials extends CloudCredentials {
  /** Differences in how Terraform's provider reads the same files and variables. */
  readonly notes: readonly EntryNote[];
}

/** No cloud is named at all, so the run is about databases and hosts alone. */
export class NoCredentials extends InvalidConfiguration {}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param cloud an entry's name; undefined: OS_CLOUD, or else the OS_* variables
 * @throws InvalidConfiguration naming the variables or the file and entry, never a value that may be secret
 */
export function resolveCredentials(
  cloud: string | undefined,
  env: Environment,
  files: CredentialFiles,
): ResolvedCredentials {
  const name = cloudNamed(cloud, env);
  if (name === undefined) return fromVariables(env, files);
  const { settings, notes } = findEntry(name, files, env);
  const where = `${files.cloudsYaml?.path}, cloud ${name}`;
  const both = new Map([...settings, ...besideAnEntry(env)]);
  const made = new Credentials(both, where, (key) => key, files.home).make(name);
  const open = notes.filter(({ settledBy }) => settledBy === undefined || !env[variableOf[settledBy] ?? '']);
  return { ...made, notes: [...open, ...loginNotes(settings), ...variableNotes(settings, env)] };
}

/** The variable that has the same effect on Terraform's provider as the argument of OpenStackCloud. */
const variableOf: Readonly<Partial<Record<NonNullable<EntryNote['settledBy']>, string>>> = {
  region: 'OS_REGION_NAME',
  endpointType: 'OS_ENDPOINT_TYPE',
};

/**
 * The entry of clouds.yaml that a run uses; undefined if it uses the OS_* variables. An empty OS_CLOUD counts as not
 * set.
 */
export const cloudNamed = (cloud: string | undefined, env: Environment): string | undefined =>
  cloud ?? (env.OS_CLOUD || undefined);

function fromVariables(env: Environment, { home }: CredentialFiles): ResolvedCredentials {
  const settings = settingsOfVariables(env);
  if (!settings.has('auth_url'))
    throw new NoCredentials(
      'there are no credentials: neither OS_CLOUD nor OS_AUTH_URL is set, and stackward.yaml names no cloud; set one of them',
    );
  const made = new Credentials(settings, 'OS_* variables', (key) => `OS_${key.toUpperCase()}`, home).make('envvars');
  const isHalf = made.interface !== 'public' && !env.OS_ENDPOINT_TYPE;
  const message = `Terraform's provider does not read it and asks public endpoints; set OS_ENDPOINT_TYPE=${made.interface} too`;
  return { ...made, notes: isHalf ? [{ where: 'OS_INTERFACE', message, settledBy: 'endpointType' }] : [] };
}

/**
 * These variables override an entry, both for the openstack command and for Terraform's provider. OS_REGION_NAME has
 * already chosen the region.
 */
function besideAnEntry(env: Environment): Settings {
  const winning = ['OS_CACERT', 'OS_CERT', 'OS_KEY', 'OS_ENDPOINT_TYPE'];
  return settingsOfVariables(Object.fromEntries(winning.map((name) => [name, env[name]])));
}

function refOf(id: string | undefined, name: string | undefined): DomainRef | undefined {
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name };
}

const secretNames = { password: 'password', token: 'token', application_credential: 'application_credential_secret' } as const; // prettier-ignore

/** Settings of one entry, or of the variables. */
class Credentials {
  constructor(
    private readonly settings: Settings,
    private readonly where: string,
    /** The key in the spelling of its user. */
    private readonly named: (key: SettingName) => string,
    private readonly home: string | undefined,
  ) {}

  make(cloud: string): CloudCredentials {
    this.refuseUnchecked();
    const { interface: face } = this.given('interface');
    return {
      cloud,
      authUrl: this.authUrl(),
      interface: this.face(face),
      ...defined({
        region: this.text('region_name'),
        caFile: this.path('cacert'),
        clientCertificate: this.clientCertificate(),
        networkUrl: this.networkUrl(),
      }),
      identity: this.identity(),
      ...defined({ secretFrom: this.settings.get(secretNames[this.method()])?.where }),
    };
  }

  private text(name: SettingName): string | undefined {
    return this.settings.get(name)?.text;
  }

  private given<Name extends SettingName>(...names: Name[]): { [name in Name]?: string } {
    return Object.fromEntries(names.map((name) => [name, this.text(name)])) as { [name in Name]?: string };
  }

  /** @param name of the wrong key; undefined if a key is missing */
  private refused(detail: string, name?: SettingName): InvalidConfiguration {
    return new InvalidConfiguration(detail, { where: (name && this.settings.get(name)?.where) ?? this.where });
  }

  private path(name: SettingName): string | undefined {
    const path = this.text(name);
    return path === '~' || path?.startsWith('~/') ? `${this.home ?? ''}${path.slice(1)}` : path;
  }

  private refuseUnchecked(): void {
    const isUnchecked = /^(false|no|off|n)$/i.test(this.text('verify') ?? '');
    const isInsecure = this.where !== 'OS_* variables' && /^(true|yes|on)$/i.test(this.text('insecure') ?? '');
    if (!isUnchecked && !isInsecure) return;
    const [name, value] = isUnchecked ? (['verify', 'false'] as const) : (['insecure', 'true'] as const);
    throw this.refused(`"${name}: ${value}" would send credentials to whoever answers; name the CA in "cacert"`, name);
  }

  private face(written = 'public'): 'public' | 'internal' | 'admin' {
    const face = written.replace(/URL$/, '');
    if (face === 'public' || face === 'internal' || face === 'admin') return face;
    throw this.refused(`the interface is "${face}"; it may be public, internal or admin`, 'interface');
  }

  private clientCertificate(): CloudCredentials['clientCertificate'] {
    const [certFile, keyFile] = [this.path('cert'), this.path('key')];
    if (certFile === undefined && keyFile === undefined) return undefined;
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
    const [there, missing] = certFile === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const);
    throw this.refused(
      `"${this.named(there)}" is set without "${this.named(missing)}"; a client's certificate takes both`,
      there,
    );
  }

  /** An address is printed and compared, and a password in it would be printed too. */
  private refuseExtras(name: SettingName, address: string): void {
    if (/[?#]|\/\/[^/]*@/.test(address))
      throw this.refused(
        `"${this.named(name)}" contains a user, a query or a fragment, and stackward sends none of these; write it without`,
        name,
      );
  }

  private networkUrl(): string | undefined {
    const url = this.text('network_endpoint_override');
    if (url !== undefined) this.refuseExtras('network_endpoint_override', url);
    return url;
  }

  private authUrl(): string {
    const v2 =
      'is of Keystone v2, which the API half does not speak; name the address with /v3, which Keystone has since Grizzly. Where v3 is off, only the database method works: leave the cloud out of stackward.yaml';
    const url = this.text('auth_url');
    if (url === undefined) throw this.refused(`"${this.named('auth_url')}" is missing`);
    const trimmed = url.replace(/\/+$/, '');
    if (!/^https?:\/\//.test(trimmed)) throw this.refused('"auth_url" must start with https:// or http://', 'auth_url');
    this.refuseExtras('auth_url', trimmed);
    if (/[{}]/.test(trimmed))
      throw this.refused(
        '"auth_url" contains a placeholder in braces, which only openstacksdk fills in; write the address out',
        'auth_url',
      );
    if (/\/v2\.0$/.test(trimmed)) throw this.refused(`"auth_url" ${v2}`, 'auth_url');
    if (/^v?2/.test(this.text('identity_api_version') ?? ''))
      throw this.refused(`"${this.named('identity_api_version')}" ${v2}`, 'identity_api_version');
    return /\/v3$/.test(trimmed) ? trimmed : `${trimmed}/v3`;
  }

  private identity(): Identity {
    switch (this.method()) {
      case 'token':
        return { method: 'token', token: this.text('token') ?? '', scope: this.scope() };
      case 'password':
        return this.byPassword();
      case 'application_credential':
        return this.byApplicationCredential();
    }
  }

  /** There must be exactly one way to log in. With two it would be unclear which one is used. */
  private method(): Identity['method'] {
    const methods = ['password', 'token', 'application_credential'] as const;
    const names = methods.map((method) => this.named(secretNames[method]));
    const set = methods.filter((method) => this.settings.has(secretNames[method]));
    const type = this.text('auth_type');
    const wanted = type === undefined ? undefined : this.methodOf(type);
    const [found, second] = set;
    if (second !== undefined)
      throw this.refused(
        `${set.map((method) => this.named(secretNames[method])).join(' and ')} are both set; keep one of them, so that it is plain which is used`,
      );
    if (found === undefined) throw this.refused(`one of ${names.join(', ')} is needed; none is set`);
    if (wanted === undefined || wanted === found) return found;
    throw this.refused(
      `"${this.named('auth_type')}" asks for a ${secretNames[wanted].replaceAll('_', ' ')}, and ${this.named(secretNames[found])} is set; correct one of them`,
      'auth_type',
    );
  }

  private methodOf(type: string): Identity['method'] {
    if (/^v2/.test(type))
      throw this.refused(
        `"${this.named('auth_type')}" is of Keystone v2, which the API half does not speak; use v3password`,
        'auth_type',
      );
    const found = { password: 'password', v3password: 'password', token: 'token', v3token: 'token', v3applicationcredential: 'application_credential' } as const; // prettier-ignore
    if (Object.hasOwn(found, type)) return found[type as keyof typeof found];
    throw this.refused(
      `"${this.named('auth_type')}" names a way to log in that stackward doesn't have; it has ${Object.keys(found).join(', ')}`,
      'auth_type',
    );
  }

  private byPassword(): Identity {
    const { user_id: userId, username: userName } = this.given('user_id', 'username');
    if (userName === undefined && userId === undefined)
      throw this.refused(`a password is set without a user; set ${this.named('username')} too`);
    const password = this.text('password') ?? '';
    return { method: 'password', password, userDomain: this.userDomain(), scope: this.scope(), ...defined({ userId, userName }) }; // prettier-ignore
  }

  private byApplicationCredential(): Identity {
    const id = this.text('application_credential_id');
    const name = this.text('application_credential_name');
    const { user_id: userId, username: userName } = this.given('user_id', 'username');
    const [method, secret] = ['application_credential', this.text('application_credential_secret') ?? ''] as const;
    const userDomain = this.userDomain();
    if (id !== undefined) return { method, id, secret, userDomain };
    if (name !== undefined && (userId !== undefined || userName !== undefined))
      return { method, name, secret, userDomain, ...defined({ userId, userName }) };
    throw this.refused('an application credential needs its id, or its name and its user');
  }

  private userDomain(): DomainRef {
    return this.domainOf('user') ?? this.ownDomain() ?? this.defaultDomain();
  }

  private ownDomain(): DomainRef | undefined {
    return refOf(this.text('domain_id'), this.text('domain_name'));
  }

  private defaultDomain(): DomainRef {
    return (
      refOf(this.text('default_domain_id') ?? this.text('default_domain'), this.text('default_domain_name')) ?? {
        id: 'default',
      }
    );
  }

  /**
   * An id wins over a name. If a project is named, `domain_id` and `domain_name` are the domain of the user or of the
   * project, if no separate domain is given for it.
   */
  private domainOf(whose: 'user' | 'project'): DomainRef | undefined {
    const isShared = this.settings.has('project_id') || this.settings.has('project_name');
    const part = (what: 'id' | 'name'): string | undefined =>
      this.text(`${whose}_domain_${what}`) ?? (isShared ? this.text(`domain_${what}`) : undefined);
    return refOf(part('id'), part('name'));
  }

  private scope(): Scope {
    const project = this.project();
    const trustId = this.text('trust_id');
    const system = this.system();
    // If a project is named, this domain completes the user and the project.
    const domain = project === undefined ? this.ownDomain() : undefined;
    const scopes: [SettingName, Scope | undefined][] = [
      ['project_name', project],
      ['domain_name', domain && { domain }],
      ['trust_id', trustId === undefined ? undefined : { trustId }],
      ['system_scope', system],
    ];
    const set = scopes.filter(([, scope]) => scope !== undefined);
    if (set.length > 1)
      throw this.refused(
        `a project, a domain, a trust and the system are four scopes, and a token has one; keep one of ${set.map(([name]) => this.named(name)).join(', ')}`,
      );
    return set[0]?.[1] ?? {};
  }

  private project(): Scope | undefined {
    const { project_id: projectId, project_name: projectName } = this.given('project_id', 'project_name');
    if (projectId !== undefined) return { projectId };
    if (projectName === undefined) return undefined;
    return { projectName, projectDomain: this.domainOf('project') ?? this.defaultDomain() };
  }

  private system(): Scope | undefined {
    const scope = this.text('system_scope');
    if (scope === undefined) return undefined;
    if (scope === 'all') return { system: 'all' };
    throw this.refused(`"${this.named('system_scope')}" may be "all" and nothing else`, 'system_scope');
  }
}
