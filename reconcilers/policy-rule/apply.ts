/**
 * Does all steps of a host in at most three requests: it adds entries to records, writes each changed file once, and
 * removes entries from records. If the run is killed at any moment, everything in a file is in a record too. A file
 * that can't be written doesn't stop the others, and leaves no entry for a grant that was not made.
 *
 * A file is shared with others. Its other rules may have changed since the plan, and stay as they are. The edits are
 * therefore made on a new reading of the file, and only if the rule itself, the list of files and the records are still
 * as observed (docs/adr/0009-levels-and-stop.md).
 */
import { StackwardError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import type { Host, HostWrite } from '../../lib/hosts/host';
import { writeRecorded } from '../../lib/hosts/record-holding';
import { writeAll } from '../../lib/hosts/write-all';
import { holdingsOf, perform, type Performed } from './grant/edits';
import { findStale } from './grant/staleness';
import type { Job, PolicyRuleStep, TargetObservation } from './model';
import { observeAgain } from './observe';

export async function* apply(
  steps: readonly PolicyRuleStep[],
  observed: TargetObservation,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const now = await observeAgain(observed, host);
  if (stop.aborted) return;
  const ready: PolicyRuleStep[] = [];
  for (const step of steps) {
    const stale = findStale(step, observed, now);
    if (stale === undefined) ready.push(step);
    else yield { id: step.id, outcome: 'failed', ...stale };
  }
  const failed = await write(
    ready.flatMap(({ jobs }) => jobs),
    now,
    host,
  );
  for (const step of ready) yield resultOf(step, failed);
}

type Failed = ReadonlyMap<Job, StackwardError>;

/** Returns the jobs that failed, with their errors. */
async function write(jobs: readonly Job[], now: TargetObservation, host: Host): Promise<Failed> {
  const editsOf = (possible: readonly Job[]) => perform(possible, (file) => now.answers.text(file), now.grants);
  const planned = editsOf(jobs);
  const impossible = failuresOf(planned);
  const possible = jobs.filter((job) => !impossible.has(job));
  const failed = await writeRecorded(host, now.records, possible, {
    holdings: (job) => holdingsOf(job, planned),
    write: async (ready) => {
      const performed = ready.length === jobs.length ? planned : editsOf(ready);
      const works = [...performed.texts].map(([file, { content }]) => ({
        sequence: [swapOf(file, content, now)],
        things: ready.filter((job) => job.file === file),
      }));
      return new Map([...failuresOf(performed), ...(await writeAll(host, works))]);
    },
    whenFailed: () => 'entry goes back',
  });
  return new Map([...impossible, ...failed]);
}

const failuresOf = ({ entries }: Performed): Failed =>
  new Map([...entries].flatMap(([job, entry]) => (entry instanceof StackwardError ? [[job, entry] as const] : [])));

function swapOf(path: string, content: string, { answers, services }: TargetObservation): HostWrite {
  const isMain = [...services.values()].some((policy) => 'main' in policy && policy.main === path);
  const seen = answers.file(path);
  const expect = seen.ok && seen.value.exists ? seen.value.sha256 : null;
  return {
    verb: 'swap-file',
    path,
    expect,
    watchedFolder: !isMain,
    content: Buffer.from(content).toString('base64'),
  };
}

function resultOf({ id, jobs }: PolicyRuleStep, failed: Failed): StepResult {
  const error = jobs.map((job) => failed.get(job)).find((fault) => fault !== undefined);
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.message };
}
