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
  readonly host?: string;
  /** Hosts with commas between them; each may have an address: `web1,web2=192.0.2.7`. */
  readonly peers?: string;
  readonly seconds?: string;
  /** Mbit/s. */
  readonly mbit?: string;
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
  /**
   * The steps that a run can have recorded, in their order. A record with any other step is refused as a whole.
   * @param first the inputs of the first step
   */
  forms(given: Given, first: Inputs): readonly Form[];
  /**
   * The thing of the steps in words, if the argument names another thing now. A runbook needs this if its argument
   * doesn't stand in the inputs of its steps.
   */
  otherThing?(given: Given, first: Inputs, looking: Looking): Promise<string | undefined>;
  /** MUST NOT write. @throws InvalidConfiguration if there is no such thing */
  prepare(given: Given, looking: Looking): Promise<Prepared>;
}

/** The inputs of a step, checked by its act. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A place in the list of steps. */
export interface Form {
  readonly oneOf: readonly Part[];
  /** Default: `once`. */
  readonly times?: 'once' | 'at most once' | 'any';
}

/** An act, and the inputs whose values are known. The act's schema alone judges every other input. */
export interface Part {
  readonly act: string;
  readonly inputs: Inputs;
  /** The same for the step that undoes it, which is of the same act. Absent if nothing undoes it. */
  readonly undone?: Inputs;
}

export interface Prepared {
  /** The present state; one line for each fact. */
  readonly seen: readonly string[];
  readonly preconditions: readonly Precondition[];
  /** The run is about the whole of the first step. */
  readonly steps: readonly [Step, ...Step[]];
}

export interface Precondition {
  readonly is: 'holds' | 'fails' | 'not looked at';
  /** A whole sentence: what was found and, if the precondition fails, what to do. */
  readonly said: string;
}
