/** A host program of an earlier release refuses the verbs that it doesn't know. Pure. */
import type { Outcome } from '../lib/hosts/host';

export const isUnknownThere = (outcome: Outcome<unknown>): boolean => !outcome.ok && outcome.reason === 'refused';

/** @param lacks `and …`: what the program doesn't do */
export const olderProgram = (lacks: string): string =>
  `the host program there is older, and ${lacks}; install that of this release`;
