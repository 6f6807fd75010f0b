/** Reads the services of OpenStack that run on a host, and the configuration of each, in at most three round trips. */
import type { HostReader } from '../lib/hosts/host';
import { valueOf } from '../lib/hosts/host';
import {
  groupsOf,
  isCalled,
  isWrittenAfterStart,
  pythonOf,
  readSources,
  serviceOf,
  stopped,
  type Asked,
  type ConfigPlace,
  type HostService as ConfiguredService,
  type Reading,
} from '../lib/host-services/service-files';
import {
  optionProjects,
  type ContainedService,
  type Listener,
  type ServiceProcess,
} from '../lib/hosts/service-answers';
import type { OsloOption } from '../lib/oslo-config/effective';
import { eraOfLibrary } from '../lib/oslo-config/era';
import { configSources, projectOf } from '../lib/oslo-config/reading-order';
import { containersApart, containersOf, inContainer, untoldBy } from './host-containers';
import { look, mapLooked, read, toldBy, untried, type Looked, type Unread } from './looked';
import { isUnknownThere, olderProgram } from '../lib/hosts/older-program';
import { packagesOf, packageReaders, type InstalledPackage } from './packages';

export { isCalled, isWrittenAfterStart, type ConfigPlace };

/** A service as a report tells of it. */
export interface HostService extends ConfiguredService {
  /** In containers, whatever their network namespace: `processes` has those alone that share the host's. */
  readonly containers: readonly ContainedService[];
}

export interface HostServices {
  /** The options that each project's packages register. A project is absent if it could not be asked. */
  readonly registered: ReadonlyMap<string, readonly OsloOption[]>;
  readonly services: readonly HostService[];
  readonly packages: Looked<readonly InstalledPackage[]>;
  readonly listeners: Looked<readonly Listener[]>;
  /** Gaps of the answer: processes beyond the bound, and containers that an older host program doesn't look into. */
  readonly untold: readonly Unread[];
  readonly now: Date;
}

/** A host's answers about the services that run there. */
export interface LookedAtHost {
  readonly host: string;
  readonly services: Looked<HostServices>;
}

/**
 * The services, or the reason why an older program there can't report them.
 * @param named a service that is reported even if it doesn't run: with the files that it would read without a command
 * line
 * @throws StackwardError if the host doesn't answer
 */
export async function readHostServices(host: HostReader, named?: string): Promise<Looked<HostServices>> {
  // The host answers in order. A clock that is read before the processes would make each of them seem older.
  const [found, clock, inContainers, sockets, ...packages] = await host.read([
    { verb: 'service-processes' },
    { verb: 'clock' },
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
  const { texts, folders } = await readSources(host, sources.flat(), (paths) =>
    host.read(paths.map((path) => ({ verb: 'read-config', path }) as const)),
  );
  const unseen = (asked: Asked, own: readonly ServiceProcess[]) =>
    serviceOf({ asked, processes: own }, [], texts, folders, library);
  return read({
    services: [
      ...readings.map((reading, index) => ({
        ...serviceOf(reading, sources[index] ?? [], texts, folders, library),
        containers: [],
      })),
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
