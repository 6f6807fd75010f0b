/**
 * The parts of the world that kinds use. Readers and Writers are different types, so `plan` can't get a writer.
 * Adapters implement these ports, and throw only errors of lib/basics/errors.ts.
 */
import type { StackwardError } from '../basics/errors';
import type { Host, HostReader } from '../hosts/host';
import type { ServiceName } from '../openstack/services';
import type { Target } from './target';

export type SqlValue = string | null | readonly string[];

export interface SqlQuery {
  /** The rows of one SELECT. Values go in by `?` placeholders only; an array fills `IN (?)`. */
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** A Galera cluster; one of its nodes is asked. */
export interface Cluster {
  readonly node: string;
  readonly size: number;
}

export interface SqlReader extends SqlQuery {
  /**
   * Undefined if the server is not a node of a cluster. Sends no question, because an open session knows the answer.
   */
  cluster(): Promise<Cluster | undefined>;
  /** Runs `work` on one consistent view of the data: all its reads see the same moment. */
  snapshot<T>(work: (view: SqlQuery) => Promise<T>): Promise<T>;
}

/** One open transaction. */
export interface SqlTransaction extends SqlQuery {
  /** Returns the number of rows that one INSERT, UPDATE or DELETE matched. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface SqlWriter extends SqlReader {
  /**
   * Runs `work` in one REPEATABLE READ transaction with a lock wait of about 2 s. Starts `work` again, at most 5 times
   * in all, when the server reports a deadlock (1213) or a lock wait time-out (1205), or when a Galera node refuses the
   * commit (1213, 1047). If `work` throws, the transaction is rolled back.
   * @throws TransientError when it gave up, or when the connection was lost at COMMIT ("the outcome is unknown: observe
   * again")
   */
  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  /**
   * Sends one statement that commits by itself, such as CREATE OR REPLACE VIEW. It is sent once, and never inside of
   * `transaction`. It has no placeholders: names and texts MUST be quoted by lib/sql/quote.ts.
   * @throws TransientError when the connection was lost ("the outcome is unknown: observe again")
   */
  define(statement: string): Promise<void>;
}

export interface AddressRange {
  readonly start: string;
  readonly end: string;
}

/** The fields of Neutron's subnet that stackward reads, with the API's names in camel case. */
export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gatewayIp: string | null;
  readonly allocationPools: readonly AddressRange[];
  /** A number that each update raises; absent before Newton's `standard-attr-revisions`. */
  readonly revisionNumber?: number;
}

/** The fields of Neutron's port that stackward reads. Only an administrator sees the binding. */
export interface Port {
  readonly id: string;
  readonly name: string;
  /** The project that the port belongs to. Absent if Neutron doesn't say. */
  readonly projectId?: string;
  readonly networkId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly status: string;
  /** '' if the port is bound to no host. */
  readonly hostId: string;
  /** `ovs`, `bridge`, `unbound`, `binding_failed`, …; '' if Neutron doesn't say. */
  readonly vifType: string;
  /**
   * True if there is a Linux bridge between the tap and the integration bridge, where iptables filters. Absent if
   * Neutron doesn't say.
   */
  readonly hybridPlug?: boolean;
  /** Absent before Kilo, and if the extension is off. */
  readonly portSecurity?: boolean;
  readonly securityGroups: readonly string[];
}

/** A network, and whether its ports can be told. */
export interface Network {
  readonly id: string;
  readonly name: string;
  /**
   * True if Neutron tells these credentials the ports of every project in it: to an administrator, and to the network's
   * own project. From others it hides the ports of other projects without a word.
   *
   * WARNING: Neutron doesn't say this itself. An administrator is told by the field `provider:network_type`, which
   * Neutron's default policy shows to administrators alone. If a cloud's own policy shows the field to others, this is
   * true for them as well, although Neutron hides ports from them.
   */
  readonly showsAllPorts: boolean;
}

export interface NetworkAgent {
  readonly host: string;
  /** `Open vSwitch agent`, `Linux bridge agent`, `DHCP agent`, … */
  readonly type: string;
  readonly isAlive: boolean;
}

export interface NetworkReader {
  /** The subnets with these ids that exist and that the credentials may see. Batched. */
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
  /** The subnets of these networks that the credentials may see. Batched. */
  subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]>;
  /** The addresses that ports have on each of these subnets, by subnet id. Batched. */
  allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The ports with these ids that exist and that the credentials may see. Batched. */
  ports(ids: readonly string[]): Promise<readonly Port[]>;
  /** The ports of these networks that the credentials may see, whatever project they belong to. Batched. */
  portsOf(networkIds: readonly string[]): Promise<readonly Port[]>;
  /** The networks with these ids, or with exactly these names, that the credentials may see. Batched. */
  networks(by: 'id' | 'name', values: readonly string[]): Promise<readonly Network[]>;
  /** The ports of this network that have one of these addresses, and that the credentials may see. Batched. */
  portsAt(networkId: string, addresses: readonly string[]): Promise<readonly Port[]>;
  /** All agents, alive or not. Only an administrator may see them. */
  agents(): Promise<readonly NetworkAgent[]>;
  /**
   * The aliases of the API's extensions, from which the release can be inferred. Neutron is asked once, however often
   * this is called.
   */
  extensions(): Promise<ReadonlySet<string>>;
}

export interface NetworkWriter extends NetworkReader {
  /**
   * Replaces the allocation pools of one subnet if the subnet still has the revision that was read. Newton and later
   * compare it (`If-Match: revision_number`); before Newton the caller reads the subnet again first.
   * @throws StalePlan when the subnet changed in between
   */
  setAllocationPools(subnet: Subnet, pools: readonly AddressRange[]): Promise<void>;
}

export interface Role {
  readonly id: string;
  readonly name: string;
}

/** Whoever has the role `prior` gets the role `implied` as well. */
export interface RoleInference {
  readonly prior: Role;
  readonly implied: Role;
}

/** The roles of the cloud in Keystone. */
export interface RoleCatalogue {
  /**
   * The roles that a token may contain. Domain-specific roles are not among them, because they only imply other roles.
   */
  readonly roles: readonly Role[];
  /** False if Keystone left out some of `roles` because of its `list_limit`. */
  readonly isWhole: boolean;
  /**
   * All inferences of the cloud, also those of domain-specific roles. Each is a single step: the implied role may imply
   * further roles.
   */
  readonly inferences: readonly RoleInference[];
}

export interface IdentityReader {
  /**
   * Keystone is asked once, however often this is called.
   * @throws StackwardError if Keystone can't be reached, doesn't let these credentials see the roles, or is older than
   * Mitaka
   */
  roles(): Promise<RoleCatalogue>;
}

/** The databases of the services, with the names that OpenStack's documentation uses. */
export const databaseNames = ['neutron', 'nova', 'nova_api', 'nova_cell0', 'keystone', 'cinder', 'glance'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** The databases that stackward.yaml may name: those of the services, and stackward's own schema. */
export const reachableNames = [...databaseNames, 'stackward'] as const;
export type ReachableName = (typeof reachableNames)[number];

/** The version, or the extensions, that the API of one service reports. */
export type ApiAnswer =
  /** The newest version, such as `2.93`; '' from a Nova without microversions. */
  | { readonly service: 'nova' | 'cinder' | 'keystone'; readonly version: string }
  /** Aliases, such as `port-security`. */
  | { readonly service: 'neutron'; readonly extensions: readonly string[] };

export interface CloudApis {
  readonly answers: readonly ApiAnswer[];
  /** The services that gave no answer, with the reasons. */
  readonly silent: readonly { readonly service: ServiceName; readonly why: StackwardError }[];
}

export interface VersionReader {
  /**
   * The services are asked once, however often this is called. Never rejects: a service that doesn't answer is
   * `silent`.
   */
  apis(): Promise<CloudApis>;
}

/** The hosts of the configuration. */
export interface HostDirectory {
  /** The hosts whose API of this service reads a policy file there; [] if the configuration names none. */
  serving(service: ServiceName): readonly string[];
  /**
   * The configuration files of that service's API, in the order in which it reads them. Default:
   * `/etc/<service>/<service>.conf`, for Glance `glance-api.conf`.
   */
  configFiles(service: ServiceName): readonly string[];
  /** All hosts that the configuration names for any service. */
  readonly named: readonly string[];
  /** False if the configuration has no `hosts`. */
  readonly reachesAny: boolean;
  /** True if the configuration says how to reach this host. */
  canReach(host: string): boolean;
}

export interface Readers {
  /** @throws InvalidConfiguration when the configuration doesn't say how to reach it */
  database(target: Target): Promise<SqlReader>;
  /** The databases that the configuration says how to reach. */
  readonly databases: ReadonlySet<ReachableName>;
  network(target: Target): Promise<NetworkReader>;
  /** Keystone of the cloud in the configuration. */
  identity(): Promise<IdentityReader>;
  /**
   * The versions of that cloud's services.
   * @throws StackwardError when the configuration doesn't say how to reach the cloud
   */
  versions(): Promise<VersionReader>;
  /** @throws InvalidConfiguration when the configuration doesn't say how to reach it */
  host(target: Target): Promise<HostReader>;
  readonly hosts: HostDirectory;
  /**
   * The identity of the running machine: equal for all names of one machine, different for each network namespace and
   * each clone of an image. Undefined if nobody can tell, and for a target that is no host. Takes no round trip of its
   * own, because the question travels with the other questions of the same turn.
   */
  machine(target: Target): Promise<string | undefined>;
  /** A variable of stackward's own environment. What it holds MUST be in no step, image, finding or error. */
  environment(name: string): string | undefined;
  /** The name of the cloud whose API is read. Things that are changed through the API have the target `api:<name>`. */
  readonly cloud: string;
}

export interface Writers {
  database(target: Target): Promise<SqlWriter>;
  network(target: Target): Promise<NetworkWriter>;
  host(target: Target): Promise<Host>;
}
