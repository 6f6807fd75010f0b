/** What each command does, from manifests and connections to its exit code. */
import { createHash } from 'node:crypto';
import { getText, putNewText } from '../adapters/files';
import { JournalFolder, listRuns, readRun } from '../adapters/journal-folder';
import { isRunning, thisProcess } from '../adapters/running-process';
import { apply, everything, plan, type Report } from '../lib/engine';
import { asStackwardError, InvalidConfiguration, problemOf } from '../lib/errors';
import { applyExitCode, planExitCode } from '../lib/exit-code';
import { movedSince, recordOf, undoManifests, withoutMoved, type RecordedRun } from '../lib/journal';
import { outputName, type Manifest } from '../lib/manifest';
import type { Filter, Note, Plan } from '../lib/plan';
import type { Sweep } from '../lib/reconciler';
import { renderPlanJson, renderReportJson } from '../lib/render/json';
import type { Style } from '../lib/render/style';
import { renderRuns, renderRunsJson, type ListedRun } from '../lib/render/runs';
import { renderPlan, renderReport, renderResult, renderVerification } from '../lib/render/text';
import { parseSavedPlan, refuseOtherManifests, renderSavedPlan, reviewed, type SavedPlan } from '../lib/saved-plan';
import { ownersOf } from '../lib/sweep';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { commandLine, givenOptions } from './command-line';
import { refuseUnknownStacks } from './known-stacks';
import { approved, say, stopOnInterrupt } from './terminal';
import type { Connections } from './wire';

export interface Options {
  readonly manifest: readonly string[];
  readonly config?: string;
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
  readonly json?: true;
  readonly color?: boolean;
  readonly timezone?: string;
  readonly autoApprove?: true;
  readonly journal: string;
  readonly out?: string;
}

/** One run: what was read, and how to answer. */
export interface Run {
  readonly manifests: readonly Manifest[];
  /** Stacks of which there is no manifest yet. */
  readonly unapplied: readonly string[];
  readonly connections: Connections;
  readonly filter: Filter;
  /** What this run may remove. */
  readonly sweep: readonly Sweep[];
  readonly options: Options;
  readonly style: Style;
}

/** The plan of a run; what has no manifest yet waits for Terraform, and is said to. */
async function planOf({ manifests, unapplied, connections, filter, sweep }: Run): Promise<Plan> {
  const planned = await plan(manifests, kinds, connections.readers, filter, sweep);
  const waiting = unapplied.map((stack) => ({ id: `stack ${stack}`, unknown: [outputName] }));
  const warnings = unapplied.map((stack) => ({
    where: `stack ${stack}`,
    message:
      'nothing is known of it, so nothing of it, nor of a stack that left the code, is removed in this run; ' +
      `if it was destroyed, what it left on hosts stays in force until \`${commandLine(['destroy', '--stack', stack])}\` removes it`,
  }));
  return { ...planned, waiting: [...planned.waiting, ...waiting], warnings: [...planned.warnings, ...warnings] };
}

export async function planCommand(run: Run): Promise<number> {
  const { manifests, filter, sweep, options, style } = run;
  const planned = await planOf(run);
  if (options.out !== undefined)
    putNewText(options.out, renderSavedPlan(planned, manifests, { filter, sweep }, { version, digest: sha256 }));
  // A saved plan has its filter in it.
  const command =
    options.out === undefined
      ? commandLine(['apply', ...givenOptions(options)])
      : commandLine(['apply', options.out, ...givenOptions({ ...options, stack: [], kind: [], target: [] })]);
  const hint = planned.steps.length > 0 ? `\nTo perform these actions, run \`${command}\`.\n` : '';
  say(options.json ? renderPlanJson('plan', planned) : `${renderPlan(planned, style)}${hint}`);
  return planExitCode(planned);
}

export async function verifyCommand(run: Run): Promise<number> {
  const { options, style } = run;
  const planned = await planOf(run);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

/** @param file of `plan --out`: what was reviewed, and nothing else, is applied; undefined: what the plan says now */
export async function applyCommand(run: Run, file?: string): Promise<number> {
  const { manifests, filter } = run;
  if (file === undefined) return (await perform(run, await planOf(run), ['apply'])).exitCode;
  if (filter.stacks.length + filter.kinds.length + filter.targets.length > 0)
    throw new InvalidConfiguration(
      'a saved plan has the filter it was made with; leave out --stack, --kind and --target',
    );
  const saved = readSavedPlan(file);
  refuseOtherManifests(saved, manifests, sha256, file);
  const now = await planOf({ ...run, filter: saved.filter, sweep: saved.sweep });
  const { plan: planned, unreviewed } = reviewed(saved, now, sha256);
  const { exitCode } = await perform({ ...run, filter: saved.filter, sweep: saved.sweep }, planned, ['apply', file]);
  return exitCode === 0 && unreviewed > 0 ? 2 : exitCode;
}

export const readSavedPlan = (file: string): SavedPlan => parseSavedPlan(getText(file), file);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Performed {
  readonly exitCode: number;
  readonly isCancelled: boolean;
  /** Something was written. */
  readonly isChanged: boolean;
}

/**
 * Shows a plan, asks, writes the journal's record, applies and looks again.
 * @param words of the command, without its options
 */
async function perform(
  { manifests, connections, filter, sweep, options, style }: Run,
  planned: Plan,
  words: readonly ['apply' | 'destroy' | 'rollback', ...(readonly string[])],
): Promise<Performed> {
  const [command] = words;
  if (!options.json) say(renderPlan(planned, style, command));
  if (planned.steps.length > 0 && !(await approved(options, commandLine([...words, ...givenOptions(options)])))) {
    say('\nCancelled; nothing was changed.');
    return { exitCode: 1, isCancelled: true, isChanged: false };
  }
  const by = thisProcess();
  const journal =
    planned.steps.length > 0
      ? JournalFolder.begin(
          options.journal,
          recordOf(planned, manifests, { version, command, by, startedAt: new Date() }),
        )
      : undefined;
  const stop = stopOnInterrupt();
  let ended = 0;
  const report = await apply(planned, kinds, manifests, connections.readers, connections.writers, {
    filter,
    sweep,
    signal: stop.signal,
    onResult: (result) => {
      ended += 1;
      try {
        journal?.result(result);
      } finally {
        if (!options.json) say(renderResult(result, `${ended} of ${planned.steps.length}`, style));
      }
    },
  });
  stop.done();
  const complete = endJournal(journal, planned, report);
  if (options.json) say(renderReportJson(command, planned, complete));
  else if (journal) say(`\n${renderReport(planned, complete, style, command)}${style.dim(`Journal: ${journal.path}`)}`);
  return {
    exitCode: applyExitCode(planned, complete),
    isCancelled: false,
    isChanged: report.results.some((result) => result.outcome === 'applied'),
  };
}

/** @returns the report, with what is wrong with the journal: its reader sees the rest all the same */
function endJournal(journal: JournalFolder | undefined, planned: Plan, report: Report): Report {
  const { found, interrupted } = report;
  const problems = [...planned.problems, ...report.problems];
  try {
    journal?.end({ problems, found, interrupted, exitCode: applyExitCode(planned, report) });
    return report;
  } catch (error) {
    return { ...report, problems: [...report.problems, problemOf(error, 'journal')] };
  }
}

/** Brings back what a recorded run changed; what somebody changed since is left alone. */
export async function rollbackCommand(run: Run, name: string): Promise<number> {
  const { connections, filter, options } = run;
  const recorded = readRun(options.journal, name);
  refuseUnderWay(recorded);
  const manifests = undoManifests(recorded, kinds);
  const planned = await plan(manifests, kinds, connections.readers, filter, run.sweep);
  const left = withoutMoved(planned, movedSince(recorded, planned));
  const steps = left.steps.map((step) => ({ ...step, because: 'the run is rolled back' }));
  const known = { ...left, steps, warnings: [...left.warnings, ...unreadableResults(recorded)] };
  const { exitCode, isChanged } = await perform({ ...run, manifests }, known, ['rollback', name]);
  if (!options.json && isChanged && recorded.record.command === 'apply')
    say('The code still says otherwise: change it too, or the next apply does the same again.');
  return exitCode;
}

function unreadableResults({ unreadable }: RecordedRun): Note[] {
  if (unreadable === 0) return [];
  const lines = unreadable === 1 ? '1 line' : `${unreadable} lines`;
  const message = `${lines} of its results can't be read; the steps they were about are looked at as if they may have been done`;
  return [{ where: 'journal', message }];
}

function refuseUnderWay({ name, record, end }: RecordedRun): void {
  if (end === undefined && isRunning(record.by))
    throw new InvalidConfiguration(`it is under way (process ${record.by.pid}); roll it back when it has ended`, {
      where: name,
    });
}

export function runsCommand(options: Pick<Options, 'journal' | 'json'>): number {
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

/**
 * Removes what stackward made for one stack, whether its manifest still is there or not, and says what stays. The other
 * stacks of its owner keep theirs.
 */
export async function destroyCommand(run: Run): Promise<number> {
  const { manifests, unapplied, filter, connections, options } = run;
  const { stacks } = filter;
  if (stacks.length === 0 || filter.kinds.length + filter.targets.length > 0)
    throw new InvalidConfiguration(
      'destroy takes --stack NAME, and no other filter: it is the step before `cdktf destroy NAME`',
    );
  const chosen = manifests.filter((manifest) => stacks.includes(manifest.stack));
  const missing = stacks.filter((stack) => !chosen.some((manifest) => manifest.stack === stack));
  const owners = ownersOf(missing.length > 0 ? manifests : chosen);
  if (owners.length === 0)
    throw new InvalidConfiguration(
      `no manifest says who owns the stack ${missing.join(', ')}; give one of the same owner with --manifest`,
    );
  const emptied = chosen.map((manifest) => ({ ...manifest, removed: manifest.resources, resources: [] }));
  const sweep = owners.map((owner) => ({ owner, stacks }));
  const planned = await plan(emptied, kinds, connections.readers, everything, sweep);
  refuseUnknownStacks(missing, [...manifests.map((one) => one.stack), ...unapplied], planned, options.journal);
  // After `cdktf destroy` nothing would look for it there any more.
  const strict = { ...planned, problems: [...planned.problems, ...planned.unswept], unswept: [] };
  const { exitCode, isCancelled } = await perform({ ...run, manifests: emptied, filter: everything, sweep }, strict, [
    'destroy',
  ]);
  if (options.json || isCancelled) return exitCode;
  const next = `cdktf destroy ${stacks.join(' ')}`;
  say(
    exitCode === 0
      ? `\nNow run \`${next}\`.`
      : `\nNot done: mend what is said above and run this again before \`${next}\`.`,
  );
  return exitCode;
}
