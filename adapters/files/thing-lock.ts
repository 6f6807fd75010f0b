/**
 * A lock lets only one runbook at a time work on one thing (docs/adr/0019-runbooks.md). It is a file beside the
 * journal's runs. The file names the holder, and the lock ends by itself when the holder has ended.
 *
 * `link(2)` gives the file its name when its content is complete, and fails if the name is taken. Every ten seconds the
 * holder writes the same bytes again, so that the file system's clock sets the file's time anew. A holder on this
 * machine has ended when its process has. Processes of another machine can't be seen, so such a holder counts as ended
 * when the file's time is not of the last minute by the clock of the file
 * system that both machines share.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import '../../lib/basics/schema-words';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { line } from '../../lib/basics/line';
import { printableJson } from '../../lib/basics/printable';
import { sha256 } from '../../lib/basics/sha256';
import { runBy } from '../../lib/journal/run-record';
import { userName } from '../process/user-name';
import { isRunning, thisProcess } from '../process/running-process';
import { findText } from './files';
import { arrive } from './run-store';

const maxBytes = 64 * 1024;
const beatMs = 10_000;
/** A holder on another machine counts as ended if its file's time is further from now than this. */
const silentMs = 60_000;

const holder = z.strictObject({
  thing: line,
  runbook: line,
  user: line,
  by: runBy,
  startedAt: z.iso.datetime(),
});
export type Holder = z.infer<typeof holder>;

export interface LockedThing {
  readonly cloud: string;
  readonly thing: string;
  readonly runbook: string;
}

/** The text of the lock, or undefined if nobody has it. @throws InvalidConfiguration also if it is a pipe */
const findLock = (path: string): string | undefined => findText(path, maxBytes);

function holderOf(text: string, path: string): Holder {
  try {
    const parsed = holder.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
  } catch {
    // The error below says it.
  }
  throw new InvalidConfiguration('this is no lock of a runbook; see who made it, and delete it', {
    where: path,
    about: 'file',
  });
}

const pathOf = (folder: string, { cloud, thing }: Omit<LockedThing, 'runbook'>): string =>
  join(folder, `${sha256(`${cloud}\n${thing}`).slice(0, 16)}.json`);

export class ThingLock {
  readonly #beat: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly text: string,
    /** The file that this holder wrote, also if another file has its name by now. */
    private readonly file: number,
  ) {
    this.#beat = setInterval(() => this.touch(), beatMs);
    this.#beat.unref();
  }

  /** Who works on the thing now; undefined if nobody does. @param journal folder of the runs */
  static holder(journal: string, locked: Omit<LockedThing, 'runbook'>): Holder | undefined {
    const folder = join(journal, '.locks');
    const path = pathOf(folder, locked);
    const text = findLock(path);
    return text === undefined || isOver(text, path) ? undefined : holderOf(text, path);
  }

  /** @throws Refused that names the holder, if another run works on the thing now */
  static refuseHeld(journal: string, locked: Omit<LockedThing, 'runbook'>): void {
    if (ThingLock.holder(journal, locked) !== undefined) throw heldBy(pathOf(join(journal, '.locks'), locked));
  }

  /**
   * @param journal folder of the runs; made if missing
   * @throws Refused that names the holder, if another run has the lock
   */
  static take(journal: string, locked: LockedThing): ThingLock {
    // The store may take minutes, in which nobody would write the lock anew.
    arrive(journal);
    const folder = join(journal, '.locks');
    const path = pathOf(folder, locked);
    const { thing, runbook } = locked;
    const startedAt = new Date().toISOString();
    const own: Holder = { thing, runbook, user: userName(), by: thisProcess(), startedAt };
    const text = `${printableJson(own, 2)}\n`;
    const made = join(folder, `.${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o750 });
      writeFileSync(made, text, { flag: 'wx', mode: 0o640 });
      removeWhereOver(path);
      const file = openSync(made, 'r+');
      try {
        linkSync(made, path);
      } catch (error) {
        closeSync(file);
        throw error;
      }
      return new ThingLock(path, text, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw heldBy(path);
      if (error instanceof InvalidConfiguration) throw error;
      throw new InvalidConfiguration(
        `the lock can't be written (${(error as Error).message}), so nothing was changed; give a folder with --journal DIR`,
        { where: path, about: 'file' },
      );
    } finally {
      rmSync(made, { force: true });
    }
  }

  /**
   * False if somebody took the lock because its holder seemed to have ended, as may happen after this machine slept.
   */
  isHeld(): boolean {
    return findLock(this.path) === this.text;
  }

  release(): void {
    clearInterval(this.#beat);
    closeSync(this.file);
    if (this.isHeld()) rmSync(this.path, { force: true });
  }

  private touch(): void {
    try {
      writeSync(this.file, this.text, 0);
    } catch {
      // If the time stays old, another run takes the lock. The holder finds that out before its next step.
    }
  }
}

function heldBy(path: string): Refused {
  const text = findLock(path);
  if (text === undefined) return new Refused('another run had the lock just now; run it again');
  const { thing, runbook, user, by, startedAt } = holderOf(text, path);
  return new Refused(
    `${runbook} is at work on ${thing} since ${startedAt}, by ${user} on ${by.host} (process ${by.pid}); wait until it has ended`,
    { where: path },
  );
}

function isOver(text: string, path: string): boolean {
  const running = isRunning(holderOf(text, path).by);
  return running === undefined ? isSilent(path) : !running;
}

/**
 * True if the lock was not renewed for too long. The time of a new file beside it is the file system's present time.
 */
function isSilent(path: string): boolean {
  const probe = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(probe, '', { flag: 'wx' });
    // A holder that lives can't write a time of the future.
    return Math.abs(statSync(probe).mtimeMs - statSync(path).mtimeMs) > silentMs;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}

/**
 * Removes a lock whose holder has ended. If another run replaced it just now, the removed lock is the new one and is
 * put back.
 */
function removeWhereOver(path: string): void {
  const text = findLock(path);
  if (text === undefined || !isOver(text, path)) return;
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (findLock(aside) !== text) linkSync(aside, path);
  } catch {
    // Another run removed it.
  } finally {
    rmSync(aside, { force: true });
  }
}
