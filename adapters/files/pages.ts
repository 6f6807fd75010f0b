/** Reads the texts of docs/ that the build copies beside the command, for machines without the repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnrecoverableError } from '../../lib/basics/errors';

/**
 * Maps a page's name without `.md`, such as `hosts` or `allocation-pool`, to its text.
 * @throws UnrecoverableError if a page is missing
 */
export const readPages = (): ReadonlyMap<string, string> => readCopied('pages.json');

/**
 * Maps the path of a file below docs/ci, such as `scripts/review.sh`, to its text.
 * @throws UnrecoverableError if they are missing
 */
export const readCiFiles = (): ReadonlyMap<string, string> => readCopied('ci.json');

function readCopied(name: string): ReadonlyMap<string, string> {
  const path = join(__dirname, name);
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>));
  } catch (error) {
    throw new UnrecoverableError(
      `this installation of stackward is incomplete: ${path} can't be read (${(error as Error).message}); install stackward again as a whole`,
    );
  }
}
