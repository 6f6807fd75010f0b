/** What a service's configuration says about its policy: oslo.config's INI, several files, later ones first in rank. */

export interface PolicySettings {
  /** As written: relative to the folders of the configuration, or absolute. Absent: the service's own default. */
  readonly policyFile?: string;
  readonly policyDirs: readonly string[];
  /** The rule that stands in for a missing one. */
  readonly defaultRule: string;
  /** `enforce_new_defaults`. Absent: the release's default. */
  readonly newDefaultsAlone?: boolean;
}

/** Up to Juno the options stand in [DEFAULT]; later in [oslo_policy], where [DEFAULT] is still heard. */
const sections = ['DEFAULT', 'oslo_policy'] as const;

/** @param files texts of the configuration files, in the order in which the service reads them */
export function readPolicySettings(files: readonly string[]): PolicySettings {
  const options = new Map<string, string[]>();
  for (const text of files) for (const [name, values] of readOptions(text)) options.set(name, values);
  const all = (name: string): readonly string[] =>
    options.get(`oslo_policy ${name}`) ?? options.get(`DEFAULT ${name}`) ?? [];
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

/** `section name` → its values in this file: an option that is written twice has two. */
function readOptions(text: string): Map<string, string[]> {
  const options = new Map<string, string[]>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[([^\]]*)\]/.exec(line);
    if (head) section = head[1] ?? '';
    const [, name, value] = /^([A-Za-z][\w-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || !sections.some((one) => one === section)) continue;
    const key = `${section} ${name.replaceAll('-', '_')}`;
    options.set(key, [...(options.get(key) ?? []), value.replace(/^(["'])(.*)\1$/, '$2')]);
  }
  return options;
}
