import { listRuns, readAnyRun } from '../../adapters/files/journal-folder';
import { isRunning } from '../../adapters/process/running-process';
import { asStackwardError } from '../../lib/basics/errors';
import { renderRuns, renderRunsJson, type ListedRun } from '../../lib/render/runs';
import type { RunsOptions } from '../options';
import { ending } from '../run';
import { say } from '../terminal';

export const runs = (options: RunsOptions): Promise<void> => ending(options, () => showRuns(options));

function showRuns(options: RunsOptions): number {
  const listed = listRuns(options.journal).map((name): ListedRun => {
    try {
      const run = readAnyRun(options.journal, name);
      return { ...run, isRunning: run.end === undefined ? isRunning(run.record.by) : false };
    } catch (error) {
      return { name, unreadable: asStackwardError(error).message };
    }
  });
  say(options.json ? renderRunsJson(listed) : renderRuns(listed, options.journal));
  return 0;
}
