/** What a service's configuration says about its policy: oslo.config's INI, several files, later ones first in rank. */
import type { PolicyService } from './check';

export interface PolicySettings {
  /** As written: relative to the folders of the configuration, or absolute. Absent: the service's own default. */
  readonly policyFile?: string;
  readonly policyDirs: readonly string[];
  /** The rule that stands in for a missing one. */
  readonly defaultRule: string;
  /** `enforce_new_defaults`. Absent: the release's default. */
  readonly newDefaultsAlone?: boolean;
}

/**
 * Up to Juno the options stand in [DEFAULT]; later in [oslo_policy], where [DEFAULT] is still heard. A later file counts over
 * an earlier one, whichever section it has it in; within a file [oslo_policy] does. Options with several values add up.
 * Source: oslo_config/cfg.py, `_Namespace._get_file_value`.
 */
const sections = ['DEFAULT', 'oslo_policy'] as const;

/** @param files texts of the configuration files, in the order in which the service reads them */
export function readPolicySettings(files: readonly string[]): PolicySettings {
  const options = files.map(readOptions);
  const all = (name: string): readonly string[] =>
    options.flatMap((values) => sections.flatMap((section) => values.get(`${section} ${name}`) ?? []));
  const policyFile = all('policy_file').at(-1);
  const enforce = all('enforce_new_defaults').at(-1)?.toLowerCase();
  const dirs = all('policy_dirs').filter((dir) => dir !== '');
  return {
    ...(policyFile === undefined || policyFile === '' ? {} : { policyFile }),
    policyDirs: dirs.length > 0 ? dirs : ['policy.d'],
    defaultRule: all('policy_default_rule').at(-1) ?? 'default',
    ...(enforce === undefined ? {} : { newDefaultsAlone: ['true', '1', 'yes', 'on'].includes(enforce) }),
  };
}

/** Programs that enforce policies, by the names under which they look for their own configuration. */
const programs: Readonly<Record<PolicyService, string>> = {
  nova: 'nova-api',
  neutron: 'neutron-server',
  cinder: 'cinder-api',
  glance: 'glance-api',
  keystone: 'keystone',
};

/**
 * What a service reads besides the files that it is told, by itself or as RDO's units tell it to: the packager's defaults
 * before them, folders of `*.conf` after them. Source: oslo_config/cfg.py, `find_config_dirs`, since 5.0.0 (Queens);
 * neutron-server.service of RDO.
 * @param folders where `<name>.conf.d` may be; the first that is there counts
 */
export function configPlaces(
  service: PolicyService,
  folders: readonly string[],
): { readonly before: string; readonly after: readonly (readonly string[])[] } {
  const program = programs[service];
  const names = [...new Set([service, program])];
  return {
    before: `/usr/share/${service}/${service === 'glance' ? program : service}-dist.conf`,
    after: [
      ...names.map((name) => folders.map((folder) => `${folder === '/' ? '' : folder}/${name}.conf.d`)),
      ...(service === 'neutron'
        ? ['common', program].map((name) => folders.map((folder) => `${folder}/conf.d/${name}`))
        : []),
    ],
  };
}

/** `section name` → its values in this file: an option that is written twice has two. */
function readOptions(text: string): Map<string, string[]> {
  const options = new Map<string, string[]>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[([^\]]*)\]/.exec(line);
    if (head) section = head[1] ?? '';
    const [, name, value] = /^([A-Za-z][\w-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || !sections.some((heard) => heard === section)) continue;
    const key = `${section} ${name.replaceAll('-', '_')}`;
    options.set(key, [...(options.get(key) ?? []), value.replace(/^(["'])(.*)\1$/, '$2')]);
  }
  return options;
}
