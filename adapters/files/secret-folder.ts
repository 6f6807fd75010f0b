/**
 * Folders with secrets. Only their owner may enter them (0700) and read their files (0600). A folder gets its name when
 * all its files are on disk, so it is either complete or not there.
 */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { sha256 } from '../../lib/basics/sha256';
import type {
  SecretFiles,
  SecretFolder,
  SecretFolderReader,
  SecretFolderWriter,
} from '../../lib/contract/runbook-ports';
import { writeSynced } from './synced';

/** In the order of removal. The file with the label is removed last, so an interrupted removal can be repeated. */
const names = ['clouds.yaml', 'openrc'] as const;
const mostBytes = 1 << 20;
/** The most names in a folder that stackward reads to find out whether somebody changed it. */
const mostNames = 16;
const labelled = '# Handed out as ';

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

export class SecretFolders implements SecretFolderReader, SecretFolderWriter {
  find(path: string): Promise<SecretFolder | undefined> {
    if (!isThere(path)) return Promise.resolve(undefined);
    try {
      const texts = names.map((name) => readPlain(join(path, name)));
      const [first = ''] = texts[1]?.split('\n') ?? [];
      const label = first.startsWith(labelled) ? first.slice(labelled.length) : undefined;
      const shown = readdirSync(path).sort().slice(0, mostNames);
      return Promise.resolve({ digest: sha256(JSON.stringify([shown, texts])), label });
    } catch (error) {
      throw new InvalidConfiguration(`the folder can't be read: ${(error as Error).message}`, {
        where: path,
        about: 'file',
      });
    }
  }

  async put(path: string, label: string, work: (write: (files: SecretFiles) => void) => Promise<void>): Promise<void> {
    if (isThere(path))
      throw new Refused('it is there already; name another folder by --to, or delete it', { where: path });
    // The folder is made before the secret, so a folder that can't be made costs no secret. mkdtemp gives it the mode
    // 0700.
    const made = orRefused(path, () => mkdtempSync(join(dirname(path), `.${basename(path)}-`)));
    try {
      await work((files) =>
        orRefused(path, () => {
          for (const name of names) writeSynced(join(made, name), `${labelled}${label}\n${files[name]}`, 'wx', 0o600);
        }),
      );
      // If the name is taken, a rename replaces at most an empty folder.
      orRefused(path, () => renameSync(made, path));
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }

  remove(path: string): Promise<void> {
    return Promise.resolve(path).then(removeFolder);
  }
}

function removeFolder(path: string): void {
  if (!isThere(path)) return;
  if (!lstatSync(path).isDirectory()) throw new Refused('it is no folder; see what it is, and delete it by hand', { where: path }); // prettier-ignore
  const more = readdirSync(path).find((name) => !names.some((own) => own === name));
  if (more !== undefined)
    throw new Refused(`it has "${more}" too, which stackward did not write; move that away, then delete the folder by hand`, { where: path }); // prettier-ignore
  orRefused(path, () => {
    for (const name of names) rmSync(join(path, name), { force: true });
    rmdirSync(path);
  });
}

/** The text of a regular file; undefined if there is none. A link, a device or a large file is none of ours. */
function readPlain(path: string): string | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() && status.size <= mostBytes ? readFileSync(path, 'utf8') : undefined;
}

function orRefused<Value>(where: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw new InvalidConfiguration(
      `the folder can't be written: ${(error as Error).message}; name one that can by --to DIR`,
      { where, cause: error, about: 'file' },
    );
  }
}
