/** Reads the services of OpenStack on a host, and the configuration of each with every byte of its files. */
import { defined } from '../basics/defined';
import { valueOf, type HostReader, type Outcome } from '../hosts/host';
import { isUnknownThere } from '../hosts/older-program';
import { configSources } from '../oslo-config/reading-order';
import { packageReadersOf } from './package-readers';
import {
  groupsOf,
  isCalled,
  pythonOf,
  readSources,
  serviceOf,
  stopped,
  type HostService,
  type Reading,
  type ReadTexts,
} from './service-files';
import { eraOfLibrary } from '../oslo-config/era';

export interface ConfiguredServices {
  readonly services: readonly HostService[];
  readonly now: Date;
  /** Why services in containers are not among them, as far as no process of theirs was seen. */
  readonly containersUnread?: string;
}

/** The version of oslo.config decides how files are read. */
const libraryReaders = packageReadersOf(['oslo.config', 'oslo-config']);

const inContainer = 'it runs in a container, whose files stackward does not read';

/**
 * @param named services that are reported even if they don't run, with the files that they would read by default
 * @returns undefined if the host program there is too old for these verbs
 * @throws StackwardError if the host doesn't answer
 */
export async function readConfiguredServices(
  host: HostReader,
  named: readonly string[],
  readTexts: ReadTexts,
): Promise<ConfiguredServices | undefined> {
  // The clock that belongs to the age of a process: containers may take seconds.
  const [found, clock, inContainers, ...listed] = await host.read([
    { verb: 'service-processes' },
    { verb: 'clock' },
    { verb: 'contained-services' },
    ...libraryReaders,
  ]);
  if (isUnknownThere(found)) return undefined;
  const processes = valueOf(found).processes;
  const groups = groupsOf(processes.filter(({ isContained }) => !isContained));
  const apart = inContainers.ok ? inContainers.value.services.map(({ service }) => service) : [];
  const contained = new Set([...apart, ...processes.flatMap((each) => (each.isContained ? [each.service] : []))]);
  const runs = (name: string): boolean =>
    groups.some(([first]) => isCalled(first.service, name)) || [...contained].some((each) => isCalled(each, name));
  const readings: readonly Reading[] = [
    ...groups.map((group) => ({ asked: group[0], processes: group })),
    ...named.filter((name) => !runs(name)).map((name) => ({ asked: stopped(name), processes: [] })),
  ];
  const library = versionIn(listed);
  const sources = readings.map(({ asked }) => configSources(asked, eraOfLibrary(library, pythonOf(asked))));
  const { texts, folders } = await readSources(host, sources.flat(), readTexts);
  return {
    services: [
      ...readings.map((reading, index) => serviceOf(reading, sources[index] ?? [], texts, folders, library)),
      ...[...contained].map((name) => ({
        ...serviceOf({ asked: stopped(name), processes: [] }, [], texts, folders, library),
        unread: inContainer,
      })),
    ],
    now: new Date(valueOf(clock).time * 1000),
    ...defined({ containersUnread: inContainers.ok ? undefined : inContainers.error.message }),
  };
}

const versionIn = (answers: readonly Outcome<{ readonly stdout: string }>[]): string | undefined =>
  answers
    .flatMap((answer) => (answer.ok ? answer.value.stdout.split('\n') : []))
    .map((text) => /^python3?-oslo[.-]config\|([^|]+)\|.*installed$/.exec(text)?.[1])
    .find((version) => version !== undefined);
