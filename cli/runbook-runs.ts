/** Lists the runs of runbooks in a journal, and finds the run that followed another. */
import { listRuns, readAnyRun } from '../adapters/files/journal-folder';
import { InvalidConfiguration } from '../lib/basics/errors';
import { isRunbook, type RecordedRunbook } from '../lib/journal/runbook-record';

/** Leaves out runs that can't be read, because nobody could resume them. */
export function readRunbooks(journal: string): readonly RecordedRunbook[] {
  return listRuns(journal).flatMap((name) => {
    try {
      const run = readAnyRun(journal, name);
      return isRunbook(run) ? [run] : [];
    } catch {
      return [];
    }
  });
}

/** The run that resumed this run, or rolled it back. */
export const followerOf = ({ name }: RecordedRunbook, all: readonly RecordedRunbook[]): RecordedRunbook | undefined =>
  all.find(({ record }) => record.resumes === name || record.rolledBack === name);

export function refuseOtherCloud({ name, record }: RecordedRunbook, cloud: string): void {
  if (record.cloud !== cloud)
    throw new InvalidConfiguration(
      `the run is of the cloud ${record.cloud}, and this configuration leads to ${cloud}; use the configuration that it was made with`,
      { where: name },
    );
}
