/** What a runbook works with. Whoever plans has no writer. */
import type { Clock } from '../lib/contract/clock';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import type { Watch } from '../lib/contract/watch';

export interface Looking {
  readonly readers: RunbookReaders;
  readonly clock: Clock;
  readonly watch: Watch;
}

/** There is one only while a run is approved, locked and recorded: cli/run-runbook.ts makes it. */
export interface Running extends Looking {
  readonly writers: RunbookWriters;
}
