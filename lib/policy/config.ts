/** The settings of a service's configuration for its policy. */
import { defined } from '../basics/defined';
import { effective, type OsloConfig } from '../oslo-config/effective';
import { eraOf } from '../oslo-config/era';
import { parseOsloFile } from '../oslo-config/file';
import { apiProgram, configName, type ServiceName } from '../openstack/services';

export interface PolicySettings {
  /**
   * A path as the configuration has it: absolute, or relative to the folders of the configuration. Absent: the
   * service's own default.
   */
  readonly policyFile?: string;
  readonly policyDirs: readonly string[];
  /** The rule that is used in place of a missing rule. */
  readonly defaultRule: string;
  /** `enforce_new_defaults`. Absent: the release's default. */
  readonly newDefaultsAlone?: boolean;
}

/** Up to Juno the options are in [DEFAULT]. Later they are in [oslo_policy], and the library still reads [DEFAULT]. */
function valuesOf(name: string, config: OsloConfig, multiple = false): readonly string[] {
  const option = { section: 'oslo_policy', name, former: [{ section: 'DEFAULT', name }], multiple };
  return effective(option, config).values.map(({ value }) => value);
}

/** @param files texts of the configuration files, in the order in which the service reads them */
export function readPolicySettings(files: readonly string[]): PolicySettings {
  // References aren't followed, so the release decides only which unusual characters are blanks. These are Python 3's.
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
 * The files that a service reads in addition to its configuration files, by itself or because RDO's units say so: the
 * packager's defaults before them, folders of `*.conf` after them. Source: oslo_config/cfg.py, `find_config_dirs`,
 * since 5.0.0 (Queens); neutron-server.service of RDO.
 * @param folders the folders in which `<name>.conf.d` may be; only the first one that exists is read
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
