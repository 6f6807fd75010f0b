/** Lists the runs of runbooks in a journal, finds the run that followed another, and refuses what others recorded. */
import { listRuns, readAnyRun } from '../adapters/files/journal-folder';
import { isOfThisMachine } from '../adapters/process/running-process';
import { InvalidConfiguration, Refused } from '../lib/basics/errors';
import type { LastResult } from '../runbooks/context';
import { isRunbook, type AnyRun, type RecordedRunbook } from '../lib/journal/runbook-record';

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

/** The last result of an act that the journal has, for the inputs that are meant. */
export function lastResult(
  { journal, cloud }: { readonly journal: string; readonly cloud: string },
  act: string,
  isMeant: (inputs: unknown) => boolean,
): LastResult | undefined {
  for (const { record, results } of readRunbooks(journal)
    .filter((run) => run.record.cloud === cloud)
    .reverse()) {
    const meant = record.steps.findLast((step) => step.act === act && isMeant(step.inputs) && results.get(step.step)?.outcome === 'done'); // prettier-ignore
    if (meant !== undefined) return { startedAt: record.startedAt, state: results.get(meant.step)?.after };
  }
  return undefined;
}

/** The run that resumed this run, or rolled it back. */
export const followerOf = ({ name }: RecordedRunbook, all: readonly RecordedRunbook[]): RecordedRunbook | undefined =>
  all.find(({ record }) => record.resumes === name || record.rolledBack === name);

export function refuseOtherCloud({ name, record }: RecordedRunbook, cloud: string): void {
  if (record.cloud !== cloud)
    throw new InvalidConfiguration(
      `the run was made on the cloud ${record.cloud}, and this configuration is for ${cloud}; use the configuration of that run`,
      { where: name },
    );
}

/** True if this machine wrote the run's folder. */
export const isOfHere = ({ isFetched, record }: AnyRun): boolean => isFetched !== true && isOfThisMachine(record.by);

/**
 * Refuses a folder of another machine, or from the journal's store, unless `--from-elsewhere` confirms it: such a folder is the most likely one to be
 * forged, or to be about another cloud.
 */
export function refuseElsewhere(run: AnyRun, order: string): void {
  if (isOfHere(run)) return;
  const { name, record, end, isFetched } = run;
  const { host } = record.by;
  const open = end === undefined ? ', and nobody can tell here whether it is still under way' : '';
  const known =
    end === undefined
      ? 'the run has ended and its folder is as that machine wrote it'
      : 'its folder is as that machine wrote it';
  const origin =
    isFetched === true
      ? `it came from the journal's store, as a run of ${host}`
      : `it was recorded on ${host}, which is not this machine`;
  throw new Refused(`${origin}${open}; ${order} there, or add --from-elsewhere if you know that ${known}`, {
    where: name,
  });
}
