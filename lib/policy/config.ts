/** What a service's configuration says about its policy. */
import { defined } from '../basics/defined';
import { effective, type OsloConfig } from '../oslo-config/effective';
import { eraOf } from '../oslo-config/era';
import { parseOsloFile } from '../oslo-config/file';
import { apiProgram, configName, type ServiceName } from '../openstack/services';

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
function valuesOf(name: string, config: OsloConfig, multiple = false): readonly string[] {
  const option = { section: 'oslo_policy', name, former: [{ section: 'DEFAULT', name }], multiple };
  return effective(option, config).values.map(({ value }) => value);
}

/** @param files texts of the configuration files, in the order in which the service reads them */
export function readPolicySettings(files: readonly string[]): PolicySettings {
  // References aren't followed, so all that a release decides is which odd characters are blank: as Python 3 has it.
  const era = eraOf('ussuri');
  const parsed = files.map((text, index) => parseOsloFile(String(index), text, era.python));
  const config: OsloConfig = { files: parsed, environment: new Map(), era };
  const [policyFile] = valuesOf('policy_file', config);
  const [enforce] = valuesOf('enforce_new_defaults', config);
  const dirs = valuesOf('policy_dirs', config, true).filter((dir) => dir !== '');
  return {
    ...defined({
      policyFile: policyFile === '' ? undefined : policyFile,
      newDefaultsAlone: enforce === undefined ? undefined : ['true', '1', 'yes', 'on'].includes(enforce.toLowerCase()),
    }),
    policyDirs: dirs.length > 0 ? dirs : ['policy.d'],
    defaultRule: valuesOf('policy_default_rule', config)[0] ?? 'default',
  };
}

/**
 * What a service reads besides the files that it is told, by itself or as RDO's units tell it to: the packager's defaults
 * before them, folders of `*.conf` after them. Source: oslo_config/cfg.py, `find_config_dirs`, since 5.0.0 (Queens);
 * neutron-server.service of RDO.
 * @param folders where `<name>.conf.d` may be; the first that is there counts
 */
export function configPlaces(
  service: ServiceName,
  folders: readonly string[],
): { readonly before: string; readonly after: readonly (readonly string[])[] } {
  const program = apiProgram[service];
  const names = [...new Set([service, program])];
  return {
    before: `/usr/share/${service}/${configName(service)}-dist.conf`,
    after: [
      ...names.map((name) => folders.map((folder) => `${folder === '/' ? '' : folder}/${name}.conf.d`)),
      ...(service === 'neutron'
        ? ['common', program].map((name) => folders.map((folder) => `${folder}/conf.d/${name}`))
        : []),
    ],
  };
}
