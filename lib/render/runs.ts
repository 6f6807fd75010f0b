/** Recorded runs, one line each, the oldest first. */
import type { RecordedRun } from '../journal/run-record';
import { printable, printableJson } from '../basics/printable';
import { count } from './text';

/** @param isRunning undefined if the run was begun on another machine, because nobody can tell then */
export type ListedRun =
  (RecordedRun & { readonly isRunning: boolean | undefined }) | { readonly name: string; readonly unreadable: string };

export function renderRuns(runs: readonly ListedRun[], folder: string): string {
  if (runs.length === 0) return `There are no runs in ${printable(folder)}.\n`;
  return runs
    .map((run) => `${printable(run.name)}  ${printable('record' in run ? describe(run) : run.unreadable)}\n`)
    .join('');
}

function describe(run: RecordedRun & { readonly isRunning: boolean | undefined }): string {
  const { record, results } = run;
  const countOf = (outcome: string): number =>
    [...results.values()].filter((result) => result.outcome === outcome).length;
  const others = ['failed', 'skipped']
    .filter((outcome) => countOf(outcome) > 0)
    .map((outcome) => `, ${countOf(outcome)} ${outcome}`);
  const steps = `${countOf('applied')} of ${count(record.steps.length, 'step')} applied in ${record.stacks.join(', ')}`;
  return `${record.command}: ${steps}${others.join('')}, ${howItEnded(run)}`;
}

function howItEnded({ end, record, isRunning }: RecordedRun & { readonly isRunning: boolean | undefined }): string {
  if (end) return `${end.problems === 0 ? '' : `${count(end.problems, 'problem')}, `}exit code ${end.exitCode}`;
  if (isRunning) return `under way (process ${record.by.pid})`;
  const killed = 'killed: what has no outcome may have been done';
  return isRunning === undefined ? `under way on ${record.by.host}, or ${killed}` : killed;
}

export const renderRunsJson = (runs: readonly ListedRun[]): string =>
  printableJson(runs.map((run) => ('record' in run ? { ...run, results: Object.fromEntries(run.results) } : run)));
