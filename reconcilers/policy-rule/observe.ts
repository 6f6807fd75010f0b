/**
 * What the services of one host go by, and what the owners' records say was written there.
 *
 * One question holds all that is usually needed: the owners' records, configurations, the policy files in their usual places.
 * What these name besides (another owner's record, another file, a policy.d, a rule that no file has) is asked in a second.
 */
import { asStackwardError, StackwardError } from '../../lib/basics/errors';
import type { AnswerTo, HostFile, HostFolder, HostRead, HostReader, Outcome, ReaderOutput } from '../../lib/hosts/host';
import { readRecords, type HostRecords } from '../../lib/hosts/host-record';
import { policyFileNames } from '../../lib/policy/defaults';
import { configPlaces } from '../../lib/policy/config';
import type { Readers, ServiceName } from '../../lib/contract/ports';
import { sweeps, type Placement } from '../../lib/contract/reconciler';
import type { Release } from '../../lib/openstack/releases';
import { rawValue, type Held } from './grant/jobs';
import { seeRoles, type RolesSeen } from './grant/roles';
import { contentOf, findServicePolicy, foldersOf, type Looks, type ServicePolicy } from './grant/service-policy';
import { asksTool, rulesOfService, situationOf, type ServiceRules, type Situation } from './grant/situation';
import type { PolicyRuleSpec, RuleImage } from './restored';
import { recordEntry, type PolicyRuleDeclared, type RecordEntry } from './spec';

export const kind = 'policy-rule';

export interface PolicyRuleObserved extends HostRecords<RecordEntry> {
  readonly looks: Looks;
  /** The same questions once more. */
  again(host: HostReader): Promise<Looks & { readonly isOpen: boolean }>;
  /** By `<service> <release>`; an error: it can't be told what it goes by. */
  readonly services: ReadonlyMap<string, ServicePolicy | StackwardError>;
  /** @throws StackwardError when it can't be told how the service goes by the rule */
  readonly situation: (about: RuleName) => Situation;
  readonly roles: RolesSeen;
}
export type RuleName = Pick<PolicyRuleDeclared, 'service' | 'release' | 'rule'>;

/** All that records of this kind hold on the host. */
export const heldOn = ({ records, others }: HostRecords<RecordEntry>): readonly Held[] =>
  [...records, ...others].flatMap(([owner, { entries }]) => [...entries.values()].map((entry) => ({ owner, entry })));

export const serviceKey = (service: ServiceName, release: Release): string => `${service} ${release}`;

export async function observe(placement: Placement<PolicyRuleSpec>, from: Readers): Promise<PolicyRuleObserved> {
  const host = await from.host(placement.target);
  const asked = new Asked();
  speculate(asked, placement, from);
  const [records] = await Promise.all([readRecords(host, kind, placement.owners, recordEntry), asked.answer(host)]);
  for (;;) {
    const seen = look(asked, records, placement, from);
    if (!asked.isOpen) return { ...seen, roles: await seeRoles(placement, seen.situation, from) };
    await asked.answer(host);
  }
}

/** Answers that are there, and questions that are still to be asked. */
class Asked implements Looks {
  readonly #answers = new Map<string, Outcome<object>>();
  readonly #open = new Map<string, HostRead>();

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  file = (path: string): Outcome<HostFile> => this.of({ verb: 'read-file', path }, { exists: false, realPath: path });

  folder = (path: string): Outcome<HostFolder> =>
    this.of({ verb: 'list-folder', path }, { exists: false, entries: [] });

  reader = (argv: readonly string[]): Outcome<ReaderOutput> =>
    this.of({ verb: 'run-reader', argv }, { code: 0, stdout: '', stderr: '' });

  /** While there is no answer, `meanwhile` stands for it. */
  private of<Q extends HostRead>(question: Q, meanwhile: AnswerTo<Q>): Outcome<AnswerTo<Q>> {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known) return known as Outcome<AnswerTo<Q>>;
    this.#open.set(key, question);
    return { ok: true, value: meanwhile };
  }

  /** What the service's tool prints follows from the rest, and takes it seconds. */
  async again(host: HostReader): Promise<Asked> {
    const next = new Asked();
    for (const [key, outcome] of this.#answers) {
      const question = JSON.parse(key) as HostRead;
      if (question.verb === 'run-reader') next.#answers.set(key, outcome);
      else next.#open.set(key, question);
    }
    await next.answer(host);
    return next;
  }

  async answer(host: HostReader): Promise<void> {
    const questions = [...this.#open];
    this.#open.clear();
    const outcomes = questions.length === 0 ? [] : await host.read(questions.map(([, question]) => question));
    questions.forEach(([key], at) => this.#answers.set(key, outcomes[at] as Outcome<object>));
  }
}

const wantedServices = ({ wanted }: Placement<PolicyRuleSpec>): readonly (readonly [ServiceName, Release])[] => {
  const all = wanted.flatMap(({ spec }) => ('restore' in spec ? [] : [[spec.service, spec.release] as const]));
  return [...new Map(all.map((one) => [serviceKey(one[0], one[1]), one])).values()];
};

function speculate(asked: Asked, placement: Placement<PolicyRuleSpec>, { hosts }: Readers): void {
  for (const [service, release] of wantedServices(placement)) {
    const configFiles = hosts.configFiles(service);
    const folders = foldersOf(service, configFiles);
    const places = configPlaces(service, folders);
    for (const path of [places.before, ...configFiles]) asked.file(path);
    for (const path of places.after.flat()) asked.folder(path);
    for (const folder of folders) {
      for (const name of policyFileNames(service, release)) asked.file(`${folder}/${name}`);
      if (release !== 'icehouse') asked.folder(`${folder}/policy.d`);
    }
  }
}

/** Those too whose rules a record or a rollback may take back: how a change of theirs is heard depends on their files. */
function touchedServices(
  placement: Placement<PolicyRuleSpec>,
  records: PolicyRuleObserved['records'],
): readonly (readonly [ServiceName, Release])[] {
  const recorded = [...records].flatMap(([owner, { entries }]) =>
    [...entries.values()].filter(({ stack }) => sweeps(placement.sweep, owner, stack)),
  );
  const all = [...recorded, ...restoredRules(placement)].map(
    ({ service, release }) => [serviceKey(service, release), [service, release]] as const,
  );
  return [
    ...new Map([
      ...wantedServices(placement).map((one) => [serviceKey(one[0], one[1]), one] as const),
      ...all,
    ]).values(),
  ];
}

const restoredRules = ({ wanted, target }: Placement<PolicyRuleSpec>): readonly RuleImage[] =>
  wanted
    .flatMap(({ spec }) => ('restore' in spec ? spec.restore : []))
    .filter((one) => one.target === target)
    .flatMap(({ image }) => image.rules);

function look(
  asked: Asked,
  { records, others }: HostRecords<RecordEntry>,
  placement: Placement<PolicyRuleSpec>,
  { hosts }: Readers,
): Omit<PolicyRuleObserved, 'roles'> {
  const services = new Map(
    touchedServices(placement, records).map(([service, release]) => [
      serviceKey(service, release),
      orError(() => findServicePolicy(service, release, hosts.configFiles(service), asked)),
    ]),
  );
  for (const [owner, { entries }] of records)
    for (const { stack, file } of entries.values()) if (sweeps(placement.sweep, owner, stack)) asked.file(file);
  for (const { file } of restoredRules(placement)) asked.file(file);
  const situation = situations(services, asked, generate(asked, placement, services));
  return { looks: asked, again: (host) => asked.again(host), services, records, others, situation };
}

/**
 * Each service's files and each rule are read once, whatever is asked of them.
 * @param generated what the service's own tool prints, by service, where a rule had to be asked of it
 */
export function situations(
  services: PolicyRuleObserved['services'],
  looks: Looks,
  generated: ReadonlyMap<string, string>,
): PolicyRuleObserved['situation'] {
  const read = new Map<string, ServiceRules>();
  const known = new Map<string, Situation>();
  return ({ service, release, rule }) => {
    const name = serviceKey(service, release);
    const policy = services.get(name);
    if (policy === undefined || policy instanceof StackwardError)
      throw policy ?? new RangeError(`nobody looked at ${service}`);
    const key = `${name} ${rule}`;
    const of = read.get(name) ?? rulesOfService(policy, looks);
    read.set(name, of);
    const situation = known.get(key) ?? situationOf(of, rule, generated.get(service));
    known.set(key, situation);
    return situation;
  };
}

/** Rules that no file has are asked of the service's own tool, where that is worth its seconds. */
function generate(
  asked: Asked,
  { wanted }: Placement<PolicyRuleSpec>,
  services: PolicyRuleObserved['services'],
): ReadonlyMap<string, string> {
  const generated = new Map<string, string>();
  for (const { spec } of wanted) {
    const policy = 'restore' in spec ? undefined : services.get(serviceKey(spec.service, spec.release));
    if ('restore' in spec || policy === undefined || 'reason' in policy) continue;
    const { service, rule } = spec;
    if (!asksTool(policy, rule) || isInFile(policy, rule, asked)) continue;
    const outcome = asked.reader(['oslopolicy-policy-generator', '--namespace', service]);
    if (outcome.ok && outcome.value.code === 0) generated.set(service, outcome.value.stdout);
  }
  return generated;
}

const isInFile = ({ files, release }: ServicePolicy, rule: string, looks: Looks): boolean =>
  files.some((path) => {
    const found = orError(() => rawValue(contentOf(looks.file(path)), { rule, release }) ?? false);
    return typeof found === 'string';
  });

function orError<T>(work: () => T): T | StackwardError {
  try {
    return work();
  } catch (error) {
    return asStackwardError(error);
  }
}
