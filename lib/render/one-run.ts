/** One recorded run in words: its head, and each step with its outcome. Images stay in the files. Pure. */
import { printable } from '../basics/printable';
import type { RecordedDeploy } from '../journal/deploy-record';
import type { RecordedRun } from '../journal/run-record';
import { isDeploy, isRunbook, type AnyRun, type RecordedRunbook } from '../journal/runbook-record';
import { stepKey } from '../run/plan';
import { describe, sayMaker, type ReadableRun } from './runs';

const unknownOutcome = 'no outcome; it may have been done';

/**
 * @param all runs of the journal, to say which run rolled this run back
 */
export function renderRun(run: ReadableRun, all: readonly AnyRun[]): string {
  const { record, unreadable } = run;
  const undoer = all.find((each) => each.record.rolledBack === run.name);
  const head = [
    `Run ${run.name}`,
    describe(run),
    `by ${sayMaker(run)}; process ${record.by.pid}`,
    `begun ${sayTime(record.startedAt)}, by stackward ${record.version}`,
    ...planOf(run),
    ...(record.rolledBack === undefined ? [] : [`undoes run ${record.rolledBack}`]),
    ...(undoer === undefined ? [] : [`rolled back ${sayTime(undoer.record.startedAt)} by run ${undoer.name}`]),
    ...(unreadable === 0 ? [] : [`lines of its results that can't be read: ${unreadable}`]),
  ];
  const [first = '', ...rest] = head;
  const lines = [first, ...rest.map((line) => `  ${line}`), '', ...stepsOf(run)];
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

/** Such as `2026-11-20 14:02:12 UTC`. */
const sayTime = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;

function planOf(run: AnyRun): string[] {
  if (isRunbook(run)) return run.record.resumes === undefined ? [] : [`resumes run ${run.record.resumes}`];
  if (isDeploy(run)) return run.record.bundle === undefined ? [] : [`of the reviewed bundle ${run.record.bundle}`];
  return run.record.plan === undefined ? [] : [`of the saved plan ${run.record.plan}`];
}

const stepsOf = (run: AnyRun): string[] =>
  isRunbook(run) ? ofRunbook(run) : isDeploy(run) ? ofDeploy(run) : ofPlan(run);

const ofPlan = ({ record, results }: RecordedRun): string[] =>
  record.steps.flatMap(({ id, target, action, subject, because, changes }) => {
    const { outcome = unknownOutcome, reason, message } = results.get(stepKey(id, target)) ?? {};
    return [
      `${stepKey(id, target)}: ${outcome}${reason === undefined ? '' : ` (${reason})`}`,
      `  ${action}: ${subject}, because ${because}`,
      ...changes.map(({ attribute, before = 'absent', after = 'absent' }) => `  ${attribute} = ${before} -> ${after}`),
      ...(message === undefined ? [] : [`  ${message}`]),
    ];
  });

const ofRunbook = ({ record, results }: RecordedRunbook): string[] =>
  record.steps.map(({ step, title, kept }) => {
    const outcome = kept === undefined ? (results.get(step)?.outcome ?? 'not begun') : 'done by an earlier run';
    return `${step}. ${title}: ${outcome === 'begun' ? unknownOutcome : outcome}`;
  });

const ofDeploy = ({ results }: RecordedDeploy): string[] =>
  [...new Map(results.map((result) => [`${result.half} ${result.stack}`, result])).values()].map(
    ({ stack, half, outcome, run, message }) => {
      const own = run === undefined ? '' : ` in run ${run}`;
      const ended = outcome === 'begun' ? unknownOutcome : outcome;
      return `${stack}, ${half}'s half: ${ended}${own}${message === undefined ? '' : ` (${message})`}`;
    },
  );
