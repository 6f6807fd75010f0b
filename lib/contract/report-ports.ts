/**
 * The readings of reports from a cloud. A field that a release doesn't give is absent, and no default replaces it. Adapters
 * implement these ports, check every answer, and throw errors of lib/basics/errors.ts.
 */
import type { ConsoleReader } from './console-port';
import type { InventoryReader } from '../inventory/reader';
import type { BrokerReader } from './broker-ports';
import type { ProjectReader } from './project-port';
import type { ProjectRemainsReader } from './project-remains';
import type { PortRoomReader } from './port-room';
import type { Readers } from './ports';
import type { NetworkTraceReader } from './trace-ports';
import type { Server, ServerReader } from './server-ports';

export type { Server } from './server-ports';

/** One process of Nova or Cinder, from the service's own list. */
export interface ServiceRecord {
  readonly binary: string;
  readonly host: string;
  readonly zone?: string;
  readonly isEnabled: boolean;
  /** True if the API of Nova or Cinder says that the process is alive; the API judges by the heartbeat. */
  readonly isUp: boolean;
  /** Null if nobody gave a reason. Absent if this release reports no reasons. */
  readonly disabledReason?: string | null;
  /** Nova since 2.11 (Liberty). */
  readonly isForcedDown?: boolean;
  /** `last_seen_up`; before Liberty, and in Cinder, `updated_at`. */
  readonly heartbeat?: Date;
}

export interface AgentRecord {
  readonly host: string;
  /** `Open vSwitch agent`, `L3 agent`, … */
  readonly type: string;
  readonly binary: string;
  readonly isAlive: boolean;
  readonly isEnabled: boolean;
  readonly heartbeat?: Date;
  readonly startedAt?: Date;
}

export interface ComputeReader {
  /** Only an administrator may see them. */
  services(): Promise<readonly ServiceRecord[]>;
  /** The servers of every project. Only an administrator may see them. */
  servers(): Promise<readonly Server[]>;
}

/**
 * The types that Cinder may have in the catalogue. Icehouse has the last of them. `block-storage` may be any version of
 * the API.
 */
export const volumeTypes = ['volumev3', 'block-storage', 'volumev2', 'volume'] as const;

/** Without any of them in the catalogue, the first: the refusal then names it. */
export const volumeTypeIn = (catalog: readonly { readonly type: string }[]): string =>
  volumeTypes.find((name) => catalog.some(({ type }) => type === name)) ?? volumeTypes[0];

export interface VolumeReader {
  services(): Promise<readonly ServiceRecord[]>;
}

export interface FloatingIp {
  readonly id: string;
  readonly address: string;
  /** The network of the address. */
  readonly networkId: string;
  /** The port that the address leads to; absent if it leads nowhere. */
  readonly portId?: string;
  readonly status?: string;
}

/** A port that belongs to something: a server, a router, a floating IP. */
export interface OwnedPort {
  readonly id: string;
  readonly networkId: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
}

export interface TopologyReader {
  agents(): Promise<readonly AgentRecord[]>;
  /** The floating IPs of every project that the credentials may see. */
  floatingIps(): Promise<readonly FloatingIp[]>;
  ownedPorts(): Promise<readonly OwnedPort[]>;
}

export interface Endpoint {
  /** `compute`, `network`, … */
  readonly service: string;
  readonly interface: string;
  readonly region: string;
  readonly url: string;
}

/** Keystone's answer to the login. */
export interface Login {
  readonly user?: string;
  readonly project?: string;
  readonly roles: readonly string[];
  readonly expiresAt?: Date;
  readonly endpoints: readonly Endpoint[];
}

export interface ClockReading {
  /** How many seconds the clock is ahead of this machine's clock; negative if it is behind. */
  readonly aheadSeconds: number;
  /** The possible error: the header has whole seconds, and half of the round trip is unknown. */
  readonly withinSeconds: number;
}

export const knockTroubles = ['address', 'name', 'refused', 'filtered', 'hangs', 'TLS', 'other'] as const;
export type KnockTrouble = (typeof knockTroubles)[number];

/** The result of a request to an endpoint without a token. */
export type KnockAnswer =
  | { readonly isAnswer: true; readonly status: number; readonly saysVersions: boolean }
  | { readonly isAnswer: false; readonly trouble: KnockTrouble; readonly detail: string };

/** The clock of a service, read from the dates of its answers. */
export interface ApiClock extends ClockReading {
  /** Catalogue type: `compute`, `identity`. */
  readonly service: string;
  /** The host name or address in its endpoint. */
  readonly machine: string;
}

export interface CatalogueReader {
  login(): Promise<Login>;
  /** The user and the address of the login, in printable form: `user admin at http://…/v3`. */
  readonly account: string;
  /** Sends a request without a token to the endpoint, in the interface and region of the credentials. */
  knock(endpoint: Endpoint): Promise<KnockAnswer>;
  /** The interface and region that these credentials use. */
  readonly interface: string;
  readonly region: string | undefined;
  /** The clocks of the services that were asked so far and that send dates. */
  clocks(): readonly ApiClock[];
}

export const connectTroubles = [
  'name',
  'refused',
  'filtered',
  'no route',
  'no greeting',
  'no MySQL',
  'host not allowed',
  'host blocked',
  'too many connections',
  'TLS',
  'password',
  'schema',
  'slow login',
  'other',
] as const;
export type ConnectTrouble = (typeof connectTroubles)[number];

/** The result of one attempt to log in to a database. */
export type Connection =
  | { readonly isOpen: true; readonly version: string; readonly clock: ClockReading }
  | { readonly isOpen: false; readonly trouble: ConnectTrouble; readonly detail: string };

export interface DatabaseProbe {
  /** The name in stackward.yaml: `neutron`. */
  readonly name: string;
  readonly place: string;
  /** The host name or address of its server. */
  readonly machine: string;
  readonly port: number;
  readonly schema: string;
  readonly user: string;
  connect(): Promise<Connection>;
  /** The lines that SHOW GRANTS returns to the account: ``SELECT ON `neutron`.`subnets` ``. */
  grants(): Promise<readonly string[]>;
}

/** A thing that the synthesized code names, and that Terraform looks up or passes on. */
export interface DeclaredThing {
  readonly kind: 'image' | 'flavor' | 'network' | 'role' | 'user';
  /** The thing's name or id. */
  readonly name: string;
  /** The attribute by which Terraform looks it up. */
  readonly by: 'id' | 'name';
  /** Terraform looks it up in this domain only. Absent: in every domain that Keystone lists. */
  readonly domainId?: string;
  /** True if Terraform takes one of several matches: the newest, or the first. */
  readonly takesOne?: true;
  /** True if Terraform lists only what the project of its login may use, such as for the flavor of a server. */
  readonly needsAccess?: true;
  /** Fields of the code that Terraform uses to choose, and that `NameReader.count` ignores. */
  readonly notCompared?: readonly string[];
}

/** A thing with the construct that names it, such as `acme/Web/Resource`; absent in code that no construct wrote. */
export interface NamedThing extends DeclaredThing {
  readonly namedBy?: string;
}

/** The type of Terraform's resource, and of its data source, for each kind of thing. */
export const terraformTypes: Readonly<Record<DeclaredThing['kind'], string>> = {
  image: 'openstack_images_image_v2',
  flavor: 'openstack_compute_flavor_v2',
  network: 'openstack_networking_network_v2',
  role: 'openstack_identity_role_v3',
  user: 'openstack_identity_user_v3',
};

export interface DeclaredProvider {
  /** `terraform-provider-openstack/openstack`. */
  readonly source: string;
  /** The version constraint in the code. */
  readonly version: string;
}

export interface DeclaredStack {
  readonly name: string;
  /** The owner whose things on hosts belong to the stack. Absent if the stack declares nothing for stackward. */
  readonly owner?: string;
  readonly release?: string;
  /** For each provider block the entry of clouds.yaml; undefined if the block uses the OS_* variables. */
  readonly clouds: readonly (string | undefined)[];
  readonly things: readonly NamedThing[];
  readonly providers: readonly DeclaredProvider[];
  /** True if the stack has address pools that are changed in Neutron's database. */
  readonly changesPools?: true;
}

/** The names by which the code may refer to a cloud on this machine. */
export interface KnownClouds {
  /** The entries of clouds.yaml. */
  readonly entries: readonly string[];
  /** The cloud that Terraform's provider uses if the code names none: OS_CLOUD, or else `envvars`. */
  readonly byVariables: string;
}

/** How many of a thing these credentials see. */
export interface NameCount {
  readonly all: number;
  /** Of these, the things of which only some projects may use each, and of which nobody knows whether Terraform may. */
  readonly private: number;
  /** Where there is none: names, or ids, of other things of this kind that could be meant. Absent: nobody could list them. */
  readonly others?: readonly string[];
}

export interface NameReader {
  count(thing: DeclaredThing): Promise<NameCount>;
}

/** The services that keep quotas. */
export type QuotaService = 'compute' | 'network' | 'blockStorage';

export interface QuotaUseReader {
  /**
   * What a project uses, by the names that Terraform gives the limits.
   * @param resources a resource that does not add up, such as the size of one volume, is absent in the answer
   */
  used(
    service: QuotaService,
    projectId: string,
    resources: readonly string[],
  ): Promise<Readonly<Record<string, number>>>;
}

/** Everything from which a report may read. */
export interface ReportReaders extends Readers {
  compute(): Promise<ComputeReader>;
  volumes(): Promise<VolumeReader>;
  topology(): Promise<TopologyReader>;
  networkTrace(): Promise<NetworkTraceReader>;
  servers(): Promise<ServerReader>;
  portRoom(): Promise<PortRoomReader>;
  /** Undefined if the configuration names no broker. */
  broker(): Promise<BrokerReader | undefined>;
  catalogue(): Promise<CatalogueReader>;
  names(): Promise<NameReader>;
  quotaUse(): Promise<QuotaUseReader>;
  console(): Promise<ConsoleReader>;
  /** The answers of the APIs about servers and everything that belongs to them. */
  inventory(): Promise<InventoryReader>;
  project(): Promise<ProjectReader>;
  projectRemains(): Promise<ProjectRemainsReader>;
  /** The synthesized code of this folder. @throws InvalidConfiguration if there is none */
  code(): Promise<readonly DeclaredStack[]>;
  /** @throws InvalidConfiguration if clouds.yaml can't be read */
  knownClouds(): Promise<KnownClouds>;
  /** Name and version. @throws InvalidConfiguration if neither Terraform nor OpenTofu is found */
  terraform(): Promise<string>;
  /** Name and version. @throws UnrecoverableError if Terraform doesn't find the provider */
  provider(provider: DeclaredProvider): Promise<string>;
  /** One probe for each database that the configuration names. */
  readonly databaseProbes: readonly DatabaseProbe[];
  /** The hosts that the configuration names in full, not by a pattern. */
  readonly hostsToLookAt: readonly string[];
  /** True if the host is this machine, or a network namespace of it: then it has this machine's clock. */
  isThisMachine(host: string): boolean;
}
