/**
 * The questions that runbooks ask a cloud, and the changes that they make in it. Readers and writers are different
 * types, and a plan gets no writer. Adapters implement these, check every answer, and throw errors of
 * lib/basics/errors.ts.
 */
import type { Writers } from './ports';
import type { ReportReaders, ServiceRecord } from './report-ports';
import type { Server } from './server-ports';

/** One process of Nova, with the id that Nova's API needs to change it. */
export interface ComputeService extends ServiceRecord {
  /**
   * A number up to API 2.52, a UUID since 2.53 (Pike). Absent if Nova of Icehouse lacks the extension for deleting
   * services.
   */
  readonly id?: string;
}

export interface ComputeServiceReader {
  /** All nova-compute processes. Only an administrator may ask this. */
  computes(): Promise<readonly ComputeService[]>;
  /** The servers of all projects on this host. @throws UnrecoverableError if Nova hides the hosts of servers */
  serversOn(host: string): Promise<readonly Server[]>;
}

/** Tells whether the scheduler may choose a host, and if not, why. */
export interface Enablement {
  readonly isEnabled: boolean;
  readonly reason?: string | undefined;
}

/** The things of a compute host that Nova, placement and Neutron still have. */
export interface HostRemains {
  /** One entry for each nova-compute there: its binary. */
  readonly services: readonly string[];
  /** The names of the host's nodes, as the hypervisor reports them. */
  readonly nodes: readonly string[];
  readonly aggregates: readonly string[];
  /**
   * With the providers that are in them, each before the provider that it is in. [] if the release has no placement;
   * undefined if it may have one, which the catalogue doesn't name.
   */
  readonly providers: readonly HostProvider[] | undefined;
  readonly agents: readonly (HostAgent & { readonly isAlive: boolean })[];
}

export interface HostAgent {
  readonly id: string;
  readonly type: string;
}

export interface HostProvider {
  readonly id: string;
  readonly name: string;
  /** The ids of the servers that have allocations at this provider. */
  readonly consumers: readonly string[];
}

export interface HostMigration {
  readonly id: string;
  readonly status: string;
  readonly serverId: string;
}

export interface HostRemainsReader {
  /** @param nodes names of providers to look for in placement, besides the host and the nodes that Nova reports */
  remains(host: string, nodes: readonly string[]): Promise<HostRemains>;
  /** Undefined if placement has no such provider. */
  provider(id: string): Promise<HostProvider | undefined>;
  /** The routers of an L3 agent and the networks of a DHCP agent, as `router web (ID)`. [] for every other agent. */
  hostedBy(agent: HostAgent): Promise<readonly string[]>;
  /** The migrations from and to the host that have not ended yet. */
  migrations(host: string): Promise<readonly HostMigration[]>;
}

/** A thing that is already gone counts as removed. */
export interface HostWriter {
  removeAgent(id: string): Promise<void>;
  removeProvider(id: string): Promise<void>;
}

export interface ComputeServiceWriter {
  /** The API needs the service's id. */
  remove(service: ComputeService): Promise<void>;
  /** @throws StackwardError if Nova has no such service any more */
  setEnablement(service: ComputeService, to: Enablement): Promise<void>;
}

/** The things that other services hold for a server. */
export interface ServerRemains {
  readonly ports: readonly { readonly id: string; readonly addresses: readonly string[] }[];
  /** The volumes that Cinder has as attached to the server. */
  readonly volumes: readonly { readonly id: string; readonly status: string }[];
  /**
   * The names of the providers on which the server has an allocation. [] if the release has no placement; undefined if
   * it may have one, which the catalogue doesn't name.
   */
  readonly allocations: readonly string[] | undefined;
}

/** Ids of the volumes that are attached to a server. */
export interface ServerVolumes {
  /** As Nova has it; [] if the server is gone. */
  readonly byNova: readonly string[];
  /** As Cinder has it; [] if the catalogue names no Cinder. */
  readonly byCinder: readonly string[];
}

export interface ServerRemainsReader {
  volumesOf(serverId: string): Promise<ServerVolumes>;
  /** @param volumes ids of the volumes to look at */
  remains(serverId: string, volumes: readonly string[]): Promise<ServerRemains>;
}

export interface ServerWriter {
  /** Makes Nova write the state into its database, without a task. Nothing happens on the host. */
  resetState(serverId: string, to: 'active' | 'error'): Promise<void>;
  /** Asks Nova to delete the server, and doesn't wait. A server that is gone counts as deleted. */
  delete(serverId: string): Promise<void>;
}

/** What doctor's check SW-1010 says about one server. */
export interface Diagnosis {
  readonly is: 'under way' | 'failed' | 'waits for a person' | 'at rest';
  /** True if a task is under way for longer than any task takes. */
  readonly isHanging: boolean;
  /** Whole sentences: the situation, the causes, the step. */
  readonly said: readonly string[];
}

export interface CloudUser {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}

export interface CloudProject {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}

/** The user who is logged in, and the address at which other users log in. */
export interface OwnLogin {
  readonly user: CloudUser;
  readonly project: CloudProject;
  readonly authUrl: string;
  readonly interface: string;
  readonly region: string | undefined;
}

export interface UserReader {
  /** Finds users by id or by their whole name, in all domains that these credentials see. */
  find(nameOrId: string): Promise<readonly CloudUser[]>;
  /** The projects in which the user has a role. */
  projects(userId: string): Promise<readonly CloudProject[]>;
  /** The names of the user's application credentials. Keystone has application credentials since Queens. */
  applicationCredentials(userId: string): Promise<readonly string[]>;
  own(): Promise<OwnLogin>;
}

export interface UserWriter {
  setPassword(userId: string, password: string): Promise<void>;
  /** Makes one for the user and the project that are logged in. Keystone makes none for other users. */
  addApplicationCredential(userId: string, name: string): Promise<{ readonly id: string; readonly secret: string }>;
  /** Removes all application credentials with this name. */
  removeApplicationCredential(userId: string, name: string): Promise<void>;
}

export interface SecretFolderReader {
  /** Undefined if there is no such folder. */
  find(path: string): Promise<SecretFolder | undefined>;
}

export interface SecretFolder {
  /** The SHA-256 of the folder's content. */
  readonly digest: string;
  /** The label that `put` gave the folder; undefined if something else made it. */
  readonly label: string | undefined;
}

export type SecretFiles = Readonly<Record<'clouds.yaml' | 'openrc', string>>;

/** Writes folders that only their owner may enter, with files that only the owner may read. */
export interface SecretFolderWriter {
  /**
   * Makes the folder whole or not at all. `work` calls `write` once; whatever must not happen without the files on disk
   * comes after it.
   * @param label one line that tells this folder from others of its name
   * @throws Refused if the name is taken
   */
  put(path: string, label: string, work: (write: (files: SecretFiles) => void) => Promise<void>): Promise<void>;
  /** Removes the two files and the folder. @throws InvalidConfiguration if anything else is in it */
  remove(path: string): Promise<void>;
}

/** All readers of a runbook. */
export interface RunbookReaders extends ReportReaders {
  computeServices(): Promise<ComputeServiceReader>;
  serverRemains(): Promise<ServerRemainsReader>;
  hostRemains(): Promise<HostRemainsReader>;
  users(): Promise<UserReader>;
  readonly secretFolders: SecretFolderReader;
  diagnose(serverId: string): Promise<Diagnosis>;
}

/** All writers of a runbook. */
export interface RunbookWriters extends Writers {
  computeServices(): Promise<ComputeServiceWriter>;
  servers(): Promise<ServerWriter>;
  hosts(): Promise<HostWriter>;
  users(): Promise<UserWriter>;
  readonly secretFolders: SecretFolderWriter;
}
