import { readFileSync, writeFileSync } from 'node:fs';
import { InvalidConfiguration, Refused } from '../lib/errors';

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

/** @throws Refused when the file is there already: nothing is overwritten; InvalidConfiguration when it can't be written */
export function putNewText(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o640 });
  } catch (error) {
    const options = { where: path, cause: error };
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Refused('it is there already; name another file, or delete it', options);
    throw new InvalidConfiguration(`it can't be written: ${(error as Error).message}`, options);
  }
}
