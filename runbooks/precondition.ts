/** Parts of preconditions that several runbooks share. */
import { asStackwardError, Blocked } from '../lib/basics/errors';
import type { Step } from './act';
import type { Precondition, Prepared } from './runbook';

export const holds = (said: string): Precondition => ({ is: 'holds', said });
export const fails = (said: string): Precondition => ({ is: 'fails', said });

/**
 * The steps of a run, which needs at least one.
 * @param none the words for a run without steps, such as `it can be restarted on no host`
 * @throws Blocked that says why there is no step
 */
export function stepsOrRefusal(
  steps: readonly Step[],
  preconditions: readonly Precondition[],
  none: string,
): Prepared['steps'] {
  const [first, ...rest] = steps;
  if (first !== undefined) return [first, ...rest];
  const why = preconditions.flatMap(({ is, said }) => (is === 'holds' ? [] : [said]));
  throw new Blocked(`${none}; ${why.join('; ')}`);
}

/** @param what a noun in the plural, as a sentence begins with it */
export async function looked<Value>(work: () => Promise<Value>, what: string): Promise<Value | Precondition> {
  try {
    return await work();
  } catch (error) {
    return { is: 'not looked at', said: `${what} could not be looked at: ${asStackwardError(error).message}` };
  }
}
