/**
 * At most three requests for all steps of a host: what records gain; each file, whole and once however many grants it gets; and
 * what records lose. Killed anywhere, what is in a file is in a record too. One file that can't be written keeps no other from
 * its end, and leaves no entry of what was not granted.
 */
import { StackwardError } from '../../lib/basics/errors';
import type { Host, HostWrite, Outcome } from '../../lib/hosts/host';
import { readRecords, RecordWriter, type HostRecords } from '../../lib/hosts/host-record';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import { findMoved, type Now } from './grant/moved';
import { keyOf, perform, type Job } from './grant/jobs';
import { heldOn, kind, type PolicyRuleObserved } from './observe';
import { contentOf } from './grant/service-policy';
import { recordEntry, type RecordEntry } from './spec';
import type { Target } from '../../lib/contract/target';
import type { PolicyRuleStep } from './model';

export async function* apply(
  steps: readonly PolicyRuleStep[],
  observed: PolicyRuleObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  // Steps of another turn of this very run may have written file and record since they were observed.
  const [records, looks] = await Promise.all([
    readRecords(host, kind, [...observed.records.keys()], recordEntry),
    observed.again(host),
  ]);
  if (stop.aborted) return;
  const now: Now = { ...records, looks };
  const ready: PolicyRuleStep[] = [];
  for (const step of steps) {
    const moved = findMoved(step, observed, now);
    if (moved === undefined) ready.push(step);
    else yield { id: step.id, outcome: 'failed', ...moved };
  }
  const failed = await write(
    ready.flatMap(({ jobs }) => jobs),
    now,
    observed,
    host,
  );
  for (const step of ready) yield resultOf(step, failed);
}

type Failed = ReadonlyMap<Job, StackwardError>;

/** Answers why jobs failed. */
async function write(jobs: readonly Job[], now: Now, observed: PolicyRuleObserved, host: Host): Promise<Failed> {
  const failed = new Map<Job, StackwardError>();
  const work = () => {
    const done = perform(
      jobs.filter((job) => !failed.has(job)),
      (file) => contentOf(now.looks.file(file)),
      heldOn(now),
    );
    for (const [job, entry] of done.entries) if (entry instanceof StackwardError) failed.set(job, entry);
    return done;
  };
  const { entries } = work();
  const entryOf = (job: Job): RecordEntry | undefined => entries.get(job) as RecordEntry | undefined;
  const send = async (some: readonly { sequence: HostWrite[]; jobs: readonly Job[] }[]): Promise<void> => {
    const writes = some.filter(({ sequence }) => sequence.length > 0);
    const outcomes = writes.length === 0 ? [] : await host.write(writes.map(({ sequence }) => sequence));
    for (const [at, one] of writes.entries()) {
      const error = findError(outcomes[at] ?? []);
      if (error) for (const job of one.jobs) failed.set(job, error);
    }
  };
  const writers = writersOf(now);
  const record = (changes: ReadonlyMap<Job, RecordEntry | undefined>): Promise<void> =>
    send(
      [...writers].map(([owner, writer]) => {
        const own = [...changes].filter(([job]) => job.owner === owner);
        return {
          sequence: writer.write(new Map(own.map(([job, entry]) => [keyOf(job), entry]))),
          jobs: own.map(([job]) => job),
        };
      }),
    );

  const gaining = jobs.filter((job) => !failed.has(job) && entryOf(job) !== undefined);
  await record(new Map(gaining.map((job) => [job, entryOf(job)])));
  for (const owner of new Set(gaining.filter((job) => failed.has(job)).map((job) => job.owner))) writers.delete(owner);

  const recorded = jobs.filter((job) => !failed.has(job));
  const { contents } = work();
  await send(
    [...contents].map(([file, content]) => ({
      sequence: [swapOf(file, content, now, observed)],
      jobs: recorded.filter((job) => job.file === file),
    })),
  );

  const undone = gaining.filter((job) => recorded.includes(job) && failed.has(job));
  const losing = recorded.filter((job) => !failed.has(job) && entryOf(job) === undefined);
  await record(new Map([...undone, ...losing].map((job) => [job, failed.has(job) ? job.recorded : undefined])));
  return failed;
}

const writersOf = ({ records }: HostRecords<RecordEntry>): Map<string, RecordWriter<RecordEntry>> =>
  new Map([...records].map(([owner, record]) => [owner, new RecordWriter(owner, record)]));

function findError(outcomes: readonly Outcome<object>[]): StackwardError | undefined {
  const failed = outcomes.find((outcome) => !outcome.ok);
  return failed?.ok === false ? failed.error : undefined;
}

function swapOf(path: string, content: string, { looks }: Now, { services }: PolicyRuleObserved): HostWrite {
  const isMain = [...services.values()].some((one) => 'main' in one && one.main === path);
  const seen = looks.file(path);
  const expect = seen.ok && seen.value.exists ? seen.value.sha256 : null;
  return {
    ...{ verb: 'swap-file', path, expect, watchedFolder: !isMain },
    content: Buffer.from(content).toString('base64'),
  };
}

function resultOf({ id, jobs }: PolicyRuleStep, failed: Failed): StepResult {
  const error = jobs.map((job) => failed.get(job)).find((one) => one !== undefined);
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.message };
}
