/**
 * Searches the logs of Nova's services for servers and their requests: on the hosts that had the servers, and on the
 * controllers.
 */
import { UnrecoverableError } from '../../lib/basics/errors';
import { defined } from '../../lib/basics/defined';
import { valueOf, type HostReader, type Outcome } from '../../lib/hosts/host';
import type { ServiceAnswers, ServiceProcess } from '../../lib/hosts/service-answers';
import { count } from '../../lib/render/text';
import { look, read, type Looked } from '../looked';
import { isUnknownThere, olderProgram } from '../../lib/hosts/older-program';

export interface LogTrace {
  readonly host: string;
  /** For example `nova-compute`. */
  readonly service: string;
  readonly path: string;
  /** The number of lines that name the server or one of its requests. */
  readonly count: number;
  /** The number of lines that name its last request. Absent if no request is known. */
  readonly ofRequest?: number;
  /** The time of the first line that was searched. Absent if unknown. */
  readonly since?: Date;
  /** The last of these lines that report an error. */
  readonly errors: readonly string[];
}

export interface HostLogs {
  readonly host: string;
  readonly traces: Looked<readonly LogTrace[]>;
  /** Logs that were not searched, each with the reason. */
  readonly missed: readonly string[];
}

/** What to search for, for one server. */
export interface Sought {
  readonly serverId: string;
  /** At most three; the newest is the last. */
  readonly requests: readonly string[];
}

/** Where packages put the logs. A running process is also asked for its open log files. */
const usual = ['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-compute'].map((service) => ({
  service,
  path: `/var/log/nova/${service}.log`,
}));
const novaServices = /^nova-(api|conductor|scheduler|compute)/;

const open = ({ service, logs }: ServiceProcess) =>
  novaServices.test(service)
    ? logs.filter((path) => !path.endsWith(' (deleted)')).map((path) => ({ service, path }))
    : [];

/** The answers are in the order of `sought`. There are two round trips to the host, however long `sought` is. */
export async function searchLogs(host: HostReader, sought: readonly Sought[]): Promise<readonly HostLogs[]> {
  const found = await look(() => search(host, sought));
  if (!found.isRead) return sought.map(() => ({ host: host.name, traces: found, missed: [] }));
  return found.value.map(({ traces, missed }) => ({ host: host.name, traces: read(traces), missed }));
}

interface Searched {
  readonly traces: readonly LogTrace[];
  readonly missed: readonly string[];
}

interface Log {
  readonly service: string;
  readonly path: string;
}

async function search(host: HostReader, sought: readonly Sought[]): Promise<readonly Searched[]> {
  const [found] = await host.read([{ verb: 'service-processes' }]);
  if (isUnknownThere(found)) throw new UnrecoverableError(olderProgram('searches no logs'));
  const { processes, left } = valueOf(found);
  const files = [...processes.filter(({ isContained }) => !isContained).flatMap(open), ...usual];
  const logs = files.filter(({ path }, index) => files.findIndex((file) => file.path === path) === index);
  const contained = processes.filter(({ isContained }) => isContained).length;
  const untold = [
    ...(contained > 0 ? [`those of ${count(contained, 'process', 'processes')} in containers`] : []),
    ...(left > 0 ? [`those of ${count(left, 'process', 'processes')} more`] : []),
  ];
  const lookFor = (log: Log, ids: readonly string[]) => ({ verb: 'find-in-log', path: log.path, ids }) as const;
  const inLogs = logs.flatMap((log) => sought.map((each) => lookFor(log, [each.serverId, ...each.requests])));
  const withRequest = sought.filter(({ requests }) => requests.length > 0);
  const ofRequests = logs.flatMap((log) => withRequest.map(({ requests }) => lookFor(log, requests.slice(-1))));
  const starts = logs.map(({ path }) => ({ verb: 'log-start', path }) as const);
  const answers = await host.read([...inLogs, ...ofRequests, ...starts]);
  const all = answers.slice(0, inLogs.length) as Found[];
  const requested = answers.slice(inLogs.length, inLogs.length + ofRequests.length) as Found[];
  const begins = answers.slice(inLogs.length + ofRequests.length) as Outcome<ServiceAnswers['log-start']>[];
  return sought.map((each, index) => {
    const place = withRequest.indexOf(each);
    const answersOf = logs.map((log, row): Answered => ({
      log,
      all: all[row * sought.length + index],
      ofRequest: place < 0 ? undefined : requested[row * withRequest.length + place],
      start: begins[row],
    }));
    return searchedOf(host.name, answersOf, untold);
  });
}

type Found = Outcome<ServiceAnswers['find-in-log']>;

interface Answered {
  readonly log: Log;
  readonly all: Found | undefined;
  readonly ofRequest: Found | undefined;
  readonly start: Outcome<ServiceAnswers['log-start']> | undefined;
}

const searchedOf = (host: string, answers: readonly Answered[], untold: readonly string[]): Searched => ({
  traces: answers.flatMap(({ log, all, ofRequest, start }): LogTrace[] => {
    if (all?.ok !== true || !all.value.exists) return [];
    const { value } = all;
    const ofLast = ofRequest?.ok === true && ofRequest.value.exists ? ofRequest.value.count : undefined;
    return [{ host, ...log, count: value.count, errors: value.lines, ...defined({ ofRequest: ofLast, since: sinceOf(value, start) }) }]; // prettier-ignore
  }),
  missed: [
    ...answers.flatMap(({ log, all }) => (all?.ok === false ? [`${log.path} (${all.error.message})`] : [])),
    ...untold,
  ],
});

/** Unknown if only the end of the log was searched. */
function sinceOf(
  { size, searched }: { readonly size: number; readonly searched: number },
  start: Answered['start'],
): Date | undefined {
  if (searched < size || start?.ok !== true || !start.value.exists || start.value.startSeconds === null)
    return undefined;
  return new Date(start.value.startSeconds * 1000);
}
