/**
 * One request for all steps of a host: the record, then the file, whole and once however many grants it gets.
 *
 * Killed anywhere, what is in a file is in a record too: what a record gains is written before the file, what it loses after
 * it. Files that only gain come first, so that one that can't be written keeps no other from its grants.
 */
import { asStackwardError, StackwardError } from '../../lib/errors';
import type { Host, HostFile, HostWrite, Outcome } from '../../lib/host';
import { parseRecord, recordPath, RecordWriter, type HostRecord } from '../../lib/host-record';
import type { Writers } from '../../lib/ports';
import type { StepResult, Target } from '../../lib/reconciler';
import type { PolicyRuleStep } from './diff';
import { keyOf, perform, rawValue, type Job } from './jobs';
import { kind, type PolicyRuleObserved } from './observe';
import { contentOf } from './service-policy';
import { recordEntry, type RecordEntry } from './spec';

export async function* apply(
  steps: readonly PolicyRuleStep[],
  observed: PolicyRuleObserved,
  target: Target,
  to: Writers,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const now = await lookAgain(host, steps);
  const ready: PolicyRuleStep[] = [];
  for (const step of steps) {
    const moved = findMoved(step, observed, now);
    if (moved === undefined) ready.push(step);
    else yield { id: step.id, outcome: 'failed', ...moved };
  }
  const text = (file: string): string | undefined => contentOf(now.file(file));
  const { entries, contents } = perform(
    ready.flatMap(({ jobs }) => jobs),
    text,
  );
  const writes = sequencesOf(ready, entries, contents, now, observed, host);
  const outcomes = writes.length === 0 ? [] : await host.write(writes.map(({ sequence }) => sequence));
  for (const step of ready)
    yield resultOf(step, entries, (file) => writes.findIndex((one) => one.file === file), outcomes);
}

interface Now {
  file(path: string): Outcome<HostFile>;
  readonly records: ReadonlyMap<string, HostRecord<RecordEntry>>;
}

/** Steps of another turn of this very run may have written file and record since they were observed. */
async function lookAgain(host: Host, steps: readonly PolicyRuleStep[]): Promise<Now> {
  const owners = [...new Set(steps.map(({ owner }) => owner))];
  const paths = [...new Set(steps.flatMap(({ jobs }) => jobs.map(({ file }) => file)))];
  const records = owners.map((owner) => recordPath(host, kind, owner));
  const outcomes = await host.read([...records, ...paths].map((path) => ({ verb: 'read-file', path }) as const));
  const byPath = new Map([...records, ...paths].map((path, at) => [path, outcomes[at]]));
  const file = (path: string): Outcome<HostFile> => {
    const outcome = byPath.get(path);
    if (!outcome) throw new RangeError(`no answer about ${path}`);
    return outcome;
  };
  return {
    file,
    records: new Map(
      owners.map((owner, at) => [owner, parseRecord(file(records[at] ?? ''), records[at] ?? '', recordEntry)]),
    ),
  };
}

type Fault = Pick<StackwardError, 'reason' | 'message'>;

/** What the plan rests on: the rule's own bytes, and what is recorded of it. Other rules of the file may have changed. */
function findMoved(
  { jobs, owner }: PolicyRuleStep,
  { looks, records }: PolicyRuleObserved,
  now: Now,
): Fault | undefined {
  try {
    const moved = jobs.find((job) => {
      const [before, after] = [looks.file(job.file), now.file(job.file)].map((seen) => rawValue(contentOf(seen), job));
      const entry = (of: Now['records']): string => JSON.stringify(of.get(owner)?.entries.get(keyOf(job)) ?? null);
      return before !== after || entry(records) !== entry(now.records);
    });
    return (
      moved && {
        reason: 'StalePlan',
        message: `${moved.rule} in ${moved.file} changed after the plan was made; plan again`,
      }
    );
  } catch (error) {
    return asStackwardError(error);
  }
}

interface FileWrites {
  readonly file: string;
  readonly sequence: HostWrite[];
}

function sequencesOf(
  steps: readonly PolicyRuleStep[],
  entries: ReadonlyMap<Job, RecordEntry | undefined | StackwardError>,
  contents: ReadonlyMap<string, string>,
  now: Now,
  observed: PolicyRuleObserved,
  host: Host,
): FileWrites[] {
  const writers = new Map(
    [...now.records].map(([owner, record]) => [owner, new RecordWriter(recordPath(host, kind, owner), owner, record)]),
  );
  const jobs = steps.flatMap((step) => step.jobs).filter((job) => !(entries.get(job) instanceof StackwardError));
  const loses = (job: Job): boolean => entries.get(job) === undefined;
  const files = [...new Set(jobs.map(({ file }) => file))];
  const isLosing = (file: string): boolean => jobs.some((job) => job.file === file && loses(job));
  const record = (some: readonly Job[]): HostWrite[] =>
    [...writers].flatMap(([owner, writer]) => {
      const own = some.filter((job) => job.owner === owner);
      return writer.write(new Map(own.map((job) => [keyOf(job), entries.get(job) as RecordEntry | undefined])));
    });
  return files
    .sort((a, b) => Number(isLosing(a)) - Number(isLosing(b)))
    .map((file) => {
      const own = jobs.filter((job) => job.file === file);
      const gained = record(own.filter((job) => !loses(job)));
      const swap = swapOf(file, contents.get(file), now, observed);
      return { file, sequence: [...gained, ...swap, ...record(own.filter(loses))] };
    })
    .filter(({ sequence }) => sequence.length > 0);
}

function swapOf(path: string, content: string | undefined, now: Now, { services }: PolicyRuleObserved): HostWrite[] {
  if (content === undefined) return [];
  const isMain = [...services.values()].some((one) => 'main' in one && one.main === path);
  const seen = now.file(path);
  const expect = seen.ok && seen.value.exists ? seen.value.sha256 : null;
  return [
    { verb: 'swap-file', path, expect, content: Buffer.from(content).toString('base64'), watchedFolder: !isMain },
  ];
}

function resultOf(
  { id, jobs }: PolicyRuleStep,
  entries: ReadonlyMap<Job, RecordEntry | undefined | StackwardError>,
  sequenceOf: (file: string) => number,
  outcomes: readonly (readonly Outcome<object>[])[],
): StepResult {
  const refused = jobs.map((job) => entries.get(job)).find((entry) => entry instanceof StackwardError);
  const failed = jobs.flatMap(({ file }) => outcomes[sequenceOf(file)] ?? []).find((outcome) => !outcome.ok);
  const error = refused ?? (failed?.ok === false ? failed.error : undefined);
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.message };
}
