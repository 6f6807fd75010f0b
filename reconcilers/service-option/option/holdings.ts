/** The changes of jobs to the entries in owners' records. Pure. */
import { defined } from '../../../lib/basics/defined';
import type { Holding } from '../../../lib/hosts/record-holding';
import { keyOf, type Job } from '../model';
import type { RecordEntry } from '../spec';

export const holdingsOf = (job: Job): readonly Holding<RecordEntry>[] => [
  { owner: job.owner, key: keyOf(job), before: job.before, after: job.after },
];

/** The change after the service was restarted: no restart is due any more. */
export const restartedHoldingsOf = (job: Job): readonly Holding<RecordEntry>[] =>
  job.restart === undefined || job.after === undefined
    ? []
    : [{ owner: job.owner, key: keyOf(job), before: job.after, after: withoutDue(job.after) }];

function withoutDue(entry: RecordEntry): RecordEntry {
  const { service, section, option, path, stack, before, written, overrideManager, isSecret } = entry;
  return { service, section, option, path, stack, before, written, ...defined({ overrideManager, isSecret }) };
}
