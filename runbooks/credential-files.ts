/**
 * Makes the text of the files that are handed out. Each file has only one kind of secret: a client that finds a
 * password and an application credential refuses them, or uses the wrong one. Pure.
 */
import type { CloudProject, CloudUser, OwnLogin } from '../lib/contract/runbook-ports';

export type HandedOut =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'application-credential'; readonly id: string; readonly secret: string };

interface About {
  readonly user: CloudUser;
  readonly project: CloudProject;
  readonly own: Pick<OwnLogin, 'authUrl' | 'interface' | 'region'>;
  readonly cloud: string;
}

/** User and project are named by id, because another domain may have a user or a project with the same name. */
function secretOf(made: HandedOut, { user, project }: About): Readonly<Record<string, string>> {
  return made.kind === 'password'
    ? { user_id: user.id, password: made.password, project_id: project.id }
    : { application_credential_id: made.id, application_credential_secret: made.secret };
}

/** Variables that a shell may still have from another login. */
const every = [
  'OS_AUTH_TYPE',
  'OS_USERNAME',
  'OS_USER_ID',
  'OS_PASSWORD',
  'OS_TOKEN',
  'OS_USER_DOMAIN_ID',
  'OS_USER_DOMAIN_NAME',
  'OS_PROJECT_ID',
  'OS_PROJECT_NAME',
  'OS_PROJECT_DOMAIN_ID',
  'OS_PROJECT_DOMAIN_NAME',
  'OS_TENANT_ID',
  'OS_TENANT_NAME',
  'OS_APPLICATION_CREDENTIAL_ID',
  'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET',
  'OS_CLOUD',
  'OS_SYSTEM_SCOPE',
  'OS_DOMAIN_ID',
  'OS_DOMAIN_NAME',
  'OS_DEFAULT_DOMAIN',
  'OS_DEFAULT_DOMAIN_ID',
  'OS_DEFAULT_DOMAIN_NAME',
  'OS_TRUST_ID',
  'OS_REGION_NAME',
  'OS_ENDPOINT_TYPE',
];

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export function renderCredentialFiles(
  made: HandedOut,
  about: About,
): Readonly<Record<'clouds.yaml' | 'openrc', string>> {
  const { own, cloud, user, project } = about;
  const type = made.kind === 'password' ? 'password' : 'v3applicationcredential';
  const auth = { auth_url: own.authUrl, ...secretOf(made, about) };
  const more = { interface: own.interface, identity_api_version: '3' };
  const region = own.region === undefined ? {} : { region_name: own.region };
  // JSON is YAML too, and because of its quotes each value stays a text.
  const entry = { auth_type: type, auth, ...region, ...more };
  const title = `${user.name} in project ${project.name}`.replace(/[^ -~]/g, '?');
  const variables = {
    OS_AUTH_TYPE: type,
    ...prefixed(auth),
    OS_INTERFACE: own.interface,
    OS_IDENTITY_API_VERSION: '3',
  };
  const all = own.region === undefined ? variables : { ...variables, OS_REGION_NAME: own.region };
  return {
    'clouds.yaml': `# Credentials of ${title}\n${JSON.stringify({ clouds: { [cloud]: entry } }, undefined, 2)}\n`,
    openrc: [
      `# Credentials of ${title}`,
      `unset ${every.join(' ')}`,
      ...Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}`),
      '',
    ].join('\n'),
  };
}

const prefixed = (auth: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(auth).map(([name, value]) => [`OS_${name.toUpperCase()}`, value]));
