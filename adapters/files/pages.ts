/**
 * Reads the pages of docs/ for users. The build copies them beside the command, for machines without the repository.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnrecoverableError } from '../../lib/basics/errors';

/**
 * Maps a page's name without `.md`, such as `hosts` or `allocation-pool`, to its text.
 * @throws UnrecoverableError if a page is missing
 */
export function readPages(): ReadonlyMap<string, string> {
  const path = join(__dirname, 'pages.json');
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>));
  } catch (error) {
    throw new UnrecoverableError(
      `this installation of stackward is incomplete: ${path} can't be read (${(error as Error).message}); install stackward again as a whole`,
    );
  }
}
