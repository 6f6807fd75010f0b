/** How a service's options are written: the files of oslo.config, or settings in Python. Everything else is the same for both. */
import type { SettingChange } from '../../../lib/hosts/settings-answers';
import type { OptionLine } from '../../../lib/oslo-config/lines';
import type { OptionName } from '../../../lib/oslo-config/effective';
import type { About, Job, OptionObserved } from '../model';
import type { RecordEntry } from '../spec';

export type Performed =
  | { readonly is: 'unchanged' }
  | { readonly is: 'refused'; readonly why: string }
  | ({ readonly is: 'edited'; readonly after: OptionObserved } & (
      | { readonly texts: ReadonlyMap<string, string> }
      | { readonly setting: { readonly path: string; readonly change: SettingChange } }
    ));

/** The lines that a record keeps. */
export type Recorded = Pick<RecordEntry, 'before' | 'written'>;

export interface Dialect {
  /** By which the service takes the option: as declared, as it is registered, and as it was called before. */
  namesOf(about: About, site: OptionObserved): readonly OptionName[];
  /** The mentions of the option that the record keeps. */
  linesOf(about: About, site: OptionObserved): readonly OptionLine[];
  /** The host after a job, or why it can't be done. */
  perform(job: Job, site: OptionObserved): Performed;
  /** The lines of `after`, as the record keeps them. @param known lines of an earlier edit */
  writtenLines(
    about: About,
    before: OptionObserved,
    after: OptionObserved,
    known: readonly OptionLine[] | undefined,
  ): readonly OptionLine[];
  /** @throws Blocked where not all is known that the service reads */
  refuseUnreadable(about: About, site: OptionObserved): void;
  /** Files that the record names and that no reading of the service has now. */
  unreadPaths(about: About, recorded: Recorded, site: OptionObserved): readonly string[];
  /** @throws Blocked where nobody can tell whether the lines of the record are in force */
  refuseUnseen(about: About, recorded: Recorded, site: OptionObserved): void;
  /** What becomes of lines, when it takes effect, and whom else it reaches. */
  notes(job: Job, site: OptionObserved, after: OptionObserved): readonly string[];
  /** What the service reads of it, or undefined where no file sets it. A secret is never shown. */
  shown(job: Job, site: OptionObserved, isHidden: boolean): string | undefined;
  /** Its files, in the order in which the service reads them. */
  placesOf(about: About, site: OptionObserved): unknown;
}
