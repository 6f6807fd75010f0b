/**
 * Reads the configuration of a service: which processes read the same files, which files these are, and their content.
 * Reports read the files without their secrets. A kind that edits the files reads every byte.
 */
import type { HostReader, Outcome } from '../hosts/host';
import type { ServiceProcess } from '../hosts/service-answers';
import type { OsloConfig } from '../oslo-config/effective';
import { eraOfLibrary, type Python } from '../oslo-config/era';
import { parseOsloFile, type OsloFile } from '../oslo-config/file';
import { searchName, type configSources, type ConfigSource } from '../oslo-config/reading-order';

/** One file that the service reads, or would read if it existed. */
export interface ConfigPlace {
  readonly path: string;
  /** The reason why the service reads it: `--config-file`, a variable, the search path. */
  readonly by: string;
  readonly state:
    | { readonly is: 'read'; readonly file: OsloFile; readonly writtenAt: Date }
    | { readonly is: 'absent' }
    | { readonly is: 'unread'; readonly why: string };
}

export interface HostService {
  readonly name: string;
  /** The first is the parent of the others, or the oldest process. [] if no process runs. */
  readonly processes: readonly ServiceProcess[];
  /** The places of files, in the order in which the service reads them. */
  readonly places: readonly ConfigPlace[];
  /** The configuration from the files that could be read. */
  readonly config: OsloConfig;
  /** Why the service's files could not be looked at. */
  readonly unread?: string;
}

/** A file, as far as the host reported it. */
export type FoundText =
  | { readonly exists: false }
  | { readonly exists: true; readonly text: string; readonly mtimeSeconds: number };

/** Reads files of a host, in one round trip. */
export type ReadTexts = (paths: readonly string[]) => Promise<readonly Outcome<FoundText>[]>;

type Texts = ReadonlyMap<string, Outcome<FoundText>>;
type Folders = ReadonlyMap<
  string,
  Outcome<{ readonly exists: boolean; readonly entries: readonly { readonly name: string }[] }>
>;

/** If so, the service has read the file's former content. */
export const isWrittenAfterStart = (writtenAt: Date, { aliveSeconds }: ServiceProcess, now: Date): boolean =>
  now.getTime() - writtenAt.getTime() < aliveSeconds * 1000;

export type Group = readonly [ServiceProcess, ...ServiceProcess[]];
export type Asked = Parameters<typeof configSources>[0];

export interface Reading {
  readonly asked: Asked;
  readonly processes: readonly ServiceProcess[];
}

export const pythonOf = ({ python }: Asked): Python => (python === 2 ? 2 : 3);

export const stopped = (service: string): Asked => ({
  service,
  argv: [],
  environment: {},
  folder: null,
  home: null,
  python: 3,
});

/** uWSGI's file for the service placement-api is called `placement`. */
export const isCalled = (service: string, named: string): boolean =>
  service === named || `${service}-api` === named || service === `${named}-api`;

/**
 * Groups the processes of one service that read the same files: a parent and its workers. Processes of the same name
 * that read other files are a separate group.
 */
export function groupsOf(processes: readonly ServiceProcess[]): readonly Group[] {
  const groups = new Map<string, [ServiceProcess, ...ServiceProcess[]]>();
  const parents = new Map(processes.map((process) => [process.pid, process]));
  // A hostile host may report parents in a circle.
  const rootOf = (process: ServiceProcess, seen = new Set<number>()): ServiceProcess => {
    const parent = parents.get(process.parent);
    if (parent?.service !== process.service || seen.has(parent.pid)) return process;
    return rootOf(parent, seen.add(process.pid));
  };
  for (const process of processes.toSorted((a, b) => b.aliveSeconds - a.aliveSeconds || a.pid - b.pid)) {
    const { pid, service } = rootOf(process);
    const key = `${service} ${pid}`;
    const group = groups.get(key);
    if (group) group.push(process);
    else groups.set(key, [process]);
  }
  return [...groups.values()];
}

export async function readSources(
  host: HostReader,
  sources: readonly ConfigSource[],
  readTexts: ReadTexts,
): Promise<{ readonly texts: Texts; readonly folders: Folders }> {
  const pathsOf = (kind: 'file' | 'folder') => [
    ...new Set(
      sources.flatMap((source) =>
        source.is === 'search' ? (source.of === kind ? source.paths : []) : source.is === kind ? [source.path] : [],
      ),
    ),
  ];
  const [files, folders] = [pathsOf('file'), pathsOf('folder')];
  const answers = await host.read(folders.map((path) => ({ verb: 'list-folder', path }) as const));
  const listed: Folders = new Map(folders.map((path, index) => [path, answerTo(path, answers[index])]));
  const more = [...listed].flatMap(([folder, answer]) =>
    answer.ok ? answer.value.entries.filter(isConf).map(({ name }) => `${folder}/${name}`) : [],
  );
  return { texts: await textsOf([...new Set([...files, ...more])], readTexts), folders: listed };
}

/** Reads files in as many requests as needed: files that had no room in a full answer are asked for again. */
async function textsOf(paths: readonly string[], readTexts: ReadTexts): Promise<Texts> {
  const texts = new Map<string, Outcome<FoundText>>();
  for (let left = paths; left.length > 0;) {
    const answers = await readTexts(left);
    for (const [index, path] of left.entries()) texts.set(path, answerTo(path, answers[index]));
    const full = left.filter((path) => hasNoRoom(texts.get(path)));
    left = full.length < left.length ? full : [];
  }
  return texts;
}

/** True if the answer had no room for the file. A file that is itself too large gets the same reason. */
const hasNoRoom = (outcome: Outcome<unknown> | undefined): boolean =>
  outcome?.ok === false && outcome.reason === 'too-large';

function answerTo<Answer>(path: string, answer: Outcome<Answer> | undefined): Outcome<Answer> {
  if (answer === undefined) throw new RangeError(`no answer about ${path}`);
  return answer;
}

/** The names that Python's glob finds for `*.conf`. */
const isConf = ({ name }: { readonly name: string }): boolean => name.endsWith('.conf') && !name.startsWith('.');

export function serviceOf(
  { asked, processes }: Reading,
  sources: readonly ConfigSource[],
  texts: Texts,
  folders: Folders,
  library: string | undefined,
): HostService {
  const python = pythonOf(asked);
  const place = (path: string, by: string): ConfigPlace => ({
    path,
    by,
    state: stateOf(path, texts.get(path), python),
  });
  const inFolder = (folder: string, by: string): readonly ConfigPlace[] => {
    const answer = folders.get(folder);
    if (!answer?.ok) return [{ path: folder, by, state: unread(answer) }];
    const names = answer.value.entries.filter(isConf).map(({ name }) => name);
    return names.toSorted().map((name) => place(`${folder}/${name}`, by));
  };
  const places = sources.flatMap((source): readonly ConfigPlace[] => {
    if (source.is === 'file') return [place(source.path, source.by)];
    if (source.is === 'folder') return inFolder(source.path, source.by);
    const found: AnswerTo = (path) => (source.of === 'file' ? texts : folders).get(path);
    // Limits may hide the home folders, but no service has its files there.
    const path = source.paths.find(isThere(found)) ?? source.paths.find(isHidden(found));
    if (path === undefined) return [];
    return source.of === 'file' ? [place(path, searchName)] : inFolder(path, searchName);
  });
  const files = places.flatMap(({ state }) => (state.is === 'read' ? [state.file] : []));
  const environment = new Map(
    Object.entries(asked.environment).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
  return { name: asked.service, processes, places, config: { files, environment, era: eraOfLibrary(library, python) } };
}

type AnswerTo = (path: string) => Outcome<{ readonly exists: boolean }> | undefined;

const isThere =
  (found: AnswerTo) =>
  (path: string): boolean => {
    const answer = found(path);
    return answer?.ok === true && answer.value.exists;
  };

const isHidden =
  (found: AnswerTo) =>
  (path: string): boolean =>
    found(path)?.ok === false && path.startsWith('/etc/');

const unread = (answer: Outcome<unknown> | undefined): { readonly is: 'unread'; readonly why: string } => ({
  is: 'unread',
  why: answer === undefined || answer.ok ? 'it was not asked for' : answer.error.message,
});

function stateOf(path: string, answer: Outcome<FoundText> | undefined, python: Python): ConfigPlace['state'] {
  if (!answer?.ok) return unread(answer);
  const { value } = answer;
  if (!value.exists) return { is: 'absent' };
  return { is: 'read', file: parseOsloFile(path, value.text, python), writtenAt: new Date(value.mtimeSeconds * 1000) };
}
