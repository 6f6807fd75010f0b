/**
 * Differences between the logins of Terraform's provider and of openstacksdk with the same entry. Source: gophercloud,
 * auth_options.go; gophercloud/utils, requests.go.
 */
import { settingsOfVariables, type EntryNote, type SettingName, type Settings } from './cloud-settings';

type Environment = Readonly<Record<string, string | undefined>>;

/** Notes about fields of a user and a project that the provider needs, but openstacksdk doesn't. */
export function loginNotes(settings: Settings): EntryNote[] {
  if (!settings.has('password')) return [];
  const note = (name: SettingName, wish: string): EntryNote => ({
    where: settings.get(name)?.where ?? '',
    message: `Terraform's provider wants ${wish} beside "${name}", and refuses the entry`,
  });
  const isScoped = settings.has('project_id') || settings.has('project_name');
  /** How many of a domain's id and name the provider sees. */
  const domains = (whose: 'user' | 'project'): number => {
    const seen = (['id', 'name'] as const).filter(
      (what) => settings.has(`${whose}_domain_${what}`) || (isScoped && settings.has(`domain_${what}`)),
    );
    return seen.length === 0 && isScoped && settings.has('default_domain') ? 1 : seen.length;
  };
  if (settings.has('user_id'))
    return settings.has('username') || domains('user') > 0
      ? [note('user_id', 'neither a username nor a domain of the user')]
      : [];
  const isNamed = settings.has('project_name') && !settings.has('project_id');
  return [
    ...(settings.has('username') && domains('user') !== 1
      ? [note('username', 'one of user_domain_id and user_domain_name')]
      : []),
    ...(isNamed && domains('project') !== 1
      ? [note('project_name', 'one of project_domain_id and project_domain_name')]
      : []),
  ];
}

const filling =
  /^OS_(AUTH_URL|(AUTH_)?TOKEN|USERNAME|USER_ID|PASSWORD|(PROJECT|TENANT)_(ID|NAME)|((USER|PROJECT)_)?DOMAIN_(ID|NAME)|DEFAULT_DOMAIN|APPLICATION_CREDENTIAL_(ID|NAME|SECRET)|SYSTEM_SCOPE)$/;

/** Notes about settings that an entry doesn't have, and that the provider therefore takes from variables. */
export function variableNotes(settings: Settings, env: Environment): EntryNote[] {
  const filled = settingsOfVariables(Object.fromEntries(Object.entries(env).filter(([name]) => filling.test(name))));
  const variables = [...filled].filter(([name]) => !settings.has(name)).map(([, { where }]) => where);
  const [them, keys] = variables.length === 1 ? (['it', 'the key'] as const) : (['them', 'the keys'] as const);
  const fill = `beside an entry of clouds.yaml Terraform's provider takes from ${them} what the entry leaves out, and stackward does not; unset ${them}, or write ${keys} into the entry`;
  const secure =
    "Terraform's provider does not read the file that it names; put the secrets into secure.yaml in this folder, ~/.config/openstack or /etc/openstack";
  return [
    ...(variables.length === 0 ? [] : [{ where: variables.join(', '), message: fill }]),
    ...(env.OS_CLIENT_SECURE_FILE ? [{ where: 'OS_CLIENT_SECURE_FILE', message: secure }] : []),
  ];
}
