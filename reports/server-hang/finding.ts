/** The result of examining a server, cause by cause. */
import type { Cause } from './cause-names';
import type { HangFacts } from './facts';
import type { Situation } from './situation';
import type { Task } from './tasks';
import type { Judged } from './causes/recorded';

export interface Named {
  readonly cause: Cause;
  /** One sentence, or two. */
  readonly found: string;
  readonly evidence: readonly string[];
  /** The smallest safe step. */
  readonly step: string;
}

export type Finding =
  | (Named & { readonly is: 'named' })
  | { readonly is: 'ruled out'; readonly cause: Cause; readonly because: string }
  | { readonly is: 'not looked at'; readonly cause: Cause; readonly why: string };

export interface Examined {
  readonly facts: HangFacts;
  readonly situation: Situation;
  readonly host: string | undefined;
  /** Set if no host is known, and nobody can say whether the scheduler has chosen one: the reason. */
  readonly hostUntold: string | undefined;
  /** The server's task, explained by tasks.ts. */
  readonly task: Task;
  /** Nova's record of the failure; '' if nothing failed. */
  readonly words: string;
  /** The cause that these words name, if they name one. */
  readonly record: Judged;
  /** Prints a time in the zone that the options name. */
  readonly show: (time: Date) => string;
}

/** Judges some of the causes. Pure. */
export type Examine = (examined: Examined) => readonly Finding[];

export const ruledOut = (cause: Cause, because: string): Finding => ({ is: 'ruled out', cause, because });
export const unknown = (cause: Cause, why: string): Finding => ({ is: 'not looked at', cause, why });
export const named = (cause: Cause, more: Omit<Named, 'cause'>): Finding => ({ is: 'named', cause, ...more });
