/**
 * A store of journals that two commands reach, beside the journal's folder (docs/adr/0029-shared-journal.md). `.unsent`
 * has the archives that the store lacks, and `.stored` those that it has.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asStackwardError, InvalidConfiguration } from '../../lib/basics/errors';
import { maxArchiveBytes, parseArchive, renderArchive, type RunTexts } from '../../lib/journal/archive';
import type { Note } from '../../lib/run/plan';
import { findText } from '../files/files';
import { isAhead, runName } from '../files/run-name';
import type { RunStore } from '../files/run-store';
import { fetchedMark, textsIn } from '../files/run-texts';
import { writeSynced } from '../files/synced';
import { isRunning } from './running-process';
import { runStoreCommand } from './store-command';

export interface StoreCommands {
  readonly put: readonly string[];
  readonly get: readonly string[];
}

/** Shorter than the time after which another machine takes a lock for left behind, since nothing else runs meanwhile. */
const putLimitMs = 45_000;
const getLimitMs = 10 * 60_000;

export class JournalStore implements RunStore {
  /** Why the latest `get` failed. */
  #unread: InvalidConfiguration | undefined;
  #isPrepared = false;
  private readonly unsent: string;
  private readonly stored: string;

  /** @param folder of the journal */
  constructor(
    private readonly folder: string,
    private readonly commands: StoreCommands,
  ) {
    this.unsent = join(folder, '.unsent');
    this.stored = join(folder, '.stored');
  }

  /** @returns why the store lacks the run; then its archive waits in `.unsent` */
  put(texts: RunTexts): string | undefined {
    mkdirSync(this.unsent, { recursive: true, mode: 0o750 });
    const path = join(this.unsent, `${texts.name}.json`);
    replace(path, renderArchive(texts));
    return this.send(`${texts.name}.json`);
  }

  /** A run that was refused before its first change is not sent later. */
  forget(name: string): void {
    rmSync(join(this.unsent, `${name}.json`), { force: true });
  }

  /**
   * Before the first run of this process is begun.
   * @throws InvalidConfiguration if the store could not be read, or lacks an archive of an earlier run and can't be
   *   reached
   */
  prepare(): void {
    if (this.#isPrepared) return;
    if (this.#unread !== undefined) throw this.#unread;
    this.putUnsent();
    this.#isPrepared = true;
  }

  private putUnsent(): void {
    for (const file of archivesIn(this.unsent)) {
      const path = join(this.unsent, file);
      if (isUnderWay(path)) continue;
      const why = this.send(file);
      // Another command with this folder sent the same archive meanwhile.
      if (why !== undefined && existsSync(path))
        throw new InvalidConfiguration(
          `the journal's store lacks a run, and \`put\` of stackward.yaml failed again (${why}); mend it, or keep the journal in a folder with --journal DIR`,
          { where: path, about: 'file' },
        );
    }
  }

  private send(file: string): string | undefined {
    const path = join(this.unsent, file);
    const why = runStoreCommand(this.commands.put, { file: path, name: file }, putLimitMs);
    if (why !== undefined) return why;
    mkdirSync(this.stored, { recursive: true, mode: 0o750 });
    moveWhereThere(path, join(this.stored, file));
    return undefined;
  }

  /**
   * Takes what the store has and the folder lacks.
   * @returns archives that were left
   * @throws InvalidConfiguration if the store can't be read
   */
  get(): readonly Note[] {
    mkdirSync(this.stored, { recursive: true, mode: 0o750 });
    const why = runStoreCommand(this.commands.get, { folder: this.stored }, getLimitMs);
    if (why !== undefined) {
      this.#unread = new InvalidConfiguration(
        `the journal's store can't be read: \`get\` of stackward.yaml failed (${why}); mend it, or keep the journal in a folder with --journal DIR`,
        { where: this.folder, about: 'file' },
      );
      throw this.#unread;
    }
    return archivesIn(this.stored).flatMap((file) => {
      try {
        this.take(file);
        return [];
      } catch (error) {
        const { detail } = asStackwardError(error);
        return [{ where: join(this.stored, file), message: `it is left out of the journal: ${detail}` }];
      }
    });
  }

  private take(file: string): void {
    const name = file.replace(/\.json$/, '');
    const folder = join(this.folder, name);
    if (existsSync(join(folder, 'report.json'))) return;
    const { texts, run } = parseArchive(findText(join(this.stored, file), maxArchiveBytes) ?? '', name);
    if (isAhead(name, Math.min(Date.parse(run.record.startedAt), Date.now())))
      throw new InvalidConfiguration('its name lies more than 24 hours ahead of its start or of the clock here; see who wrote it, and whose clock is wrong', { where: file }); // prettier-ignore
    if (existsSync(folder)) this.complete(folder, texts);
    else this.make(name, texts);
  }

  private make(name: string, { run, results, report }: RunTexts): void {
    const unnamed = join(this.folder, `.${name}`);
    rmSync(unnamed, { recursive: true, force: true });
    mkdirSync(unnamed, { mode: 0o750 });
    writeSynced(join(unnamed, fetchedMark), '', 'wx', 0o640);
    writeSynced(join(unnamed, 'run.json'), run, 'wx', 0o640);
    writeSynced(join(unnamed, 'results.jsonl'), results, 'wx', 0o640);
    if (report !== undefined) writeSynced(join(unnamed, 'report.json'), report, 'wx', 0o640);
    renameSync(unnamed, join(this.folder, name));
  }

  /**
   * A run that was taken before it had ended. A run that was killed here, or is under way, is further in its folder than
   * in the store, which has its beginning.
   */
  private complete(folder: string, { run, results, report }: RunTexts): void {
    const own = textsIn(folder);
    const isBeginning = report === undefined && own.results.startsWith(results);
    if (own.run !== run || !(isBeginning || results.startsWith(own.results)))
      throw new InvalidConfiguration('the run of this name in the journal is another one; see which of the two is true', { where: folder }); // prettier-ignore
    if (report === undefined) return;
    replace(join(folder, fetchedMark), '');
    replace(join(folder, 'results.jsonl'), results);
    replace(join(folder, 'report.json'), report);
  }
}

/** A run whose process lives sends its own archive. */
function isUnderWay(path: string): boolean {
  try {
    const { run } = parseArchive(findText(path, maxArchiveBytes) ?? '', basename(path, '.json'));
    return isRunning(run.record.by) === true;
  } catch {
    return false;
  }
}

/** Another command with this folder may have sent and moved the archive too. */
function moveWhereThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function replace(path: string, text: string): void {
  rmSync(`${path}.new`, { force: true });
  writeSynced(`${path}.new`, text, 'wx', 0o640);
  renameSync(`${path}.new`, path);
}

/** Regular files with the name of a run. A link is none. */
function archivesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => runName.test(file.replace(/\.json$/, '')) && file.endsWith('.json'))
    .filter((file) => lstatSync(join(folder, file)).isFile())
    .sort();
}
