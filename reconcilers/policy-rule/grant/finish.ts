/** What comes of drafted steps: the texts afterwards, what can't be done, and what each step changes. Pure. */
import { Blocked, StackwardError } from '../../../lib/basics/errors';
import { oldNamesOf } from '../../../lib/policy/renamed';
import type { Change, Difference, Finding } from '../../../lib/contract/reconciler';
import { keyOf, perform, rawValue, sayValue, type Job } from './jobs';
import { heldOn, serviceKey, type PolicyRuleObserved } from '../observe';
import { notesOf } from './restoring';
import { contentOf, unheardFiles } from './service-policy';
import { textOf, type Draft } from './taking';
import type { PolicyRuleStep } from '../model';

/** Works out the texts, leaves out what can't be done, and says what each step changes. */
export function finish(
  drafts: readonly Draft[],
  findings: Finding[],
  observed: PolicyRuleObserved,
): Difference<PolicyRuleStep> {
  const text = (file: string): string | undefined => textOf(observed, file);
  const held = heldOn(observed);
  const { entries, contents: all } = perform(
    drafts.flatMap(({ jobs }) => jobs),
    text,
    held,
  );
  const possible = drafts.filter(({ id, jobs }) => {
    const fault =
      jobs.map((job) => entries.get(job)).find((entry) => entry instanceof StackwardError) ??
      jobs.map((job) => findOtherValue(job, all.get(job.file))).find((one) => one !== undefined) ??
      jobs.map((job) => findUnheard(job, all.get(job.file), observed)).find((one) => one !== undefined) ??
      jobs.map((job) => findFormerName(job, text(job.file), all.get(job.file))).find((one) => one !== undefined);
    if (fault) findings.push({ id, reason: fault.reason, message: fault.message });
    return fault === undefined;
  });
  const { contents } =
    possible.length === drafts.length
      ? { contents: all }
      : perform(
          possible.flatMap(({ jobs }) => jobs),
          text,
          held,
        );
  const after = (file: string): string | undefined => contents.get(file) ?? text(file);
  const notes = ({ notes = [], jobs }: Draft): string[] => [
    ...notes,
    ...new Set(jobs.flatMap((job) => notesOf(job, observed, text(job.file), after(job.file)))),
  ];
  const steps = possible.map((draft): PolicyRuleStep => ({
    ...draft,
    changes: changesOf(draft, text, after, observed),
    notes: notes(draft),
  }));
  return { steps, findings };
}

/** A text from a journal that would not stand in the file as the one value that it says it is. */
function findOtherValue(job: Job, after: string | undefined): Blocked | undefined {
  if (job.does !== 'restore' || after === undefined || rawValue(after, job) === job.image.value) return undefined;
  return new Blocked(
    `${job.rule} in ${job.file} can't be brought back as it was: the file would hold another value than the journal says; change it by hand`,
  );
}

/** A rule that would leave a file which holds its former name: that value would be in force for the rule from then on. */
function findFormerName(job: Job, before: string | undefined, after: string | undefined): Blocked | undefined {
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

type Texts = (file: string) => string | undefined;

function changesOf({ jobs }: Draft, before: Texts, after: Texts, observed: PolicyRuleObserved): Change[] {
  const changes = new Map<string, Change>();
  for (const job of jobs) {
    const [old, now] = [sayValue(before(job.file), job), sayValue(after(job.file), job)];
    if (old !== now) {
      const silent = `${sayDefault(job, observed)} (the file is silent)`;
      changes.set(`${job.file} ${job.rule}`, change(job.rule, old ?? silent, now ?? silent));
    } else if (job.does === 'record' && job.recorded)
      changes.set(keyOf(job), change('declared by', job.recorded.path, job.as.path));
    else if (job.does === 'record')
      changes.set(keyOf(job), change(`record of ${job.rule}`, undefined, `role ${job.role}`));
    else changes.set(keyOf(job), change(`record of ${job.rule}`, job.recorded && `role ${job.role}`, undefined));
  }
  return [...changes.values()];
}

/** What the service goes by while no file has the rule: a rule in a file is never a mere addition, it replaces this. */
function sayDefault(job: Job, { situation }: PolicyRuleObserved): string {
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
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
