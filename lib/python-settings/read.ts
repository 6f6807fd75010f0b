/**
 * Reads settings of Horizon on a host, in the order in which Horizon runs its files. First comes local_settings.py; the
 * modules that it imports with `from … import *` come at the line of the import. Since Mitaka the snippets of
 * local_settings.d follow, sorted by name. At most two round trips.
 */
import { append } from '../basics/lists';
import { valueOf, type HostReader, type Outcome } from '../hosts/host';
import type { SettingName, StarImport, ToldSetting, ToldSettings } from '../hosts/settings-answers';
import type { Say } from './effective';

/** Horizon's folder in the packages of Ubuntu and RDO, in those of Debian, and in DevStack. */
const roots = [
  '/usr/share/openstack-dashboard/openstack_dashboard',
  '/usr/lib/python3/dist-packages/openstack_dashboard',
  '/opt/stack/horizon/openstack_dashboard',
] as const;
/**
 * Packages link to these files. The limits of an installed host program may allow only these. RDO's file has no `.py`.
 */
const inEtc = ['/etc/openstack-dashboard/local_settings.py', '/etc/openstack-dashboard/local_settings'] as const;

export const horizonFiles: readonly string[] = [...roots.map((root) => `${root}/local/local_settings.py`), ...inEtc];

export type HorizonSettings =
  | { readonly is: 'absent' }
  /** The file is there, but the host could not report its content. */
  | { readonly is: 'unread'; readonly path: string; readonly why: string }
  | {
      readonly is: 'read';
      /** The path by which Horizon finds the file. A new assignment is added to it. */
      readonly path: string;
      readonly files: ReadonlyMap<string, SettingsFile>;
      /** For each requested name all places, in order. */
      readonly says: readonly (readonly Say[])[];
    };

export interface SettingsFile {
  readonly realPath: string;
  readonly managers: readonly ('Ansible' | 'Puppet' | 'Kolla')[];
  /** If a process started before this time, it still runs with the former content. */
  readonly writtenAt: Date;
}

type Read = ToldSettings & { readonly exists: true };

/**
 * @param names at most 64, none of them secret
 * @param paths files to look for; the first one that exists is read
 */
export async function readHorizonSettings(
  host: HostReader,
  names: readonly SettingName[],
  paths: readonly string[] = horizonFiles,
): Promise<HorizonSettings> {
  const ask = (path: string) => ({ verb: 'read-settings', path, names }) as const;
  const folders = [...new Set(paths.map(snippetFolder))];
  const [answers, listings] = await Promise.all([
    host.read(paths.map(ask)),
    host.read(folders.map((path) => ({ verb: 'list-folder', path }) as const)),
  ]);
  const index = answers.findIndex((answer) => (answer.ok ? answer.value.exists : answer.reason !== 'outside-limits'));
  const [path, answer] = [paths[index], answers[index]];
  if (path === undefined || answer === undefined) {
    const hidden = answers.find((each) => !each.ok);
    return hidden && !hidden.ok ? { is: 'unread', path: paths[0] ?? '', why: hidden.error.message } : { is: 'absent' };
  }
  if (!answer.ok) return { is: 'unread', path, why: answer.error.message };
  if (!answer.value.exists) return { is: 'absent' };
  const folder = snippetFolder(path);
  const listing = listings[folders.indexOf(folder)];
  const entries = listing === undefined ? [] : valueOf(listing).entries;
  const snippets = entries.filter(({ name }) => name.endsWith('.py')).map(({ name }) => `${folder}/${name}`);
  const below = entries.filter(({ name, kind }) => kind === 'folder' && name !== '__pycache__');
  const modules = new Map(answer.value.stars.map((star) => [star, modulePaths(path, star)]));
  const more = [...new Set([...snippets, ...[...modules.values()].flat()])];
  const texts = more.length === 0 ? [] : await host.read(more.map(ask));
  const found = new Map(more.map((each, position) => [each, texts[position]] as const));
  const chain = new Chain(path, answer.value, names.length);
  for (const [star, candidates] of modules) chain.import(star, candidates, found);
  for (const snippet of snippets.toSorted()) chain.run(snippet, found.get(snippet));
  for (const { name } of below)
    chain.hide(`${folder}/${name}`, 'Horizon runs the files of this folder too, in no certain order; move them up');
  return { is: 'read', path, files: chain.files, says: chain.says };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const snippetFolder = (path: string): string => `${folderOf(path)}/local_settings.d`;

/** A module's file is beside the settings, in Horizon's folder, or beside that folder. */
function modulePaths(path: string, { module, level }: StarImport): readonly string[] {
  if (!/^[A-Za-z_][A-Za-z0-9_.]{0,99}$/.test(module) || level > 1) return [];
  const own = folderOf(path);
  const folders = level === 1 ? [own] : [own, folderOf(own), folderOf(folderOf(own))];
  const name = module.replaceAll('.', '/');
  return folders.flatMap((folder) => [`${folder}/${name}.py`, `${folder}/${name}/__init__.py`]);
}

class Chain {
  readonly files = new Map<string, SettingsFile>();
  readonly says: Say[][];

  constructor(
    private readonly path: string,
    main: Read,
    count: number,
  ) {
    this.says = Array.from({ length: count }, () => []);
    this.add(path, main);
  }

  private add(path: string, told: Read): void {
    this.note(path, told);
    for (const [index, settings] of told.settings.entries())
      append(
        this.says[index] ?? [],
        settings.map((each) => sayOf(path, each)),
      );
  }

  private note(path: string, { realPath, managers, mtimeSeconds }: Read): void {
    this.files.set(path, { realPath, managers, writtenAt: new Date(mtimeSeconds * 1000) });
  }

  run(path: string, answer: Outcome<ToldSettings> | undefined): void {
    if (answer?.ok && answer.value.exists && answer.value.stars.length === 0) this.add(path, answer.value);
    else if (answer?.ok && answer.value.exists) this.hide(path, 'it imports all names of another module');
    else if (answer && !answer.ok) this.hide(path, answer.error.message);
  }

  hide(path: string, why: string): void {
    for (const says of this.says) says.push({ path, line: 1, is: 'unread', why });
  }

  /** The settings of an imported module count at the line of the import. */
  import(
    star: StarImport,
    candidates: readonly string[],
    found: ReadonlyMap<string, Outcome<ToldSettings> | undefined>,
  ): void {
    const path = candidates.find((each) => {
      const answer = found.get(each);
      return answer !== undefined && (!answer.ok || answer.value.exists);
    });
    const answer = path === undefined ? undefined : found.get(path);
    // Ubuntu's settings import a theme if it is installed. The theme's module is beside the settings.
    if (path === undefined && star.isGuarded) return;
    const told = answer?.ok && answer.value.exists ? answer.value : undefined;
    if (path !== undefined && told) this.note(path, told);
    for (const [index, says] of this.says.entries()) {
      const brought = this.broughtBy(star, path, told, index);
      const behind = says.findIndex((say) => say.path === this.path && say.line > star.line);
      const end = behind < 0 ? says.length : behind;
      this.says[index] = [...says.slice(0, end), ...brought, ...says.slice(end)];
    }
  }

  private broughtBy(star: StarImport, path: string | undefined, told: Read | undefined, index: number): readonly Say[] {
    const here = { path: this.path, line: star.line };
    if (path === undefined || !told || told.stars.length > 0)
      return [{ ...here, is: 'unread', why: `it imports all names of ${star.module}, which could not be looked at` }];
    const settings = told.settings[index] ?? [];
    if (settings.length > 0 && star.isConditional) return [{ ...here, is: 'conditional' }];
    return settings.map((each) => sayOf(path, each));
  }
}

const sayOf = (path: string, told: ToldSetting): Say => ({ path, ...told });
