/** Says how a deploy ended. */
import { printable } from '../../lib/basics/printable';
import type { Half } from '../../lib/journal/deploy-record';
import type { Style } from '../../lib/render/style';
import { count } from '../../lib/render/text';
import { complain, say } from '../terminal';
import type { HalfOutcome } from './one-stack';

export type Outcomes = ReadonlyMap<string, Readonly<Record<Half, HalfOutcome>>>;

interface HowItEnded {
  readonly exitCode: number;
  readonly isInterrupted: boolean;
}

export function tellEnd(
  style: Style,
  outcomes: Outcomes,
  { exitCode, isInterrupted }: HowItEnded,
  last?: string,
): void {
  const all = [...outcomes.values()].flatMap((own) => Object.values(own));
  const countOf = (outcome: HalfOutcome): number => all.filter((own) => own === outcome).length;
  if (outcomes.size > 0)
    say(
      `\n${style.bold(`Deploy: ${count(countOf('done'), 'half', 'halves')} done, ${countOf('unchanged')} unchanged, ${countOf('failed')} failed, ${countOf('left')} left.`)}`,
    );
  if (last !== undefined) say(style.dim(printable(last)));
  if (isInterrupted) complain('Interrupted: what was made is in the state; run it again, and it goes on from there.\n');
  else if (exitCode === 1) complain('Not done: mend what is said above and run it again.\n');
}
