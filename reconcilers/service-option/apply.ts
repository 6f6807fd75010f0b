/**
 * At most three requests for all steps of a host. The first adds entries to the records. The second checks each new
 * file with the host's own oslo.config and swaps it. The third deletes entries from the records. Then come the restarts
 * that the code asks for, one host after the other, and their record.
 *
 * Others may edit the same files, and their changes since the plan must stay. So `apply` reads the files once more and
 * edits these texts. A step fails if the lines of its own option, or its records, have changed since the plan
 * (docs/adr/0009-levels-and-stop.md).
 */
import type { StackwardError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import type { Host, HostWrite } from '../../lib/hosts/host';
import { recordsAfter, writeRecorded } from '../../lib/hosts/record-holding';
import { writeAll, type Work } from '../../lib/hosts/write-all';
import { areSameLines } from '../../lib/oslo-config/lines';
import { keyOf, nameOf, type Job, type OptionObserved, type ServiceOptionStep } from './model';
import { look } from './observe';
import { checksOf } from './option/check';
import { dialectOf, isEditedIn } from './option/dialects';
import { blocked } from './option/edits';
import { entriesBeside } from './option/estate';
import { holdingsOf, restartedHoldingsOf } from './option/holdings';
import { restartInTurn } from './option/restart';

export async function* apply(
  steps: readonly ServiceOptionStep[],
  observed: OptionObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const wanted = steps.flatMap((step) => step.jobs.open());
  const now = await look(host, [...observed.records.keys()], wanted);
  if (stop.aborted) return;
  const ready: ServiceOptionStep[] = [];
  for (const step of steps) {
    const moved = step.jobs.open().find((job) => isMoved(job, observed, now));
    if (moved === undefined) ready.push(step);
    else
      yield {
        id: step.id,
        outcome: 'failed',
        reason: 'StalePlan',
        message: `what is set or recorded of ${nameOf(moved)} of ${moved.service} changed after the plan was made; plan again`,
      };
  }
  const jobs = ready.flatMap((step) => step.jobs.open());
  const failed = new Map(await write(jobs, now, host));
  const done = jobs.filter((job) => !failed.has(job));
  for (const [job, error] of await restart(done, now, host, to, stop)) failed.set(job, error);
  for (const step of ready) yield resultOf(step, failed);
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
  return writeRecorded(host, now.records, jobs, {
    holdings: holdingsOf,
    write: async (ready) => {
      const { site, texts, settings, impossible } = performAll(ready, now);
      const possible = ready.filter((job) => !impossible.has(job));
      const works = [...texts].map(([path, text]) => {
        const things = possible.filter((job) => isEditedIn(path, job, now, site));
        return { sequence: [...checksOf(path, things, site), swapOf(path, text, now)], things };
      });
      return new Map([...impossible, ...(await writeAll(host, [...works, ...settings]))]);
    },
    whenFailed: 'entry goes back',
  });
}

/** Does all edits of a host on its texts; each edit works on the texts after the edits before it. */
function performAll(jobs: readonly Job[], now: OptionObserved) {
  const texts = new Map<string, string>();
  const settings: Work<Job>[] = [];
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
      settings.push({ sequence: [{ verb: 'swap-settings', path, changes: [change] }], things: [job] });
    }
  }
  return { site, texts, settings, impossible };
}

function swapOf(path: string, text: string, { files }: OptionObserved): HostWrite {
  const expect = files.get(path)?.sha256 ?? null;
  return { verb: 'swap-file', path, expect, content: Buffer.from(text).toString('base64') };
}

/**
 * @param written jobs whose files and records are written.
 * @returns the jobs whose restarts failed, with their reasons
 */
async function restart(
  written: readonly Job[],
  { records }: OptionObserved,
  host: Host,
  to: Writers,
  stop: AbortSignal,
): Promise<Failed> {
  const failed = new Map<Job, StackwardError>();
  const jobs = written.filter((job) => job.restart !== undefined);
  for (const unit of new Set(jobs.map((job) => job.restart))) {
    const ofUnit = jobs.filter((job) => job.restart === unit);
    const [job] = ofUnit;
    const error = unit && job && (await restartInTurn(to, host, { unit, service: job.service }, stop));
    if (error) for (const each of ofUnit) failed.set(each, error);
  }
  const done = jobs.filter((job) => !failed.has(job));
  if (done.length === 0) return failed;
  const unrecorded = await writeRecorded(host, recordsAfter(records, written.flatMap(holdingsOf)), done, {
    holdings: restartedHoldingsOf,
    write: () => Promise.resolve(new Map()),
    whenFailed: 'entry stays',
  });
  return new Map([...failed, ...unrecorded]);
}

function resultOf({ id, jobs }: ServiceOptionStep, failed: Failed): StepResult {
  const error = jobs
    .open()
    .map((job) => failed.get(job))
    .find((fault) => fault !== undefined);
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.message };
}
