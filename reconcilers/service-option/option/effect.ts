/** Says when an option takes effect on a host, and what that costs. Pure. */
import { isWrittenAfterStart, type HostService } from '../../../lib/host-services/service-files';
import { unitOf, whoRuns } from '../../../lib/host-services/unit';
import { costOfRestart, restartDanger } from '../../../lib/openstack/restarts';
import type { About, OptionObserved } from '../model';
import type { RecordEntry } from '../spec';
import { describedOption, readersOf } from './edits';

const running = (about: About, observed: OptionObserved): readonly HostService[] =>
  readersOf(about.service, observed).filter(({ processes }) => processes.length > 0);

export const runs = (about: About, observed: OptionObserved): boolean => running(about, observed).length > 0;

/** @param restarts true if stackward restarts the service after it has written */
export function effectNotes(about: About, restarts: boolean, observed: OptionObserved): readonly string[] {
  const readers = running(about, observed);
  if (readers.length === 0) return [`${about.service} does not run there: it reads the option when it starts`];
  const isMutable = describedOption(about, observed)?.mutable === true;
  return [...new Set(readers.map((reader) => effectNote(reader, isMutable, restarts)))];
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
  if (readers.length === 0) return before?.restart?.endsWith('.service') === true ? before.restart : undefined;
  if (readers.some(({ name }) => restartDanger(name) !== undefined)) return undefined;
  const units = new Set(readers.map(unitOf));
  const [unit] = units;
  return units.size === 1 ? unit : undefined;
}

/** The text for the record about the restart that is due after a write. */
export function dueRestart(
  about: About,
  observed: OptionObserved,
  before: RecordEntry | undefined,
): string | undefined {
  const [reader] = running(about, observed);
  return reader === undefined ? before?.restart : (unitOf(reader) ?? 'by hand');
}

/** Services that started before one of these files was written, so that they still run with its former content. */
export const runsWithOld = (about: About, paths: readonly string[], observed: OptionObserved): readonly string[] => [
  ...new Set(
    running(about, observed)
      .filter(({ places, processes: [first] }) =>
        places.some(
          ({ path, state }) =>
            state.is === 'read' &&
            paths.includes(path) &&
            first !== undefined &&
            isWrittenAfterStart(state.writtenAt, first, observed.now),
        ),
      )
      .map(({ name }) => name),
  ),
];

/** Other services that read one of these files. */
export const alsoRead = (about: About, paths: readonly string[], observed: OptionObserved): readonly string[] => {
  const own = readersOf(about.service, observed);
  const others = observed.services.filter(
    (service) => !own.includes(service) && service.config.files.some(({ path }) => paths.includes(path)),
  );
  return [...new Set(others.map(({ name }) => name))].sort();
};
