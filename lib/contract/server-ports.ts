/**
 * What a report on one server asks of a cloud. A field that a release doesn't tell is absent; nothing stands for it.
 * Adapters check every answer, and throw errors of lib/basics/errors.ts.
 */

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly status: string;
  readonly vmState?: string;
  readonly taskState?: string;
  /** As Nova numbers it: 1 is running, 4 is shut down. */
  readonly powerState?: number;
  /** For an administrator alone. */
  readonly host?: string;
  readonly created?: Date;
  readonly updated?: Date;
  /** Absent: it never ran. */
  readonly launched?: Date;
  readonly fault?: { readonly message: string; readonly created?: Date };
}

/** A server as Nova tells an administrator of it, with what it was asked for. */
export interface WholeServer extends Server {
  /** The zone that was asked for, or that it came to. */
  readonly zone?: string;
  readonly flavorId?: string;
  /** Absent: it boots from a volume. */
  readonly imageId?: string;
  /** Code, traceback and all that Nova keeps of a failure, for an administrator. */
  readonly faultDetails?: string;
}

/** One step of an action, as the service that did it recorded it. */
export interface ActionEvent {
  /** `compute__do_build_and_run_instance`, `conductor_migrate_server`, … */
  readonly event: string;
  readonly startedAt?: Date;
  /** Absent: it is under way, or whoever did it has died. */
  readonly finishedAt?: Date;
  /** `Success`, `Error`. */
  readonly result?: string;
  readonly traceback?: string;
  /** Who did it, since API 2.62 (Queens). */
  readonly host?: string;
}

export interface ServerAction {
  /** `create`, `reboot`, `live-migration`, … */
  readonly action: string;
  /** `req-…`: the same in the log of every service that worked on it. */
  readonly requestId: string;
  readonly startedAt?: Date;
  readonly message?: string;
  /** Oldest first. Absent: Nova's policy shows them to others alone. */
  readonly events?: readonly ActionEvent[];
}

export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  readonly ramMiB: number;
  readonly diskGiB: number;
}

/** What one compute host has, and what is taken of it. */
export interface Hypervisor {
  /** Of its nova-compute. */
  readonly host: string;
  /** Of the node, as placement calls it. */
  readonly node: string;
  readonly vcpus: number;
  readonly vcpusUsed: number;
  readonly ramMiB: number;
  readonly ramMiBUsed: number;
  readonly diskGiB: number;
  readonly diskGiBUsed: number;
}

/** One port of a server, as far as its binding to a host tells why a build waits or fails. */
export interface ServerPort {
  readonly id: string;
  readonly networkId: string;
  readonly status: string;
  /** '' while it is bound to no host. */
  readonly hostId: string;
  /** `ovs`, `unbound`, `binding_failed`, …; '' where it isn't said. */
  readonly vifType: string;
}

export interface ServerReader {
  /** Of every project, by id or by whole name. */
  find(nameOrId: string): Promise<readonly WholeServer[]>;
  /** Oldest first. Nova keeps none of a build that no conductor took. */
  actions(serverId: string): Promise<readonly ServerAction[]>;
  /** Undefined: it was deleted since. */
  flavor(id: string): Promise<Flavor | undefined>;
  hypervisors(): Promise<readonly Hypervisor[]>;
  /** The image's status, such as `active`; undefined: there is none. */
  imageStatus(id: string): Promise<string | undefined>;
  ports(serverId: string): Promise<readonly ServerPort[]>;
  /**
   * The node that placement holds for it; undefined: none.
   * @throws StackwardError where the cloud has no placement (before Newton)
   */
  placedOn(serverId: string): Promise<string | undefined>;
}
