/** What a runbook is: preconditions and steps, made of what is there now (docs/adr/0019-runbooks.md). */
import type { Step } from './act';
import type { Looking } from './context';

/** Every option that some runbook takes. A runbook refuses those that it doesn't name. */
export interface RunbookOptions {
  readonly reason?: string;
  readonly active?: true;
  readonly yesItRuns?: true;
  readonly applicationCredential?: true;
  readonly password?: true;
  readonly project?: string;
  /** Absolute. */
  readonly to?: string;
}
export type RunbookOption = keyof RunbookOptions;

export interface Given {
  readonly argument: string;
  readonly options: RunbookOptions;
}

export interface Runbook {
  readonly name: string;
  /** One sentence for the list. */
  readonly about: string;
  /** As it stands in the usage: `HOST`. */
  readonly argument: string;
  readonly options: readonly RunbookOption[];
  /** MUST NOT write. @throws InvalidConfiguration where there is no such thing */
  prepare(given: Given, looking: Looking): Promise<Prepared>;
}

export interface Prepared {
  /** The same text for every name of the thing; the lock is on it: `compute cnode01`. */
  readonly thing: string;
  /** What is there, one line each. */
  readonly seen: readonly string[];
  readonly preconditions: readonly Precondition[];
  readonly steps: readonly Step[];
}

export interface Precondition {
  readonly is: 'holds' | 'fails' | 'not looked at';
  /** A whole sentence: what was found, and where it fails, what to do. */
  readonly said: string;
}
