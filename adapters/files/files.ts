import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';

/**
 * A file's text, or undefined if there is no file.
 * @param maxBytes bound for a file from outside; then a pipe or a device in its place is refused too, and not waited
 *   for
 */
export function findText(path: string, maxBytes?: number): string | undefined {
  try {
    return maxBytes === undefined ? readFileSync(path, 'utf8') : readBounded(path, maxBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof InvalidConfiguration) throw error;
    throw new InvalidConfiguration(`it can't be read: ${(error as Error).message}`, { where: path, about: 'file' });
  }
}

function readBounded(path: string, maxBytes: number): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new InvalidConfiguration('it is no regular file', { where: path, about: 'file' });
    if (stat.size > maxBytes)
      throw new InvalidConfiguration(`it has ${stat.size} bytes, and at most ${maxBytes} are read`, {
        where: path,
        about: 'file',
      });
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** @param path `-` is stdin */
export function getText(path: string, maxBytes?: number): string {
  if (path === '-') return readFileSync(0, 'utf8');
  const text = findText(path, maxBytes);
  if (text === undefined) throw new InvalidConfiguration('there is no such file', { where: path, about: 'file' });
  return text;
}

/**
 * @throws Refused when the file exists, because nothing is overwritten; InvalidConfiguration when it can't be written
 */
export function putNewText(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o640 });
  } catch (error) {
    const options = { where: path, cause: error };
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Refused('it is there already; name another file, or delete it', { ...options, about: 'file' });
    throw new InvalidConfiguration(`it can't be written: ${(error as Error).message}`, { ...options, about: 'file' });
  }
}

/**
 * Replaces a file as a whole, with the mode that it has.
 * @throws InvalidConfiguration when it can't be written
 */
export function replaceText(path: string, text: string): void {
  const next = `${path}.new`;
  try {
    writeFileSync(next, text, { flag: 'wx', mode: statSync(path).mode });
    renameSync(next, path);
  } catch (error) {
    const where = (error as NodeJS.ErrnoException).code === 'EEXIST' ? next : path;
    throw new InvalidConfiguration(`it can't be written: ${(error as Error).message}`, { where, cause: error, about: 'file' }); // prettier-ignore
  }
}
