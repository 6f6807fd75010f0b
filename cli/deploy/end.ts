/** Says how a deploy ended. */
import { printable } from '../../lib/basics/printable';
import type { Half } from '../../lib/journal/deploy-record';
import type { Style } from '../../lib/render/style';
import { count } from '../../lib/render/text';
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

export function tellEnd(
  style: Style,
  outcomes: Outcomes,
  { isWhole, exitCode, goesOn }: HowItEnded,
  last?: string,
): void {
  const all = [...outcomes.values()].flatMap((own) => Object.values(own));
  const countOf = (outcome: HalfOutcome): number => all.filter((own) => own === outcome).length;
  const whose = isWhole ? '' : ` of ${printable(sayDifferences([...outcomes.keys()]))}`;
  if (outcomes.size > 0)
    say(
      `\n${style.bold(`Deploy${whose}: ${count(countOf('done'), 'half', 'halves')} done, ${countOf('unchanged')} unchanged, ${countOf('failed')} failed, ${countOf('left')} left.`)}`,
    );
  if (last !== undefined) say(style.dim(printable(last)));
  if (goesOn !== undefined) complain(`${renderInterrupt(goesOn)}\n`);
  else if (exitCode === 1) complain('Not done: mend what is said above and run it again.\n');
}
