/**
 * Which of the declared grants are not in force, and which of the recorded ones nobody declares any more. Pure.
 *
 * A grant is in force when the rule, as the service goes by it, admits the role whatever the request is about, be it through
 * other rules. What is in force without a record of ours is adopted: nothing is written, and nothing is taken away later.
 */
import { asStackwardError, Blocked, StackwardError } from '../../lib/errors';
import type { Rules } from '../../lib/policy/check';
import { hasRulesInCode } from '../../lib/policy/defaults';
import { admissionOf, referrersOf } from '../../lib/policy/grant';
import { sayGrant } from '../../lib/policy/intents';
import {
  type Change,
  type Difference,
  type Finding,
  type Placement,
  type Step,
  type Wanted,
} from '../../lib/reconciler';
import { keyOf, perform, rawValue, sayValue, type Job } from './jobs';
import { kind, serviceKey, type PolicyRuleObserved } from './observe';
import { contentOf, situationOf, unheardFiles, type Situation } from './service-policy';
import type { PolicyRuleDeclared, PolicyRuleSpec, RecordEntry } from './spec';
import { bringBack, leftovers, refuseManaged, textOf, type Draft, type Found } from './taking';

export interface PolicyRuleStep extends Step {
  readonly owner: string;
  readonly jobs: readonly Job[];
}

export function diff(placement: Placement<PolicyRuleSpec>, observed: PolicyRuleObserved): Difference<PolicyRuleStep> {
  const drafts = new Map<string, Draft>();
  const findings: Finding[] = [];
  const kept = new Set<string>();
  for (const one of placement.wanted) {
    const found = guarded(one.id, () => {
      const { spec } = one;
      return 'restore' in spec ? bringBack(one, spec, placement, observed) : compare(one, spec, observed);
    });
    findings.push(...found.findings);
    if (found.step) drafts.set(`${one.owner} ${one.id}`, found.step);
    for (const key of found.keeps) kept.add(`${one.owner} ${key}`);
  }
  const unsure = new Set(placement.wanted.map(({ owner, id }) => `${owner} ${id}`));
  for (const step of leftovers(placement, observed, kept, unsure, findings)) {
    const key = `${step.owner} ${step.id}`;
    const other = drafts.get(key);
    drafts.set(key, other ? { ...other, jobs: [...step.jobs, ...other.jobs] } : step);
  }
  return finish([...drafts.values()].sort(removalsLast), findings, observed);
}

const removalsLast = (a: Draft, b: Draft): number =>
  Number(a.action === 'delete') - Number(b.action === 'delete') || (a.id < b.id ? -1 : 1);

function guarded(id: string, work: () => Found): Found {
  try {
    return work();
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    return { findings: [{ id, reason, message }], keeps: [] };
  }
}

type Grant = Wanted<PolicyRuleSpec>;

function compare(one: Grant, spec: PolicyRuleDeclared, observed: PolicyRuleObserved): Found {
  const { service, release, rule, role } = spec;
  const policy = observed.services.get(serviceKey(service, release));
  if (policy === undefined || policy instanceof StackwardError)
    throw policy ?? new RangeError(`nobody looked at ${service}`);
  const situation = situationOf(policy, rule, observed.looks, observed.generated.get(service));
  const recorded = [...(observed.records.get(one.owner)?.entries.values() ?? [])].filter(
    (entry) =>
      entry.service === service &&
      entry.rule === rule &&
      entry.role === role &&
      [situation.path, ...policy.files].includes(entry.file),
  );
  const entry = recorded.find(({ file }) => file === situation.path);
  const keeps = recorded.map(keyOf);
  const admission = admissionOf(situation.rules, rule, role);
  if (admission !== 'no') return { ...inForce(one, spec, admission, entry, observed), keeps };
  refuseManaged(observed, situation.path, spec.overrideManager);
  return { step: grant(one, spec, situation, entry, observed), findings: [], keeps };
}

/** What the plan says of a grant that needs no write. */
function inForce(
  { id, owner, stack }: Grant,
  spec: PolicyRuleDeclared,
  admission: 'everyone' | 'role',
  entry: RecordEntry | undefined,
  observed: PolicyRuleObserved,
): Omit<Found, 'keeps'> {
  const { rule, role, service } = spec;
  const say = (message: string): Finding => ({ id, message });
  const findings: Finding[] = [];
  if (admission === 'everyone')
    findings.push(
      say(`${service}'s rule ${rule} admits everybody, with the role ${role} or without: wider than the code grants`),
    );
  if (entry === undefined) {
    if (admission === 'role')
      findings.push(
        say(
          `${service}'s rule ${rule} admits the role ${role} without a record of stackward: it is taken as it is, and stays when it leaves the code`,
        ),
      );
    return { findings };
  }
  const raw = rawValue(textOf(observed, entry.file), entry);
  if (raw !== entry.written)
    findings.push(
      say(
        `${rule} in ${entry.file} was changed by hand: it is ${raw ?? 'gone'}, and stackward wrote ${entry.written}; the role ${role} still has it`,
      ),
    );
  const path = id.slice(kind.length + 1);
  if (entry.path === path && entry.stack === stack) return { findings };
  const job: Job = { ...entry, owner, recorded: entry, does: 'record', as: { path, stack } };
  return {
    step: {
      ...head(id, spec, entry.file),
      because: 'its construct has another path or stack now',
      owner,
      action: 'update',
      jobs: [job],
    },
    findings,
  };
}

const head = (
  id: string,
  { service, rule, intent }: PolicyRuleDeclared,
  file: string,
): Pick<Draft, 'id' | 'subject'> => ({
  id,
  subject: `${service}'s rule ${rule}${intent === undefined ? '' : ` (${intent})`} in ${file}`,
});

function grant(
  { id, owner, stack }: Grant,
  spec: PolicyRuleDeclared,
  { path: file, effective, rules, parsed }: Situation,
  recorded: RecordEntry | undefined,
  observed: PolicyRuleObserved,
): Draft {
  const { service, release, rule, role, reason, overrideManager } = spec;
  const path = id.slice(kind.length + 1);
  const as = { path, stack, ...(overrideManager === undefined ? {} : { overrideManager }) };
  const job: Job = { ...{ owner, file, rule, role, service, release, recorded, rules, effective, as }, does: 'add' };
  refuseShared(rules, rule);
  const times = parsed?.entries.filter((entry) => entry.rule === rule).length ?? 0;
  const now = sayValue(textOf(observed, file), spec);
  return {
    ...head(id, spec, file),
    owner,
    jobs: [job],
    action: recorded === undefined ? 'create' : 'update',
    because:
      recorded === undefined
        ? `${now === undefined ? 'what the service goes by without it' : 'the rule'} doesn't admit the role ${role}`
        : `it was granted, and somebody ${now === undefined ? 'took the rule out' : 'changed the rule'} since`,
    notes: [
      sayGrant(service, rule, role),
      `the reason given: ${reason}`,
      ...(hasRulesInCode(service, release) && spec.intent === undefined
        ? [
            `rules in ${service}'s code may refer to this one, and would admit the role as well: the files don't show them`,
          ]
        : []),
      ...(times > 1 ? [`the file has the rule ${times} times, and the last one counts`] : []),
    ],
  };
}

/** @throws Blocked for a rule that others go by: they would admit the role as well, and the code doesn't say so */
function refuseShared(rules: Rules, rule: string): void {
  const others = referrersOf(rules, rule);
  if (rule === rules.defaultRule)
    throw new Blocked(
      `every rule that the file leaves out goes by ${rule}; grant the rules that are meant by their names`,
    );
  if (others.length > 0)
    throw new Blocked(
      `${others.join(', ')} refer${others.length === 1 ? 's' : ''} to ${rule}, and would admit the role as well; ` +
        `grant the rules that are meant by their names, or write out there what is to stay as it is`,
    );
}

/** Works out the texts, leaves out what can't be done, and says what each step changes. */
function finish(
  drafts: readonly Draft[],
  findings: Finding[],
  observed: PolicyRuleObserved,
): Difference<PolicyRuleStep> {
  const text = (file: string): string | undefined => textOf(observed, file);
  const { entries, contents: all } = perform(
    drafts.flatMap(({ jobs }) => jobs),
    text,
  );
  const possible = drafts.filter(({ id, jobs }) => {
    const fault =
      jobs.map((job) => entries.get(job)).find((entry) => entry instanceof StackwardError) ??
      jobs.map((job) => findUnheard(job, all.get(job.file), observed)).find((one) => one !== undefined);
    if (fault) findings.push({ id, reason: fault.reason, message: fault.message });
    return fault === undefined;
  });
  const { contents } = perform(
    possible.flatMap(({ jobs }) => jobs),
    text,
  );
  const after = (file: string): string | undefined => contents.get(file) ?? text(file);
  const steps = possible.map((draft): PolicyRuleStep => ({ ...draft, changes: changesOf(draft, text, after) }));
  return { steps, findings };
}

/** A change that would put rules of other files out of force. */
function findUnheard(
  job: Job,
  after: string | undefined,
  { services, looks }: PolicyRuleObserved,
): Blocked | undefined {
  const { service, release, rule, file, role } = job;
  const policy = services.get(serviceKey(service, release));
  if (policy === undefined || policy instanceof StackwardError || after === undefined) return undefined;
  if (rawValue(contentOf(looks.file(file)), job) === rawValue(after, job)) return undefined;
  const over = unheardFiles(policy, file, looks);
  const cure =
    job.does === 'add'
      ? `have ${rule} stand in ${over.at(-1) ?? ''} as it is now`
      : `change the role ${role} in ${rule} there by hand`;
  if (over.length === 0) return undefined;
  return new Blocked(
    `${service} of ${release} forgets the rules of ${over.join(', ')} when ${file} changes, until it restarts: ` +
      `${cure}, restart ${service}, then run again`,
  );
}

type Texts = (file: string) => string | undefined;

function changesOf({ jobs }: Draft, before: Texts, after: Texts): Change[] {
  const changes = new Map<string, Change>();
  for (const job of jobs) {
    const [old, now] = [sayValue(before(job.file), job), sayValue(after(job.file), job)];
    if (old !== now) changes.set(`${job.file} ${job.rule}`, change(job.rule, old, now));
    else if (job.does === 'record') changes.set(keyOf(job), change('declared by', job.recorded?.path, job.as.path));
    else changes.set(keyOf(job), change(`record of ${job.rule}`, job.recorded && `role ${job.role}`, undefined));
  }
  return [...changes.values()];
}

const change = (attribute: string, before: string | undefined, after: string | undefined): Change => ({
  attribute,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
