/** What the logs of Nova's services have of one server: on the hosts that had it, and on the controllers. */
import { UnrecoverableError } from '../../lib/basics/errors';
import { valueOf, type HostReader } from '../../lib/hosts/host';
import type { ServiceProcess } from '../../lib/hosts/service-answers';
import { look, type Looked } from '../looked';

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
  return { host: host.name, traces: await look(() => search(host, ids)) };
}

async function search(host: HostReader, ids: readonly string[]): Promise<readonly LogTrace[]> {
  const [found] = await host.read([{ verb: 'service-processes' }]);
  if (!found.ok && found.reason === 'refused')
    throw new UnrecoverableError('the host program there is older, and searches no logs; install that of this release');
  const files = [
    ...valueOf(found)
      .processes.filter(({ isContained }) => !isContained)
      .flatMap(open),
    ...usual,
  ];
  const distinct = files.filter(({ path }, index) => files.findIndex((file) => file.path === path) === index);
  const answers = await host.read(distinct.map(({ path }) => ({ verb: 'find-in-log', path, ids }) as const));
  return distinct.flatMap(({ service, path }, index) => {
    const answer = answers[index];
    if (answer?.ok !== true || !answer.value.exists) return [];
    return [{ host: host.name, service, path, count: answer.value.count, errors: answer.value.lines }];
  });
}
