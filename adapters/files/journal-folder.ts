/**
 * The journal as a folder of files: one folder per run, written before the first change and only added to afterwards. A
 * folder or file gets its final name when it is complete and on disk, so everything under a final name is whole.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Report } from '../../lib/run/engine';
import { asStackwardError, InvalidConfiguration, UnrecoverableError } from '../../lib/basics/errors';
import type { UnreadableRun } from '../../lib/journal/drift';
import { renderResultRecord } from '../../lib/journal/journal';
import { maxJournalBytes, type EndRecord, type RecordedRun, type RunRecord } from '../../lib/journal/run-record';
import {
  renderDeployLine,
  type DeployLine,
  type DeployRecord,
  type RecordedDeploy,
} from '../../lib/journal/deploy-record';
import { findRunName } from '../../lib/journal/run-reference';
import { isDeploy, isOfPlan, isRunbook, parseAnyRun, renderRunbookLine } from '../../lib/journal/runbook-record';
import type { AnyRun, RunbookLine, RunbookRecord } from '../../lib/journal/runbook-record';
import { findText } from './files';
import { isAhead, momentOf, runName } from './run-name';
import { arrive, type RunStore } from './run-store';
import { fetchedMark, textsIn } from './run-texts';
import { writeSynced } from './synced';
import { printableJson } from '../../lib/basics/printable';

export class JournalFolder {
  /** A line was cut. A line written after it would be lost with it, so nothing more is written. */
  #isBroken = false;

  private constructor(
    readonly path: string,
    private readonly store?: RunStore,
  ) {}

  /**
   * Makes the run's folder and puts the record on disk.
   * @param parent made if missing
   * @param store gets the run before anything is changed, and again when the run has ended
   * @throws InvalidConfiguration when it can't be read or written; then nothing may be changed
   */
  static begin(parent: string, record: RunRecord | RunbookRecord | DeployRecord, store?: RunStore): JournalFolder {
    arrive(parent);
    store?.prepare();
    const name = nameOf(new Date(record.startedAt), latestToFollow(parent, Date.parse(record.startedAt)));
    orNothingChanged(parent, () => makeFolder(parent));
    const [path, unnamed] = [join(parent, name), join(parent, `.${name}`)];
    const text = renderRecord(record, path);
    orNothingChanged(path, () => {
      try {
        mkdirSync(unnamed, { mode: 0o750 });
        writeSynced(join(unnamed, 'run.json'), text, 'wx', 0o640);
        writeSynced(join(unnamed, 'results.jsonl'), '', 'wx', 0o640);
        sync(unnamed);
        if (store !== undefined) putFirst(store, name, text);
        renameSync(unnamed, path);
        sync(parent);
      } catch (error) {
        removeWhereThere(unnamed);
        throw error;
      }
    });
    return new JournalFolder(path, store);
  }

  /** @throws UnrecoverableError the first time that it can't be written; then nothing further may be begun */
  result(result: Report['results'][number]): void {
    if (this.#isBroken) return;
    this.orIncomplete('it lacks how steps ended from here on, and no further one was begun', () =>
      appendFileSync(join(this.path, 'results.jsonl'), renderResultRecord(result, new Date())),
    );
  }

  /**
   * A line of a runbook's step, which is on disk when this returns.
   * @throws UnrecoverableError when it can't be written; then nothing further may be begun
   */
  step(line: RunbookLine): void {
    this.add(renderRunbookLine(line), 'it lacks how the steps ended from here on, and no further one was begun');
  }

  /**
   * A line about one half of a stack, which is on disk when this returns.
   * @throws UnrecoverableError when it can't be written; then nothing further may be begun
   */
  half(line: DeployLine): void {
    this.add(renderDeployLine(line), 'it lacks how the halves ended from here on, and no further one was begun');
  }

  private add(text: string, lacks: string): void {
    this.orIncomplete(lacks, () => writeSynced(join(this.path, 'results.jsonl'), text, 'a', 0o640));
  }

  /** @throws UnrecoverableError when it can't be written */
  end(report: EndRecord): void {
    this.orIncomplete('it lacks the end of this run, which will be listed as killed', () => {
      writeSynced(join(this.path, '.report.json'), `${printableJson(report, 2)}\n`, 'wx', 0o640);
      renameSync(join(this.path, '.report.json'), join(this.path, 'report.json'));
      sync(this.path);
    });
    const why = this.store?.put({ name: basename(this.path), ...textsIn(this.path) });
    if (why !== undefined)
      throw new UnrecoverableError(
        `the journal's store lacks the end of this run (${why}); the next run here puts it first, so keep this folder`,
        { where: this.path },
      );
  }

  private orIncomplete(what: string, work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#isBroken = true;
      throw new UnrecoverableError(
        `the journal can't be written any more (${(cause as Error).message}): ${what}; a rollback of it looks at each step that has no result`,
        { where: this.path, cause },
      );
    }
  }
}

function putFirst(store: RunStore, name: string, run: string): void {
  const why = store.put({ name, run, results: '' });
  if (why === undefined) return;
  store.forget(name);
  throw new Error(`\`put\` of stackward.yaml failed: ${why}`);
}

/** The last moment that a run's name can hold. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A run from the store moves the name of the next run by no more than a clock is wrong. */
const latestToFollow = (parent: string, time: number): string | undefined =>
  listRuns(parent).findLast((run) => !isAhead(run, time) || !existsSync(join(parent, run, fetchedMark)));

/**
 * A name for a run. The order of names is the order of runs, and rollbacks go through it backwards. If the clock went
 * back since the latest run, the name is therefore one millisecond later than that run's name.
 */
function nameOf(startedAt: Date, latest: string | undefined): string {
  const last = momentOf(latest ?? '');
  const after = Number.isNaN(last) ? 0 : Math.min(last + 1, lastMoment);
  const time = new Date(Math.max(startedAt.getTime(), after)).toISOString();
  return `${time.replace(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** @throws InvalidConfiguration that says how to name another place for the journal */
function orNothingChanged<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new InvalidConfiguration(
      `the journal can't be written (${(cause as Error).message}), so nothing was changed; give a folder with --journal DIR`,
      { where, cause, about: 'file' },
    );
  }
}

/** Names of the runs below `parent`, the oldest first. */
export function listRuns(parent: string): string[] {
  arrive(parent);
  try {
    return readdirSync(parent)
      .filter((name) => runName.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new InvalidConfiguration(
      `the journal can't be read (${(error as Error).message}); give a folder with --journal DIR`,
      { where: parent, about: 'file' },
    );
  }
}

/**
 * A run that did the steps of a plan.
 * @param name of a run below `parent`, or the path of its folder
 */
export function readRun(parent: string, name: string): RecordedRun {
  const run = readAnyRun(parent, name);
  if (isOfPlan(run)) return run;
  if (isRunbook(run))
    throw new InvalidConfiguration(`it is a run of the runbook ${run.record.runbook}, and no plan; name another run`, {
      where: run.name,
    });
  const own = run.results.flatMap((result) => result.run ?? []);
  throw new InvalidConfiguration(
    `it is a deploy of both halves, and no plan; name the run of stackward's half of a stack: ${own.join(', ') || 'it has none'}`,
    { where: run.name },
  );
}

/** A journal grows for years, and reading 1,000 runs takes seconds. */
const mostWitnesses = 200;

/** The runs of plans among the latest 200 runs, the latest first. The first run that can't be read is the last one. */
export function* runsOfPlans(parent: string): Iterable<RecordedRun | UnreadableRun> {
  const names = orUnreadable(parent, () => listRuns(parent).slice(-mostWitnesses).reverse());
  if ('why' in names) return yield names;
  for (const name of names) {
    const run = orUnreadable(`run ${name}`, () => readAnyRun(parent, name));
    if ('why' in run) return yield run;
    if (isOfPlan(run)) yield run;
  }
}

function orUnreadable<T>(where: string, read: () => T): T | UnreadableRun {
  try {
    return read();
  } catch (error) {
    return { where, why: asStackwardError(error).detail };
  }
}

/** Every run of the journal that can be read, the oldest first. */
export const readableRuns = (parent: string): readonly AnyRun[] =>
  listRuns(parent).flatMap((name) => findReadable(parent, name) ?? []);

/** Every deploy and destroy of both halves that can be read, the oldest first. */
export const deploysIn = (parent: string): readonly RecordedDeploy[] =>
  listRuns(parent).flatMap((name) => {
    // A journal has thousands of runs, and few are deploys.
    const told = orUndefined(() => findText(join(parent, name, 'run.json')));
    if (told?.includes('"deploys"') !== true) return [];
    const run = findReadable(parent, name);
    return run !== undefined && isDeploy(run) ? [run] : [];
  });

const findReadable = (parent: string, name: string): AnyRun | undefined => orUndefined(() => readAnyRun(parent, name));

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** @param name of a run below `parent` as `findRunName` takes it, or the path of its folder */
export function readAnyRun(parent: string, name: string): AnyRun {
  arrive(parent);
  const isPlace = name.includes('/') || existsSync(join(parent, name, 'run.json'));
  const own = isPlace ? name : findRunName(listRuns(parent), name, parent);
  const folder = name.includes('/') ? name : join(parent, own);
  const find = (file: string): string | undefined => findText(join(folder, file), maxJournalBytes);
  const run = find('run.json');
  if (run === undefined)
    throw new InvalidConfiguration('there is no run.json, so it is no run; `stackward runs` lists the runs', {
      where: folder,
      about: 'name',
    });
  // Runs refer to each other by name, so the rollback of a renamed folder would be recorded as the rollback of another
  // run.
  const called = basename(resolve(folder));
  if (!runName.test(called))
    throw new InvalidConfiguration(
      `the folder of a run keeps the name that it was given, such as 20260101T000000.000Z-00000a, and this one is "${called}"; give it its name again`,
      { where: folder, about: 'file' },
    );
  const parsed = parseAnyRun(called, run, find('results.jsonl') ?? '', find('report.json'));
  return existsSync(join(folder, fetchedMark)) ? { ...parsed, isFetched: true } : parsed;
}

/** @throws InvalidConfiguration for a record that no later run could read */
function renderRecord(record: RunRecord | RunbookRecord | DeployRecord, path: string): string {
  const text = `${printableJson(record, 2)}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxJournalBytes) {
    parseAnyRun(path, text, '', undefined);
    return text;
  }
  throw new InvalidConfiguration(
    `the record of this run would have ${bytes} bytes, and a rollback reads ${maxJournalBytes} at most; nothing was changed: apply fewer things at once, with --stack or --target`,
    { where: path },
  );
}

/**
 * Makes a folder with its parents. mkdirSync with `recursive` reports ENOENT on a read-only file system (Node.js 20).
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o750 });
  } catch (error) {
    // Another run may have made the folder just now.
    if (!existsSync(path)) throw error;
  }
}

function sync(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeWhereThere(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A folder that can't be written can't be removed either. The error of the write is the one to report.
  }
}
