/**
 * The forms in which a service's options are written: in files of oslo.config, or as settings in Python. The rest of
 * the kind is the same for both.
 */
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
  /** All names of the option that the service takes: the declared, the registered and the former ones. */
  namesOf(about: About, site: OptionObserved): readonly OptionName[];
  /** The lines of the option that a record would keep. */
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
  /** @throws Blocked if stackward can't read all that the service reads */
  refuseUnreadable(about: About, site: OptionObserved): void;
  /** Files that the record names and that the service does not read now, as far as stackward sees. */
  unreadPaths(about: About, recorded: Recorded, site: OptionObserved): readonly string[];
  /** @throws Blocked if stackward can't see whether the service still uses the lines of the record */
  refuseUnseen(about: About, recorded: Recorded, site: OptionObserved): void;
  /** @throws Blocked if nothing tells which files the service will read, so that an edit would be a guess */
  refuseGuess(about: About, site: OptionObserved): void;
  /** Notes: where the lines are, when the option takes effect, and which other services read it. */
  notes(job: Job, site: OptionObserved, after: OptionObserved): readonly string[];
  /** The value that the service reads, or undefined if no file sets the option. A secret is never shown. */
  shown(job: Job, site: OptionObserved, isHidden: boolean): string | undefined;
  /** The service's files, in the order in which it reads them. */
  placesOf(about: About, site: OptionObserved): unknown;
}
