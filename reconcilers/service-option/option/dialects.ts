/** Chooses the dialect of a service's options. */
import { areSameLines } from '../../../lib/oslo-config/lines';
import type { About, OptionObserved } from '../model';
import { isPython } from './horizon';
import type { Dialect } from './dialect';
import { oslo } from './oslo';
import { python } from './python';

export const dialectOf = (about: { readonly service: string }): Dialect => (isPython(about) ? python : oslo);

/** True if the option's lines in the file have changed. */
export function isEditedIn(path: string, about: About, before: OptionObserved, after: OptionObserved): boolean {
  const { linesOf } = dialectOf(about);
  const inFile = (site: OptionObserved) => linesOf(about, site).filter((line) => line.path === path);
  return !areSameLines(inFile(before), inFile(after));
}
