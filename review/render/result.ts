/** The result of a review, and the line that says it. */
import { count } from '../../lib/render/text';
import type { OwnChange, ResourceChange, Review, ReviewedStack, Risk, Severity } from '../model';
import { code, strong, type Line, type Piece, type Tone } from '../../lib/render/items';

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

/** Stacks of which a part could not be reviewed. A problem without a stack may be about any. */
export const unreviewedStacks = ({ problems }: Review): ReadonlySet<string> =>
  new Set(problems.map(({ stack }) => stack));

export const waitingStacks = ({ stacks }: Review): ReviewedStack[] =>
  stacks.filter(({ waitsFor }) => waitsFor !== undefined);

/** Only then does an empty list mean that there is nothing. */
export const isAllKnown = (review: Review): boolean =>
  review.problems.length === 0 && waitingStacks(review).length === 0;

export const severities: readonly Severity[] = ['high', 'medium', 'low'];

export const toneOf = (severity: Severity): Tone =>
  ({ high: 'danger', medium: 'warning', low: 'plain' } as const)[severity];

export function toneOfReview(review: Review): Tone {
  const result = resultOf(review);
  if (result === 'nothing') return 'good';
  if (result === 'something') return toneOf(review.risks[0]?.severity ?? 'low');
  return 'danger';
}

/** One line: the result, then the worst risk. */
export function verdictOf(review: Review): Line {
  const { problems, risks, stacks } = review;
  const unreviewed = unreviewedStacks(review);
  const isNothingKnown = stacks.every(({ name, waitsFor }) => waitsFor !== undefined || unreviewed.has(name));
  const changes = terraformOf(review).length + oursOf(review).length;
  const [worst] = risks;
  const numbers = `${count(changes, 'change')} in ${stacksOf(review, unreviewed)}`;
  const risky: Line =
    worst === undefined
      ? [noRisk(review)]
      : [
          risks.length === 1
            ? ' One risk: '
            : ` ${risks.length} risks in ${count(placesOf(risks), 'change')}; ${worstOf(risks, worst.severity)}. The first: `,
          ...inShort(worst),
          '.',
        ];
  switch (resultOf(review)) {
    case 'problem':
      return [
        strong('Not complete:'),
        ` ${count(problems.length, 'part')} could not be reviewed. ${changes === 0 && isNothingKnown ? 'What would change is not known' : `The rest has ${numbers}`}.`,
        ...(worst === undefined ? [] : risky),
      ];
    case 'forbidden':
      return [strong('Forbidden'), ` by the policy in stackward.yaml: ${numbers}.`, ...risky];
    case 'something':
      return changes === 0
        ? [strong('Something to do:'), ` ${numbers}.`, ...risky]
        : [strong(count(changes, 'change')), ` to make in ${stacksOf(review, unreviewed)}.`, ...risky];
    case 'nothing':
      return [strong('Nothing to do:'), ` ${count(stacks.length, 'stack')}, and both halves are as the code says.`];
  }
}

/** A change may be several risks, so the words name what is counted. */
function worstOf(risks: readonly Risk[], severity: Severity): string {
  const number = risks.filter((risk) => risk.severity === severity).length;
  return number === risks.length ? `all risks are ${severity}` : `${count(number, 'risk is', 'risks are')} ${severity}`;
}

function noRisk(review: Review): string {
  const left = review.notCompared.length;
  if (!isAllKnown(review)) return ' No risk was found in what is planned so far.';
  if (left === 0) return ' No risk was found.';
  return ` No risk was found in what was compared; ${count(left, 'part')} ${left === 1 ? 'was' : 'were'} not.`;
}

/** A change may be several risks: a server that is replaced is down, and its disk is lost. */
const placesOf = (risks: readonly Risk[]): number =>
  new Set(risks.map(({ stack, where }) => JSON.stringify([stack, where]))).size;

/** A stack that waits, or without a change, isn't among those that change. */
function stacksOf({ stacks }: Review, unreviewed: ReadonlySet<string>): string {
  const isChanged = ({ terraform, ours }: ReviewedStack): boolean => terraform.length + ours.length > 0;
  const seen = stacks.filter((stack) => isChanged(stack) || !unreviewed.has(stack.name));
  const all = count(seen.length, 'stack');
  const changed = seen.filter(isChanged).length;
  return changed === 0 || changed === seen.length ? all : `${changed} of ${all}`;
}

const inShort = ({ severity, class: name, message }: Risk): readonly Piece[] => [
  strong(severity),
  ' ',
  code(name),
  `: ${message.replace(/\.$/, '')}`,
];
