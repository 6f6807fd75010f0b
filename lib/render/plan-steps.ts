/** The steps of a plan as text, one by one, or like with like. Pure. */
import { greatest } from '../basics/lists';
import type { Action, Change } from '../contract/reconciler';
import { stepKey, type PlannedStep } from '../run/plan';
import { foldThings } from './fold';
import { alikeOf, textOfLine, type Folded, type Item } from './items';
import { rowsText } from './item-text';
import type { Style } from './style';

const symbols: Readonly<Record<Action, string>> = { create: '+', update: '~', delete: '-' };
const willBe: Readonly<Record<Action, string>> = {
  create: 'will be created',
  update: 'will be updated in-place',
  delete: 'will be destroyed',
};

/** The paint of a line that begins with this symbol. */
const paintOf = (symbol: string, style: Style): ((text: string) => string) =>
  symbol === '+' ? style.green : symbol === '-' ? style.red : style.yellow;

export function renderStep(step: PlannedStep, style: Style): string[] {
  return [
    `  # ${style.bold(stepKey(step.id, step.target))} ${willBe[step.action]}`,
    ...bodyOf(step).map((line) => painted(line, style)),
  ];
}

/** The lines below the title, unpainted. */
const bodyOf = (step: PlannedStep): string[] => [
  `  # (because ${step.because})`,
  `  ${symbols[step.action]} ${step.subject}`,
  ...alignedChanges(step.changes),
  ...[...(step.notes ?? []), ...(step.asides ?? []), ...sinceOf(step)].map((note) => `      # ${note}`),
];

export const sinceOf = ({ since }: PlannedStep): readonly string[] => (since === undefined ? [] : [since.message]);

function alignedChanges(changes: readonly Change[]): string[] {
  const width = greatest(
    changes.map((change) => change.attribute.length),
    0,
  );
  return changes.map(({ attribute, before, after }) => {
    const name = attribute.padEnd(width);
    if (before === undefined) return `      + ${name} = ${after}`;
    if (after === undefined) return `      - ${name} = ${before}`;
    return `      ~ ${name} = ${before} -> ${after}`;
  });
}

/** Only the symbol at the beginning has a colour. */
const painted = (line: string, style: Style): string =>
  line.replace(/^( +)([+~-]) /, (_, indent: string, symbol: string) => `${indent}${paintOf(symbol, style)(symbol)} `);

/** Steps that are alike become one, with a table of what they differ in. */
export const renderFoldedSteps = (steps: readonly PlannedStep[], style: Style, width: number): string[][] =>
  foldThings(
    steps,
    itemOf,
    (item) => renderFolded(item, style, width),
    (step) => [renderStep(step, style)],
  );

const itemOf = (step: PlannedStep): Item => ({
  tone: 'plain',
  names: [step.id.slice(step.kind.length + 1), step.target.replace(/^[a-z]+:/, '')],
  lines: [[`${stepKey(step.id, step.target)} ${willBe[step.action]}`], ...bodyOf(step).map((line) => [line])],
  code: [],
});

function renderFolded(item: Folded, style: Style, width: number): string[] {
  const [title = [], ...body] = item.lines;
  return [
    `  # ${style.bold(`${alikeOf(item)}${textOfLine(title)}`)}`,
    ...body.map((line) => painted(textOfLine(line), style)),
    ...rowsText(item, width, '      ', style.dim),
  ];
}
