/**
 * A host in memory, with the answers of the host program: processes of services, their files, and the ports that they
 * have open.
 */
import type { HostRead, HostReader, Outcome } from '../../lib/hosts/host';
import type { ContainedService, Listener, ServiceProcess } from '../../lib/hosts/service-answers';
import { readHostServices, type HostServices } from '../../reports/host-services';
import type { OsloOption } from '../../lib/oslo-config/effective';
import { UnrecoverableError } from '../../lib/basics/errors';

export interface MemoryHost {
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly processes: readonly ServiceProcess[];
  readonly listeners?: readonly Listener[];
  readonly containers?: readonly ContainedService[];
  /** Version of oslo.config. */
  readonly library?: string;
  /** By project. */
  readonly registered?: Readonly<Record<string, readonly OsloOption[]>>;
  /** Paths that the limits don't allow, verbs, and programs that may not be run. */
  readonly hidden?: readonly string[];
}

export const serviceProcess = (
  service: string,
  args: readonly string[] = [],
  more: Partial<ServiceProcess> = {},
): ServiceProcess => ({
  pid: 100,
  parent: 1,
  service,
  title: null,
  argv: ['/usr/bin/python3', `/usr/bin/${service}`, ...args],
  environment: {},
  user: 'nova',
  folder: '/',
  home: '/var/lib/nova',
  python: 3,
  unit: null,
  logs: [],
  isContained: false,
  aliveSeconds: 3600,
  ...more,
});

export const memoryNow = new Date('2026-11-29T12:00:00Z');
/** A day before `memoryNow`. */
const mtimeSeconds = memoryNow.getTime() / 1000 - 86_400;

export function memoryServiceHost(host: MemoryHost): HostReader {
  const { files = {}, hidden = [], library = '10.7.0', processes, listeners = [], containers = [] } = host;
  const refused = (): Outcome<never> => ({
    ok: false,
    reason: 'outside-limits',
    error: new UnrecoverableError('it may not be read'),
  });
  const isUntold = (question: HostRead): boolean =>
    question.verb === 'registered-options'
      ? host.registered?.[question.project] === undefined
      : [question.verb, 'path' in question ? question.path : '', 'argv' in question ? question.argv[0] : ''].some(
          (name) => hidden.includes(name ?? ''),
        );
  const absent = (path: string) => ({ exists: false, realPath: path, entries: [] });
  const there = (path: string, text: string) => {
    return { exists: true, realPath: path, text, mtimeSeconds, mode: 0o640, owner: 'root', group: 'nova' };
  };
  const answer = (question: HostRead): unknown => {
    if (question.verb === 'service-processes') return { processes, left: 0 };
    if (question.verb === 'contained-services') return { services: containers, left: 0 };
    if (question.verb === 'listeners') return { sockets: listeners };
    if (question.verb === 'clock') return { time: memoryNow.getTime() / 1000 };
    if (question.verb === 'run-reader')
      return { code: 0, stdout: `python3-oslo.config|1:${library}-3|install ok installed\n`, stderr: '' };
    if (question.verb === 'registered-options') return { options: host.registered?.[question.project] ?? [] };
    if (question.verb === 'read-config') {
      const text = files[question.path];
      return text === undefined ? absent(question.path) : there(question.path, text);
    }
    if (question.verb === 'digest-file') return { exists: files[question.path] !== undefined };
    if (question.verb === 'boot-log') return { from: '', lines: [] };
    if (question.verb === 'log-errors') return { exists: false };
    if (question.verb !== 'list-folder') throw new Error(`nobody asks ${question.verb}`);
    const names = Object.keys(files).filter((path) => path.startsWith(`${question.path}/`));
    const entries = names.map((path) => ({ name: path.slice(question.path.length + 1), kind: 'file' }));
    return names.length === 0 ? absent(question.path) : { exists: true, entries };
  };
  return {
    name: 'cnode01',
    stateFolder: '/var/lib/stackward',
    read: (questions) =>
      Promise.resolve(
        questions.map((question) => (isUntold(question) ? refused() : { ok: true, value: answer(question) })) as never,
      ),
  };
}

/** @throws Error if the host reports no services */
export async function servicesOf(host: HostReader): Promise<HostServices> {
  const services = await readHostServices(host);
  if (!services.isRead) throw new Error(services.why);
  return services.value;
}
