/**
 * Reads settings of Horizon on a host, in the order in which Horizon runs its files: local_settings.py, in it whatever
 * `from … import *` brings at its line, and from Mitaka on the snippets of local_settings.d by name. Two round trips at most.
 */
import { append } from '../basics/lists';
import { valueOf, type HostReader, type Outcome } from '../hosts/host';
import type { SettingName, StarImport, ToldSetting, ToldSettings } from '../hosts/settings-answers';
import type { Say } from './effective';

/** Horizon's folder by its package: of Ubuntu and RDO, of Debian, of DevStack. */
const roots = [
  '/usr/share/openstack-dashboard/openstack_dashboard',
  '/usr/lib/python3/dist-packages/openstack_dashboard',
  '/opt/stack/horizon/openstack_dashboard',
] as const;
/** Packages link to these; limits of an installed host program may show them alone. RDO's file has no `.py`. */
const inEtc = ['/etc/openstack-dashboard/local_settings.py', '/etc/openstack-dashboard/local_settings'] as const;

export const horizonFiles: readonly string[] = [...roots.map((root) => `${root}/local/local_settings.py`), ...inEtc];

export type HorizonSettings =
  | { readonly is: 'absent' }
  /** Undefined sets: the file is there, and could not be told. */
  | { readonly is: 'unread'; readonly path: string; readonly why: string }
  | {
      readonly is: 'read';
      /** As Horizon finds it; where a new assignment goes. */
      readonly path: string;
      readonly files: ReadonlyMap<string, SettingsFile>;
      /** For each name that was asked for, all places in order. */
      readonly says: readonly (readonly Say[])[];
    };

export interface SettingsFile {
  readonly realPath: string;
  readonly managers: readonly ('Ansible' | 'Puppet' | 'Kolla')[];
  /** Later than the start of a process: that process runs with what stood there before. */
  readonly writtenAt: Date;
}

type Read = ToldSettings & { readonly exists: true };

/**
 * @param names at most 64, none of them secret
 * @param paths files to look for; the first that is there counts
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

/** A module stands beside the settings, in Horizon's folder, or beside that. */
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

  /** What a module brings stands at the line of its import. */
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
    // Ubuntu's theme is imported where it is installed; its module stands beside the settings.
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
