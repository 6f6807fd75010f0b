/**
 * What the kinds need of the world, and no more. Readers and Writers are different types: `plan` can't get a writer.
 * Adapters implement these; their errors are already of lib/basics/errors.ts.
 */
import type { Host, HostReader } from '../hosts/host';
import type { ServiceName } from '../openstack/services';
import type { Target } from './target';

export type SqlValue = string | null | readonly string[];

export interface SqlQuery {
  /** Rows of one SELECT. `?` placeholders only; an array fills `IN (?)`. */
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** A Galera cluster, of which one node is asked. */
export interface Cluster {
  readonly node: string;
  readonly size: number;
}

export interface SqlReader extends SqlQuery {
  /** Undefined where the server is no node of a cluster. Asks nothing that an open session doesn't know. */
  cluster(): Promise<Cluster | undefined>;
  /** Runs `work` on one consistent view: all its reads see the same moment. */
  snapshot<T>(work: (view: SqlQuery) => Promise<T>): Promise<T>;
}

/** One open transaction. */
export interface SqlTransaction extends SqlQuery {
  /** Rows matched by one INSERT, UPDATE or DELETE. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface SqlWriter extends SqlReader {
  /**
   * Runs `work` in one REPEATABLE READ transaction with a lock wait of about 2 s, and again from its start when the
   * server says deadlock (1213) or lock wait time-out (1205), or a Galera node refuses the commit (1213, 1047), at
   * most 5 times. `work` that throws rolls back.
   * @throws TransientError when it gave up, or when the connection was lost at COMMIT ("the outcome is unknown: observe again")
   */
  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  /**
   * Sends one statement that commits by itself, such as CREATE OR REPLACE VIEW, once; never inside of `transaction`. No value
   * has a place in it: names and texts MUST come quoted by lib/sql/quote.ts.
   * @throws TransientError when the connection was lost ("the outcome is unknown: observe again")
   */
  define(statement: string): Promise<void>;
}

export interface AddressRange {
  readonly start: string;
  readonly end: string;
}

/** The subset of Neutron's subnet that we read, field names as the API's, in camel case. */
export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gatewayIp: string | null;
  readonly allocationPools: readonly AddressRange[];
  /** Counts updates; absent before Newton's `standard-attr-revisions`. */
  readonly revisionNumber?: number;
}

/** The subset of Neutron's port that we read. Bindings are there for an admin alone. */
export interface Port {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly status: string;
  /** '' while it is bound to no host. */
  readonly hostId: string;
  /** `ovs`, `bridge`, `unbound`, `binding_failed`, …; '' where it isn't said. */
  readonly vifType: string;
  /** There is a Linux bridge between tap and integration bridge, where iptables filters. Absent where it isn't said. */
  readonly hybridPlug?: boolean;
  /** Absent before Kilo, and where the extension is off. */
  readonly portSecurity?: boolean;
  readonly securityGroups: readonly string[];
}

export interface NetworkAgent {
  readonly host: string;
  /** `Open vSwitch agent`, `Linux bridge agent`, `DHCP agent`, … */
  readonly type: string;
  readonly isAlive: boolean;
}

export interface NetworkReader {
  /** Those of the named subnets that exist and that the credentials may see. Batched. */
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
  /** Those of these networks that the credentials may see. Batched. */
  subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]>;
  /** Addresses that ports hold on each of these subnets, keyed by subnet id. Batched. */
  allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Those of the named ports that exist and that the credentials may see. Batched. */
  ports(ids: readonly string[]): Promise<readonly Port[]>;
  /** All, whether they live or not; for an admin alone. */
  agents(): Promise<readonly NetworkAgent[]>;
  /** Aliases of the API's extensions, which tell its release. Asked of Neutron once, however often it is called. */
  extensions(): Promise<ReadonlySet<string>>;
}

export interface NetworkWriter extends NetworkReader {
  /**
   * Replaces the allocation pools of one subnet, if its revision still is the one that was read (where the release has
   * `If-Match: revision_number`; before Newton the caller reads again first).
   * @throws StalePlan when the subnet changed in between
   */
  setAllocationPools(subnet: Subnet, pools: readonly AddressRange[]): Promise<void>;
}

export interface Role {
  readonly id: string;
  readonly name: string;
}

/** Whoever is given `prior` gets `implied` as well. */
export interface RoleInference {
  readonly prior: Role;
  readonly implied: Role;
}

/** The cloud's roles, as Keystone has them. */
export interface RoleCatalogue {
  /** Those that a token may hold. Domain-specific ones are not among them: they only imply others. */
  readonly roles: readonly Role[];
  /** False: Keystone left some of `roles` out, by its `list_limit`. */
  readonly isWhole: boolean;
  /** All of the cloud, of domain-specific roles too. One step each: what an implied role implies has its own. */
  readonly inferences: readonly RoleInference[];
}

export interface IdentityReader {
  /**
   * Asked of Keystone once, however often it is called.
   * @throws StackwardError where Keystone can't be reached, doesn't let these credentials see it, or is older than Mitaka
   */
  roles(): Promise<RoleCatalogue>;
}

/** Databases of the services, by the names that OpenStack's own documents give them. */
export const databaseNames = ['neutron', 'nova', 'nova_api', 'nova_cell0', 'keystone', 'cinder', 'glance'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** The databases that stackward.yaml may name: those of the services, and stackward's own schema. */
export const reachableNames = [...databaseNames, 'stackward'] as const;
export type ReachableName = (typeof reachableNames)[number];

/** The version or the extensions that the API of one service tells. */
export type ApiAnswer =
  /** The newest version, such as `2.93`; '' of a Nova that knows no microversions. */
  | { readonly service: 'nova' | 'cinder' | 'keystone'; readonly version: string }
  /** Aliases, such as `port-security`. */
  | { readonly service: 'neutron'; readonly extensions: readonly string[] };

export interface CloudApis {
  readonly answers: readonly ApiAnswer[];
  /** Services that told nothing, and why. */
  readonly silent: readonly { readonly service: ServiceName; readonly why: string }[];
}

export interface VersionReader {
  /** Asked of the services once, however often it is called. Never rejects: who doesn't answer is `silent`. */
  apis(): Promise<CloudApis>;
}

/** The hosts of the configuration. */
export interface HostDirectory {
  /** Hosts whose API of this service reads a policy file of its own; [] where none is named. */
  serving(service: ServiceName): readonly string[];
  /**
   * Configuration files of that service's API, in the order in which it reads them. Default:
   * `/etc/<service>/<service>.conf`, for Glance `glance-api.conf`.
   */
  configFiles(service: ServiceName): readonly string[];
  /** Every host that serves anything. */
  readonly named: readonly string[];
  /** False where the configuration has no `hosts`. */
  readonly reachesAny: boolean;
  /** Whether the configuration leads there. */
  canReach(host: string): boolean;
}

export interface Readers {
  /** @throws InvalidConfiguration when nothing says how to reach it */
  database(target: Target): Promise<SqlReader>;
  /** Those that the configuration says how to reach. */
  readonly databases: ReadonlySet<ReachableName>;
  network(target: Target): Promise<NetworkReader>;
  /** Keystone of the cloud that the configuration names. */
  identity(): Promise<IdentityReader>;
  /**
   * The services of that cloud.
   * @throws StackwardError when nothing says how to reach it
   */
  versions(): Promise<VersionReader>;
  /** @throws InvalidConfiguration when nothing says how to reach it */
  host(target: Target): Promise<HostReader>;
  readonly hosts: HostDirectory;
  /**
   * What is one text for all names of one running machine, and another for each network namespace and each clone of an
   * image; undefined where nobody can tell, and of whatever is no host. No round trip of its own: it goes along with what
   * is asked of the host in the same turn.
   */
  machine(target: Target): Promise<string | undefined>;
  /** The name of the cloud whose API is read: the target of whatever goes through the API is `api:<name>`. */
  readonly cloud: string;
}

export interface Writers {
  database(target: Target): Promise<SqlWriter>;
  network(target: Target): Promise<NetworkWriter>;
  host(target: Target): Promise<Host>;
}
