/**
 * Folders with secrets. Only their owner may enter them (0700) and read their files (0600). A folder gets its name when
 * all its files are on disk, so it is either complete or not there.
 */
import { closeSync, fsyncSync, lstatSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { sha256 } from '../../lib/basics/sha256';
import type { SecretFolderReader, SecretFolderWriter } from '../../lib/contract/runbook-ports';

/** The most files of a folder that are read to find out whether somebody changed it. */
const mostFiles = 16;

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

export class SecretFolders implements SecretFolderReader, SecretFolderWriter {
  digest(path: string): Promise<string | undefined> {
    if (!isThere(path)) return Promise.resolve(undefined);
    try {
      const names = readdirSync(path).sort().slice(0, mostFiles);
      return Promise.resolve(
        sha256(names.map((name) => `${name}\n${sha256(readFileSync(join(path, name)))}`).join('\n')),
      );
    } catch (error) {
      throw new InvalidConfiguration(`the folder can't be read: ${(error as Error).message}`, { where: path });
    }
  }

  async put(path: string, files: () => Promise<Readonly<Record<string, string>>>): Promise<void> {
    if (isThere(path))
      throw new Refused('it is there already; name another folder by --to, or delete it', { where: path });
    // The folder is made before the secret, so a folder that can't be made costs no secret. mkdtemp gives it the mode
    // 0700.
    const made = orRefused(path, () => mkdtempSync(join(dirname(path), `.${basename(path)}-`)));
    try {
      const texts = await files();
      orRefused(path, () => {
        for (const [name, text] of Object.entries(texts)) writeSynced(join(made, name), text);
        // If the name is taken, a rename replaces at most an empty folder.
        renameSync(made, path);
      });
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }

  remove(path: string): Promise<void> {
    orRefused(path, () => rmSync(path, { recursive: true, force: true }));
    return Promise.resolve();
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function orRefused<Value>(where: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw new InvalidConfiguration(
      `the folder can't be written: ${(error as Error).message}; name one that can by --to DIR`,
      { where, cause: error },
    );
  }
}
