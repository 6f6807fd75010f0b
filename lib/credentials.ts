/**
 * Which credentials a run uses: an entry of clouds.yaml, or OS_* variables, by the field's rules. Pure: the caller reads
 * the files. Sources: openstacksdk's configuration guide (clouds.yaml, secure.yaml, OS_CLIENT_CONFIG_FILE), keystoneauth.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { InvalidConfiguration } from './errors';

export interface Scope {
  readonly projectId?: string;
  readonly projectName?: string;
  readonly projectDomain?: DomainRef;
}

/** A domain by id, or by name. */
export type DomainRef = { readonly id: string } | { readonly name: string };

export type Identity =
  | {
      readonly method: 'password';
      readonly password: string;
      readonly userId?: string;
      readonly userName?: string;
      readonly userDomain: DomainRef;
      readonly scope: Scope;
    }
  | { readonly method: 'token'; readonly token: string; readonly scope: Scope }
  | {
      readonly method: 'application_credential';
      readonly id?: string;
      readonly name?: string;
      readonly secret: string;
      readonly userName?: string;
      readonly userDomain: DomainRef;
    };

export interface CloudCredentials {
  /** The entry's name in clouds.yaml; `envvars` for OS_* variables, as openstacksdk calls them. */
  readonly cloud: string;
  /** Keystone's v3 endpoint, without a slash at its end. */
  readonly authUrl: string;
  readonly region?: string;
  /** `public` by default. */
  readonly interface: 'public' | 'internal' | 'admin';
  /** Path of a CA bundle. */
  readonly caFile?: string;
  readonly identity: Identity;
}

const text = z.union([z.string(), z.number()]).transform(String).optional();
const auth = z.object({
  auth_url: text,
  username: text,
  user_id: text,
  password: text,
  token: text,
  project_id: text,
  project_name: text,
  tenant_name: text,
  tenant_id: text,
  user_domain_id: text,
  user_domain_name: text,
  project_domain_id: text,
  project_domain_name: text,
  domain_id: text,
  domain_name: text,
  application_credential_id: text,
  application_credential_name: text,
  application_credential_secret: text,
});
type Auth = z.infer<typeof auth>;

const entry = z.object({
  auth: auth.optional(),
  region_name: text,
  interface: text,
  cacert: text,
  verify: z.boolean().optional(),
});
const clouds = z.object({ clouds: z.record(z.string(), z.unknown()).optional() });

export interface CredentialFiles {
  /** Text of clouds.yaml, or undefined where none was found. */
  readonly cloudsYaml?: { readonly path: string; readonly text: string };
  /** Text of secure.yaml beside it: secrets that are merged in. */
  readonly secureYaml?: { readonly path: string; readonly text: string };
}

/**
 * @param cloud an entry's name; undefined: OS_CLOUD, else the OS_* variables
 * @throws InvalidConfiguration naming the variables or the file and entry, never a value
 */
export function resolveCredentials(
  cloud: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  files: CredentialFiles,
): CloudCredentials {
  const name = cloud ?? env.OS_CLOUD;
  return name === undefined ? fromVariables(env) : fromFile(name, files);
}

function fromFile(name: string, { cloudsYaml, secureYaml }: CredentialFiles): CloudCredentials {
  if (!cloudsYaml)
    throw new InvalidConfiguration(
      `the cloud "${name}" is asked for and there is no clouds.yaml; put one in this folder, ~/.config/openstack or ` +
        '/etc/openstack, or name it in OS_CLIENT_CONFIG_FILE',
    );
  const found = entriesOf(cloudsYaml)[name];
  if (found === undefined)
    throw new InvalidConfiguration(
      `there is no cloud "${name}"; the entries are ${Object.keys(entriesOf(cloudsYaml)).join(', ') || 'none'}`,
      { where: cloudsYaml.path },
    );
  const where = `${cloudsYaml.path}, cloud ${name}`;
  const plain = checkEntry(found, where);
  const secret = secureYaml ? checkEntry(entriesOf(secureYaml)[name] ?? {}, `${secureYaml.path}, cloud ${name}`) : {};
  if (plain.verify === false)
    throw new InvalidConfiguration(
      '"verify: false" would send credentials to whoever answers; name the CA in "cacert"',
      { where },
    );
  const merged: Auth = { ...plain.auth, ...secret.auth };
  return credentials(name, merged, { region: plain.region_name, face: plain.interface, ca: plain.cacert }, where);
}

function entriesOf(file: { path: string; text: string }): Record<string, unknown> {
  try {
    return clouds.parse(parse(file.text) ?? {}).clouds ?? {};
  } catch {
    throw new InvalidConfiguration(
      'this is not a clouds.yaml: a mapping "clouds" with one entry per cloud is expected',
      { where: file.path },
    );
  }
}

function checkEntry(value: unknown, where: string): z.infer<typeof entry> {
  const result = entry.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidConfiguration(
    `the field "${result.error.issues[0]?.path.join('.')}" has a type that nothing can be done with`,
    { where },
  );
}

function fromVariables(env: Readonly<Record<string, string | undefined>>): CloudCredentials {
  const of = (key: keyof Auth): string | undefined => env[`OS_${key.toUpperCase()}`] || undefined;
  const given = Object.fromEntries(Object.keys(auth.shape).map((key) => [key, of(key as keyof Auth)])) as Auth;
  if (!given.auth_url)
    throw new InvalidConfiguration(
      'there are no credentials: neither OS_CLOUD nor OS_AUTH_URL is set, and stackward.yaml names no cloud; set one of them',
    );
  return credentials(
    'envvars',
    given,
    { region: env.OS_REGION_NAME, face: env.OS_INTERFACE, ca: env.OS_CACERT },
    'OS_* variables',
  );
}

function credentials(
  cloud: string,
  given: Auth,
  more: { region: string | undefined; face: string | undefined; ca: string | undefined },
  where: string,
): CloudCredentials {
  if (!given.auth_url) throw new InvalidConfiguration('"auth_url" is missing', { where });
  const face = (more.face ?? 'public').replace(/URL$/, '');
  if (face !== 'public' && face !== 'internal' && face !== 'admin')
    throw new InvalidConfiguration(`the interface is "${face}"; it may be public, internal or admin`, { where });
  return {
    cloud,
    authUrl: v3(given.auth_url, where),
    interface: face,
    ...(more.region ? { region: more.region } : {}),
    ...(more.ca ? { caFile: more.ca } : {}),
    identity: identity(given, where),
  };
}

function v3(url: string, where: string): string {
  const trimmed = url.replace(/\/+$/, '');
  if (!/^https?:\/\//.test(trimmed))
    throw new InvalidConfiguration('"auth_url" must start with https:// or http://', { where });
  if (/\/v2\.0$/.test(trimmed))
    throw new InvalidConfiguration(
      '"auth_url" is of Keystone v2, which the API half does not speak; the database method works without it, so leave the cloud out of stackward.yaml',
      { where },
    );
  return /\/v3$/.test(trimmed) ? trimmed : `${trimmed}/v3`;
}

/** Exactly one way to say who we are; two at once would leave open which one was used. */
function identity(given: Auth, where: string): Identity {
  const names = where.startsWith('OS_')
    ? { password: 'OS_PASSWORD', token: 'OS_TOKEN', secret: 'OS_APPLICATION_CREDENTIAL_SECRET' }
    : { password: 'password', token: 'token', secret: 'application_credential_secret' };
  const kinds = [
    ...(given.password === undefined ? [] : [names.password]),
    ...(given.token === undefined ? [] : [names.token]),
    ...(given.application_credential_secret === undefined ? [] : [names.secret]),
  ];
  if (kinds.length > 1)
    throw new InvalidConfiguration(
      `${kinds.join(' and ')} are both set; keep one of them, so that it is plain which is used`,
      { where },
    );
  if (kinds.length === 0)
    throw new InvalidConfiguration(`one of ${Object.values(names).join(', ')} is needed; none is set`, { where });
  const userDomain = domain(given.user_domain_id ?? given.domain_id, given.user_domain_name ?? given.domain_name);
  if (given.application_credential_secret !== undefined) return applicationCredential(given, userDomain, where);
  const scope = scopeOf(given);
  if (given.token !== undefined) return { method: 'token', token: given.token, scope };
  if (given.username === undefined && given.user_id === undefined)
    throw new InvalidConfiguration(
      `a password is set without a user; set ${where.startsWith('OS_') ? 'OS_USERNAME' : 'username'} too`,
      { where },
    );
  return {
    method: 'password',
    password: given.password as string,
    userDomain,
    scope,
    ...(given.user_id === undefined ? {} : { userId: given.user_id }),
    ...(given.username === undefined ? {} : { userName: given.username }),
  };
}

function applicationCredential(given: Auth, userDomain: DomainRef, where: string): Identity {
  const {
    application_credential_id: id,
    application_credential_name: name,
    application_credential_secret: secret = '',
  } = given;
  if (id !== undefined) return { method: 'application_credential', id, secret, userDomain };
  if (name === undefined || given.username === undefined)
    throw new InvalidConfiguration('an application credential needs its id, or its name and its user', { where });
  return { method: 'application_credential', name, secret, userName: given.username, userDomain };
}

function domain(id: string | undefined, name: string | undefined): DomainRef {
  if (id !== undefined) return { id };
  return name === undefined ? { id: 'default' } : { name };
}

function scopeOf(given: Auth): Scope {
  const projectId = given.project_id ?? given.tenant_id;
  const projectName = given.project_name ?? given.tenant_name;
  if (projectId !== undefined) return { projectId };
  if (projectName === undefined) return {};
  return {
    projectName,
    projectDomain: domain(given.project_domain_id ?? given.domain_id, given.project_domain_name ?? given.domain_name),
  };
}
