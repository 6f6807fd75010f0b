/** Folders that suites make once and use again. */
import { existsSync, renameSync, rmSync } from 'node:fs';

/**
 * Moves a folder to the place where other suites look for it. Where another suite has made the same folder meanwhile, that
 * folder stays and this one goes.
 */
export function keepFolder(made: string, place: string): void {
  try {
    renameSync(made, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
    rmSync(made, { recursive: true });
  }
}
