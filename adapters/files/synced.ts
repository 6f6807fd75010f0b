import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';

/**
 * Writes a file, which is on disk when this returns.
 * @param flag `wx`: the file must be new. `a`: the text goes to its end.
 * @param mode of a file that is made
 */
export function writeSynced(path: string, text: string, flag: 'wx' | 'a', mode: number): void {
  const file = openSync(path, flag, mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
