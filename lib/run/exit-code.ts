import type { Report } from './engine';
import type { Plan } from './plan';

/** Exit code as `terraform plan -detailed-exitcode`: 0 converged, 2 changes pending or waiting, 1 problem. */
export function planExitCode(plan: Plan): 0 | 1 | 2 {
  if (plan.problems.length > 0) return 1;
  return plan.steps.length + plan.waiting.length > 0 ? 2 : 0;
}

/** Of several parts: 1 if something failed in any of them, 2 if something is left. */
export function worstExitCode(codes: readonly number[]): 0 | 1 | 2 {
  if (codes.some((code) => code !== 0 && code !== 2)) return 1;
  return codes.includes(2) ? 2 : 0;
}

/** 0 all done, 2 something waits or was skipped, 1 something failed or is not converged. */
export function applyExitCode(plan: Plan, report: Report): 0 | 1 | 2 {
  if (plan.problems.length + report.problems.length > 0) return 1;
  if (report.results.some((result) => result.outcome === 'failed')) return 1;
  return plan.waiting.length > 0 || report.results.some((result) => result.outcome === 'skipped') ? 2 : 0;
}
