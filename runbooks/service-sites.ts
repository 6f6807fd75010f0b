/** Finds the hosts of a service, and how the service runs there. */
import { asStackwardError } from '../lib/basics/errors';
import type { RunbookReaders } from '../lib/contract/runbook-ports';
import { readConfiguredServices } from '../lib/host-services/configured-services';
import { isCalled, type HostService } from '../lib/host-services/service-files';
import { unitOf, whoRuns } from '../lib/host-services/unit';
import { valueOf, type HostReader, type Outcome, type ReaderOutput } from '../lib/hosts/host';
import { olderProgram } from '../lib/hosts/older-program';
import { lookAtUnit } from '../lib/hosts/restart-service';

/** One unit that runs the service on a host. */
export interface ServiceUnit {
  readonly host: string;
  readonly unit: string;
  readonly main: readonly number[];
  readonly sockets: readonly string[];
  /** The files of the service's configuration that were read. */
  readonly files: HostService['config']['files'];
  /** For each file that was not read: its path and the reason. */
  readonly unread: readonly string[];
}

export type Site =
  | {
      readonly is: 'up';
      readonly host: string;
      /** The host's own name. */
      readonly hostname: string;
      readonly units: readonly ServiceUnit[];
      /** For each process of the service that no unit can restart: the reason. */
      readonly apart: readonly string[];
    }
  /** The unit is enabled on the host, or failed, and doesn't run. */
  | { readonly is: 'down'; readonly host: string; readonly unit: string }
  | { readonly is: 'none'; readonly host: string }
  | { readonly is: 'not looked at'; readonly host: string; readonly why: string };

export async function lookAtSite(service: string, host: string, readers: RunbookReaders): Promise<Site> {
  try {
    return await look(service, await readers.host(`host:${host}`), host);
  } catch (error) {
    return { is: 'not looked at', host, why: asStackwardError(error).message };
  }
}

async function look(service: string, reader: HostReader, host: string): Promise<Site> {
  const found = await readConfiguredServices(reader, [], (paths) =>
    reader.read(paths.map((path) => ({ verb: 'read-config', path }) as const)),
  );
  if (found === undefined)
    return { is: 'not looked at', host, why: olderProgram('does not tell of services (docs/hosts.md)') };
  const own = found.services.filter(({ name }) => isCalled(name, service));
  if (own.length === 0 && found.containersUnread !== undefined)
    return { is: 'not looked at', host, why: `it may run in a container: ${found.containersUnread}` };
  if (own.length === 0) return lookAtUnits(service, reader, host);
  const [facts] = await reader.read([{ verb: 'facts' }]);
  const units = new Map<string, HostService[]>();
  for (const each of own) {
    const unit = unitOf(each);
    if (unit !== undefined) units.set(unit, [...(units.get(unit) ?? []), each]);
  }
  return {
    is: 'up',
    host,
    hostname: valueOf(facts).hostname,
    units: await Promise.all([...units].map(([unit, services]) => unitOn(reader, host, unit, services))),
    apart: own.filter((each) => unitOf(each) === undefined).map((each) => each.unread ?? whoRuns(each)),
  };
}

async function unitOn(
  reader: HostReader,
  host: string,
  unit: string,
  all: readonly HostService[],
): Promise<ServiceUnit> {
  const { main, sockets } = await lookAtUnit(reader, unit);
  return {
    host,
    unit,
    main,
    sockets: [...sockets].sort(),
    files: all.flatMap(({ config }) => config.files),
    unread: all.flatMap(({ places }) =>
      places.flatMap(({ path, state }) => (state.is === 'unread' ? [`${path}: ${state.why}`] : [])),
    ),
  };
}

/** The names that distributions give the unit. */
const unitNames = (service: string): readonly string[] => [`${service}.service`, `openstack-${service}.service`];

async function lookAtUnits(service: string, reader: HostReader, host: string): Promise<Site> {
  const units = unitNames(service);
  const [active, enabled] = await Promise.all(
    (['is-active', 'is-enabled'] as const).map((verb) =>
      reader.read(units.map((unit) => ({ verb: 'run-reader', argv: ['systemctl', verb, unit] }) as const)),
    ),
  );
  const states = units.flatMap((unit, index) => {
    const runs = stateOf(active?.[index]);
    return [runs, stateOf(enabled?.[index], runs.isTold)].map((state) => ({ unit, ...state }));
  });
  const down = states.find((state) => state.isTold && /^(enabled|failed|activating)$/.test(state.word));
  if (down !== undefined) return { is: 'down', host, unit: down.unit };
  const untold = states.find((state) => !state.isTold);
  return untold === undefined
    ? { is: 'none', host }
    : { is: 'not looked at', host, why: `systemctl does not tell of ${untold.unit}: ${untold.word}` };
}

/** `word`: the state if systemctl told it, or else the reason why not. */
interface UnitState {
  readonly isTold: boolean;
  readonly word: string;
}

/**
 * Until systemd 252, `is-enabled` printed no state of a unit that is not there, and this error: `Failed to get unit
 * file state for nova-api.service: No such file or directory`. A systemctl without systemd ends with the same words.
 *
 * @param mayBeAbsent true if systemd answered an earlier question, so those words can only mean that the unit is absent
 */
function stateOf(answer: Outcome<ReaderOutput> | undefined, mayBeAbsent = false): UnitState {
  if (answer === undefined) return { isTold: false, word: 'the host did not answer that' };
  if (!answer.ok) return { isTold: false, word: answer.error.message };
  const [stdout, stderr] = [answer.value.stdout.trim(), answer.value.stderr.trim()];
  if (/^[a-z-]+$/.test(stdout)) return { isTold: true, word: stdout };
  if (mayBeAbsent && stdout === '' && stderr.endsWith('No such file or directory')) return { isTold: true, word: '' };
  return { isTold: false, word: stderr || stdout || `it ended with ${answer.value.code} and said nothing` };
}
