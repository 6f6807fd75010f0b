import { readFileSync } from 'node:fs';
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
