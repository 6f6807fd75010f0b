import { listRuns, readAnyRun } from '../../adapters/files/journal-folder';
import { isRunning } from '../../adapters/process/running-process';
import { asStackwardError } from '../../lib/basics/errors';
import type { AnyRun } from '../../lib/journal/runbook-record';
import { renderRun } from '../../lib/render/one-run';
import { renderRunJson, renderRuns, renderRunsJson, type ListedRun, type ReadableRun } from '../../lib/render/runs';
import type { RunsOptions } from '../options';
import { endWith } from '../run';
import { say } from '../terminal';

export const runs = (options: RunsOptions): Promise<void> => endWith(options, () => showRuns(options));
export const showRun = (name: string, options: RunsOptions): Promise<void> =>
  endWith(options, () => showOne(name, options));

function showRuns(options: RunsOptions): number {
  const listed = readRuns(options.journal);
  say(options.json ? renderRunsJson(listed) : renderRuns(listed, options.journal));
  return 0;
}

function showOne(name: string, options: RunsOptions): number {
  const run = looked(readAnyRun(options.journal, name));
  const others = readRuns(options.journal).flatMap((each) => ('record' in each ? [each] : []));
  say(options.json ? renderRunJson(run) : renderRun(run, others));
  return 0;
}

const readRuns = (journal: string): ListedRun[] =>
  listRuns(journal).map((name) => {
    try {
      return looked(readAnyRun(journal, name));
    } catch (error) {
      return { name, unreadable: asStackwardError(error).message };
    }
  });

const looked = (run: AnyRun): ReadableRun => ({
  ...run,
  isRunning: run.end === undefined ? isRunning(run.record.by) : false,
});
