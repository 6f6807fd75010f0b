/** Shows a plan, asks, and does it: the same for every command that writes. */
import { JournalFolder } from '../adapters/files/journal-folder';
import { runMaker } from '../adapters/process/run-maker';
import { apply, type Report } from '../lib/run/engine';
import { problemOf } from '../lib/basics/errors';
import { applyExitCode } from '../lib/run/exit-code';
import { endOf, recordOf, type RunHead } from '../lib/journal/journal';
import type { Plan } from '../lib/run/plan';
import { renderReportJson } from '../lib/render/json';
import { printable } from '../lib/basics/printable';
import { renderReport, renderResult } from '../lib/render/text';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { commandLine } from '../lib/basics/command-line';
import { givenOptions } from './given-options';
import type { ApprovalOptions, JournalOptions, SelectionOptions } from './options';
import { shownPlan } from './show-plan';
import { approved, say, stopOnInterrupt } from './terminal';
import type { WritingRun } from './run';

interface Performed {
  readonly exitCode: number;
  readonly isCancelled: boolean;
  /** True if something was written. */
  readonly isChanged: boolean;
  /** True if somebody interrupted it, and steps are left. */
  readonly isInterrupted: boolean;
}

/**
 * Shows a plan, asks for approval, writes the journal's record, applies and looks again.
 * @param words the command without its options
 * @param origin for the record: the saved plan that is applied, or the run that is rolled back
 */
export async function perform(
  run: WritingRun<SelectionOptions & ApprovalOptions>,
  planned: Plan,
  words: readonly [command: string, ...arguments_: readonly string[]],
  origin: Pick<RunHead, 'plan' | 'rolledBack'> = {},
): Promise<Performed> {
  const [command] = words;
  const { options } = run;
  if (!options.json) say(await shownPlan(run, planned, command));
  if (planned.steps.length > 0 && !(await approved(options, commandLine([...words, ...givenOptions(options)])))) {
    say('\nCancelled; nothing was changed.');
    return { exitCode: 1, isCancelled: true, isChanged: false, isInterrupted: false };
  }
  const stop = stopOnInterrupt();
  const performed = await performApproved(run, planned, command, { ...origin, signal: stop.signal });
  stop.done();
  return performed;
}

/** Writes the journal's record, applies, looks again and reports. */
export async function performApproved(
  run: WritingRun<SelectionOptions & JournalOptions>,
  planned: Plan,
  command: string,
  origin: Origin,
): Promise<Performed> {
  const { options, style } = run;
  const carried = await carryOut(run, planned, command, origin);
  const { report, journal } = carried;
  if (options.json) say(renderReportJson(command, planned, report));
  else if (journal)
    say(`\n${renderReport(planned, report, style, command)}${style.dim(printable(`Journal: ${journal}`))}`);
  const { exitCode, isChanged } = carried;
  return { exitCode, isCancelled: false, isChanged, isInterrupted: report.interrupted };
}

interface Origin extends Pick<RunHead, 'plan' | 'rolledBack'> {
  readonly signal: AbortSignal;
  /** Gets the folder of the run before its first change. */
  readonly onBegun?: (journal: string) => void;
}

interface CarriedOut {
  readonly exitCode: number;
  readonly isChanged: boolean;
  readonly report: Report;
  /** The folder of the run; undefined if there was nothing to do. */
  readonly journal: string | undefined;
}

/** Writes the journal's record, applies and looks again. It says each result, and neither the plan nor the end. */
export async function carryOut(
  { manifests, readers, writers, filter, sweep, options, style, clock }: WritingRun<SelectionOptions & JournalOptions>,
  planned: Plan,
  command: string,
  { signal, onBegun, ...origin }: Origin,
): Promise<CarriedOut> {
  const maker = await runMaker(process.env);
  const journal =
    planned.steps.length > 0
      ? JournalFolder.begin(
          options.journal,
          recordOf(planned, manifests, { ...origin, ...maker, version, command, startedAt: clock.now() }),
          options.configuredJournal?.store,
        )
      : undefined;
  if (journal) onBegun?.(journal.path);
  let ended = 0;
  const report = await apply(planned, kinds, manifests, readers, writers, {
    filter,
    sweep,
    signal,
    onResult: (result) => {
      ended += 1;
      try {
        journal?.result(result);
      } finally {
        if (!options.json) say(renderResult(result, `${ended} of ${planned.steps.length}`, style));
      }
    },
  });
  const complete = endJournal(journal, planned, report);
  return {
    exitCode: applyExitCode(planned, complete),
    isChanged: report.results.some((result) => result.outcome === 'applied'),
    report: complete,
    journal: journal?.path,
  };
}

/** @returns the report, with the journal's problem added, so that the reader still sees the rest */
function endJournal(journal: JournalFolder | undefined, planned: Plan, report: Report): Report {
  try {
    journal?.end(endOf(planned, report, applyExitCode(planned, report)));
    return report;
  } catch (error) {
    return { ...report, problems: [...report.problems, problemOf(error, 'journal')] };
  }
}
