/** The journal as a folder of files: one folder per run, written before the first change and never changed afterwards. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Report } from '../lib/engine';
import { InvalidConfiguration } from '../lib/errors';
import { parseRun, renderResultRecord, type RecordedRun, type RunRecord } from '../lib/journal';
import { findText } from './files';

export class JournalFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes the run's folder and puts the record on disk.
   * @param parent made if missing
   * @throws InvalidConfiguration when it can't be written: nothing may be changed then
   */
  static begin(parent: string, record: RunRecord): JournalFolder {
    const time = record.startedAt.replace(/[-:]/g, '');
    const path = join(parent, `${time}-${randomBytes(3).toString('hex')}`);
    try {
      mkdirSync(path, { recursive: true, mode: 0o750 });
      write(join(path, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
      write(join(path, 'results.jsonl'), '');
      sync(path);
      sync(parent);
    } catch (error) {
      throw new InvalidConfiguration(
        `the journal can't be written (${(error as Error).message}), so nothing was changed; give a folder with --journal DIR`,
        { where: path, cause: error },
      );
    }
    return new JournalFolder(path);
  }

  result(result: Report['results'][number]): void {
    appendFileSync(join(this.path, 'results.jsonl'), renderResultRecord(result, new Date()));
  }

  end(report: object): void {
    write(join(this.path, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  }
}

/** Names of the runs below `parent`, the oldest first. */
export function listRuns(parent: string): string[] {
  try {
    return readdirSync(parent)
      .filter((name) => /^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{6}$/.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new InvalidConfiguration(`it can't be read: ${(error as Error).message}`, { where: parent });
  }
}

/** @param name of a run below `parent`, or the path of its folder */
export function readRun(parent: string, name: string): RecordedRun {
  const folder = name.includes('/') ? name : join(parent, name);
  const run = findText(join(folder, 'run.json'));
  if (run === undefined)
    throw new InvalidConfiguration(`there is no run "${name}"; \`stackward runs\` lists those below ${parent}`, {
      where: folder,
    });
  const results = findText(join(folder, 'results.jsonl')) ?? '';
  return parseRun(basename(folder), run, results, findText(join(folder, 'report.json')) !== undefined);
}

/** Whole and on disk, or not there. */
function write(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o640);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
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
