/**
 * Records name an option by its service and its declared name, but services share files, and an option has former names. So
 * entries are compared here by the option and the file that are meant. Pure.
 */
import { sweeps, type Placement, type Wanted } from '../../../lib/contract/reconciler';
import type { Held } from '../../../lib/hosts/record-holding';
import type { OptionName } from '../../../lib/oslo-config/effective';
import type { OptionLine } from '../../../lib/oslo-config/lines';
import { projectOf } from '../../../lib/oslo-config/reading-order';
import { keyOf, type About, type OptionObserved, type OptionOn } from '../model';
import { programOf, type RecordEntry } from '../spec';
import { dialectOf } from './dialects';

type HeldEntry = Held<RecordEntry>;

export type Declared = Extract<OptionOn, { declared: unknown }>;

export const aboutOf = ({ declared }: Declared): About => ({
  service: programOf(declared.service),
  section: declared.section ?? '',
  name: declared.option,
});

type Entry = Pick<RecordEntry, 'service' | 'section' | 'option'>;

export const aboutEntry = ({ service, section, option: name }: Entry): About => ({ service, section, name });

export const isSameOption = (left: About, right: About, site: OptionObserved): boolean => {
  const namesOf = (about: About): readonly OptionName[] => dialectOf(about).namesOf(about, site);
  return (
    projectOf(left.service) === projectOf(right.service) &&
    namesOf(left).some((each) =>
      namesOf(right).some(({ section, name }) => each.section === section && each.name === name),
    )
  );
};

/** Entries for the same option that are not the owner's own for this service and name. */
export const entriesBeside = (about: About, owner: string, site: OptionObserved): readonly HeldEntry[] =>
  [...site.records, ...site.others].flatMap(([holder, { entries }]) =>
    [...entries.values()]
      .filter((entry) => holder !== owner || keyOf(aboutEntry(entry)) !== keyOf(about))
      .filter((entry) => isSameOption(aboutEntry(entry), about, site))
      .map((entry) => ({ owner: holder, entry })),
  );

/** What leaves the code on a host, and which declaration has its lines from now on. */
export interface Estate {
  readonly leaving: readonly (HeldEntry & { readonly heir: string | undefined })[];
  /** True if the code still says what becomes of this entry. */
  isSettled(held: HeldEntry): boolean;
}

/** @param observed before any job */
export function estateOf({ wanted, sweep }: Placement<OptionOn>, observed: OptionObserved): Estate {
  const keys = new Set(wanted.flatMap(({ owner, spec }) => aboutsOf(spec).map((about) => `${owner} ${keyOf(about)}`)));
  const isDeclared = ({ owner, entry }: HeldEntry): boolean => keys.has(`${owner} ${keyOf(aboutEntry(entry))}`);
  const swept = [...observed.records].flatMap(([owner, { entries }]) =>
    [...entries.values()].filter(({ stack }) => sweeps(sweep, owner, stack)).map((entry) => ({ owner, entry })),
  );
  const leaving = swept.filter((held) => !isDeclared(held));
  return {
    leaving: leaving.map((held) => ({
      ...held,
      heir: wanted.find((resource) => isHeir(resource, held.entry, observed))?.id,
    })),
    isSettled: ({ owner, entry }) => isDeclared({ owner, entry }) || leaving.some((held) => held.entry === entry),
  };
}

const aboutsOf = (spec: OptionOn): readonly About[] =>
  'restore' in spec ? spec.restore.map(aboutEntry) : [aboutOf(spec)];

/** True if this declaration is about the very lines that the entry left. */
function isHeir({ spec }: Wanted<OptionOn>, entry: RecordEntry, observed: OptionObserved): boolean {
  if ('restore' in spec) return false;
  const about = aboutOf(spec);
  if (!isSameOption(about, aboutEntry(entry), observed)) return false;
  const seen = dialectOf(about).linesOf(about, observed);
  const isSeen = ({ path, section, text }: OptionLine): boolean =>
    seen.some((line) => line.path === path && line.section === section && line.text === text);
  return entry.written.length === 0 ? seen.length === 0 : entry.written.every(isSeen);
}
