/**
 * Finds the policy files that a service reads, in the way oslo.policy finds them, and the rules that these files add up
 * to. Pure.
 */
import { Blocked, StackwardError } from '../../../lib/basics/errors';
import { configPlaces, readPolicySettings, type PolicySettings } from '../../../lib/policy/config';
import { eraOf, hasRulesInCode, policyFileNames } from '../../../lib/policy/defaults';
import type { ServiceName } from '../../../lib/openstack/services';
import { isAtLeast, type Release } from '../../../lib/openstack/releases';
import type { HostQuestions } from './host-questions';

export interface ServicePolicy {
  readonly service: ServiceName;
  readonly release: Release;
  readonly settings: PolicySettings;
  readonly configFiles: readonly string[];
  /**
   * The policy files that exist, in the order in which the service reads them. If two files have the same rule, the
   * later file wins.
   */
  readonly files: readonly string[];
  /** The file that gets a rule which no file has yet. The file need not exist. */
  readonly main: string;
}

/** @throws StackwardError when stackward can't find out where the service looks */
export function findServicePolicy(
  service: ServiceName,
  release: Release,
  configFiles: readonly string[],
  answers: HostQuestions,
): ServicePolicy {
  const read = (paths: readonly string[]): string[] => paths.flatMap((path) => answers.text(path)?.content ?? []);
  const folders = foldersOf(service, configFiles);
  const places = configPlaces(service, folders);
  const named = read(configFiles);
  if (named.length === 0)
    throw new Blocked(
      `none of ${configFiles.join(', ')} is on this host, so stackward can't know which policy file ${service} reads; ` +
        `name its configuration as "services.${service}.configFiles" in stackward.yaml; in a container (Kolla), make the grant where its files are made`,
    );
  const own = places.after.flatMap((folders) =>
    read(listFirst(folders, answers).filter((path) => path.endsWith('.conf'))),
  );
  const settings = readPolicySettings([...read([places.before]), ...named, ...own]);
  const names = settings.policyFile === undefined ? policyFileNames(service, release) : [settings.policyFile];
  const paths = names.flatMap((name) => candidates(name, folders));
  const found = paths.find((path) => answers.text(path) !== undefined);
  const main = found ?? paths[0] ?? '';
  if (found === undefined && !hasRulesInCode(service, release))
    throw new Blocked(
      `${main} is not there, and ${service} of ${release} needs it; is its configuration elsewhere ("services.${service}.configFiles")?`,
    );
  const more = release === 'icehouse' ? [] : settings.policyDirs.flatMap((dir) => filesIn(dir, folders, answers));
  return { service, release, settings, configFiles, main, files: [...(found === undefined ? [] : [found]), ...more] };
}

/** The folders in which oslo.config looks for a relative name. */
export const foldersOf = (service: string, configFiles: readonly string[]): readonly string[] => [
  ...new Set([...configFiles.map((path) => path.slice(0, path.lastIndexOf('/')) || '/').reverse(), `/etc/${service}`]),
];

export function candidates(name: string, folders: readonly string[]): readonly string[] {
  if (name.includes('$'))
    throw new Blocked(
      `the configuration says ${name}, and what stands behind "$" is not followed; write the path itself`,
    );
  return name.startsWith('/') ? [name] : folders.map((folder) => `${folder === '/' ? '' : folder}/${name}`);
}

const filesIn = (dir: string, folders: readonly string[], answers: HostQuestions): readonly string[] =>
  listFirst(candidates(dir, folders), answers).filter((path) => answers.text(path) !== undefined);

/** The entries of the first of these folders that exists, sorted by name. */
function listFirst(folders: readonly string[], answers: HostQuestions): readonly string[] {
  for (const folder of folders) {
    const listed = answers.folder(folder);
    if (!listed.ok && listed.reason !== 'absent') throw listed.error;
    if (!listed.ok || !listed.value.exists) continue;
    const names = listed.value.entries.filter(({ name, kind }) => kind !== 'folder' && !name.startsWith('.'));
    return names.map(({ name }) => `${folder}/${name}`);
  }
  return [];
}

/**
 * Before Victoria, a changed main file is read again and replaces all rules. The service reads policy.d again only
 * after that changes too, or after a restart. Meanwhile it allows what policy.d forbids. Source: oslo.policy up to
 * 3.1.0, `load_rules`; https://bugs.launchpad.net/oslo.policy/+bug/1880959, fixed in 3.2.1.
 * @returns files whose rules would be out of force after a change of this file
 */
export function findUnheardFiles(
  { release, main, files }: ServicePolicy,
  path: string,
  answers: HostQuestions,
): readonly string[] {
  if (path !== main || isAtLeast(release, 'victoria')) return [];
  const holdsRules = (file: string): boolean =>
    inFile(file, () => answers.text(file)?.model(eraOf(release)).file.values.size ?? 0) > 0;
  return files.filter((file) => file !== main && holdsRules(file));
}

/** Puts the file's path before the message of an error that `work` throws. */
export function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StackwardError)) throw error;
    throw new Blocked(`${path}: ${error.detail}`, { cause: error });
  }
}
