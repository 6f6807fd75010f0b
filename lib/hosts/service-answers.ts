/**
 * Answers of the host program about the services of OpenStack on a host, since version 4. The program hides the values
 * of secret options before they leave the host. `***` replaces a value. `$x***` replaces a value with a `$` that
 * oslo.config would take for a reference to an option.
 */

/** One process in the host's network namespace. */
export interface ServiceProcess {
  readonly pid: number;
  readonly parent: number;
  /** The name by the program: `nova-api`, also for `nova-api-wsgi` in a web server. */
  readonly service: string;
  /** The title that the process has set: `neutron-server: rpc worker`. */
  readonly title: string | null;
  readonly argv: readonly string[];
  /** The variables `OS_*` only. null: the program hides the value. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly user: string;
  readonly folder: string | null;
  readonly home: string | null;
  /** null if the process is a web server, whose Python version can't be seen. */
  readonly python: number | null;
  /** The unit of systemd. */
  readonly unit: string | null;
  /** Log files that the process has open. ` (deleted)` follows the name of a deleted file. */
  readonly logs: readonly string[];
  /** True if the process sees another file system than the host: it runs in a container. */
  readonly isContained: boolean;
  readonly aliveSeconds: number;
}

/** A process of a service in a container: another root folder than the host's, or a control group that a runtime made. */
export interface ContainedService {
  readonly service: string;
  readonly pid: number;
  /** null: its control group is none of a known runtime. */
  readonly runtime: (typeof containerRuntimes)[number] | null;
  /** Name or id, by the control group. */
  readonly container: string | null;
  /** Its ports are the host's, and `service-processes` tells of it. */
  readonly sharesNetwork: boolean;
}

export const containerRuntimes = ['docker', 'podman', 'kubernetes', 'lxc', 'nspawn', 'snap'] as const;

export type ToldText =
  | { readonly exists: false; readonly realPath: string }
  | {
      readonly exists: true;
      readonly realPath: string;
      /** The text without secrets. Lines, line ends, names and the columns of names are as in the file. */
      readonly text: string;
      readonly mtimeSeconds: number;
      readonly mode: number;
      readonly owner: string;
      readonly group: string;
    };

/** At most 20 lines that report an error, from the last MiB. */
export type LogErrors =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly size: number;
      readonly mtimeSeconds: number;
      readonly lines: readonly string[];
    };

/** The lines about one request or server in the last 64 MiB of a log. */
export type LogSearch =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly size: number;
      /** The number of bytes at the log's end that were searched. */
      readonly searched: number;
      /** The number of lines that contain one of the ids. */
      readonly count: number;
      /** The last of these lines that report an error, at most 20. */
      readonly lines: readonly string[];
    };

export type LogStart =
  | { readonly exists: false }
  /** Since 1970: of the first line that begins with a time. null: no line does. */
  | { readonly exists: true; readonly startSeconds: number | null };

export interface BootLog {
  /** `journalctl -u UNIT`, or a path. */
  readonly from: string;
  readonly lines: readonly string[];
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** [] if no process of the host listens there: the listener is in another network namespace, or in the kernel. */
  readonly holders: readonly { readonly pid: number; readonly program: string }[];
}

/** `192.0.2.1:8774`, `[::1]:8774`. */
export const socketText = ({ address, port }: Pick<Listener, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** The sockets on which one of these processes listens. */
export function heldBy(
  sockets: readonly Listener[],
  processes: readonly Pick<ServiceProcess, 'pid'>[],
): readonly Listener[] {
  const pids = new Set(processes.map(({ pid }) => pid));
  return sockets.filter(({ holders }) => holders.some(({ pid }) => pids.has(pid)));
}

interface OptionName {
  readonly section: string;
  readonly name: string;
}

export interface ToldOption extends OptionName {
  readonly former: readonly OptionName[];
  readonly multiple: boolean;
}

export interface DescribedOption extends ToldOption {
  /** A running service takes another value up when it is told to. */
  readonly mutable: boolean;
  /** The service registers it with `secret=True`. */
  readonly secret: boolean;
}

export const optionProjects = ['nova', 'neutron', 'cinder', 'glance', 'keystone', 'placement'] as const;
export type OptionProject = (typeof optionProjects)[number];

export type ServiceRead =
  | { readonly verb: 'service-processes' }
  /** From version 5 on. */
  | { readonly verb: 'contained-services' }
  | { readonly verb: 'listeners' }
  | { readonly verb: 'read-config'; readonly path: string }
  /** Of ifupdown. */
  | { readonly verb: 'read-interfaces'; readonly path: string }
  /** Takes some seconds, because the project's packages are loaded on the host. */
  | { readonly verb: 'registered-options'; readonly project: OptionProject }
  /** The same, and what may be changed at runtime. From version 5 on. */
  | { readonly verb: 'described-options'; readonly project: OptionProject }
  | { readonly verb: 'log-errors'; readonly path: string }
  /** The ids of requests (`req-…`) and servers; at most 4. */
  | { readonly verb: 'find-in-log'; readonly path: string; readonly ids: readonly string[] }
  /** Since version 5. */
  | { readonly verb: 'log-start'; readonly path: string }
  | { readonly verb: 'boot-log'; readonly unit: string };

export interface ServiceAnswers {
  /** `left`: the number of further processes that the answer leaves out. */
  'service-processes': { readonly processes: readonly ServiceProcess[]; readonly left: number };
  /** `left`: so many more there are than are told. */
  'contained-services': { readonly services: readonly ContainedService[]; readonly left: number };
  listeners: { readonly sockets: readonly Listener[] };
  'read-config': ToldText;
  'read-interfaces': ToldText;
  'registered-options': { readonly options: readonly ToldOption[] };
  'described-options': { readonly options: readonly DescribedOption[] };
  'log-errors': LogErrors;
  'find-in-log': LogSearch;
  'log-start': LogStart;
  'boot-log': BootLog;
}
