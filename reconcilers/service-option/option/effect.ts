/** Says when an option takes effect on a host, and what that costs. Pure. */
import { isWrittenAfterStart, type HostService } from '../../../lib/host-services/service-files';
import type { ServiceProcess } from '../../../lib/hosts/service-answers';
import { unitOf, whoRuns } from '../../../lib/host-services/unit';
import { costOfRestart, restartDanger } from '../../../lib/openstack/restarts';
import type { About, Job, OptionObserved } from '../model';
import { defined } from '../../../lib/basics/defined';
import type { Due, RecordEntry } from '../spec';
import { describedOption, readersOf } from './edits';
import { isPython } from './horizon';

const running = (about: About, observed: OptionObserved): readonly Running[] =>
  readersOf(about.service, observed).filter((reader): reader is Running => reader.processes.length > 0);

export const runs = (about: About, observed: OptionObserved): boolean => running(about, observed).length > 0;

/** @param restarts true if stackward restarts the service after it has written */
export function effectNotes(about: About, restarts: boolean, observed: OptionObserved): readonly string[] {
  const readers = running(about, observed);
  if (readers.length === 0) return [noteOfStopped(about, observed)];
  const isMutable = describedOption(about, observed)?.mutable === true;
  return [...new Set(readers.map((reader) => effectNote(reader, isMutable, restarts)))];
}

/** Nothing tells for sure which files such a service will read. */
function noteOfStopped({ service }: About, observed: OptionObserved): string {
  const paths = readersOf(service, observed).flatMap(({ config }) => config.files.map(({ path }) => path));
  return `${service} does not run there: it reads the option when it starts, if its command names no other files than ${paths.join(', ')}`;
}

function effectNote(reader: HostService, isMutable: boolean, restarts: boolean): string {
  const { name } = reader;
  const unit = unitOf(reader);
  if (unit === undefined)
    return `${name} reads it when it is restarted, by hand: ${whoRuns(reader)}; ${costOfRestart(name)}`;
  if (restarts) return `stackward restarts ${unit}, one host after the other: ${costOfRestart(name)}`;
  if (isMutable)
    return `${name} takes it up at once when it is told, by \`systemctl kill --kill-who=main -s HUP ${unit}\`; that costs nothing`;
  const danger = restartDanger(name);
  return `${name} reads it when ${unit} is restarted, which stackward does not do: ${danger ?? costOfRestart(name)}`;
}

/**
 * The unit to restart on a host; undefined if there is none, or if it isn't clear which.
 * @param before the record, which names the unit of a service that did not come up: such a service has no process
 */
export function unitToRestart(
  about: About,
  observed: OptionObserved,
  before: RecordEntry | undefined,
): string | undefined {
  const readers = running(about, observed);
  if (readers.length === 0) return before?.due?.unit;
  if (readers.some(({ name }) => restartDanger(name) !== undefined)) return undefined;
  const units = new Set(readers.map(unitOf));
  const [unit] = units;
  return units.size === 1 ? unit : undefined;
}

/** For the record: the restart that is due after a write. */
export function dueRestart(about: About, observed: OptionObserved, before: RecordEntry | undefined): Due | undefined {
  const [reader] = running(about, observed);
  if (reader === undefined) return before?.due;
  return { ...defined({ unit: unitOf(reader) }), since: observed.now.toISOString() };
}

/** Services that started before one of these files was written, so that they still run with its former content. */
export const runsWithOld = (about: About, paths: readonly string[], observed: OptionObserved): readonly string[] =>
  namesOf(
    running(about, observed).filter((reader) =>
      timesOf(reader, paths).some((time) => isWrittenAfterStart(time, reader.processes[0], observed.now)),
    ),
  );

/** Services that started before stackward's own write. Others may have written into the same files since. */
export const runsFromBefore = (about: About, { since }: Due, observed: OptionObserved): readonly string[] =>
  namesOf(
    running(about, observed).filter(({ processes: [first] }) =>
      isWrittenAfterStart(new Date(since), first, observed.now),
    ),
  );

/**
 * Why the value in the files may be another one than the service uses: it does not run, or it started before the files
 * were written. Nobody tells when a web server read the settings of Horizon.
 */
export function notInUse({ seen, before, ...about }: Job, observed: OptionObserved): readonly string[] {
  if (isPython(about)) return [];
  if (!runs(about, observed)) return [noteOfStopped(about, observed)];
  const known = before === undefined ? seen : [...before.written, ...before.before];
  const lines = [...new Set(known.map(({ path }) => path))];
  const readers = readersOf(about.service, observed).flatMap(({ config }) => config.files.map(({ path }) => path));
  // An option that no file sets may have been in any of them.
  const paths = lines.length > 0 || before !== undefined ? lines : [...new Set(readers)];
  const ours = before?.due === undefined ? [] : runsFromBefore(about, before.due, observed);
  const late = [...new Set([...runsWithOld(about, paths, observed), ...ours])];
  const where = lines.length > 0 ? lines.join(' and ') : 'the option';
  return late.map((name) =>
    before === undefined
      ? `${name} started before ${paths.join(' and ')} was written, so it may still use another value; a restart makes it read this one`
      : `${name} started before ${where} was written, so it still uses the former content`,
  );
}

type Running = HostService & { readonly processes: readonly [ServiceProcess, ...ServiceProcess[]] };

const timesOf = ({ places }: HostService, paths: readonly string[]): readonly Date[] =>
  places.flatMap(({ path, state }) => (state.is === 'read' && paths.includes(path) ? [state.writtenAt] : []));

const namesOf = (services: readonly HostService[]): readonly string[] => [...new Set(services.map(({ name }) => name))];

/** Other services that read one of these files. */
export const alsoRead = (about: About, paths: readonly string[], observed: OptionObserved): readonly string[] => {
  const own = readersOf(about.service, observed);
  const others = observed.services.filter(
    (service) => !own.includes(service) && service.config.files.some(({ path }) => paths.includes(path)),
  );
  return [...new Set(others.map(({ name }) => name))].sort();
};
