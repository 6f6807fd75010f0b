/** What the preconditions of several runbooks are made of. */
import { asStackwardError } from '../lib/basics/errors';
import type { Precondition } from './runbook';

export const holds = (said: string): Precondition => ({ is: 'holds', said });
export const fails = (said: string): Precondition => ({ is: 'fails', said });

const mostNamed = 5;

export const named = (all: readonly string[]): string =>
  `${all.slice(0, mostNamed).join(', ')}${all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ''}`;

/** @param what a noun in the plural, as a sentence begins with it */
export async function looked<Value>(work: () => Promise<Value>, what: string): Promise<Value | Precondition> {
  try {
    return await work();
  } catch (error) {
    return { is: 'not looked at', said: `${what} could not be looked at: ${asStackwardError(error).message}` };
  }
}
