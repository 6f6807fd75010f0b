/** Recorded runs, two lines each, the oldest first: what came of it, and who did what. */
import { printable, printableJson } from '../basics/printable';
import type { RecordedDeploy } from '../journal/deploy-record';
import type { RecordedEnd } from '../journal/run-record';
import { isDeploy, isRunbook, type AnyRun } from '../journal/runbook-record';
import { count } from './text';

/** @param isRunning undefined if the run was begun on another machine, because nobody can tell then */
export type ListedRun =
  | (AnyRun & { readonly isRunning: boolean | undefined })
  | { readonly name: string; readonly unreadable: string };

export type ReadableRun = Extract<ListedRun, RecordedEnd>;

export function renderRuns(runs: readonly ListedRun[], folder: string): string {
  if (runs.length === 0) return `There are no runs in ${printable(folder)}.\n`;
  const readable = runs.flatMap((run) => ('record' in run ? [run] : []));
  const ofDeploys = new Set(
    readable.flatMap((run) => (isDeploy(run) ? run.results.flatMap((result) => result.run ?? []) : [])),
  );
  const undoers = new Map(
    readable.flatMap(({ name, record }) => (record.rolledBack ? [[record.rolledBack, name]] : [])),
  );
  return runs
    .map((run) => {
      const indent = ofDeploys.has(run.name) ? '  ' : '';
      const undoer = undoers.get(run.name);
      const lines =
        'record' in run
          ? [
              `${describe(run)}${undoer === undefined ? '' : `; rolled back by ${undoer}`}`,
              `${sayMaker(run)}: ${sayWork(run)}`,
            ]
          : [run.unreadable];
      const [first = '', ...rest] = lines.map((line) => printable(line));
      return [`${indent}${printable(run.name)}  ${first}\n`, ...rest.map((line) => `${indent}    ${line}\n`)].join('');
    })
    .join('');
}

/** Such as `anna on laptop, commit 1a2b3c4d5e6f`. */
export function sayMaker({ record: { user, by, job, commit } }: AnyRun): string {
  const who = user === undefined ? `on ${by.host}` : `${user} on ${by.host}`;
  const changed = commit?.hasChanges === true ? ' with changes' : '';
  return [who, ...(commit ? [`commit ${commit.id.slice(0, 12)}${changed}`] : []), ...(job ? [job] : [])].join(', ');
}

/** At most this many steps are named one by one. */
const namedSteps = 2;

function sayWork(run: ReadableRun): string {
  const { record } = run;
  if (isDeploy(run)) return `both halves of ${count(run.record.deploys.length, 'stack')}`;
  if (isRunbook(run)) return run.record.steps.map(({ title }) => title).join('; ') || 'nothing to do';
  const back = record.rolledBack === undefined ? '' : `undoes ${record.rolledBack}: `;
  const named = run.record.steps.slice(0, namedSteps).map(({ action, id }) => `${action} ${sayThing(id)}`);
  const more = run.record.steps.length - named.length;
  return `${back}${[...named, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
}

/** `firewall-exception.acme/Utm/Hole` as `firewall exception acme/Utm/Hole`. */
const sayThing = (id: string): string => id.replace(/^[^.]*\./, (kind) => `${kind.slice(0, -1).replaceAll('-', ' ')} `);

export function describe(run: ReadableRun): string {
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

function describeRunbook(run: Extract<ReadableRun, { record: { runbook: string } }>): string {
  const { record, results } = run;
  const { command, runbook, argument, cloud, resumes, rolledBack } = record;
  const kept = record.steps.filter((step) => step.kept !== undefined).length;
  const done = [...results.values()].filter(({ outcome }) => outcome === 'done' || outcome === 'unchanged').length;
  const before = resumes ?? rolledBack;
  const about = before === undefined ? '' : ` (${resumes === undefined ? 'undoes' : 'resumes'} ${before})`;
  const steps = `${done + kept} of ${count(record.steps.length, 'step')} done`;
  return `${command} ${runbook} ${argument}${about}: ${steps} in ${cloud}, ${howItEnded(run)}`;
}

function describeDeploy(run: RecordedDeploy & ReadableRun): string {
  const { record, results } = run;
  const last = new Map(results.map((result) => [`${result.half} ${result.stack}`, result]));
  const countOf = (...outcomes: readonly string[]): number =>
    [...last.values()].filter(({ outcome }) => outcomes.includes(outcome)).length;
  const others = ['failed', 'left'].filter((outcome) => countOf(outcome) > 0).map((outcome) => `, ${countOf(outcome)} ${outcome}`); // prettier-ignore
  const halves = record.deploys.length * (record.command === 'destroy' ? 1 : 2);
  const done = `${countOf('done', 'unchanged')} of ${count(halves, 'half', 'halves')} done`;
  return `${record.command} of ${record.deploys.join(', ')}: ${done}${others.join('')}, ${howItEnded(run)}`;
}

export function howItEnded({ end, record, isRunning }: Pick<ReadableRun, 'end' | 'record' | 'isRunning'>): string {
  if (end) return `${end.problems === 0 ? '' : `${count(end.problems, 'problem')}, `}exit code ${end.exitCode}`;
  if (isRunning) return `under way (process ${record.by.pid})`;
  const killed = 'killed: what has no outcome may have been done';
  return isRunning === undefined ? `under way on ${record.by.host}, or ${killed}` : killed;
}

const asJson = (run: ListedRun): object =>
  'record' in run && !isDeploy(run) ? { ...run, results: Object.fromEntries(run.results) } : run;

export const renderRunsJson = (runs: readonly ListedRun[]): string => printableJson(runs.map(asJson));
export const renderRunJson = (run: ReadableRun): string => printableJson(asJson(run));
