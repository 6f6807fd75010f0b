/**
 * Reads the rules of one host's services, and the owners' records of grants there.
 *
 * The first request has everything that is usually needed: the owners' records, the configurations, and the policy
 * files in their usual places. A second request asks for what these answers refer to: another owner's record, another
 * file, a policy.d, a rule that no file has.
 */
import { asStackwardError, StackwardError } from '../../lib/basics/errors';
import type { Readers } from '../../lib/contract/ports';
import type { ServiceName } from '../../lib/openstack/services';
import { sweeps, type Placement } from '../../lib/contract/reconciler';
import type { HostReader } from '../../lib/hosts/host';
import { readRecords, type HostRecords } from '../../lib/hosts/host-record';
import type { Release } from '../../lib/openstack/releases';
import { configPlaces } from '../../lib/policy/config';
import { policyFileNames } from '../../lib/policy/defaults';
import { PolicyText } from '../../lib/policy/model';
import { rawValue } from './grant/edits';
import { HostQuestions } from './grant/host-questions';
import { RecordedGrants } from './grant/recorded-grants';
import { seeRoles } from './grant/roles';
import { findServicePolicy, foldersOf, type ServicePolicy } from './grant/service-policy';
import { asksTool, rulesOfService, situationOf, type ServiceRules, type Situation } from './grant/situation';
import { kind, serviceKey, type TargetObservation } from './model';
import type { PolicyRuleSpec, RuleImage } from './image';
import { recordEntry, type RecordEntry } from './spec';

export async function observe(placement: Placement<PolicyRuleSpec>, from: Readers): Promise<TargetObservation> {
  const host = await from.host(placement.target);
  const answers = new HostQuestions();
  speculate(answers, placement, from);
  const [records] = await Promise.all([readRecords(host, kind, placement.owners, recordEntry), answers.answer(host)]);
  for (;;) {
    const observed = look(answers, records, placement, from);
    if (!answers.isOpen) return { ...observed, roles: await seeRoles(placement, observed.situation, from) };
    await answers.answer(host);
  }
}

/** Asks the same host the same questions again, and reads the records again. */
export async function observeAgain(observed: TargetObservation, host: HostReader): Promise<TargetObservation> {
  const [records, answers] = await Promise.all([
    readRecords(host, kind, [...observed.records.keys()], recordEntry),
    observed.answers.again(host),
  ]);
  return assemble({ ...observed, ...records, answers });
}

type Found = Omit<TargetObservation, 'services' | 'situation' | 'grants'>;

/** Derives the observation from the answers. Pure; a missing answer becomes a question of `answers`. */
export function assemble(found: Found): TargetObservation {
  const { sources, answers, generated } = found;
  const services = new Map(
    sources.map(({ service, release, configFiles }) => [
      serviceKey(service, release),
      orError(() => findServicePolicy(service, release, configFiles, answers)),
    ]),
  );
  const situation = situations(services, answers, generated);
  return { ...found, services, situation, grants: RecordedGrants.of(found) };
}

const wantedServices = ({ wanted }: Placement<PolicyRuleSpec>): readonly Served[] => {
  const all = wanted.flatMap(({ spec }) => ('restore' in spec ? [] : [[spec.service, spec.release] as const]));
  return distinct(all);
};

type Served = readonly [ServiceName, Release];

const distinct = (all: readonly Served[]): readonly Served[] => [
  ...new Map(all.map(([service, release]) => [serviceKey(service, release), [service, release] as const])).values(),
];

function speculate(answers: HostQuestions, placement: Placement<PolicyRuleSpec>, { hosts }: Readers): void {
  for (const [service, release] of wantedServices(placement)) {
    const configFiles = hosts.configFiles(service);
    const folders = foldersOf(service, configFiles);
    const places = configPlaces(service, folders);
    for (const path of [places.before, ...configFiles]) answers.file(path);
    for (const path of places.after.flat()) answers.folder(path);
    for (const folder of folders) {
      for (const name of policyFileNames(service, release)) answers.file(`${folder}/${name}`);
      if (release !== 'icehouse') answers.folder(`${folder}/policy.d`);
    }
  }
}

/**
 * Includes services whose rules a record or a rollback may remove, because their files decide which change takes
 * effect.
 */
function touchedServices(
  placement: Placement<PolicyRuleSpec>,
  records: TargetObservation['records'],
): readonly Served[] {
  const recorded = [...records].flatMap(([owner, { entries }]) =>
    [...entries.values()].filter(({ stack }) => sweeps(placement.sweep, owner, stack)),
  );
  const takenBack = [...recorded, ...restoredRules(placement)].map(
    ({ service, release }) => [service, release] as const,
  );
  return distinct([...wantedServices(placement), ...takenBack]);
}

const restoredRules = ({ wanted, target }: Placement<PolicyRuleSpec>): readonly RuleImage[] =>
  wanted
    .flatMap(({ spec }) => ('restore' in spec ? spec.restore : []))
    .filter((restored) => restored.target === target)
    .flatMap(({ image }) => image.rules);

function look(
  answers: HostQuestions,
  records: HostRecords<RecordEntry>,
  placement: Placement<PolicyRuleSpec>,
  { hosts }: Readers,
): TargetObservation {
  const sources = touchedServices(placement, records.records).map(([service, release]) => ({
    service,
    release,
    configFiles: hosts.configFiles(service),
  }));
  const found = { ...records, answers, sources, roles: undefined };
  const silent = assemble({ ...found, generated: new Map() });
  for (const [owner, { entries }] of records.records)
    for (const { stack, file } of entries.values()) if (sweeps(placement.sweep, owner, stack)) answers.file(file);
  for (const { file } of restoredRules(placement)) answers.file(file);
  const generated = generate(placement, silent);
  return generated.size === 0 ? silent : assemble({ ...found, generated });
}

/** Reads each service's files and each rule only once, however often they are asked for. */
function situations(
  services: TargetObservation['services'],
  answers: HostQuestions,
  generated: TargetObservation['generated'],
): TargetObservation['situation'] {
  const rulesOf = new Map<string, ServiceRules>();
  const known = new Map<string, Situation>();
  return ({ service, release, rule }) => {
    const name = serviceKey(service, release);
    const policy = services.get(name);
    if (policy === undefined || policy instanceof StackwardError)
      throw policy ?? new RangeError(`nobody looked at ${service}`);
    const key = `${name} ${rule}`;
    const rules = rulesOf.get(name) ?? rulesOfService(policy, answers);
    rulesOf.set(name, rules);
    const situation = known.get(key) ?? situationOf(rules, rule, generated.get(service));
    known.set(key, situation);
    return situation;
  };
}

/** Asks the service's own tool for the rules that no file has, if that is worth its time. */
function generate(
  { wanted }: Placement<PolicyRuleSpec>,
  { services, answers }: TargetObservation,
): TargetObservation['generated'] {
  const generated = new Map<string, PolicyText>();
  for (const { spec } of wanted) {
    const policy = 'restore' in spec ? undefined : services.get(serviceKey(spec.service, spec.release));
    if ('restore' in spec || policy === undefined || 'reason' in policy) continue;
    const { service, rule } = spec;
    if (generated.has(service) || !asksTool(policy, rule) || isInFile(policy, rule, answers)) continue;
    const outcome = answers.reader(['oslopolicy-policy-generator', '--namespace', service]);
    if (outcome.ok && outcome.value.code === 0) generated.set(service, new PolicyText(outcome.value.stdout));
  }
  return generated;
}

const isInFile = ({ files, release }: ServicePolicy, rule: string, answers: HostQuestions): boolean =>
  files.some((path) => typeof orError(() => rawValue(answers.text(path), { rule, release })) === 'string');

function orError<T>(work: () => T): T | StackwardError {
  try {
    return work();
  } catch (error) {
    return asStackwardError(error);
  }
}
