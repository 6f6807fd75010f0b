/** The readers and writers that a runbook gets. For a plan it gets no writer. */
import type { Clock } from '../lib/contract/clock';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import type { Watch } from '../lib/contract/watch';

export interface Looking {
  readonly readers: RunbookReaders;
  readonly clock: Clock;
  readonly watch: Watch;
  /** The last result that a run on this cloud recorded of an act, for the inputs that are meant. */
  lastResult(act: string, isMeant: (inputs: unknown) => boolean): LastResult | undefined;
}

export interface LastResult {
  readonly startedAt: string;
  /** As the journal has it: the act checks it. */
  readonly state: unknown;
}

/** cli/run-runbook.ts makes it, and only after the run was approved, locked and recorded. */
export interface Running extends Looking {
  readonly writers: RunbookWriters;
}
