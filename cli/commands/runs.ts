import type { Command } from 'commander';
import { listRuns, readRun } from '../../adapters/files/journal-folder';
import { isRunning } from '../../adapters/process/running-process';
import { asStackwardError } from '../../lib/basics/errors';
import { renderRuns, renderRunsJson, type ListedRun } from '../../lib/render/runs';
import { withColor, withJournal } from '../options';
import { ending, type Options } from '../run';
import { say } from '../terminal';

export const addRuns = (root: Command): Command =>
  withJournal(withColor(root.command('runs').description('list what was applied from here, and how it ended'))).action(
    (options: Options) => ending(options, () => showRuns(options)),
  );

function showRuns(options: Pick<Options, 'journal' | 'json'>): number {
  const runs = listRuns(options.journal).map((name): ListedRun => {
    try {
      const run = readRun(options.journal, name);
      return { ...run, isRunning: run.end === undefined ? isRunning(run.record.by) : false };
    } catch (error) {
      return { name, unreadable: asStackwardError(error).message };
    }
  });
  say(options.json ? renderRunsJson(runs) : renderRuns(runs, options.journal));
  return 0;
}
