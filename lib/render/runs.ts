/** Recorded runs, one line each, the oldest first. */
import type { RecordedDeploy } from '../journal/deploy-record';
import type { RecordedEnd } from '../journal/run-record';
import { isDeploy, isRunbook, type AnyRun } from '../journal/runbook-record';
import { printable, printableJson } from '../basics/printable';
import { count } from './text';

/** @param isRunning undefined if the run was begun on another machine, because nobody can tell then */
export type ListedRun =
  (AnyRun & { readonly isRunning: boolean | undefined }) | { readonly name: string; readonly unreadable: string };

type Listed = Extract<ListedRun, RecordedEnd>;

export function renderRuns(runs: readonly ListedRun[], folder: string): string {
  if (runs.length === 0) return `There are no runs in ${printable(folder)}.\n`;
  const ofDeploys = new Set(
    runs.flatMap((run) => ('record' in run && isDeploy(run) ? run.results.flatMap((result) => result.run ?? []) : [])),
  );
  return runs
    .map((run) => {
      const indent = ofDeploys.has(run.name) ? '  ' : '';
      return `${indent}${printable(run.name)}  ${printable('record' in run ? describe(run) : run.unreadable)}\n`;
    })
    .join('');
}

function describe(run: Listed): string {
  if (isRunbook(run)) return describeRunbook(run);
  if (isDeploy(run)) return describeDeploy(run);
  const { record, results } = run;
  const countOf = (outcome: string): number =>
    [...results.values()].filter((result) => result.outcome === outcome).length;
  const others = ['failed', 'skipped']
    .filter((outcome) => countOf(outcome) > 0)
    .map((outcome) => `, ${countOf(outcome)} ${outcome}`);
  const steps = `${countOf('applied')} of ${count(record.steps.length, 'step')} applied in ${record.stacks.join(', ')}`;
  return `${record.command}: ${steps}${others.join('')}, ${howItEnded(run)}`;
}

function describeRunbook(run: Extract<Listed, { record: { runbook: string } }>): string {
  const { record, results } = run;
  const { command, runbook, argument, cloud, resumes, rolledBack } = record;
  const kept = record.steps.filter((step) => step.kept !== undefined).length;
  const done = [...results.values()].filter(({ outcome }) => outcome === 'done' || outcome === 'unchanged').length;
  const before = resumes ?? rolledBack;
  const about = before === undefined ? '' : ` (${resumes === undefined ? 'undoes' : 'resumes'} ${before})`;
  const steps = `${done + kept} of ${count(record.steps.length, 'step')} done`;
  return `${command} ${runbook} ${argument}${about}: ${steps} in ${cloud}, ${howItEnded(run)}`;
}

function describeDeploy(run: RecordedDeploy & Listed): string {
  const { record, results } = run;
  const last = new Map(results.map((result) => [`${result.half} ${result.stack}`, result]));
  const countOf = (...outcomes: readonly string[]): number =>
    [...last.values()].filter(({ outcome }) => outcomes.includes(outcome)).length;
  const others = ['failed', 'left'].filter((outcome) => countOf(outcome) > 0).map((outcome) => `, ${countOf(outcome)} ${outcome}`); // prettier-ignore
  const halves = record.deploys.length * (record.command === 'destroy' ? 1 : 2);
  const done = `${countOf('done', 'unchanged')} of ${count(halves, 'half', 'halves')} done`;
  return `${record.command} of ${record.deploys.join(', ')}: ${done}${others.join('')}, ${howItEnded(run)}`;
}

function howItEnded({ end, record, isRunning }: Pick<Listed, 'end' | 'record' | 'isRunning'>): string {
  if (end) return `${end.problems === 0 ? '' : `${count(end.problems, 'problem')}, `}exit code ${end.exitCode}`;
  if (isRunning) return `under way (process ${record.by.pid})`;
  const killed = 'killed: what has no outcome may have been done';
  return isRunning === undefined ? `under way on ${record.by.host}, or ${killed}` : killed;
}

export const renderRunsJson = (runs: readonly ListedRun[]): string =>
  printableJson(
    runs.map((run) => ('record' in run && !isDeploy(run) ? { ...run, results: Object.fromEntries(run.results) } : run)),
  );
