/**
 * The readings of a report on one server. A field that a release doesn't give is absent, and no default
 * replaces it. Adapters check every answer, and throw errors of lib/basics/errors.ts.
 */

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly status: string;
  readonly vmState?: string;
  readonly taskState?: string;
  /** Nova's number: 1 is running, 4 is shut down. */
  readonly powerState?: number;
  /** Only an administrator sees it. */
  readonly host?: string;
  readonly created?: Date;
  readonly updated?: Date;
  /** Absent if the server never ran. */
  readonly launched?: Date;
  readonly fault?: { readonly message: string; readonly created?: Date };
}

/** A server with everything that Nova shows an administrator, including the request for it. */
export interface WholeServer extends Server {
  /** The zone that was requested, or in which the server was placed. */
  readonly zone?: string;
  readonly flavorId?: string;
  /** Absent if the server boots from a volume. */
  readonly imageId?: string;
  /** The code, traceback and everything else that Nova keeps about a failure. Only an administrator sees it. */
  readonly faultDetails?: string;
}

/** One step of an action, recorded by the service that did the step. */
export interface ActionEvent {
  /** `compute__do_build_and_run_instance`, `conductor_migrate_server`, … */
  readonly event: string;
  readonly startedAt?: Date;
  /** Absent if the step is under way, or if the service died during it. */
  readonly finishedAt?: Date;
  /** `Success`, `Error`. */
  readonly result?: string;
  readonly traceback?: string;
  /** The host of the service that did the step, since API 2.62 (Queens). */
  readonly host?: string;
}

export interface ServerAction {
  /** `create`, `reboot`, `live-migration`, … */
  readonly action: string;
  /** `req-…`, which is in the log of every service that worked on the action. */
  readonly requestId: string;
  readonly startedAt?: Date;
  readonly message?: string;
  /** Oldest first. Absent if Nova's policy doesn't show events to these credentials. */
  readonly events?: readonly ActionEvent[];
}

export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  readonly ramMiB: number;
  readonly diskGiB: number;
}

/** The resources of one compute host, and how much of them is in use. */
export interface Hypervisor {
  /** The host of its nova-compute. */
  readonly host: string;
  /** The node's name, which placement uses. */
  readonly node: string;
  readonly vcpus: number;
  readonly vcpusUsed: number;
  readonly ramMiB: number;
  readonly ramMiBUsed: number;
  readonly diskGiB: number;
  readonly diskGiBUsed: number;
}

/** One port of a server, with the fields of its binding: they explain why a build waits or fails. */
export interface ServerPort {
  readonly id: string;
  readonly networkId: string;
  readonly status: string;
  /** '' if the port is bound to no host. */
  readonly hostId: string;
  /** `ovs`, `unbound`, `binding_failed`, …; '' if Neutron doesn't say. */
  readonly vifType: string;
}

export interface ServerReader {
  /** Finds servers of every project by id or by whole name. */
  find(nameOrId: string): Promise<readonly WholeServer[]>;
  /** Oldest first. Nova records no action for a build that no conductor took. */
  actions(serverId: string): Promise<readonly ServerAction[]>;
  /** Undefined if the flavor was deleted. */
  flavor(id: string): Promise<Flavor | undefined>;
  hypervisors(): Promise<readonly Hypervisor[]>;
  /** The image's status, such as `active`; undefined if the image doesn't exist. */
  imageStatus(id: string): Promise<string | undefined>;
  ports(serverId: string): Promise<readonly ServerPort[]>;
  /**
   * The node on which placement holds resources for the server; undefined if none.
   * @throws StackwardError if the cloud has no placement (before Newton)
   */
  placedOn(serverId: string): Promise<string | undefined>;
}
