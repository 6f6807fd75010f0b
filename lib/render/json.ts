/** Plans and reports for programs. `formatVersion` is major.minor; a new minor version only adds fields. */
import type { Report } from '../run/engine';
import { wordsOf } from '../contract/reconciler';
import { defined } from '../basics/defined';
import type { StackwardError } from '../basics/errors';
import { applyExitCode, planExitCode } from '../run/exit-code';
import type { Plan, PlannedStep, Problem } from '../run/plan';
import { printableJson } from '../basics/printable';

export const formatVersion = '1.0';

const step = ({
  id,
  kind,
  target,
  action,
  subject,
  changes,
  because,
  notes = [],
  asides = [],
  since,
}: PlannedStep): object => ({
  id,
  kind,
  target,
  action,
  subject,
  changes: changes.map(wordsOf),
  because,
  notes,
  asides,
  ...defined({ since }),
});

const problem = ({ where, reason, message }: Problem): object => ({ where, reason, message });

export function renderPlanJson(command: string, plan: Plan): string {
  return printableJson({ ...head(command, plan), exitCode: planExitCode(plan) });
}

export function renderReportJson(command: string, plan: Plan, report: Report): string {
  return printableJson({
    ...head(command, plan),
    results: report.results.map(({ step: { target, action }, ...result }) => ({ ...result, target, action })),
    problems: [...plan.problems, ...report.problems].map(problem),
    found: report.found,
    interrupted: report.interrupted,
    exitCode: applyExitCode(plan, report),
  });
}

/** @param done what was done before the error */
export const renderErrorJson = (
  { reason, message }: Pick<StackwardError, 'reason' | 'message'>,
  done?: object,
): string =>
  printableJson({
    formatVersion,
    ...done,
    error: { reason, message },
    exitCode: 1,
  });

function head(command: string, plan: Plan): object {
  const { stacks, problems, warnings, unswept, waiting, leaving, converged } = plan;
  return {
    formatVersion,
    command,
    stacks,
    steps: plan.steps.map(step),
    problems: problems.map(problem),
    warnings: [...warnings, ...unswept.map(({ where, message }) => ({ where, message }))],
    waiting,
    leaving,
    converged,
  };
}
