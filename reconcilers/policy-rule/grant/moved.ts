/** Whether the world still is what a step was planned on. */
import { asStackwardError, StackwardError } from '../../../lib/basics/errors';
import type { HostRecords } from '../../../lib/hosts/host-record';
import { heldBeside, keyOf, rawValue, type Job } from './jobs';
import { heldOn, serviceKey, type PolicyRuleObserved } from '../observe';
import { contentOf, findServicePolicy, type Looks } from './service-policy';
import type { RecordEntry } from '../spec';
import type { PolicyRuleStep } from '../model';

/** What is there when a plan is applied. */
export interface Now extends HostRecords<RecordEntry> {
  readonly looks: Looks & { readonly isOpen: boolean };
}

type Fault = Pick<StackwardError, 'reason' | 'message'>;

/**
 * The rule's own bytes, in every file that the service reads; which files these are; and what is recorded of the rule, by
 * anybody. Other rules of the files may have changed.
 */
export function findMoved({ jobs }: PolicyRuleStep, observed: PolicyRuleObserved, now: Now): Fault | undefined {
  const moved = jobs.find((job) => {
    const [before, after] = [observed, now].map((one) => sayOrFault(() => seenOf(job, one, observed)));
    return before !== after || now.looks.isOpen;
  });
  return (
    moved && {
      reason: 'StalePlan',
      message: `${moved.rule} in ${moved.file}, the files that ${moved.service} reads or what is recorded of it changed after the plan was made; plan again`,
    }
  );
}

/** What can't be read any more has changed as well. */
function sayOrFault(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return asStackwardError(error).message;
  }
}

function seenOf(
  job: Job,
  { looks, ...records }: Pick<PolicyRuleObserved, 'looks' | 'records' | 'others'>,
  { services }: PolicyRuleObserved,
): string {
  const raw = (file: string): string | null => rawValue(contentOf(looks.file(file)), job);
  const own = records.records.get(job.owner)?.entries.get(keyOf(job)) ?? null;
  const beside = heldBeside(heldOn(records), job).map(({ owner, entry }) => `${owner} ${keyOf(entry)}`);
  const known = services.get(serviceKey(job.service, job.release));
  // What a record or a rollback takes back goes from a file that is named.
  if (job.does !== 'add' || known === undefined || known instanceof StackwardError)
    return JSON.stringify([raw(job.file), own, beside.sort()]);
  const policy = findServicePolicy(known.service, known.release, known.configFiles, looks);
  return JSON.stringify([raw(job.file), own, beside.sort(), policy, policy.files.map(raw)]);
}
