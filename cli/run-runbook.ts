/** Shows the plan of a runbook, asks, takes the lock and does the steps. A resumption and a rollback do the same. */
import { JournalFolder } from '../adapters/files/journal-folder';
import { ThingLock } from '../adapters/files/thing-lock';
import { runMaker } from '../adapters/process/run-maker';
import { defined } from '../lib/basics/defined';
import { problemOf, Refused } from '../lib/basics/errors';
import { withoutSecrets } from '../lib/basics/without-secrets';
import { printable } from '../lib/basics/printable';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import type { Looking, Running } from '../runbooks/context';
import { performRunbook, runbookExitCode, type RunbookReport } from '../runbooks/perform';
import { refuseMoved, toDo, type RunbookPlan } from '../runbooks/plan';
import { runbookEndOf, runbookRecordOf } from '../runbooks/record';
import { renderRunbookJson, renderRunbookPlan, renderRows, renderStepResult } from '../runbooks/render';
import { version } from '../package.json';
import { readConfiguration } from './inputs';
import type { ContextOptions, JournalOptions } from './options';
import { answerOf, endWith } from './run';
import { lastResult, readRunbooks } from './runbook-runs';
import { terminalWidth, watchOf } from './run-report';
import { approved, complain, endOnInterrupt, say, stopOnInterrupt } from './terminal';
import { wire, type Answer } from './wire';

export interface Bench extends Answer {
  readonly looking: Looking;
  readonly writers: RunbookWriters;
  readonly cloud: string;
}

export type PerformOptions = ContextOptions & JournalOptions & { readonly yes?: true };

/** Opens the connections for one runbook, and closes them. */
export const withBench = (
  options: ContextOptions & JournalOptions,
  work: (bench: Bench) => Promise<number>,
): Promise<void> => {
  endOnInterrupt();
  return endWith(
    options,
    async () => {
      const answer = answerOf(options);
      const { context, runbooks, close } = wire(
        readConfiguration(options.config, process.env),
        process.env,
        [],
        answer,
      );
      const { readers, writers }: { readers: RunbookReaders; writers: RunbookWriters } = runbooks;
      try {
        const looking: Looking = {
          readers,
          clock: answer.clock,
          watch: watchOf(answer.clock),
          lastResult: (act, isMeant) => lastResult({ journal: options.journal, cloud: readers.cloud }, act, isMeant),
        };
        const exitCode = await work({ ...answer, looking, writers, cloud: readers.cloud });
        for (const { where, message } of context.warnings())
          complain(`${answer.style.yellow('Warning:')} ${printable(where)}\n  ${printable(withoutSecrets(message))}\n`);
        return exitCode;
      } finally {
        await close();
      }
    },
    withoutSecrets,
  );
};

/** Why the run must not begin. A problem of a rollback stops only its own step. */
function obstacleOf({ preconditions, problems, rolledBack }: RunbookPlan): string | undefined {
  const open = preconditions.find(({ is }) => is !== 'holds');
  if (open !== undefined) return open.said;
  const [problem] = rolledBack === undefined ? problems : [];
  return problem && `${problem.where}: ${problem.message}`;
}

function showRunbook(plan: RunbookPlan, { cloud, style }: Bench, options: PerformOptions): void {
  if (!options.json) say(renderRunbookPlan(plan, cloud, terminalWidth(), style));
}

/** Prints a plan. Returns 0 if nothing is left to do, 2 if steps are left, 1 if the run must not begin. */
export function endPlan(plan: RunbookPlan, bench: Bench, options: PerformOptions): number {
  showRunbook(plan, bench, options);
  const isBlocked = obstacleOf(plan) !== undefined || plan.problems.length > 0;
  const exitCode = isBlocked ? 1 : toDo(plan).length > 0 ? 2 : 0;
  if (options.json) say(renderRunbookJson(plan, bench.cloud, { exitCode }));
  return exitCode;
}

/** @param approval the command that the user gave, and the option that approves it; a refusal repeats both */
export async function runPlan(
  plan: RunbookPlan,
  bench: Bench,
  options: PerformOptions,
  approval: { readonly command: string; readonly option: string },
): Promise<number> {
  const obstacle = obstacleOf(plan);
  if (obstacle !== undefined || toDo(plan).length === 0) {
    const exitCode = endPlan(plan, bench, options);
    if (obstacle !== undefined && !options.json) say('Nothing was changed.');
    return exitCode;
  }
  showRunbook(plan, bench, options);
  const { json, yes } = options;
  const asked = defined({ json, autoApprove: yes });
  if (!(await approved(asked, approval.command, approval.option))) {
    say('\nCancelled; nothing was changed.');
    return 1;
  }
  const { cloud } = bench;
  const lock = ThingLock.take(options.journal, { cloud, thing: plan.thing, runbook: plan.runbook });
  try {
    refuseFollowed(plan, options.journal);
    await refuseMoved(plan, bench.looking);
    return await performLocked(plan, bench, options, lock);
  } finally {
    lock.release();
  }
}

/** Somebody else may have gone on with the recorded run while the question was open. */
export function refuseFollowed(
  { resumes, rolledBack }: Pick<RunbookPlan, 'resumes' | 'rolledBack'>,
  journal: string,
): void {
  const name = resumes ?? rolledBack;
  if (name === undefined) return;
  const later = readRunbooks(journal).find(
    ({ record }) => record.resumes === name || (record.rolledBack === name && resumes !== undefined),
  );
  if (later !== undefined)
    throw new Refused(`run ${later.name} followed it just now; go on from there: \`stackward runs\` lists all`, { where: name }); // prettier-ignore
}

/** The only function that makes a `Running`: the run is approved and locked, and its record is on disk. */
async function performLocked(
  plan: RunbookPlan,
  bench: Bench,
  options: PerformOptions,
  lock: ThingLock,
): Promise<number> {
  const { looking, writers, cloud, style } = bench;
  const width = terminalWidth();
  const head = { version, ...(await runMaker(process.env)), cloud, startedAt: looking.clock.now() };
  const journal = JournalFolder.begin(options.journal, runbookRecordOf(plan, head), options.configuredJournal?.store);
  const running: Running = { ...looking, writers };
  const stop = stopOnInterrupt();
  const report = await performRunbook(plan, running, {
    record: (line) => journal.step(line),
    refuse: () =>
      lock.isHeld() ? undefined : 'the lock is lost, so another run may be at work on the thing; look, then resume',
    onResult: (result) => {
      if (!options.json) say(renderStepResult(result, width, style));
    },
    signal: stop.signal,
  });
  stop.done();
  const table = renderRows(report, width);
  if (!options.json && table.length > 0) say(table.join('\n'));
  const complete = endJournal(journal, plan, report);
  const exitCode = runbookExitCode(plan, complete);
  if (options.json) say(renderRunbookJson(plan, cloud, { exitCode, report: complete, journal: journal.path }));
  else say(`${closing(exitCode, plan)}${style.dim(printable(`Journal: ${journal.path}`))}`);
  return exitCode;
}

const closing = (exitCode: number, { rolledBack }: RunbookPlan): string =>
  exitCode === 0 || rolledBack !== undefined
    ? '\n'
    : '\n`stackward run --resume` goes on from here, and looks at every finished step first.\n';

function endJournal(journal: JournalFolder, plan: RunbookPlan, report: RunbookReport): RunbookReport {
  try {
    journal.end(runbookEndOf(plan, report));
    return report;
  } catch (error) {
    return { ...report, problems: [...report.problems, problemOf(error, 'journal')] };
  }
}
