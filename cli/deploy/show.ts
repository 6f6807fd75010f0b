/** The texts of a deploy. Pure. */
import type { TerraformChange } from '../../adapters/terraform/plan-changes';
import type { ResourceProgress } from '../../adapters/terraform/events';
import { printable } from '../../lib/basics/printable';
import { stepKey, type Plan } from '../../lib/run/plan';
import type { Style } from '../../lib/render/style';
import { count, renderPlan } from '../../lib/render/text';
import type { ReviewedHalf, ReviewedStack } from './reviewed';

const symbols: Readonly<Record<TerraformChange['action'], string>> = {
  create: '+',
  update: '~',
  replace: '-/+',
  delete: '-',
  forget: '.',
  import: '<',
  move: '>',
};

const nothing = '  Stackward: nothing to do.';

/** Both halves of one stack, as they are before anything is done. */
export function renderStack(reviewed: ReviewedStack, ours: ReviewedHalf | undefined, style: Style): string {
  const { stack, waitsFor, terraform, problem } = reviewed;
  const title = style.bold(printable(`Stack ${stack.name}`));
  if (problem !== undefined) return `${title}\n  ${style.red('Problem:')} ${printable(problem.message)}\n`;
  if (terraform === undefined) {
    const names = waitsFor.join(', ');
    return `${title}\n  ${printable(`It can be planned when ${names} ${waitsFor.length === 1 ? 'is' : 'are'} applied.`)}\n`;
  }
  const { changes } = terraform.plan;
  const lines = changes.map(({ address, action }) => `    ${symbols[action]} ${printable(address)}`);
  const summary = changes.length === 0 ? outputsOf(reviewed) : `Terraform: ${sayChanges(changes)}`;
  return `${[title, `  ${summary}`, ...lines].join('\n')}\n${ours === undefined ? '' : renderHalf(ours, style)}`;
}

const outputsOf = ({ terraform }: ReviewedStack): string =>
  terraform?.hasChanges === true ? 'Terraform: no resource changes, outputs do.' : 'Terraform: nothing to do.';

/** The steps of a bundle stand in its review with their values. Here they are named. */
function renderHalf({ saved: { steps }, plan }: ReviewedHalf, style: Style): string {
  if (plan !== undefined) return renderOurs(plan, style);
  if (steps.length === 0) return `${nothing}\n`;
  const lines = steps.map(({ action, id, target }) => `    ${symbols[action]} ${printable(stepKey(id, target))}\n`);
  return `  Stackward: ${count(steps.length, 'step')}\n${lines.join('')}`;
}

function renderOurs(plan: Plan, style: Style): string {
  const { steps, waiting: later, problems, warnings, unswept, leaving } = plan;
  if ([steps, later, problems, warnings, unswept, leaving].every((part) => part.length === 0)) return `${nothing}\n`;
  const waiting = later.map(
    ({ id, unknown }) =>
      `  # ${printable(id)} is planned when Terraform's half is done (${printable(unknown.join(', '))})\n`,
  );
  const isAllLater = [steps, problems, warnings, unswept, leaving].every((part) => part.length === 0);
  return `\n${waiting.join('')}${isAllLater ? '' : renderPlan({ ...plan, waiting: [] }, style, 'deploy')}`;
}

const words: Readonly<Record<TerraformChange['action'], string>> = {
  create: 'to create',
  update: 'to change',
  replace: 'to replace',
  delete: 'to destroy',
  forget: 'to forget',
  import: 'to import',
  move: 'to move',
};

export function sayChanges(changes: readonly TerraformChange[]): string {
  const kinds = Object.keys(words) as TerraformChange['action'][];
  return kinds
    .map((action) => ({ action, number: changes.filter((change) => change.action === action).length }))
    .filter(({ number }) => number > 0)
    .map(({ action, number }) => `${number} ${words[action]}`)
    .join(', ');
}

const pasts: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'destroyed',
  read: 'read',
};

/** One line of progress; undefined for what nobody waits for. */
export function renderProgress(stack: string, { address, action, is, seconds }: ResourceProgress): string | undefined {
  const past = pasts[action] ?? action;
  if (action === 'read' && is !== 'failed') return undefined;
  if (is === 'begun') return undefined;
  if (is === 'under way')
    return printable(`${stack}: ${address} is not ${past} yet, after ${count(seconds, 'second')}`);
  if (is === 'failed') return printable(`${stack}: ${address} could not be ${past}, after ${count(seconds, 'second')}`);
  return printable(`${stack}: ${address} ${past}${seconds > 0 ? ` in ${count(seconds, 'second')}` : ''}`);
}
