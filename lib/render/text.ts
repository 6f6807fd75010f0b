/** Plans and reports as a person reads them, in OpenTofu's manner. Pure: text in no colour unless a style is given. */
import { titleOf } from '../basics/errors';
import type { Report } from '../run/engine';
import { stepKey, type Note, type Plan, type PlannedStep, type Problem } from '../run/plan';
import type { Action, StepResult } from '../contract/reconciler';
import { printable, printableTexts } from '../basics/printable';
import { groupedBy } from '../basics/groups';
import { wrapLines } from './item-text';
import { sayMore, topicsIn } from './page';
import { renderFoldedSteps, renderStep, sinceOf } from './plan-steps';
import { plain, type Style } from './style';
import { renderTable, type Row } from './table';

const done: Readonly<Record<Action, string>> = { create: 'created', update: 'updated', delete: 'destroyed' };

export const count = (number: number, singular: string, many = `${singular}s`): string =>
  `${number} ${number === 1 ? singular : many}`;

/** The parts of a plan that are shown. */
function shown({ looks, dependencies, steps, ...texts }: Plan): Plan {
  const withoutImages = steps.map((step) => ({ ...step, before: {} }));
  return { ...printableTexts({ ...texts, steps: withoutImages }), looks, dependencies };
}

/**
 * The whole plan. Its last line counts the steps.
 *
 * @param width of the terminal: steps that are alike are folded, and lines are broken at words. Default: none is, so that
 * a file or a pipe has each thing on a line of its own.
 */
export function renderPlan(planned: Plan, style: Style = plain, command = 'plan', width = Infinity): string {
  const plan = shown(planned);
  const steps =
    width === Infinity
      ? plan.steps.map((step) => renderStep(step, style))
      : renderFoldedSteps(plan.steps, style, width);
  const blocks = [
    plan.steps.length > 0 ? ['stackward will perform the following actions:'] : [],
    ...steps,
    ...plan.waiting.map(({ id, unknown }) => [
      `  # ${style.bold(id)} waits for \`cdktf apply\``,
      ...unknown.map((field) => `      ${field} = (known after apply)`),
    ]),
    renderNotes('Leaving the code', plan.leaving, style.yellow, style),
    renderNotes('Warning', [...plan.warnings, ...plan.unswept], style.yellow, style),
    ...renderProblems(plan.problems, style),
    [summary(plan, style, command)],
  ];
  return wrapLines(join(blocks), width);
}

/** The number of steps of each kind and action, the hosts and databases among them, the problems, and the last line. */
export function renderPlanSummary(planned: Plan, style: Style = plain, width = Infinity): string {
  const plan = shown(planned);
  const actions: readonly Action[] = ['create', 'update', 'delete'];
  const rows = [...groupedBy(plan.steps, ({ kind }) => kind)].map(([kind, steps]): Row => {
    const numbers = actions.map((action) => String(steps.filter((step) => step.action === action).length));
    const targets = [...new Set(steps.map(({ target }) => target))];
    return { cells: [kind, ...numbers, targets.length > 3 ? count(targets.length, 'target') : targets.join(', ')] };
  });
  const table = renderTable(['KIND', 'ADD', 'CHANGE', 'DESTROY', 'ON'], rows, style.dim, width);
  const more = [
    ...(plan.leaving.length > 0 ? [`${count(plan.leaving.length, 'declaration')} left the code.`] : []),
    ...(plan.warnings.length + plan.unswept.length > 0
      ? [`${count(plan.warnings.length + plan.unswept.length, 'warning')}; \`stackward plan\` shows them.`]
      : []),
  ];
  const blocks = [
    rows.length === 0 ? [] : table,
    more,
    ...renderProblems(plan.problems, style),
    [summary(plan, style, 'plan')],
  ];
  return wrapLines(join(blocks), width);
}

export const join = (blocks: readonly (readonly string[])[]): string =>
  `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

function renderNotes(title: string, notes: readonly Note[], paint: (text: string) => string, style: Style): string[] {
  return notes.flatMap(({ where, message }) => [`${paint(`${title}:`)} ${style.bold(where)}`, `  ${message}`]);
}

/** One block per problem: its summary, its place, and what to do. */
function renderProblems(problems: readonly Problem[], style: Style): string[][] {
  return problems.map(({ where, message, ...error }) => [
    `${style.red(`Error: ${titleOf(error)}`)}`,
    `  ${style.bold(where)}`,
    `  ${message}`,
    ...sayMore(topicsIn(message)).map((line) => `  ${line}`),
  ]);
}

function summary(plan: Plan, style: Style, command: string): string {
  const countOf = (action: Action): number => plan.steps.filter((step) => step.action === action).length;
  const more = [
    ...(plan.waiting.length > 0 ? [`${plan.waiting.length} waiting for \`cdktf apply\``] : []),
    ...(plan.problems.length > 0 ? [count(plan.problems.length, 'problem')] : []),
    ...(plan.unswept.length > 0 ? [`${count(plan.unswept.length, 'place')} not searched for leftovers`] : []),
  ];
  if (plan.steps.length === 0 && more.length === 0 && command === 'rollback')
    return `${style.green('No changes.')} What the run touched is as it was before.`;
  if (plan.steps.length === 0 && more.length === 0 && plan.converged.length === 0)
    return `${style.green('No changes.')} Nothing of stackward's half is declared, and nothing is left over.`;
  if (plan.steps.length === 0 && more.length === 0)
    return `${style.green('No changes.')} ${count(plan.converged.length, 'resource')} of ${count(plan.stacks.length, 'stack')} ${plan.converged.length === 1 ? 'is' : 'are'} as the code says.`;
  const parts = [
    `${countOf('create')} to add`,
    `${countOf('update')} to change`,
    `${countOf('delete')} to destroy`,
    ...more,
  ];
  return `${style.bold('Plan:')} ${parts.join(', ')}.`;
}

/** One line of progress: `allocation-pool.shared/Red/AllocationPools@database:neutron: updated (1 of 2)`. */
export function renderResult(
  { step, ...texts }: StepResult & { step: PlannedStep },
  position: string,
  style: Style = plain,
): string {
  const result = printableTexts(texts);
  const where = style.bold(printable(stepKey(result.id, step.target)));
  const words = result.outcome === 'applied' ? done[step.action] : result.outcome;
  const paint = { applied: style.green, unchanged: style.green, failed: style.red, skipped: style.yellow }[
    result.outcome
  ];
  const why =
    result.message === undefined
      ? ''
      : `: ${result.reason === undefined ? '' : `${titleOf({ reason: result.reason })}. `}${result.message}`;
  return `${where}: ${paint(words)} ${style.dim(`(${position})`)}${why}`;
}

/** The end of an apply: the problems, then the line that counts. */
export function renderReport(plan: Plan, report: Report, style: Style = plain, command = 'apply'): string {
  const countOf = (action: Action): number =>
    report.results.filter((result) => result.outcome === 'applied' && result.step.action === action).length;
  const outcome = (name: StepResult['outcome']): number =>
    report.results.filter((result) => result.outcome === name).length;
  const problems = plan.problems.length + report.problems.length;
  const more = [
    ...(outcome('failed') > 0 ? [`${outcome('failed')} failed`] : []),
    ...(outcome('skipped') > 0 ? [`${outcome('skipped')} skipped`] : []),
    ...(plan.waiting.length > 0 ? [`${plan.waiting.length} waiting for \`cdktf apply\``] : []),
    ...(problems > 0 ? [count(problems, 'problem')] : []),
  ];
  const verb = command.charAt(0).toUpperCase() + command.slice(1);
  const title = more.length === 0 ? style.green(`${verb} complete.`) : style.yellow(`${verb} incomplete.`);
  const parts = [
    `${countOf('create')} added`,
    `${countOf('update')} changed`,
    `${countOf('delete')} destroyed`,
    ...more,
  ];
  return join([
    renderNotes('Looked at again', printableTexts(report.found), style.yellow, style),
    ...renderProblems(printableTexts(report.problems), style),
    report.interrupted ? ['Interrupted: what was under way was finished, the rest was left.'] : [],
    [`${title} Resources: ${parts.join(', ')}.`],
  ]);
}

/** One line per resource, for `verify`. */
export function renderVerification(planned: Plan, style: Style = plain): string {
  const plan = shown(planned);
  const differs = plan.steps.map(
    (step) =>
      `${style.yellow('differs  ')} ${stepKey(step.id, step.target)}: ${[step.because, ...sinceOf(step)].join('; ')}`,
  );
  const lines = [
    ...plan.converged.map((where) => `${style.green('converged')} ${where}`),
    ...differs,
    ...plan.waiting.map(
      ({ id }) => `${style.yellow('waiting  ')} ${id}: ${'its values are known after `cdktf apply`'}`,
    ),
    ...plan.problems.map(({ where }) => `${style.red('problem  ')} ${where}`),
  ].sort();
  const notConverged = plan.steps.length + plan.waiting.length + plan.problems.length;
  const end = notConverged === 0 ? style.green('Verified:') : style.yellow('Not verified:');
  return join([
    lines,
    renderNotes('Warning', [...plan.warnings, ...plan.unswept], style.yellow, style),
    ...renderProblems(plan.problems, style),
    [
      `${end} ${plan.converged.length} of ${count(plan.converged.length + notConverged, 'resource')} ${plan.converged.length === 1 ? 'is' : 'are'} as the code says.`,
    ],
  ]);
}
