/** Computes the texts of a host's files after a job. Pure. */
import { Blocked } from '../../../lib/basics/errors';
import { isCalled, type HostService } from '../../../lib/host-services/service-files';
import type { DescribedOption } from '../../../lib/hosts/service-answers';
import { apiProgram } from '../../../lib/openstack/services';
import { editOption, isAsWanted, withTexts, type Edit } from '../../../lib/oslo-config/edit';
import type { OptionName, OsloConfig, OsloOption } from '../../../lib/oslo-config/effective';
import { bringLinesBack, linesOfOption, type OptionLine } from '../../../lib/oslo-config/lines';
import { isMultiple } from '../../../lib/oslo-config/multiple';
import { projectOf } from '../../../lib/oslo-config/reading-order';
import { servingProject } from '../spec';
import { isConfiguration, type About, type Job, type OptionObserved } from '../model';

type Site = Pick<OptionObserved, 'services' | 'files' | 'described'>;

/** The service's groups of processes; the processes of a group read the same files. */
export function readersOf(program: string, { services }: Pick<Site, 'services'>): readonly HostService[] {
  const project = servingProject(program);
  const isApi = project !== undefined && apiProgram[project] === program;
  return services.filter(({ name }) => isCalled(name, program) || (isApi && isCalled(name, project)));
}

/** The option as the service registers it. The declaration may use a former name of the option. */
export function describedOption({ service, section, name }: About, { described }: Site): DescribedOption | undefined {
  const isNamed = (option: OptionName): boolean => option.section === section && option.name === name;
  const options = described.get(projectOf(service)) ?? [];
  return options.find(isNamed) ?? options.find(({ former }) => former.some(isNamed));
}

export function optionOf(about: About, site: Site, takesSeveral: boolean): OsloOption {
  const { section, name } = about;
  return describedOption(about, site) ?? { section, name, multiple: takesSeveral || isMultiple({ section, name }) };
}

/** All files that the service reads. */
export const filesOf = (about: About, site: Site): Pick<OsloConfig, 'files'> => ({
  files: readersOf(about.service, site).flatMap(({ config }) => config.files),
});

export const linesOf = (about: About, site: Site): readonly OptionLine[] =>
  linesOfOption(optionOf(about, site, false), filesOf(about, site));

const withTextsOf = (services: readonly HostService[], texts: ReadonlyMap<string, string>): readonly HostService[] =>
  texts.size === 0 ? services : services.map((service) => ({ ...service, config: withTexts(service.config, texts) }));

/** The host after these texts were written to its files. */
export const siteWith = (site: OptionObserved, texts: ReadonlyMap<string, string>): OptionObserved => ({
  ...site,
  services: withTextsOf(site.services, texts).map(({ places, ...service }) => ({
    ...service,
    places: places.map((place) => {
      const { path, state } = place;
      return state.is === 'read' && texts.has(path) ? { ...place, state: { ...state, writtenAt: site.now } } : place;
    }),
  })),
});

/** The error for a job that can't be done. */
export const blocked = ({ why }: { readonly why: string }): Blocked => new Blocked(why);

/** The files after a job, or why it can't be done. */
export function perform(job: Job, site: Site): Edit {
  const { does } = job;
  if (does.is === 'nothing' || does.is === 'set in Python') return { is: 'unchanged' };
  const readers = readersOf(job.service, site);
  const option = optionOf(job, site, does.is === 'set' && does.isOfSeveral);
  const mayEdit = (path: string): boolean => whyNot(path, job, site) === undefined;
  const edit =
    does.is === 'set'
      ? setFor(readers, { option, values: does.values }, mayEdit, site.described.get(projectOf(job.service)) ?? [])
      : bringLinesBack(option, joined(readers), does, mayEdit);
  if (edit.is !== 'refused') return edit;
  const locked = [...site.files.keys()].find((path) => edit.why.includes(path) && !mayEdit(path));
  return locked === undefined ? edit : { is: 'refused', why: `${edit.why}: ${whyNot(locked, job, site)}` };
}

/** All files that at least one of these services reads. */
const joined = ([first, ...rest]: readonly HostService[]): OsloConfig => ({
  files: [first, ...rest].flatMap((reader) => reader?.config.files ?? []),
  environment: new Map(),
  era: first?.config.era ?? noEra,
});

const noEra: OsloConfig['era'] = {
  python: 3,
  ownSection: true,
  dotted: true,
  unsetIsEmpty: true,
  formerNames: true,
  environment: true,
  searchesFolders: true,
};

function setFor(
  readers: readonly HostService[],
  wanted: { readonly option: OsloOption; readonly values: readonly string[] },
  mayEdit: (path: string) => boolean,
  registered: readonly OsloOption[],
): Edit {
  let now = readers;
  const texts = new Map<string, string>();
  for (const index of readers.keys()) {
    const reader = now[index];
    if (reader === undefined) continue;
    const own = reader.config.files.filter(({ path }) => isMainFile(path, reader.name)).map(({ path }) => path);
    const edit = (isOpen: (path: string) => boolean) =>
      editOption(wanted, reader.config, { mayEdit: (path) => mayEdit(path) && isOpen(path), registered });
    const preferred = edit((path) => own.includes(path));
    const made = preferred.is === 'refused' ? edit(() => true) : preferred;
    if (made.is === 'refused') return made;
    if (made.is === 'edited') for (const [path, text] of made.texts) texts.set(path, text);
    now = withTextsOf(readers, texts);
  }
  if (!now.every(({ config }) => isAsWanted(wanted, config)))
    return {
      is: 'refused',
      why: 'processes of the service read the option from different places, and no single edit reaches all of them; edit the files by hand',
    };
  return texts.size === 0 ? { is: 'unchanged' } : { is: 'edited', texts };
}

/** True for the project's own file, such as nova.conf: people look into it first, so new lines go there if possible. */
const isMainFile = (path: string, service: string): boolean =>
  [projectOf(service), service].some((name) => path.endsWith(`/${name}.conf`));

/** Why stackward does not write this file; undefined if it may. */
function whyNot(path: string, { service, overridesManager }: Job, { files }: Site): string | undefined {
  const file = files.get(path);
  const project = projectOf(service);
  if (file === undefined) return 'nobody has read it';
  if ([path, file.realPath].some((each) => /^\/usr\/(share|lib)\//.test(each)))
    return 'a package brings it, and its next version would overwrite it';
  const isOfProject = (each: string): boolean =>
    each
      .split('/')
      .some((part) => part === project || part.startsWith(`${project}.`) || part.startsWith(`${project}-`));
  if (![path, file.realPath].every((each) => isOfProject(each) && isConfiguration(each)))
    return `it has no name of a configuration file of ${project}, and any process may name any file`;
  if (!['root', project].includes(file.owner))
    return `it belongs to ${file.owner}, and stackward writes only files of root and of ${project}`;
  if (file.managers.length > 0 && !overridesManager)
    return `${file.managers.join(' and ')} writes it and would undo the change; change it there, or set overrideManager`;
  return undefined;
}
