/** Says how a deploy ended. */
import { printable } from '../../lib/basics/printable';
import { halves, type Half } from '../../lib/journal/deploy-record';
import type { Style } from '../../lib/render/style';
import { complain, say } from '../terminal';
import { sayDifferences } from './evidence';
import type { HalfOutcome } from './document';

export type Outcomes = ReadonlyMap<string, Readonly<Record<Half, HalfOutcome>>>;

interface HowItEnded {
  /** Whether the deploy was about each stack of the code. */
  readonly isWhole: boolean;
  readonly exitCode: number;
  /** The command that goes on after an interrupt; undefined if nobody interrupted it. */
  readonly goesOn: string | undefined;
}

/** @param command that goes on */
export const renderInterrupt = (command: string): string =>
  `Interrupted: what was done stays, and the rest was left; \`${command}\` goes on from there.`;

const order: readonly HalfOutcome[] = ['done', 'unchanged', 'failed', 'left'];
const owners: Readonly<Record<Half, string>> = { terraform: "Terraform's", stackward: "stackward's" };

/** `Terraform's half done, stackward's half unchanged`; of several stacks with numbers. */
export function renderOutcomes(outcomes: Outcomes): string {
  const all = [...outcomes.values()];
  const sayHalf = (half: Half): string => {
    const ended = order
      .map((outcome) => ({ outcome, number: all.filter((own) => own[half] === outcome).length }))
      .filter(({ number }) => number > 0);
    return all.length === 1
      ? `${owners[half]} half ${ended.map(({ outcome }) => outcome).join()}`
      : `${owners[half]} halves: ${ended.map(({ outcome, number }) => `${number} ${outcome}`).join(', ')}`;
  };
  return halves.map(sayHalf).join(all.length === 1 ? ', ' : '; ');
}

export function tellEnd(
  style: Style,
  outcomes: Outcomes,
  { isWhole, exitCode, goesOn }: HowItEnded,
  last?: string,
): void {
  const whose = isWhole ? '' : ` of ${printable(sayDifferences([...outcomes.keys()]))}`;
  if (outcomes.size > 0) say(`\n${style.bold(`Deploy${whose}: ${renderOutcomes(outcomes)}.`)}`);
  if (last !== undefined) say(style.dim(printable(last)));
  if (goesOn !== undefined) complain(`${renderInterrupt(goesOn)}\n`);
  else if (exitCode === 1) complain('Not done: mend what is said above and run it again.\n');
}
