/** What the logs of Nova's services have of one server: on the hosts that had it, and on the controllers. */
import { UnrecoverableError } from '../../lib/basics/errors';
import { valueOf, type HostReader } from '../../lib/hosts/host';
import type { ServiceProcess } from '../../lib/hosts/service-answers';
import { count } from '../../lib/render/text';
import { look, read, type Looked } from '../looked';
import { isUnknownThere, olderProgram } from '../older-program';

export interface LogTrace {
  readonly host: string;
  /** `nova-compute`. */
  readonly service: string;
  readonly path: string;
  /** Lines that tell of the server or its request. */
  readonly count: number;
  /** The last of those that tell of an error. */
  readonly errors: readonly string[];
}

export interface HostLogs {
  readonly host: string;
  readonly traces: Looked<readonly LogTrace[]>;
  /** Logs that were not searched, each with the reason. */
  readonly missed: readonly string[];
}

/** Where a package keeps its log; a process that runs says itself which files it holds open. */
const usual = ['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-compute'].map((service) => ({
  service,
  path: `/var/log/nova/${service}.log`,
}));
const novaServices = /^nova-(api|conductor|scheduler|compute)/;

const open = ({ service, logs }: ServiceProcess) =>
  novaServices.test(service)
    ? logs.filter((path) => !path.endsWith(' (deleted)')).map((path) => ({ service, path }))
    : [];

export async function searchLogs(host: HostReader, ids: readonly string[]): Promise<HostLogs> {
  const found = await look(() => search(host, ids));
  if (!found.isRead) return { host: host.name, traces: found, missed: [] };
  const { traces, missed } = found.value;
  return { host: host.name, traces: read(traces), missed };
}

interface Searched {
  readonly traces: readonly LogTrace[];
  readonly missed: readonly string[];
}

async function search(host: HostReader, ids: readonly string[]): Promise<Searched> {
  const [found] = await host.read([{ verb: 'service-processes' }]);
  if (isUnknownThere(found)) throw new UnrecoverableError(olderProgram('searches no logs'));
  const { processes, left } = valueOf(found);
  const files = [...processes.filter(({ isContained }) => !isContained).flatMap(open), ...usual];
  const distinct = files.filter(({ path }, index) => files.findIndex((file) => file.path === path) === index);
  const answers = await host.read(distinct.map(({ path }) => ({ verb: 'find-in-log', path, ids }) as const));
  const traces = distinct.flatMap(({ service, path }, index): LogTrace[] => {
    const answer = answers[index];
    if (answer?.ok !== true || !answer.value.exists) return [];
    return [{ host: host.name, service, path, count: answer.value.count, errors: answer.value.lines }];
  });
  const refused = distinct.flatMap(({ path }, index) => {
    const answer = answers[index];
    return answer?.ok === false ? [`${path} (${answer.error.message})`] : [];
  });
  return {
    traces,
    missed: [...refused, ...(left > 0 ? [`those of ${count(left, 'process', 'processes')} more`] : [])],
  };
}
