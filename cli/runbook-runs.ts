/** The runs of runbooks in a journal, and which of them came after which. */
import { listRuns, readAnyRun } from '../adapters/files/journal-folder';
import { InvalidConfiguration } from '../lib/basics/errors';
import { isRunbook, type RecordedRunbook } from '../lib/journal/runbook-record';

/** A run that can't be read is no run of a runbook that anybody could resume. */
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

/** The run that finished this one, or undid it. */
export const followerOf = ({ name }: RecordedRunbook, all: readonly RecordedRunbook[]): RecordedRunbook | undefined =>
  all.find(({ record }) => record.resumes === name || record.rolledBack === name);

export function refuseOtherCloud({ name, record }: RecordedRunbook, cloud: string): void {
  if (record.cloud !== cloud)
    throw new InvalidConfiguration(
      `the run is of the cloud ${record.cloud}, and this configuration leads to ${cloud}; use the configuration that it was made with`,
      { where: name },
    );
}
