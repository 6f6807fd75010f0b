/** Stacks about which the cloud told nothing, and why. Pure. */
import type { CloudSeen, NotCompared } from '../../review/cloud/seen';

/**
 * @param question `whether others have 10.0.0.7 in network Green`
 * @param why a text is a problem of the review; a missing right or a bound is none
 */
export function withoutAnswer(
  stacks: Iterable<string>,
  question: string,
  why: NotCompared | string,
): Pick<CloudSeen, 'unasked' | 'hidden'> {
  const ofEach = (message: string) => [...new Set(stacks)].map((stack) => ({ stack, message }));
  return typeof why === 'string'
    ? { unasked: ofEach(`nobody looked ${question}: ${why}`), hidden: [] }
    : { unasked: [], hidden: ofEach(`${question}: ${why.notCompared}`) };
}
