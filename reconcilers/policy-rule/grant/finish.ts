/**
 * Turns drafted steps into steps: computes the texts afterwards, drops what can't be done, and describes each change.
 * Pure.
 */
import { defined } from '../../../lib/basics/defined';
import { Blocked, StackwardError } from '../../../lib/basics/errors';
import { oldNamesOf } from '../../../lib/policy/renamed';
import type { Change, Difference, Finding } from '../../../lib/contract/reconciler';
import type { PolicyText } from '../../../lib/policy/model';
import { serviceKey, type Draft, type Job, type PolicyRuleStep, type TargetObservation } from '../model';
import { perform, rawValue, sayValue } from './edits';
import { keyOf } from './recorded-grants';
import { notesOf } from './restoring';
import { findUnheardFiles } from './service-policy';

/** Computes the texts, drops what can't be done, and describes what each step changes. */
export function finish(
  drafts: readonly Draft[],
  findings: Finding[],
  observed: TargetObservation,
): Difference<PolicyRuleStep> {
  const before: Texts = (file) => observed.answers.text(file);
  const performAll = (wanted: readonly Draft[]) =>
    perform(
      wanted.flatMap(({ jobs }) => jobs),
      before,
      observed.grants,
    );
  const all = performAll(drafts);
  const possible = drafts.filter(({ id, jobs }) => {
    const fault =
      findFirst(jobs, (job) => errorOf(all.entries.get(job))) ??
      findFirst(jobs, (job) => findOtherValue(job, all.texts.get(job.file))) ??
      findFirst(jobs, (job) => findUnheard(job, all.texts.get(job.file), observed)) ??
      findFirst(jobs, (job) => findFormerName(job, before(job.file), all.texts.get(job.file)));
    if (fault) findings.push({ id, reason: fault.reason, message: fault.message });
    return fault === undefined;
  });
  const { texts } = possible.length === drafts.length ? all : performAll(possible);
  const after: Texts = (file) => texts.get(file) ?? before(file);
  const notesAbout = ({ notes = [], jobs }: Draft): string[] => [
    ...notes,
    ...new Set(jobs.flatMap((job) => notesOf(job, observed, before(job.file), after(job.file)))),
  ];
  const steps = possible.map((draft): PolicyRuleStep => ({
    ...draft,
    changes: changesOf(draft, before, after, observed),
    notes: notesAbout(draft),
  }));
  return { steps, findings };
}

const errorOf = (entry: unknown): StackwardError | undefined => (entry instanceof StackwardError ? entry : undefined);

function findFirst<T>(jobs: readonly Job[], find: (job: Job) => T | undefined): T | undefined {
  for (const job of jobs) {
    const found = find(job);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Refuses a text from a journal if a file would not read it as exactly that one value. */
function findOtherValue(job: Job, after: PolicyText | undefined): Blocked | undefined {
  if (job.does !== 'restore' || after === undefined || rawValue(after, job) === job.image.value) return undefined;
  return new Blocked(
    `${job.rule} in ${job.file} can't be brought back as it was: the file would hold another value than the journal says; change it by hand`,
  );
}

/**
 * Refuses a change that removes the rule from a file which also has the rule's former name: the value of the former
 * name would then be in force.
 */
function findFormerName(job: Job, before: PolicyText | undefined, after: PolicyText | undefined): Blocked | undefined {
  const { service, release, rule, file } = job;
  if (after === undefined || sayValue(before, job) === undefined || sayValue(after, job) !== undefined)
    return undefined;
  const values = oldNamesOf(service, rule, release).map(
    (old) => [old, sayValue(after, { rule: old, release })] as const,
  );
  const found = values.find(([, value]) => value !== undefined);
  if (found === undefined) return undefined;
  const [old, value] = found;
  return new Blocked(
    `without it ${old} of ${file}, its former name, would be in force for ${rule}, which is ${value}; ` +
      `write ${rule} there as it is to be, or remove ${old}, then run again`,
  );
}

/** Refuses a change that would put rules of other files out of force. */
function findUnheard(
  job: Job,
  after: PolicyText | undefined,
  { services, answers }: TargetObservation,
): Blocked | undefined {
  const { service, release, rule, file, role } = job;
  const policy = services.get(serviceKey(service, release));
  if (policy === undefined || policy instanceof StackwardError || after === undefined) return undefined;
  if (rawValue(answers.text(file), job) === rawValue(after, job)) return undefined;
  const over = findUnheardFiles(policy, file, answers);
  const last = over.at(-1);
  if (last === undefined) return undefined;
  const cure =
    job.does === 'add'
      ? `have ${rule} stand in ${last} as it is now`
      : `change the role ${role} in ${rule} there by hand`;
  return new Blocked(
    `${service} of ${release} forgets the rules of ${over.join(', ')} when ${file} changes, until it restarts: ` +
      `${cure}, restart ${service}, then run again`,
  );
}

type Texts = (file: string) => PolicyText | undefined;

function changesOf({ jobs }: Draft, before: Texts, after: Texts, observed: TargetObservation): Change[] {
  const changes = new Map<string, Change>();
  for (const job of jobs) {
    const [old, now] = [sayValue(before(job.file), job), sayValue(after(job.file), job)];
    if (old !== now) {
      const silent = `${sayDefault(job, observed)} (no line in the file)`;
      changes.set(`${job.file} ${job.rule}`, change(job.rule, old ?? silent, now ?? silent));
    } else if (job.does === 'record' && job.recorded)
      changes.set(keyOf(job), change('declared by', job.recorded.path, job.as.path));
    else if (job.does === 'record')
      changes.set(keyOf(job), change(`record of ${job.rule}`, undefined, `role ${job.role}`));
    else changes.set(keyOf(job), change(`record of ${job.rule}`, job.recorded && `role ${job.role}`, undefined));
  }
  return [...changes.values()];
}

/**
 * The default that is in force while no file has the rule. A rule in a file replaces the default, and never only adds
 * to it.
 */
function sayDefault(job: Job, { situation }: TargetObservation): string {
  const { service } = job;
  if (job.does === 'add') return job.effective ?? 'nobody';
  try {
    return situation(job).effective ?? `the default of ${service}`;
  } catch {
    return `the default of ${service}`;
  }
}

const change = (attribute: string, before: string | undefined, after: string | undefined): Change => ({
  attribute,
  ...defined({ before, after }),
});
