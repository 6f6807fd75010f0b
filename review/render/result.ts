/** The result of a review, and the line that says it. */
import { count } from '../../lib/render/text';
import type { OwnChange, ResourceChange, Review, Risk, Severity } from '../model';
import { code, strong, type Line, type Piece, type Tone } from './outline';

/** `problem` and `forbidden` end with 1, `something` with 2, `nothing` with 0. */
export type Result = 'problem' | 'forbidden' | 'something' | 'nothing';

export const exitCodes: Readonly<Record<Result, 0 | 1 | 2>> = { problem: 1, forbidden: 1, something: 2, nothing: 0 };

export function resultOf(review: Review): Result {
  if (review.problems.length > 0) return 'problem';
  if (review.risks.some(({ isForbidden }) => isForbidden)) return 'forbidden';
  const isQuiet = review.stacks.every(
    ({ terraform, outputs, ours, waiting, waitsFor }) =>
      terraform.length + outputs.length + ours.length + waiting.length === 0 && waitsFor === undefined,
  );
  return isQuiet && review.risks.length + review.acknowledged.length === 0 ? 'nothing' : 'something';
}

export const terraformOf = (review: Review): ResourceChange[] => review.stacks.flatMap(({ terraform }) => terraform);
export const oursOf = (review: Review): OwnChange[] => review.stacks.flatMap(({ ours }) => ours);

export const severities: readonly Severity[] = ['high', 'medium', 'low'];

export const toneOf = (severity: Severity): Tone =>
  (({ high: 'danger', medium: 'warning', low: 'plain' }) as const)[severity];

export function toneOfReview(review: Review): Tone {
  const result = resultOf(review);
  if (result === 'nothing') return 'good';
  if (result === 'something') return toneOf(review.risks[0]?.severity ?? 'low');
  return 'danger';
}

/** One line: the result, then the worst risk. */
export function verdictOf(review: Review): Line {
  const { problems, risks, stacks } = review;
  const changes = terraformOf(review).length + oursOf(review).length;
  const [worst] = risks;
  const numbers = `${count(changes, 'change')} in ${stacksOf(review)}`;
  const risky: Line =
    worst === undefined
      ? [' No risk was found.']
      : [` Worst of ${count(risks.length, 'risk')}: `, ...inShort(worst), '.'];
  switch (resultOf(review)) {
    case 'problem':
      return [
        strong('Not complete:'),
        ` ${count(problems.length, 'part')} could not be reviewed. The rest has ${numbers}.`,
        ...(worst === undefined ? [] : risky),
      ];
    case 'forbidden':
      return [strong('Forbidden'), ` by the policy in stackward.yaml: ${numbers}.`, ...risky];
    case 'something':
      return [strong('Something to do:'), ` ${numbers}.`, ...risky];
    case 'nothing':
      return [strong('Nothing to do:'), ` ${count(stacks.length, 'stack')}, and both halves are as the code says.`];
  }
}

/** A stack that waits, or without a change, isn't among those that change. */
function stacksOf({ stacks }: Review): string {
  const all = count(stacks.length, 'stack');
  const changed = stacks.filter(({ terraform, ours }) => terraform.length + ours.length > 0).length;
  return changed === 0 || changed === stacks.length ? all : `${changed} of ${all}`;
}

const inShort = ({ severity, class: name, message }: Risk): readonly Piece[] => [
  strong(severity),
  ' ',
  code(name),
  `: ${message.replace(/\.$/, '')}`,
];
