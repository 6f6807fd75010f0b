/** Which files a service takes its rules from, as oslo.policy looks for them, and what they come to. Pure. */
import { Blocked, StackwardError } from '../../../lib/basics/errors';
import type { HostFile, HostFolder, Outcome } from '../../../lib/hosts/host';
import { configPlaces, readPolicySettings, type PolicySettings } from '../../../lib/policy/config';
import { eraOf, hasRulesInCode, policyFileNames } from '../../../lib/policy/defaults';
import { parsePolicyFile } from '../../../lib/policy/file';
import type { ServiceName } from '../../../lib/contract/ports';
import { isAtLeast, type Release } from '../../../lib/openstack/releases';

/** What can be asked about a host; each answer is the same at every call. */
export interface Looks {
  file(path: string): Outcome<HostFile>;
  folder(path: string): Outcome<HostFolder>;
}

export interface ServicePolicy {
  readonly service: ServiceName;
  readonly release: Release;
  readonly settings: PolicySettings;
  readonly configFiles: readonly string[];
  /** Paths that exist, in the order in which the service reads them: a later one counts. */
  readonly files: readonly string[];
  /** Where a rule goes that none of them has; need not exist. */
  readonly main: string;
}

/** @throws StackwardError when it can't be told where the service looks */
export function findServicePolicy(
  service: ServiceName,
  release: Release,
  configFiles: readonly string[],
  looks: Looks,
): ServicePolicy {
  const read = (paths: readonly string[]): string[] =>
    paths.map((path) => contentOf(looks.file(path))).filter((text) => text !== undefined);
  const folders = foldersOf(service, configFiles);
  const places = configPlaces(service, folders);
  const named = read(configFiles);
  if (named.length === 0)
    throw new Blocked(
      `none of ${configFiles.join(', ')} is on this host, so it can't be told which policy file ${service} reads; ` +
        `name its configuration as "services.${service}.configFiles" in stackward.yaml; in a container (Kolla), make the grant where its files are made`,
    );
  const own = places.after.flatMap((some) => read(listFirst(some, looks).filter((path) => path.endsWith('.conf'))));
  const settings = readPolicySettings([...read([places.before]), ...named, ...own]);
  const names = settings.policyFile === undefined ? policyFileNames(service, release) : [settings.policyFile];
  const paths = names.flatMap((name) => candidates(name, folders));
  const found = paths.find((path) => contentOf(looks.file(path)) !== undefined);
  const main = found ?? paths[0] ?? '';
  if (found === undefined && !hasRulesInCode(service, release))
    throw new Blocked(
      `${main} is not there, and ${service} of ${release} needs it; is its configuration elsewhere ("services.${service}.configFiles")?`,
    );
  const more = release === 'icehouse' ? [] : settings.policyDirs.flatMap((dir) => filesIn(dir, folders, looks));
  return { service, release, settings, configFiles, main, files: [...(found === undefined ? [] : [found]), ...more] };
}

/** Folders that a relative name is looked for in, as oslo.config does. */
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

const filesIn = (dir: string, folders: readonly string[], looks: Looks): readonly string[] =>
  listFirst(candidates(dir, folders), looks).filter((path) => contentOf(looks.file(path)) !== undefined);

/** What is in the first of these folders that is there, by name. */
function listFirst(folders: readonly string[], looks: Looks): readonly string[] {
  for (const folder of folders) {
    const listed = looks.folder(folder);
    if (!listed.ok && listed.reason !== 'absent') throw listed.error;
    if (!listed.ok || !listed.value.exists) continue;
    const names = listed.value.entries.filter(({ name, kind }) => kind !== 'folder' && !name.startsWith('.'));
    return names.map(({ name }) => `${folder}/${name}`);
  }
  return [];
}

/** Text of a file; undefined: there is none. */
export function contentOf(outcome: Outcome<HostFile>): string | undefined {
  if (!outcome.ok) {
    if (outcome.reason === 'absent') return undefined;
    throw outcome.error;
  }
  return outcome.value.exists ? textOf(outcome.value) : undefined;
}

export function textOf(file: HostFile & { exists: true }): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(file.content, 'base64'));
  } catch {
    throw new Blocked(`${file.realPath} is not UTF-8; save it as UTF-8 first`);
  }
}

/**
 * Before Victoria a main file that changed is read again over everything, and policy.d is not, until it changes too or the
 * service restarts: what policy.d forbids would be allowed meanwhile. Source: oslo.policy up to 3.1.0, `load_rules`;
 * https://bugs.launchpad.net/oslo.policy/+bug/1880959, fixed in 3.2.1.
 * @returns files whose rules a change of this one would put out of force
 */
export function unheardFiles({ release, main, files }: ServicePolicy, path: string, looks: Looks): readonly string[] {
  if (path !== main || isAtLeast(release, 'victoria')) return [];
  const holdsRules = (one: string): boolean =>
    inFile(one, () => parsePolicyFile(contentOf(looks.file(one)) ?? '', eraOf(release)).values).size > 0;
  return files.filter((one) => one !== main && holdsRules(one));
}

/** The words of a fault in a file begin with its path. */
export function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StackwardError)) throw error;
    throw new Blocked(`${path}: ${error.detail}`, { cause: error });
  }
}
