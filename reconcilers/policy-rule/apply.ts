/**
 * At most three requests for all steps of a host: what records gain; each file, whole and once however many grants it gets; and
 * what records lose. Killed anywhere, what is in a file is in a record too. A file that can't be written keeps no other from
 * its end, and leaves no entry of what was not granted.
 *
 * A file is shared: other rules of it may have changed since the plan, and stay as they are. So the edits are made on the
 * file as it is read here, where the rule itself, the list of files and the records are still as observed (docs/adr/0009-levels-and-stop.md).
 */
import { StackwardError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import type { Host, HostWrite } from '../../lib/hosts/host';
import { RecordWriter } from '../../lib/hosts/host-record';
import { writeAll, type Work } from '../../lib/hosts/write-all';
import { perform } from './grant/edits';
import { keyOf } from './grant/recorded-grants';
import { findStale } from './grant/staleness';
import type { Job, PolicyRuleStep, TargetObservation } from './model';
import { observeAgain } from './observe';
import type { RecordEntry } from './spec';

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

/** Answers why jobs failed. */
async function write(jobs: readonly Job[], now: TargetObservation, host: Host): Promise<Failed> {
  const failed = new Map<Job, StackwardError>();
  const remaining = () => jobs.filter((job) => !failed.has(job));
  const performRemaining = () => {
    const performed = perform(remaining(), (file) => now.answers.text(file), now.grants);
    for (const [job, entry] of performed.entries) if (entry instanceof StackwardError) failed.set(job, entry);
    return performed;
  };
  const planned = performRemaining();
  const entryOf = (job: Job): RecordEntry | undefined => planned.entries.get(job) as RecordEntry | undefined;
  const send = async (works: readonly Work<Job>[]): Promise<void> => {
    for (const [job, error] of await writeAll(host, works)) failed.set(job, error);
  };
  const writers = new Map([...now.records].map(([owner, record]) => [owner, new RecordWriter(owner, record)]));
  const record = (changes: ReadonlyMap<Job, RecordEntry | undefined>): Promise<void> =>
    send(
      [...writers].map(([owner, writer]) => {
        const own = [...changes].filter(([job]) => job.owner === owner);
        const sequence = writer.write(new Map(own.map(([job, entry]) => [keyOf(job), entry])));
        return { sequence, things: own.map(([job]) => job) };
      }),
    );

  const gaining = remaining().filter((job) => entryOf(job) !== undefined);
  await record(new Map(gaining.map((job) => [job, entryOf(job)])));
  for (const { owner } of gaining.filter((job) => failed.has(job))) writers.delete(owner);

  const recorded = remaining();
  const { texts } = failed.size === 0 ? planned : performRemaining();
  await send(
    [...texts].map(([file, { content }]) => ({
      sequence: [swapOf(file, content, now)],
      things: recorded.filter((job) => job.file === file),
    })),
  );

  const undone = gaining.filter((job) => recorded.includes(job) && failed.has(job));
  const losing = remaining().filter((job) => entryOf(job) === undefined);
  await record(new Map([...undone, ...losing].map((job) => [job, failed.has(job) ? job.recorded : undefined])));
  return failed;
}

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
