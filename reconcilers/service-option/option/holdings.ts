/** The changes of jobs to the entries in owners' records. Pure. */
import { defined } from '../../../lib/basics/defined';
import type { Holding } from '../../../lib/hosts/record-holding';
import { areSameLines } from '../../../lib/oslo-config/lines';
import { keyOf, type Job } from '../model';
import type { RecordEntry } from '../spec';

export const holdingsOf = (job: Job): readonly Holding<RecordEntry>[] => [
  { owner: job.owner, key: keyOf(job), before: job.before, after: job.after },
];

/** The job with the time of its write in its entry. The plan could only have its own time there. */
export const writtenAt = (job: Job, since: Date): Job =>
  job.does.is === 'nothing' || job.after?.due === undefined
    ? job
    : { ...job, after: { ...job.after, due: { ...job.after.due, since: since.toISOString() } } };

/** The change after the service was restarted: no restart is due any more. */
export const restartedHoldingsOf = (job: Job): readonly Holding<RecordEntry>[] =>
  job.restart === undefined || job.after === undefined
    ? []
    : [{ owner: job.owner, key: keyOf(job), before: job.after, after: withoutDue(job.after) }];

/** Undefined if nothing is left to bring back: then the entry was there only for the restart. */
function withoutDue(entry: RecordEntry): RecordEntry | undefined {
  const { service, section, option, path, stack, before, written, overrideManager, isSecret } = entry;
  if (areSameLines(before, written)) return undefined;
  return { service, section, option, path, stack, before, written, ...defined({ overrideManager, isSecret }) };
}
