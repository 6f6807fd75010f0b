/** Whether the lines of a record can be looked at where they were written. Pure. */
import { Blocked } from '../../../lib/basics/errors';
import { nameOf, type About, type OptionObserved } from '../model';
import type { Recorded } from './dialect';
import { dialectOf } from './dialects';

/** @throws Blocked where nobody can tell whether the lines of the record are in force */
export function refuseUnseen(about: About, recorded: Recorded, site: OptionObserved): void {
  const { unreadPaths, whyUnseen } = dialectOf(about);
  for (const path of unreadPaths(about, recorded, site)) {
    const why = whyUnseen(about, path, site);
    if (why !== undefined) throw new Blocked(`${nameOf(about)} was written to ${path}, and ${why}`);
  }
}

/** The service reads other files now. */
export const unreadNotes = (about: About, recorded: Recorded, site: OptionObserved): readonly string[] =>
  dialectOf(about)
    .unreadPaths(about, recorded, site)
    .map((path) => `${about.service} reads ${path} no more: its lines stay as they are`);
