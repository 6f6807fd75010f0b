/** Recognizes a host program of an earlier release, which refuses the verbs that it doesn't have. Pure. */
import type { Outcome } from './host';

export const isUnknownThere = (outcome: Outcome<unknown>): boolean => !outcome.ok && outcome.isUnknown === true;

/** @param lacks the end of the sentence, such as `does not tell the time` */
export const olderProgram = (lacks: string): string =>
  `the host program there is older, and ${lacks}; install that of this release`;
