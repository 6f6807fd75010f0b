/** The files of a host, and what records say of them, once these steps are done. Pure. */
import { StackwardError } from '../../lib/basics/errors';
import { RecordWriter } from '../../lib/hosts/host-record';
import { perform } from './grant/edits';
import { keyOf } from './grant/recorded-grants';
import type { PolicyRuleStep, TargetObservation } from './model';
import { assemble } from './observe';
import type { RecordEntry } from './spec';

export function advance(observed: TargetObservation, applied: readonly PolicyRuleStep[]): TargetObservation {
  const jobs = applied.flatMap((step) => step.jobs);
  const { texts, entries } = perform(jobs, (file) => observed.answers.text(file), observed.grants);
  const records = new Map(
    [...observed.records].map(([owner, record]) => {
      const changes = new Map<string, RecordEntry | undefined>();
      for (const [job, entry] of entries)
        if (job.owner === owner && !(entry instanceof StackwardError)) changes.set(keyOf(job), entry);
      const writer = new RecordWriter(owner, record);
      writer.write(changes);
      return [owner, writer.record];
    }),
  );
  return assemble({ ...observed, records, answers: observed.answers.after(texts) });
}
