/** The files and records of a host after these steps. Pure. */
import { recordsAfter } from '../../lib/hosts/record-holding';
import { holdingsOf, perform } from './grant/edits';
import type { PolicyRuleStep, TargetObservation } from './model';
import { assemble } from './observe';

export function advance(observed: TargetObservation, applied: readonly PolicyRuleStep[]): TargetObservation {
  const jobs = applied.flatMap((step) => step.jobs);
  const performed = perform(jobs, (file) => observed.answers.text(file), observed.grants);
  const records = recordsAfter(
    observed.records,
    jobs.flatMap((job) => holdingsOf(job, performed)),
  );
  return assemble({ ...observed, records, answers: observed.answers.after(performed.texts) });
}
