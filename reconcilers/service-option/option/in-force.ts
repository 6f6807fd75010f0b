/** Whether the lines of a record can be looked at where they were written. Pure. */
import { Blocked } from '../../../lib/basics/errors';
import { isConfiguration, nameOf, type About, type OptionObserved } from '../model';
import type { RecordEntry } from '../spec';
import { runs } from './effect';
import { filesOf } from './edits';

/** Files of oslo.config that the record names and that no reading of the service has now. */
function unreadPaths(about: About, { before, written }: Pick<RecordEntry, 'before' | 'written'>, site: OptionObserved) {
  const read = new Set(filesOf(about, site).files.map(({ path }) => path));
  const paths = new Set([...written, ...before].map(({ path }) => path));
  return [...paths].filter((path) => isConfiguration(path) && !read.has(path) && !site.gone.has(path));
}

/** @throws Blocked where nobody can tell whether the lines of the record are in force: no process tells its files */
export function refuseUnseen(about: About, entry: Pick<RecordEntry, 'before' | 'written'>, site: OptionObserved): void {
  const [path] = runs(about, site) ? [] : unreadPaths(about, entry, site);
  if (path !== undefined)
    throw new Blocked(
      `${nameOf(about)} was written to ${path}, and ${about.service} does not run, so nothing tells that it still reads this file; start it, then plan again`,
    );
}

/** A running service reads other files now. */
export const unreadNotes = (about: About, entry: RecordEntry, site: OptionObserved): readonly string[] =>
  unreadPaths(about, entry, site).map((path) => `${about.service} reads ${path} no more: its lines stay as they are`);
