/** Reads the services of OpenStack that run on a host, and the configuration of each, in at most three round trips. */
import type { HostReader, Outcome } from '../lib/hosts/host';
import { valueOf } from '../lib/hosts/host';
import {
  optionProjects,
  type ContainedService,
  type Listener,
  type ServiceProcess,
  type ToldText,
} from '../lib/hosts/service-answers';
import type { OsloConfig, OsloOption } from '../lib/oslo-config/effective';
import { eraOfLibrary, type Python } from '../lib/oslo-config/era';
import { parseOsloFile, type OsloFile } from '../lib/oslo-config/file';
import { configSources, projectOf, searchName, type ConfigSource } from '../lib/oslo-config/reading-order';
import type { LookedAtHost } from './readings';
import { containersApart, containersOf, inContainer, untoldBy } from './host-containers';
import { look, mapLooked, read, toldBy, untried, type Looked, type Unread } from './looked';
import { isUnknownThere, olderProgram } from './older-program';
import { packagesOf, packageReaders, type InstalledPackage } from './packages';

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
  /** The first is the parent of the others, or the oldest. [] if no process runs. */
  readonly processes: readonly ServiceProcess[];
  /** In reading order. */
  readonly places: readonly ConfigPlace[];
  /** The configuration from the files that could be read. */
  readonly config: OsloConfig;
  /** In containers, whatever their network namespace: `processes` has those alone that share the host's. */
  readonly containers: readonly ContainedService[];
  /** Why its files could not be looked at. */
  readonly unread?: string;
}

export interface HostServices {
  /** The options that each project's packages register. A project is absent if it could not be asked. */
  readonly registered: ReadonlyMap<string, readonly OsloOption[]>;
  readonly services: readonly HostService[];
  readonly packages: Looked<readonly InstalledPackage[]>;
  readonly listeners: Looked<readonly Listener[]>;
  /** What may run there and is not told: processes beyond the bound, or containers that an older program doesn't look into. */
  readonly untold: readonly Unread[];
  readonly now: Date;
}

type Texts = ReadonlyMap<string, Outcome<ToldText>>;
type Folders = ReadonlyMap<
  string,
  Outcome<{ readonly exists: boolean; readonly entries: readonly { readonly name: string }[] }>
>;

/**
 * The services, or the reason why an older program there can't report them.
 * @param named a service that is reported even if it doesn't run: with the files that it would read without a command
 * line
 * @throws StackwardError if the host doesn't answer
 */
export async function readHostServices(host: HostReader, named?: string): Promise<Looked<HostServices>> {
  const [clock, found, inContainers, sockets, ...packages] = await host.read([
    { verb: 'clock' },
    { verb: 'service-processes' },
    { verb: 'contained-services' },
    { verb: 'listeners' },
    ...packageReaders,
  ]);
  if (isUnknownThere(found)) return untried(tooOldForServices);
  const processes = valueOf(found).processes;
  const groups = groupsOf(processes.filter(({ isContained }) => !isContained));
  const contained = groupsOf(processes.filter(({ isContained }) => isContained));
  const containers = inContainers.ok ? inContainers.value.services : [];
  const apart = containersApart(containers, contained.flat());
  const isTold = (name: string): boolean => named !== undefined && isCalled(name, named);
  const isMissing =
    named !== undefined &&
    ![...groups, ...contained].some(([first]) => isTold(first.service)) &&
    ![...apart.keys()].some(isTold);
  const readings: readonly Reading[] = [
    ...groups.map((group) => ({ asked: group[0], processes: group })),
    ...(isMissing ? [{ asked: stopped(named), processes: [] }] : []),
  ];
  const installed = packagesOf(packages);
  const names = installed.isRead ? installed.value : [];
  const library = names.find(({ name }) => /^python3?-oslo[.-]config$/.test(name))?.version;
  const sources = readings.map(({ asked }) => configSources(asked, eraOfLibrary(library, pythonOf(asked))));
  const { texts, folders } = await readSources(host, sources.flat());
  const unseen = (asked: Asked, own: readonly ServiceProcess[]) =>
    serviceOf({ asked, processes: own }, [], texts, folders, library);
  return read({
    services: [
      ...readings.map((reading, index) => serviceOf(reading, sources[index] ?? [], texts, folders, library)),
      ...contained.map((group) => ({
        ...unseen(group[0], group),
        containers: containersOf(group, containers),
        unread: inContainer,
      })),
      ...[...apart].map(([name, own]) => ({
        ...unseen(stopped(name), []),
        containers: own,
        unread: inContainer,
      })),
    ],
    registered: new Map(),
    packages: installed,
    listeners: mapLooked(toldBy(sockets), (told) => told.sockets),
    untold: untoldBy(valueOf(found).left, inContainers),
    now: new Date(valueOf(clock).time * 1000),
  });
}

export const tooOldForServices = `${olderProgram('does not tell of services')} (docs/hosts.md)`;

/** If so, the service has read the file's former content. */
export const isWrittenAfterStart = (writtenAt: Date, { aliveSeconds }: ServiceProcess, now: Date): boolean =>
  now.getTime() - writtenAt.getTime() < aliveSeconds * 1000;

/** Told for what a look waits, and hands on its answer. */
export type Waiting = <Value>(what: string, answer: Promise<Value>) => Promise<Value>;

/**
 * Asks what the services of each project register. The generator there loads every package of the project, which takes seconds
 * to a minute. A host answers one request after the other, so each project is a request of its own: questions of other checks
 * get their turn in between.
 */
export async function withRegistered(
  host: HostReader,
  found: HostServices,
  waiting: Waiting = (_, answer) => answer,
): Promise<HostServices> {
  const registered = new Map<string, readonly OsloOption[]>();
  for (const project of optionProjects.filter((name) => found.services.some((each) => projectOf(each.name) === name))) {
    const what = `what ${project} registers on the host ${host.name} (oslo-config-generator may take a minute there)`;
    const asked = look(() => host.read([{ verb: 'registered-options', project }]));
    const answered = await waiting(what, asked);
    // A host that is lost meanwhile has told its files all the same.
    if (!answered.isRead) break;
    const [answer] = answered.value;
    if (answer.ok) registered.set(project, answer.value.options);
  }
  return { ...found, registered };
}

/** Of each host whose services were read. @param open the host of this name */
export const askRegistered = (
  hosts: readonly LookedAtHost[],
  open: (host: string) => Promise<HostReader>,
  waiting: Waiting,
): Promise<readonly LookedAtHost[]> =>
  Promise.all(
    hosts.map(async ({ host, services }) => ({
      host,
      services: services.isRead ? read(await withRegistered(await open(host), services.value, waiting)) : services,
    })),
  );

type Group = readonly [ServiceProcess, ...ServiceProcess[]];
type Asked = Parameters<typeof configSources>[0];

interface Reading {
  readonly asked: Asked;
  readonly processes: readonly ServiceProcess[];
}

const pythonOf = ({ python }: Asked): Python => (python === 2 ? 2 : 3);

const stopped = (service: string): Asked => ({
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
function groupsOf(processes: readonly ServiceProcess[]): readonly Group[] {
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

async function readSources(
  host: HostReader,
  sources: readonly ConfigSource[],
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
  const listed: Folders = new Map(folders.map((path, index) => [path, answers[index] as never]));
  const more = [...listed].flatMap(([folder, answer]) =>
    answer.ok ? answer.value.entries.filter(isConf).map(({ name }) => `${folder}/${name}`) : [],
  );
  return { texts: await readTexts(host, [...new Set([...files, ...more])]), folders: listed };
}

/** In as many requests as the bounds of an answer need: what found no room in a full one is asked again. */
async function readTexts(host: HostReader, paths: readonly string[]): Promise<Texts> {
  const texts = new Map<string, Outcome<ToldText>>();
  for (let left = paths; left.length > 0;) {
    const answers = await host.read(left.map((path) => ({ verb: 'read-config', path }) as const));
    for (const [index, path] of left.entries()) texts.set(path, answers[index] as Outcome<ToldText>);
    const full = left.filter((path) => hasNoRoom(texts.get(path)));
    left = full.length < left.length ? full : [];
  }
  return texts;
}

/** A file that is too large by itself says so as well. */
const hasNoRoom = (outcome: Outcome<unknown> | undefined): boolean =>
  outcome?.ok === false && outcome.reason === 'too-large';

/** The names that Python's glob finds for `*.conf`. */
const isConf = ({ name }: { readonly name: string }): boolean => name.endsWith('.conf') && !name.startsWith('.');

function serviceOf(
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
    const answerTo = (path: string) => (source.of === 'file' ? texts : folders).get(path);
    // Limits may hide the home folders, but no service has its files there.
    const path = source.paths.find(isThere(answerTo)) ?? source.paths.find(isHidden(answerTo));
    if (path === undefined) return [];
    return source.of === 'file' ? [place(path, searchName)] : inFolder(path, searchName);
  });
  const files = places.flatMap(({ state }) => (state.is === 'read' ? [state.file] : []));
  const environment = new Map(
    Object.entries(asked.environment).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
  return {
    name: asked.service,
    processes,
    containers: [],
    places,
    config: { files, environment, era: eraOfLibrary(library, python) },
  };
}

type AnswerTo = (path: string) => Outcome<{ readonly exists: boolean }> | undefined;

const isThere =
  (answerTo: AnswerTo) =>
  (path: string): boolean => {
    const answer = answerTo(path);
    return answer?.ok === true && answer.value.exists;
  };

const isHidden =
  (answerTo: AnswerTo) =>
  (path: string): boolean =>
    answerTo(path)?.ok === false && path.startsWith('/etc/');

const unread = (answer: Outcome<unknown> | undefined): { readonly is: 'unread'; readonly why: string } => ({
  is: 'unread',
  why: answer === undefined || answer.ok ? 'it was not asked for' : answer.error.message,
});

function stateOf(path: string, answer: Outcome<ToldText> | undefined, python: Python): ConfigPlace['state'] {
  if (!answer?.ok) return unread(answer);
  const { value } = answer;
  if (!value.exists) return { is: 'absent' };
  return { is: 'read', file: parseOsloFile(path, value.text, python), writtenAt: new Date(value.mtimeSeconds * 1000) };
}
