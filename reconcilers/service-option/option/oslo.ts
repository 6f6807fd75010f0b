/** Options in the files of oslo.config. */
import { Blocked } from '../../../lib/basics/errors';
import { writtenLines } from '../../../lib/oslo-config/lines';
import type { OptionName } from '../../../lib/oslo-config/effective';
import { isConfiguration, nameOf, type About, type OptionObserved } from '../model';
import type { Dialect, Recorded } from './dialect';
import { filesOf, linesOf, optionOf, perform, readersOf, siteWith } from './edits';
import { runs } from './effect';
import { notesOf, shownValue } from './words';

function refuseUnreadable(about: About, site: OptionObserved): void {
  for (const { name, unread, places } of readersOf(about.service, site)) {
    if (unread !== undefined) throw new Blocked(`${name} can't be looked at: ${unread}; edit its files by hand`);
    for (const { path, state } of places)
      if (state.is === 'unread')
        throw new Blocked(
          `${name} reads ${path}, which stackward can't read: ${state.why}; let it be read, or edit it by hand`,
        );
  }
}

function namesOf(about: About, site: OptionObserved): readonly OptionName[] {
  const option = optionOf(about, site, false);
  return [about, option, ...(option.former ?? [])];
}

function unreadPaths(about: About, { before, written }: Recorded, site: OptionObserved): readonly string[] {
  const read = new Set(filesOf(about, site).files.map(({ path }) => path));
  const paths = new Set([...written, ...before].map(({ path }) => path));
  return [...paths].filter((path) => isConfiguration(path) && !read.has(path) && !site.gone.has(path));
}

/** No process tells the files of a service that does not run. */
function refuseUnseen(about: About, recorded: Recorded, site: OptionObserved): void {
  const [path] = runs(about, site) ? [] : unreadPaths(about, recorded, site);
  if (path !== undefined)
    throw new Blocked(
      `${nameOf(about)} was written to ${path}, and ${about.service} does not run, so nothing tells that it still reads this file; start it, then plan again`,
    );
}

/** Packages start these with files of their own, which stand behind those that oslo.config finds by itself. */
const hasOwnFiles = /^(neutron-.*|nova-compute)$/;

function refuseGuess({ service }: About, site: OptionObserved): void {
  if (hasOwnFiles.test(service) && !runs({ service, section: '', name: '' }, site))
    throw new Blocked(
      `${service} does not run, and the command that starts it names its files; start it, then plan again`,
    );
}

export const oslo: Dialect = {
  namesOf,
  linesOf,
  perform: (job, site) => {
    const edit = perform(job, site);
    return edit.is === 'edited' ? { ...edit, after: siteWith(site, edit.texts) } : edit;
  },
  writtenLines: (about, before, after, known) =>
    writtenLines(optionOf(about, before, false), filesOf(about, before), filesOf(about, after), known),
  refuseUnreadable,
  unreadPaths,
  refuseUnseen,
  refuseGuess,
  notes: notesOf,
  shown: shownValue,
  placesOf: (about, site) =>
    readersOf(about.service, site).map((reader) => reader.config.files.map(({ path }) => path)),
};
