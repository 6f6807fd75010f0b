/** Which files a service takes its rules from, as oslo.policy looks for them, and what they come to. Pure. */
import { Blocked, InvalidConfiguration, StackwardError } from '../../lib/errors';
import type { HostFile, HostFolder, Outcome } from '../../lib/host';
import type { Check, Rules } from '../../lib/policy/check';
import { configPlaces, readPolicySettings, type PolicySettings } from '../../lib/policy/config';
import {
  enforcesNewDefaults,
  eraOf,
  findCodeDefault,
  hasDeprecatedHalves,
  hasRulesInCode,
  policyFileNames,
} from '../../lib/policy/defaults';
import { findEntry, parsePolicyFile, type PolicyFile } from '../../lib/policy/file';
import { parseRule } from '../../lib/policy/parse';
import { oldNameOf } from '../../lib/policy/renamed';
import type { ServiceName } from '../../lib/ports';
import { isAtLeast, isNewer, newest, type Release } from '../../lib/releases';

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

/** One rule, as the service goes by it. */
export interface Situation {
  readonly rules: Rules;
  /** All that the service reads. */
  readonly files: readonly string[];
  /** The file that has it, else the one where it would go. */
  readonly path: string;
  /** undefined: it isn't there yet. */
  readonly parsed: PolicyFile | undefined;
  /** What stands in for it where no file has it; undefined: it then admits nobody. */
  readonly effective: string | undefined;
}

/**
 * @param generated what the service's own tool prints, where it was asked
 * @throws StackwardError when a file can't be read as rules, or the rule's default is not known
 */
export function situationOf(
  policy: ServicePolicy,
  rule: string,
  looks: Looks,
  generated: string | undefined,
): Situation {
  const { service, release, settings, files } = policy;
  const era = eraOf(release);
  const parsed = new Map<string, PolicyFile>();
  const byName = new Map<string, Check>();
  for (const path of policy.files) {
    const file = inFile(path, () => parsePolicyFile(contentOf(looks.file(path)) ?? '', era));
    parsed.set(path, file);
    for (const [name, value] of file.values)
      byName.set(
        name,
        inFile(path, () => parseRule(value, era)),
      );
  }
  const isInCode = hasRulesInCode(service, release);
  // A name that no file has is in the code, where it is not known here: it must not be taken for the default rule.
  const rules: Rules = { era, service, byName, defaultRule: isInCode ? '' : settings.defaultRule };
  const path = policy.files.findLast((one) => parsed.get(one)?.values.has(rule)) ?? policy.main;
  const file = parsed.get(path);
  // A merge key gives a value without an entry of its own.
  const held = file?.values.get(rule);
  if (file?.values.has(rule) && (findEntry(file, rule) || typeof held !== 'string'))
    return { rules, files, path, parsed: file, effective: undefined };
  const effective = typeof held === 'string' ? held : silent();
  if (effective !== undefined) byName.set(rule, parseRule(effective, era));
  return { rules, files, path, parsed: file, effective };

  function silent(): string | undefined {
    if (!isInCode) return byName.has(settings.defaultRule) ? `rule:${settings.defaultRule}` : undefined;
    refuseOldName();
    return defaultOf(policy, rule, generated);
  }

  function refuseOldName(): void {
    const old = oldNameOf(service, rule, release);
    const holder = old && policy.files.findLast((one) => parsed.get(one)?.values.has(old));
    // As the sample that oslo.policy makes has it: the old name then says nothing.
    if (old === undefined || holder === undefined || parsed.get(holder)?.values.get(old) === `rule:${rule}`) return;
    throw new Blocked(
      `${holder} is silent about ${rule} and holds ${old}, its former name, whose value is in force for it; ` +
        `write ${rule} there too, as it is to be without the grant, then run again`,
    );
  }
}

export const isNewAlone = ({ service, release, settings }: ServicePolicy): boolean =>
  !hasDeprecatedHalves(service, release) || (settings.newDefaultsAlone ?? enforcesNewDefaults(service, release));

/**
 * Where new defaults stand alone, what the service's own tool says counts over the table: a default has changed within a
 * release (Neutron 26.0.0 to 26.0.6).
 */
function defaultOf(policy: ServicePolicy, rule: string, generated: string | undefined): string {
  const { service, release, main } = policy;
  const isAlone = isNewAlone(policy);
  const told = isAlone && generated !== undefined ? parsePolicyFile(generated, 'newton').values.get(rule) : undefined;
  if (typeof told === 'string') return told;
  if (isNewer(release))
    throw new Blocked(
      `${main} is silent about ${rule}, and this stackward knows the defaults of ${service} up to ${newest}, not those of ${release}; ` +
        `write the rule's present value into the file (\`oslopolicy-sample-generator --namespace ${service}\` lists all), then run again, or use a newer stackward`,
    );
  const known = findCodeDefault(service, rule, release, isAlone);
  if (known !== undefined) return known;
  if (isAlone && generated !== undefined)
    throw new InvalidConfiguration(
      `${service} of ${release} knows no rule ${rule}; \`oslopolicy-policy-generator --namespace ${service}\` on the host lists them`,
    );
  const why = isAlone
    ? `\`oslopolicy-policy-generator --namespace ${service}\` doesn't tell its value on this host`
    : `while enforce_new_defaults is off no tool of ${service} tells what it goes by`;
  throw new Blocked(
    `${main} is silent about ${rule}, and ${why}; does ${service} of ${release} have a rule of that name? ` +
      `\`oslopolicy-sample-generator --namespace ${service}\` on a host, or the release's documentation, lists all, with their values and the deprecated ones; ` +
      `correct the name, or write the rule's present value into the file, then run again`,
  );
}

function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StackwardError)) throw error;
    throw new Blocked(`${path}: ${error.detail}`, { cause: error });
  }
}
