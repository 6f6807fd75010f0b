/** The texts of a deploy. Pure. */
import type { ResourceProgress } from '../../adapters/terraform/events';
import { Refused } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import type { Style } from '../../lib/render/style';
import { count } from '../../lib/render/text';
import type { Review, TerraformAction } from '../../review/model';
import { renderReviewText } from '../../review/render/text';
import { nameOfChange } from '../../review/terraform/plan-changes';
import { subjectOf } from '../../review/terraform/subject';
import { Things, type StackPlan } from '../../review/terraform/things';
import type { PlannedResource } from '../../review/terraform/plan-json';
import type { PlannedHalf, TerraformHalf } from '../both-halves';

const symbols: Readonly<Record<TerraformAction, string>> = {
  create: '+',
  update: '~',
  replace: '-/+',
  delete: '-',
  forget: '.',
  import: '<',
  move: '>',
};

/** Terraform's half of one stack, in short. */
export function renderStack(stack: string, { plan, hasChanges }: PlannedHalf): string {
  const { changes } = plan;
  const nameOf = namesInPlans([{ stack, plan }]);
  const lines = changes.map((change) => {
    const name = nameOfChange(change, (address) => nameOf(stack, address));
    return `    ${symbols[change.action]} ${printable(name)}`;
  });
  const summary = changes.length > 0 ? sayChanges(changes) : hasChanges ? outputsAlone : 'nothing to do.';
  return `${[printable(`Stack ${stack}`), `  Terraform: ${summary}`, ...lines].join('\n')}\n`;
}

export type NameOf = (stack: string, address: string) => string;

/** The things of these plans in a person's words, as in a review; an address that they don't have stays. */
export const namesIn = (halves: readonly Pick<TerraformHalf, 'stack' | 'planned'>[]): NameOf =>
  namesInPlans(halves.flatMap(({ stack, planned }) => (planned ? [{ stack: stack.name, plan: planned.plan }] : [])));

export function namesInPlans(plans: readonly StackPlan[]): NameOf {
  const things = new Things(plans);
  return (stack, address) => {
    const thing = things.at(stack, address);
    return thing === undefined ? address : subjectOf(thing, things);
  };
}

const outputsAlone = 'no resource changes, outputs do.';

const shown: ReadonlySet<string> = new Set(['attention', 'changes', 'problems']);

/** The review without its details: the result, the risks, the changes, and the parts that are missing. */
export const renderReview = (review: Review, width: number, style: Style): string =>
  renderReviewText(review, width, style, (section) => shown.has(section));

/** Who has to approve which risk; '' if nobody has to. */
export function renderApprovals({ risks }: Review): string {
  const lines = risks
    .filter(({ needs }) => needs.length > 0)
    .map(({ class: name, where, needs }) => `  ${printable(`${name} at ${where}: ${needs.join(', ')}`)}\n`);
  return lines.length === 0 ? '' : `\nApproval is needed, which nobody can check here:\n${lines.join('')}`;
}

/** @throws Refused naming each risk that stackward.yaml forbids */
export function refuseForbidden({ risks }: Review): void {
  const forbidden = risks.filter(({ isForbidden }) => isForbidden);
  if (forbidden.length === 0) return;
  const named = forbidden.slice(0, 5).map(({ class: name, where, stack }) => `${name} at ${where} of stack ${stack}`);
  const more = forbidden.length > 5 ? `, and ${forbidden.length - 5} more` : '';
  throw new Refused(
    `stackward.yaml forbids what this change does: ${named.join(', ')}${more}; change the code or the policy, then review again`,
  );
}

const words: Readonly<Record<TerraformAction, string>> = {
  create: 'to create',
  update: 'to change',
  replace: 'to replace',
  delete: 'to destroy',
  forget: 'to forget',
  import: 'to import',
  move: 'to move',
};

export function sayChanges(changes: readonly Pick<PlannedResource, 'action'>[]): string {
  const kinds = Object.keys(words) as TerraformAction[];
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

/** One line of progress; undefined for events that nobody waits for. */
export function renderProgress(
  stack: string,
  { address, action, is, seconds }: ResourceProgress,
  nameOf: NameOf,
): string | undefined {
  if (is === 'begun' || (action === 'read' && is !== 'failed')) return undefined;
  const past = pasts[action] ?? action;
  const time = count(seconds, 'second');
  const states = {
    'under way': `not ${past} yet after ${time}`,
    failed: `could not be ${past}, after ${time}`,
    done: seconds > 0 ? `${past} in ${time}` : past,
  };
  return printable(`${stack}: ${states[is]}: ${nameOf(stack, address)}`);
}
