/**
 * Makes the record of a run, which is written to disk before the first step begins (docs/adr/0019-runbooks.md). Pure.
 */
import { defined } from '../lib/basics/defined';
import type { EndRecord, RunMaker } from '../lib/journal/run-record';
import { runbookFormat, type RunbookRecord } from '../lib/journal/runbook-record';
import { runbookExitCode, type RunbookReport } from './perform';
import type { RunbookPlan } from './plan';

export type RunbookHead = RunMaker & Pick<RunbookRecord, 'version' | 'cloud'> & { readonly startedAt: Date };
type Data = RunbookRecord['steps'][number]['inputs'];

export const runbookRecordOf = (
  plan: RunbookPlan,
  { version, by, user, job, commit, cloud, startedAt }: RunbookHead,
): RunbookRecord => ({
  formatVersion: runbookFormat,
  version,
  command: plan.rolledBack === undefined ? 'run' : 'rollback',
  by,
  ...defined({ user, job, commit }),
  startedAt: startedAt.toISOString(),
  ...defined({ rolledBack: plan.rolledBack, resumes: plan.resumes }),
  runbook: plan.runbook,
  argument: plan.argument,
  options: defined(plan.options) as RunbookRecord['options'],
  thing: plan.thing,
  cloud,
  steps: plan.steps.map((planned, index) => {
    const { step, now } = planned;
    const kept = planned.is === 'kept' ? { before: planned.before as Data, after: now as Data } : undefined;
    const inputs = step.inputs as Data;
    return { step: index + 1, act: step.act, title: step.title, inputs, before: now as Data, ...defined({ kept }) };
  }),
});

export const runbookEndOf = (plan: RunbookPlan, report: RunbookReport): EndRecord => ({
  problems: [...plan.problems, ...report.problems, ...report.results.flatMap(problemOfStep)],
  found: [],
  interrupted: report.interrupted,
  exitCode: runbookExitCode(plan, report),
});

const problemOfStep = ({ outcome, step, reason, message }: RunbookReport['results'][number]) =>
  outcome === 'failed' ? [{ where: step.title, reason: reason ?? 'UnrecoverableError', message: message ?? '' }] : [];
