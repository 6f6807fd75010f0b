/**
 * Three requests for all steps of a host. The first adds entries to the records. The second checks the new files with
 * the host's own oslo.config and swaps them. The third deletes entries from the records. Then come the restarts that the
 * code asks for, and their record. Hosts with restarts take turns (option/restart.ts).
 *
 * Others may edit the same files, and their changes since the plan must stay. So `apply` reads the files once more and
 * edits these texts. A step fails if the lines of its own option, or its records, have changed since the plan
 * (docs/adr/0009-levels-and-stop.md).
 */
import { Blocked, type StackwardError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import type { Host } from '../../lib/hosts/host';
import { recordsAfter, writeRecorded } from '../../lib/hosts/record-holding';
import { areSameLines } from '../../lib/oslo-config/lines';
import { keyOf, nameOf, type Job, type OptionObserved, type ServiceOptionStep } from './model';
import { look } from './observe';
import { checksOf } from './option/check';
import { dialectOf, isEditedIn } from './option/dialects';
import { blocked } from './option/edits';
import { entriesBeside } from './option/estate';
import { holdingsOf, restartedHoldingsOf, writtenAt } from './option/holdings';
import { inTurn, restartIn, turnOf, type Turn } from './option/restart';
import { swapFiles, type FileSwap } from './option/swaps';

export async function* apply(
  steps: readonly ServiceOptionStep[],
  observed: OptionObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const turn = turnOf(to);
  const work = (): Promise<readonly StepResult[]> => applyTo(host, steps, observed, turn, stop);
  const hasRestart = steps.some((step) => step.jobs.open().some(({ restart }) => restart !== undefined));
  yield* await (hasRestart ? inTurn(turn, work) : work());
}

async function applyTo(
  host: Host,
  steps: readonly ServiceOptionStep[],
  observed: OptionObserved,
  turn: Turn,
  stop: AbortSignal,
): Promise<readonly StepResult[]> {
  if (stop.aborted) return [];
  const wanted = steps.flatMap((step) => step.jobs.open());
  const now = await look(host, [...observed.records.keys()], wanted);
  if (stop.aborted) return [];
  const results: StepResult[] = [];
  const ready: { readonly id: string; readonly jobs: readonly Job[] }[] = [];
  for (const { id, jobs } of steps) {
    const fault = faultOf(jobs.open(), observed, now, turn);
    if (fault === undefined) ready.push({ id, jobs: jobs.open().map((job) => writtenAt(job, now.now)) });
    else results.push({ id, outcome: 'failed', reason: fault.reason, message: fault.message });
  }
  const failed = new Map(
    await write(
      ready.flatMap(({ jobs }) => jobs),
      now,
      host,
    ),
  );
  const done = ready.flatMap(({ jobs }) => jobs).filter((job) => !failed.has(job));
  for (const [job, error] of await restart(done, now, host, turn, stop)) failed.set(job, error);
  return [...results, ...ready.map(({ id, jobs }) => resultOf(id, jobs, failed))];
}

function faultOf(
  jobs: readonly Job[],
  observed: OptionObserved,
  now: OptionObserved,
  { down }: Turn,
): Pick<StackwardError, 'reason' | 'message'> | undefined {
  const moved = jobs.find((job) => isMoved(job, observed, now));
  if (moved !== undefined)
    return {
      reason: 'StalePlan',
      message: `what is set or recorded of ${nameOf(moved)} of ${moved.service} changed after the plan was made; plan again`,
    };
  const stuck = jobs.find(({ restart, service }) => restart !== undefined && down.has(service));
  return stuck === undefined
    ? undefined
    : new Blocked(
        `nothing was written: ${stuck.service} did not come up on ${down.get(stuck.service)} after its restart; see to that, then apply again`,
      );
}

/**
 * True if the option's own lines, its records or the list of files have changed. Other lines of the files may change.
 */
function isMoved(job: Job, observed: OptionObserved, now: OptionObserved): boolean {
  const recorded = (site: OptionObserved): string =>
    JSON.stringify([site.records.get(job.owner)?.entries.get(keyOf(job)), entriesBeside(job, job.owner, site)]);
  const dialect = dialectOf(job);
  const places = (site: OptionObserved): string => JSON.stringify(dialect.placesOf(job, site));
  return (
    recorded(observed) !== recorded(now) ||
    places(observed) !== places(now) ||
    !areSameLines(job.seen, dialect.linesOf(job, now))
  );
}

type Failed = ReadonlyMap<Job, StackwardError>;

/** Returns the jobs that failed, with their reasons. */
async function write(jobs: readonly Job[], now: OptionObserved, host: Host): Promise<Failed> {
  let halfDone: ReadonlySet<Job> = new Set();
  return writeRecorded(host, now.records, jobs, {
    holdings: holdingsOf,
    write: async (ready) => {
      const { swaps, impossible } = performAll(ready, now);
      const swapped = await swapFiles(host, swaps);
      ({ halfDone } = swapped);
      return new Map([...impossible, ...swapped.failed]);
    },
    whenFailed: (job) => (halfDone.has(job) ? 'entry stays' : 'entry goes back'),
  });
}

/** Does all edits of a host on its texts; each edit works on the texts after the edits before it. */
function performAll(jobs: readonly Job[], now: OptionObserved) {
  const texts = new Map<string, string>();
  const settings: FileSwap[] = [];
  const impossible = new Map<Job, StackwardError>();
  let site = now;
  for (const job of jobs) {
    const edit = dialectOf(job).perform(job, site);
    if (edit.is === 'refused') impossible.set(job, blocked(edit));
    if (edit.is !== 'edited') continue;
    site = edit.after;
    if ('texts' in edit) for (const [path, text] of edit.texts) texts.set(path, text);
    else {
      const { path, change } = edit.setting;
      // Each setting is compared and swapped by itself.
      settings.push({ path, jobs: [job], checks: [], write: { verb: 'swap-settings', path, changes: [change] } });
    }
  }
  const possible = jobs.filter((job) => !impossible.has(job));
  const files = [...texts].map(([path, text]): FileSwap => {
    const own = possible.filter((job) => isEditedIn(path, job, now, site));
    const checks = checksOf(path, own, site);
    return { path, jobs: own, checks, ...swapOf(path, text, now) };
  });
  return { swaps: [...files, ...settings], impossible };
}

function swapOf(path: string, after: string, { files, services }: OptionObserved): Pick<FileSwap, 'write' | 'texts'> {
  const expect = files.get(path)?.sha256 ?? null;
  const before = services.flatMap(({ config }) => config.files).find((file) => file.path === path)?.text ?? '';
  return {
    write: { verb: 'swap-file', path, expect, content: Buffer.from(after).toString('base64') },
    texts: { before, after },
  };
}

/**
 * @param written jobs whose files and records are written.
 * @returns the jobs whose restarts failed, with their reasons
 */
async function restart(
  written: readonly Job[],
  { records }: OptionObserved,
  host: Host,
  turn: Turn,
  stop: AbortSignal,
): Promise<Failed> {
  const failed = new Map<Job, StackwardError>();
  const jobs = written.filter((job) => job.restart !== undefined);
  for (const unit of new Set(jobs.map((job) => job.restart))) {
    const ofUnit = jobs.filter((job) => job.restart === unit);
    const [job] = ofUnit;
    const error = unit && job && (await restartIn(turn, host, { unit, service: job.service }, stop));
    if (error) for (const each of ofUnit) failed.set(each, error);
  }
  const done = jobs.filter((job) => !failed.has(job));
  if (done.length === 0) return failed;
  const unrecorded = await writeRecorded(host, recordsAfter(records, written.flatMap(holdingsOf)), done, {
    holdings: restartedHoldingsOf,
    write: () => Promise.resolve(new Map()),
    whenFailed: () => 'entry stays',
  });
  return new Map([...failed, ...unrecorded]);
}

function resultOf(id: string, jobs: readonly Job[], failed: Failed): StepResult {
  const error = jobs.map((job) => failed.get(job)).find((fault) => fault !== undefined);
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.message };
}
