/** Plans and reports as a person reads them, in OpenTofu's manner. Pure: text in no colour unless a style is given. */
import { titleOf } from '../basics/errors';
import type { Report } from '../run/engine';
import { greatest } from '../basics/lists';
import { stepKey, type Note, type Plan, type PlannedStep, type Problem } from '../run/plan';
import type { Action, Change, StepResult } from '../contract/reconciler';
import { printable, printableTexts } from '../basics/printable';
import { sayMore, topicsIn } from './page';
import { plain, type Style } from './style';

const symbols: Readonly<Record<Action, string>> = { create: '+', update: '~', delete: '-' };
const willBe: Readonly<Record<Action, string>> = {
  create: 'will be created',
  update: 'will be updated in-place',
  delete: 'will be destroyed',
};
const done: Readonly<Record<Action, string>> = { create: 'created', update: 'updated', delete: 'destroyed' };

const colorOf = (action: Action, style: Style): ((text: string) => string) =>
  ({ create: style.green, update: style.yellow, delete: style.red })[action];

export const count = (number: number, singular: string, many = `${singular}s`): string =>
  `${number} ${number === 1 ? singular : many}`;

/** The parts of a plan that are shown. */
function shown({ looks, dependencies, steps, ...texts }: Plan): Plan {
  const withoutImages = steps.map((step) => ({ ...step, before: {} }));
  return { ...printableTexts({ ...texts, steps: withoutImages }), looks, dependencies };
}

/** The whole plan. Its last line counts the steps. */
export function renderPlan(planned: Plan, style: Style = plain, command = 'plan'): string {
  const plan = shown(planned);
  const blocks = [
    plan.steps.length > 0 ? ['stackward will perform the following actions:'] : [],
    ...plan.steps.map((step) => renderStep(step, style)),
    ...plan.waiting.map(({ id, unknown }) => [
      `  # ${style.bold(id)} waits for \`cdktf apply\``,
      ...unknown.map((field) => `      ${field} = (known after apply)`),
    ]),
    renderNotes('Leaving the code', plan.leaving, style.yellow, style),
    renderNotes('Warning', [...plan.warnings, ...plan.unswept], style.yellow, style),
    ...renderProblems(plan.problems, style),
    [summary(plan, style, command)],
  ];
  return join(blocks);
}

export const join = (blocks: readonly (readonly string[])[]): string =>
  `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

function renderStep(step: PlannedStep, style: Style): string[] {
  const paint = colorOf(step.action, style);
  return [
    `  # ${style.bold(stepKey(step.id, step.target))} ${willBe[step.action]}`,
    `  # (because ${step.because})`,
    `  ${paint(symbols[step.action])} ${step.subject}`,
    ...alignedChanges(step.changes, style),
    ...[...(step.notes ?? []), ...(step.asides ?? []), ...sinceOf(step)].map(
      (note) => `      ${style.dim(`# ${note}`)}`,
    ),
  ];
}

const sinceOf = ({ since }: PlannedStep): readonly string[] => (since === undefined ? [] : [since.message]);

function alignedChanges(changes: readonly Change[], style: Style): string[] {
  const widths = changes.map((change) => change.attribute.length);
  const width = greatest(widths, 0);
  return changes.map(({ attribute, before, after }) => {
    const name = attribute.padEnd(width);
    if (before === undefined) return `      ${style.green('+')} ${name} = ${after}`;
    if (after === undefined) return `      ${style.red('-')} ${name} = ${before}`;
    return `      ${style.yellow('~')} ${name} = ${before} -> ${after}`;
  });
}

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
  ];
  if (plan.steps.length === 0 && more.length === 0 && command === 'rollback')
    return `${style.green('No changes.')} What the run touched is as it was before.`;
  if (plan.steps.length === 0 && more.length === 0 && plan.converged.length === 0)
    return `${style.green('No changes.')} Nothing is declared, and nothing is left over.`;
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
