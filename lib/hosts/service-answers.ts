/**
 * What the host program tells of the services of OpenStack on a host, from version 4 on. It hides the values of secret options
 * before they leave the host: `***` stands for one, and `$x***` where oslo.config takes a `$` of it for the name of an option.
 */

/** One process, in the network namespace of the host. */
export interface ServiceProcess {
  readonly pid: number;
  readonly parent: number;
  /** By its program: `nova-api`, also of `nova-api-wsgi` in a web server. */
  readonly service: string;
  /** What the process calls itself: `neutron-server: rpc worker`. */
  readonly title: string | null;
  readonly argv: readonly string[];
  /** `OS_*` alone. null: the value is not told. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly user: string;
  readonly folder: string | null;
  readonly home: string | null;
  /** null: its program is a web server, which doesn't tell. */
  readonly python: number | null;
  /** Of systemd. */
  readonly unit: string | null;
  /** Log files that it holds open; ` (deleted)` behind one that has no name any more. */
  readonly logs: readonly string[];
  /** It sees another file system than the host does: it runs in a container. */
  readonly isContained: boolean;
  readonly aliveSeconds: number;
}

export type ToldText =
  | { readonly exists: false; readonly realPath: string }
  | {
      readonly exists: true;
      readonly realPath: string;
      /** Without secrets. Lines, line ends, names, and the columns of names are those of the file. */
      readonly text: string;
      readonly mtimeSeconds: number;
      readonly mode: number;
      readonly owner: string;
      readonly group: string;
    };

/** Of the last MiB, at most 20 lines that tell of an error. */
export type LogErrors =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly size: number;
      readonly mtimeSeconds: number;
      readonly lines: readonly string[];
    };

/** What the last 64 MiB of a log have of one request or server. */
export type LogSearch =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly size: number;
      /** Bytes of its end that were searched. */
      readonly searched: number;
      /** Lines that hold one of the ids. */
      readonly count: number;
      /** The last of them, at most 20, that tell of an error. */
      readonly lines: readonly string[];
    };

export interface BootLog {
  /** `journalctl -u UNIT`, or a path. */
  readonly from: string;
  readonly lines: readonly string[];
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** [] where no process of the host holds it: another network namespace's does, or the kernel. */
  readonly holders: readonly { readonly pid: number; readonly program: string }[];
}

/** `192.0.2.1:8774`, `[::1]:8774`. */
export const socketText = ({ address, port }: Pick<Listener, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

interface OptionName {
  readonly section: string;
  readonly name: string;
}

export interface ToldOption extends OptionName {
  readonly former: readonly OptionName[];
  readonly multiple: boolean;
}

export const optionProjects = ['nova', 'neutron', 'cinder', 'glance', 'keystone', 'placement'] as const;
export type OptionProject = (typeof optionProjects)[number];

export type ServiceRead =
  | { readonly verb: 'service-processes' }
  | { readonly verb: 'listeners' }
  | { readonly verb: 'read-config'; readonly path: string }
  /** Of ifupdown. */
  | { readonly verb: 'read-interfaces'; readonly path: string }
  /** Takes some seconds: the project's packages are loaded there. */
  | { readonly verb: 'registered-options'; readonly project: OptionProject }
  | { readonly verb: 'log-errors'; readonly path: string }
  /** Ids of requests (`req-…`) and servers; at most 4. */
  | { readonly verb: 'find-in-log'; readonly path: string; readonly ids: readonly string[] }
  | { readonly verb: 'boot-log'; readonly unit: string };

export interface ServiceAnswers {
  /** `left`: so many more there are than are told. */
  'service-processes': { readonly processes: readonly ServiceProcess[]; readonly left: number };
  listeners: { readonly sockets: readonly Listener[] };
  'read-config': ToldText;
  'read-interfaces': ToldText;
  'registered-options': { readonly options: readonly ToldOption[] };
  'log-errors': LogErrors;
  'find-in-log': LogSearch;
  'boot-log': BootLog;
}
