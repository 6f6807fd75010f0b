/**
 * Sorts the keys of an entry: the keys that stackward honours, under any of their names, and those that a note or a
 * refusal mentions. No key is ignored silently. Source: openstacksdk's openstack/config/loader.py (`magic_fixes`,
 * `_validate_auth`).
 */
import { InvalidConfiguration } from '../basics/errors';
import type { Written, WrittenMap } from '../basics/written';

/** One setting as it was written. */
export interface Setting {
  readonly text: string;
  /** The setting's key, or the variable that holds it. */
  readonly key: string;
  /** `file:line:column`, or the variable that holds it. */
  readonly where: string;
}

/** Settings by the names that openstacksdk uses today. An empty setting is left out. */
export type Settings = ReadonlyMap<SettingName, Setting>;

/** A setting that Terraform's provider reads differently, or that nobody reads. */
export interface EntryNote {
  readonly where: string;
  readonly message: string;
  /** The argument of OpenStackCloud that makes both read the same. */
  readonly settledBy?: 'region' | 'endpointType' | 'networkUrl';
}

/** These keys belong below `auth`; openstacksdk also finds them in the entry itself. */
const authNames = [
  ...['auth_url', 'username', 'user_id', 'password', 'token'],
  ...['project_id', 'project_name', 'user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name'],
  ...['domain_id', 'domain_name', 'default_domain', 'default_domain_id', 'default_domain_name'],
  ...['application_credential_id', 'application_credential_name', 'application_credential_secret'],
  ...['system_scope', 'trust_id'],
] as const; // prettier-ignore
/** These keys belong in the entry itself. */
const entryNames = [
  ...['auth_type', 'region_name', 'interface', 'identity_api_version', 'network_endpoint_override'],
  ...['cacert', 'cert', 'key', 'verify', 'insecure'],
] as const; // prettier-ignore
export type SettingName = (typeof authNames)[number] | (typeof entryNames)[number];

/** Earlier names. If several are set, the last in this list is used. */
const spellings: Partial<Record<SettingName, readonly string[]>> = {
  auth_type: ['auth_plugin', 'auth_type'],
  interface: ['interface', 'endpoint_type'],
  project_id: ['tenant_id', 'project_id'],
  project_name: ['tenant_name', 'project_name'],
  token: ['auth_token', 'token'],
  username: ['user_name', 'username'],
};
const spellingsOf = (name: SettingName): readonly string[] => spellings[name] ?? [name];

/** For these settings openstacksdk prefers the value outside of `auth`. */
const outsideFirst = new Set<SettingName>([
  ...['token', 'project_id', 'project_name', 'user_domain_id', 'user_domain_name'],
  ...['project_domain_id', 'project_domain_name', 'domain_id', 'domain_name'],
] as SettingName[]); // prettier-ignore

/** Terraform's provider has no such setting. */
const unknownToTerraform = new Set<SettingName>([
  ...['default_domain_id', 'default_domain_name', 'trust_id', 'network_endpoint_override', 'insecure'],
] as SettingName[]); // prettier-ignore

/** These keys change which service a client asks or how it logs in, in a way that stackward doesn't support. */
const refused =
  /^(passcode|auth_methods|(network|identity)_(interface|endpoint_type|region_name|service_type|service_name)|identity_endpoint_override|endpoint_override|service_type|service_name)$/;

/** These keys change neither the services that stackward asks nor its login. */
const irrelevant =
  /^(auth|name|profile|cloud|regions|networks|(external|internal)_network|image_format|image_api_use_tasks|floating_ip_source|secgroup_source|requires_floating_ip|status|message|disable_vendor_agent|force_ipv4|nat_destination|allow_reauth|vendor_hook|location|client|(api_)?timeout|(.*_)?(api_version|default_microversion|status_code_retries|connect_retries|timeout))$/;
/** Keys of services that stackward doesn't ask. */
const otherService =
  /^(accelerator|alarm|application_catalog|backup|baremetal|bare_metal|block_storage|clustering|compute|container|data_processing|database|dns|image|instance_ha|key_manager|load_balancer|message|messaging|meter|metric|monitoring|nfv|object_store|orchestration|placement|rating|search|shared_file_system|volume|volumev2|volumev3|workflow)_/;

type Level = ReadonlyMap<string, Setting>;
const level = ({ entries }: WrittenMap, from: string): Map<string, Setting & { form: Written['form'] }> =>
  new Map(
    [...entries].map(([key, value]) => [
      key.replaceAll('-', '_'),
      { text: value.form === 'text' ? value.text : '', key: `${from}${key}`, where: value.where, form: value.form },
    ]),
  );

/** @param entry after all merges */
export function settingsOf(
  entry: WrittenMap,
  auth: WrittenMap,
): { settings: Map<SettingName, Setting>; notes: EntryNote[] } {
  const outside = level(entry, '');
  const inside = level(auth, 'auth.');
  const settings = new Map<SettingName, Setting>();
  for (const name of authNames) choose(settings, name, outside, inside);
  for (const name of entryNames) choose(settings, name, outside, new Map());
  const notes = [
    ...[...outside].flatMap(([name, setting]) => noteOf(name, setting, 'outside', settings)),
    ...[...inside].flatMap(([name, setting]) => noteOf(name, setting, 'inside', settings)),
  ];
  return { settings, notes };
}

/** The OS_* variables as an entry: each is a key of that name. */
export function settingsOfVariables(env: Readonly<Record<string, string | undefined>>): Settings {
  const outside = new Map<string, Setting>();
  for (const [variable, text] of Object.entries(env))
    if (variable.startsWith('OS_') && text)
      outside.set(variable.slice(3).toLowerCase(), { text, key: variable, where: variable });
  for (const [name, setting] of outside) refuse(name, setting);
  const settings = new Map<SettingName, Setting>();
  for (const name of [...authNames, ...entryNames]) choose(settings, name, outside, new Map());
  return settings;
}

function choose(settings: Map<SettingName, Setting>, name: SettingName, outside: Level, inside: Level): void {
  const [first, second] = outsideFirst.has(name) ? [inside, outside] : [outside, inside];
  const candidates = outsideFirst.has(name)
    ? spellingsOf(name).flatMap((key) => [first.get(key), second.get(key)])
    : [first, second].flatMap((place) => spellingsOf(name).map((key) => place.get(key)));
  const found = candidates.findLast((setting) => setting !== undefined && setting.text !== '');
  if (found) settings.set(name, found);
}

function refuse(name: string, { key, where }: Setting): void {
  if (!refused.test(name)) return;
  throw new InvalidConfiguration(
    `the key "${key}" changes how or whom a client asks, and stackward can't do so; remove it, or use an entry of its own for stackward`,
    { where },
  );
}

function noteOf(
  name: string,
  setting: Setting & { form: Written['form'] },
  stands: 'inside' | 'outside',
  settings: Settings,
): EntryNote[] {
  const { key, where } = setting;
  refuse(name, setting);
  const honoured = [...authNames, ...(stands === 'outside' ? entryNames : [])].find((known) => spellingsOf(known).includes(name)); // prettier-ignore
  if (honoured !== undefined) {
    if (setting.form !== 'text' && honoured !== 'region_name')
      throw new InvalidConfiguration(`the key "${key}" holds a ${setting.form}; write a text`, { where });
    if (settings.get(honoured)?.key !== key) return [];
    const fault =
      honoured === 'interface' && /^public(URL)?$/.test(setting.text)
        ? undefined
        : differenceOf(honoured, name, key, stands);
    return fault === undefined ? [] : [{ where, message: fault, ...settledBy(honoured) }]; // prettier-ignore
  }
  if (stands === 'outside' && (irrelevant.test(name) || otherService.test(name))) return [];
  return [{ where, message: `the key "${key}" is none that stackward knows ${stands === 'inside' ? 'below "auth"' : 'in an entry'}, and it is left alone` }]; // prettier-ignore
}

function settledBy(name: SettingName): Pick<EntryNote, 'settledBy'> {
  if (name === 'interface') return { settledBy: 'endpointType' };
  return name === 'network_endpoint_override' ? { settledBy: 'networkUrl' } : {};
}

/** How Terraform's provider reads an honoured key differently. */
function differenceOf(
  name: SettingName,
  spelling: string,
  key: string,
  stands: 'inside' | 'outside',
): string | undefined {
  if (name === 'interface')
    return `Terraform's provider does not read the key "${key}" and asks public endpoints; say endpointType in the providerSettings of OpenStackCloud too`;
  if (unknownToTerraform.has(name))
    return `stackward follows the key "${key}", which Terraform's provider does not read`;
  if (stands === 'outside' && (authNames as readonly string[]).includes(name))
    return `the key "${key}" is outside of "auth", where Terraform's provider does not read it; move it below "auth"`;
  const words = key.replace('auth.', '');
  if (words.includes('-') || (spelling !== name && name !== 'auth_type'))
    return `Terraform's provider does not know the key "${key}"; write "${name}"`;
  return undefined;
}
