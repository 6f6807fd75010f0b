import { readFileSync, writeFileSync } from 'node:fs';
import { InvalidConfiguration } from '../lib/errors';

/** A file's text, or undefined where there is none. */
export function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new InvalidConfiguration(`it can't be read: ${(error as Error).message}`, { where: path });
  }
}

/** @param path `-` is stdin */
export function getText(path: string): string {
  if (path === '-') return readFileSync(0, 'utf8');
  const text = findText(path);
  if (text === undefined) throw new InvalidConfiguration('there is no such file', { where: path });
  return text;
}

/** @throws InvalidConfiguration when the file is there already: nothing is overwritten */
export function putNewText(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o640 });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const detail = exists
      ? 'it is there already; name another file, or delete it'
      : `it can't be written: ${(error as Error).message}`;
    throw new InvalidConfiguration(detail, { where: path, cause: error });
  }
}
