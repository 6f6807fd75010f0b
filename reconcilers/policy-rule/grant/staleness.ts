/** Finds out whether the world has changed since a step was planned. Pure. */
import { asStackwardError, StackwardError } from '../../../lib/basics/errors';
import { serviceKey, type Job, type PolicyRuleStep, type TargetObservation } from '../model';
import { rawValue } from './edits';
import { keyOf } from './recorded-grants';

/**
 * Compares the bytes of the rule in every file that the service reads, the list of these files, and the entries of all
 * records about the rule. Other rules of the files may have changed.
 */
export function findStale(
  { jobs }: PolicyRuleStep,
  observed: TargetObservation,
  now: TargetObservation,
): Pick<StackwardError, 'reason' | 'message'> | undefined {
  const stale = jobs.find(
    (job) => now.answers.isOpen || sayOrFault(job, observed, observed) !== sayOrFault(job, now, observed),
  );
  return (
    stale && {
      reason: 'StalePlan',
      message: `${stale.rule} in ${stale.file}, the files that ${stale.service} reads or what is recorded of it changed after the plan was made; plan again`,
    }
  );
}

/** A state that can't be read any more counts as changed. */
function sayOrFault(job: Job, world: TargetObservation, planned: TargetObservation): string {
  try {
    return sayState(job, world, planned);
  } catch (error) {
    return asStackwardError(error).message;
  }
}

function sayState(job: Job, { answers, records, grants, services }: TargetObservation, planned: TargetObservation) {
  const raw = (file: string): string | null => rawValue(answers.text(file), job);
  const own = records.get(job.owner)?.entries.get(keyOf(job)) ?? null;
  const beside = grants.beside(job).map(({ owner, entry }) => `${owner} ${keyOf(entry)}`);
  const state = [raw(job.file), own, beside.sort()];
  const name = serviceKey(job.service, job.release);
  const known = planned.services.get(name);
  // A removal or a rollback names its file, so the list of files doesn't matter.
  if (job.does !== 'add' || known === undefined || known instanceof StackwardError) return JSON.stringify(state);
  const policy = services.get(name);
  if (policy === undefined || policy instanceof StackwardError)
    throw policy ?? new RangeError(`nobody looked at ${job.service}`);
  return JSON.stringify([...state, policy, policy.files.map(raw)]);
}
