/** The readers and writers that a runbook gets. For a plan it gets no writer. */
import type { Clock } from '../lib/contract/clock';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import type { Watch } from '../lib/contract/watch';

export interface Looking {
  readonly readers: RunbookReaders;
  readonly clock: Clock;
  readonly watch: Watch;
}

/** cli/run-runbook.ts makes it, and only after the run was approved, locked and recorded. */
export interface Running extends Looking {
  readonly writers: RunbookWriters;
}
