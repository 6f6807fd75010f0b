/** On which hosts a service is, and how it runs there. */
import { asStackwardError } from '../lib/basics/errors';
import type { RunbookReaders } from '../lib/contract/runbook-ports';
import { readConfiguredServices } from '../lib/host-services/configured-services';
import { isCalled, type HostService } from '../lib/host-services/service-files';
import { unitOf, whoRuns } from '../lib/host-services/unit';
import { valueOf, type HostReader } from '../lib/hosts/host';
import { olderProgram } from '../lib/hosts/older-program';
import { lookAtUnit } from '../lib/hosts/restart-service';

/** One unit that runs the service on a host. */
export interface ServiceUnit {
  readonly host: string;
  readonly unit: string;
  readonly main: readonly number[];
  readonly sockets: readonly string[];
  /** Its configuration, as far as it was read. */
  readonly files: HostService['config']['files'];
  /** Why some of its configuration was not read. */
  readonly unread: readonly string[];
}

export type Site =
  | {
      readonly is: 'up';
      readonly host: string;
      /** The host's own name. */
      readonly hostname: string;
      readonly units: readonly ServiceUnit[];
      /** Why a process of it can't be restarted by a unit of its own. */
      readonly apart: readonly string[];
    }
  /** It is to start there with the host, or failed. */
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
  const asked = unitNames(service).flatMap((unit) => [[unit, 'is-enabled'] as const, [unit, 'is-active'] as const]);
  const answers = await reader.read(
    asked.map(([unit, verb]) => ({ verb: 'run-reader', argv: ['systemctl', verb, unit] }) as const),
  );
  const index = answers.findIndex((answer) => answer.ok && /^(enabled|failed|activating)$/m.test(answer.value.stdout));
  const unit = asked[index]?.[0];
  return unit === undefined ? { is: 'none', host } : { is: 'down', host, unit };
}
