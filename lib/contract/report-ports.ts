/**
 * What reports ask of a cloud, and no more. A field that a release doesn't tell is absent; nothing stands for it.
 * Adapters implement these, check every answer, and throw errors of lib/basics/errors.ts.
 */
import type { ConsoleReader } from './console-port';
import type { InventoryReader } from '../inventory/reader';
import type { BrokerReader } from './broker-ports';
import type { PortRoomReader } from './port-room';
import type { Readers } from './ports';
import type { NetworkTraceReader } from './trace-ports';
import type { Server, ServerReader } from './server-ports';

export type { Server } from './server-ports';

/** One process of Nova or Cinder, as its own service list has it. */
export interface ServiceRecord {
  readonly binary: string;
  readonly host: string;
  readonly zone?: string;
  readonly isEnabled: boolean;
  /** As the service's API judges the heartbeat. */
  readonly isUp: boolean;
  readonly disabledReason?: string;
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
  /** For an administrator alone. */
  services(): Promise<readonly ServiceRecord[]>;
  /** Of every project. For an administrator alone. */
  servers(): Promise<readonly Server[]>;
}

/** Catalogue types of Cinder. The last is of Icehouse; `block-storage` may be of any API version. */
export const volumeTypes = ['volumev3', 'block-storage', 'volumev2', 'volume'] as const;

export interface VolumeReader {
  services(): Promise<readonly ServiceRecord[]>;
}

export interface FloatingIp {
  readonly id: string;
  readonly address: string;
  /** The network that the address is of. */
  readonly networkId: string;
  /** Of the port that it leads to; absent: it leads nowhere. */
  readonly portId?: string;
  readonly status?: string;
}

/** A port with an owner: a server, a router, a floating IP. */
export interface OwnedPort {
  readonly id: string;
  readonly networkId: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
}

export interface TopologyReader {
  agents(): Promise<readonly AgentRecord[]>;
  /** Of every project that the credentials may see. */
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

/** What Keystone said at the login. */
export interface Login {
  readonly user?: string;
  readonly project?: string;
  readonly roles: readonly string[];
  readonly expiresAt?: Date;
  readonly endpoints: readonly Endpoint[];
}

export interface ClockReading {
  /** Seconds that the clock is ahead of this machine's; behind: negative. */
  readonly aheadSeconds: number;
  /** By which the truth may differ: the header's whole seconds, and half of the way. */
  readonly withinSeconds: number;
}

export const knockTroubles = ['address', 'name', 'refused', 'filtered', 'hangs', 'TLS', 'other'] as const;
export type KnockTrouble = (typeof knockTroubles)[number];

/** What came of asking an endpoint without a token. */
export type KnockAnswer =
  | { readonly isAnswer: true; readonly status: number; readonly saysVersions: boolean }
  | { readonly isAnswer: false; readonly trouble: KnockTrouble; readonly detail: string };

/** A service's clock, as its answers told it. */
export interface ApiClock extends ClockReading {
  /** Catalogue type: `compute`, `identity`. */
  readonly service: string;
  /** Host name or address of its endpoint. */
  readonly machine: string;
}

export interface CatalogueReader {
  login(): Promise<Login>;
  /** Who logs in where, as it may be shown: `user admin at http://…/v3`. */
  readonly account: string;
  /** Asks the endpoint of the credentials' interface and region without a token. */
  knock(endpoint: Endpoint): Promise<KnockAnswer>;
  /** The interface and region that these credentials use. */
  readonly interface: string;
  readonly region: string | undefined;
  /** Of the services that were asked so far and date their answers. */
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

/** One attempt to log in to a database. */
export type Connection =
  | { readonly isOpen: true; readonly version: string; readonly clock: ClockReading }
  | { readonly isOpen: false; readonly trouble: ConnectTrouble; readonly detail: string };

export interface DatabaseProbe {
  /** As in stackward.yaml: `neutron`. */
  readonly name: string;
  readonly place: string;
  /** Host name or address of its server. */
  readonly machine: string;
  readonly port: number;
  readonly schema: string;
  readonly user: string;
  connect(): Promise<Connection>;
  /** What SHOW GRANTS tells the account of itself: ``SELECT ON `neutron`.`subnets` ``. */
  grants(): Promise<readonly string[]>;
}

/** What the synthesized code names, and Terraform looks up or hands on. */
export interface DeclaredThing {
  readonly kind: 'image' | 'flavor' | 'network' | 'role' | 'user';
  /** Or its id. */
  readonly name: string;
  /** It is looked up in this domain alone. Absent: in every domain that Keystone lists. */
  readonly domainId?: string;
  /** Of several, Terraform takes the newest. */
  readonly takesNewest?: true;
  /** Fields of the code by which Terraform chooses as well, and no reader counts. */
  readonly notCompared?: readonly string[];
}

export interface DeclaredProvider {
  /** `terraform-provider-openstack/openstack`. */
  readonly source: string;
  /** As the code constrains it. */
  readonly version: string;
}

export interface DeclaredStack {
  readonly name: string;
  /** Whose things on hosts are its own. Absent: it declares nothing for stackward. */
  readonly owner?: string;
  readonly release?: string;
  /** Entry of clouds.yaml of each provider block; undefined: that block leaves it to the OS_* variables. */
  readonly clouds: readonly (string | undefined)[];
  readonly things: readonly DeclaredThing[];
  readonly providers: readonly DeclaredProvider[];
  /** Address pools are changed in Neutron's database. */
  readonly changesPools?: true;
}

/** By which names a cloud may be called here. */
export interface KnownClouds {
  /** Of clouds.yaml. */
  readonly entries: readonly string[];
  /** OS_CLOUD, else `envvars`: whom Terraform's provider asks where the code names no cloud. */
  readonly byVariables: string;
}

export interface NameReader {
  /** How many there are that these credentials see. */
  count(thing: DeclaredThing): Promise<number>;
}

/** All that a report may read with. */
export interface ReportReaders extends Readers {
  compute(): Promise<ComputeReader>;
  volumes(): Promise<VolumeReader>;
  topology(): Promise<TopologyReader>;
  networkTrace(): Promise<NetworkTraceReader>;
  servers(): Promise<ServerReader>;
  portRoom(): Promise<PortRoomReader>;
  /** Undefined: the configuration names none. */
  broker(): Promise<BrokerReader | undefined>;
  catalogue(): Promise<CatalogueReader>;
  names(): Promise<NameReader>;
  console(): Promise<ConsoleReader>;
  /** What the APIs tell of servers and all that belongs to them. */
  inventory(): Promise<InventoryReader>;
  /** The synthesized code of this folder. @throws InvalidConfiguration where there is none */
  code(): Promise<readonly DeclaredStack[]>;
  /** @throws InvalidConfiguration where clouds.yaml can't be read */
  knownClouds(): Promise<KnownClouds>;
  /** Name and version. @throws InvalidConfiguration where neither Terraform nor OpenTofu is found */
  terraform(): Promise<string>;
  /** Name and version. @throws UnrecoverableError where Terraform does not find it */
  provider(provider: DeclaredProvider): Promise<string>;
  /** Of every database that the configuration names. */
  readonly databaseProbes: readonly DatabaseProbe[];
  /** Hosts that the configuration names by their whole names. */
  readonly hostsToLookAt: readonly string[];
  /** Is this host this machine, or a network namespace of it? It then has the clock of this machine. */
  isThisMachine(host: string): boolean;
}
