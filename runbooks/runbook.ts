/** A runbook makes preconditions and steps from what is there now (docs/adr/0019-runbooks.md). */
import type { Step } from './act';
import type { Looking } from './context';

/** The options of all runbooks. A runbook refuses an option that it doesn't name. */
export interface RunbookOptions {
  readonly reason?: string;
  readonly active?: true;
  readonly yesItRuns?: true;
  readonly applicationCredential?: true;
  readonly password?: true;
  readonly project?: string;
  /** An absolute path. */
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
  /** The word in the usage, such as `HOST`. */
  readonly argument: string;
  readonly options: readonly RunbookOption[];
  /** MUST NOT write. @throws InvalidConfiguration if there is no such thing */
  prepare(given: Given, looking: Looking): Promise<Prepared>;
}

export interface Prepared {
  /**
   * A text such as `compute cnode01`, the same whatever name of the thing the user gave. The lock is taken for this
   * text.
   */
  readonly thing: string;
  /** What is there now; one line for each fact. */
  readonly seen: readonly string[];
  readonly preconditions: readonly Precondition[];
  readonly steps: readonly Step[];
}

export interface Precondition {
  readonly is: 'holds' | 'fails' | 'not looked at';
  /** A whole sentence: what was found and, if the precondition fails, what to do. */
  readonly said: string;
}
