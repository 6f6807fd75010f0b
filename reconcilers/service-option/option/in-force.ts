/** Decides whether the file still has the lines that a record says were written there. Pure. */
import type { About, OptionObserved } from '../model';
import type { Recorded } from './dialect';
import { dialectOf } from './dialects';

/** The service reads other files now. */
export const unreadNotes = (about: About, recorded: Recorded, site: OptionObserved): readonly string[] =>
  dialectOf(about)
    .unreadPaths(about, recorded, site)
    .map((path) => `${about.service} reads ${path} no more: its lines stay as they are`);
