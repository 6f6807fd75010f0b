/** The result of examining a server, cause by cause. */
import type { HangFacts } from './facts';
import type { Situation } from './situation';
import type { Task } from './tasks';
import type { Judged } from './causes/recorded';

export const causes = {
  'compute-dead': 'nova-compute of its host is dead',
  'compute-skewed': 'nova-compute looks dead by a clock that is wrong',
  'compute-forced-down': 'nova-compute was forced down',
  'compute-disabled': 'nova-compute is disabled',
  'agent-dead': 'the network agent of its host is dead',
  'control-dead': 'no nova-conductor or no nova-scheduler is alive',
  'broker-stuck': 'the broker takes no messages, or is split',
  'queue-unserved': 'nobody takes from a queue that its message needs',
  'queue-full': 'messages pile up in a queue that its message needs',
  'message-lost': 'the message to whoever should work on it is lost',
  'no-valid-host': 'no host takes it',
  'pool-empty': 'the address pool is used up',
  quota: 'a quota is used up',
  'address-in-use': 'the address is in use',
  'binding-failed': 'its port can not be bound to the host',
  'image-missing': 'the image is gone',
  'cell-unmapped': 'the host is mapped to no cell',
} as const satisfies Record<string, string>;
export type Cause = keyof typeof causes;

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
