/**
 * What runbooks ask of a cloud, and what they change in it. Reading and writing are different types, and whoever plans gets no
 * writer. Adapters implement these, check every answer, and throw errors of lib/basics/errors.ts.
 */
import type { Writers } from './ports';
import type { ReportReaders, ServiceRecord } from './report-ports';
import type { Server } from './server-ports';

/** One process of Nova, with the name by which its API takes a change of it. */
export interface ComputeService extends ServiceRecord {
  /** A number before 2.53 (Pike). Absent in Icehouse without the extension for deleting services. */
  readonly id?: string;
}

export interface ComputeServiceReader {
  /** Every nova-compute. For an administrator alone. */
  computes(): Promise<readonly ComputeService[]>;
  /** Of every project, whose host this is. */
  serversOn(host: string): Promise<readonly Server[]>;
}

/** Whether the scheduler may choose a host, and why not. */
export interface Enablement {
  readonly isEnabled: boolean;
  readonly reason?: string | undefined;
}

/** What Nova, placement and Neutron know of a compute host. */
export interface HostRemains {
  /** Of every nova-compute there. */
  readonly services: readonly string[];
  /** Names of its nodes, as the hypervisor calls them. */
  readonly nodes: readonly string[];
  readonly aggregates: readonly string[];
  /** [] where the release has no placement. */
  readonly providers: readonly HostProvider[];
  readonly agents: readonly { readonly id: string; readonly type: string; readonly isAlive: boolean }[];
}

export interface HostProvider {
  readonly id: string;
  readonly name: string;
  /** Ids of the servers whose resources it holds. */
  readonly consumers: readonly string[];
}

export interface HostMigration {
  readonly id: string;
  readonly status: string;
  readonly serverId: string;
}

export interface HostRemainsReader {
  /** @param nodes by whose names placement is asked, beside those that Nova tells */
  remains(host: string, nodes: readonly string[]): Promise<HostRemains>;
  /** From and to the host, not yet at an end. */
  migrations(host: string): Promise<readonly HostMigration[]>;
}

/** What is gone already counts as removed. */
export interface HostWriter {
  removeAgent(id: string): Promise<void>;
  removeProvider(id: string): Promise<void>;
}

export interface ComputeServiceWriter {
  /** By the API, which wants the service's id. */
  remove(service: ComputeService): Promise<void>;
  /** @throws StackwardError where Nova has no such service any more */
  setEnablement(service: ComputeService, to: Enablement): Promise<void>;
}

/** What other services hold for a server. */
export interface ServerRemains {
  readonly ports: readonly { readonly id: string; readonly addresses: readonly string[] }[];
  /** Those that are attached to it, as Cinder sees it. */
  readonly volumes: readonly { readonly id: string; readonly status: string }[];
  /** Names of the nodes whose resources placement holds for it; [] where the release has no placement. */
  readonly allocations: readonly string[];
}

export interface ServerRemainsReader {
  /** Ids of the volumes that Nova attached to it; [] of a server that is gone. */
  volumesOf(serverId: string): Promise<readonly string[]>;
  /** @param volumes to look at */
  remains(serverId: string, volumes: readonly string[]): Promise<ServerRemains>;
}

export interface ServerWriter {
  /** Writes state and task in Nova's database, and touches nothing on the host. */
  resetState(serverId: string, to: 'active' | 'error'): Promise<void>;
  /** Asks for it. A server that is gone is deleted. */
  delete(serverId: string): Promise<void>;
}

/** What doctor says of one server (SW-1010). */
export interface Diagnosis {
  readonly is: 'under way' | 'failed' | 'waits for a person' | 'at rest';
  /** A task is under way for longer than any takes. */
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

/** Whoever is logged in, and where others log in. */
export interface OwnLogin {
  readonly user: CloudUser;
  readonly project: CloudProject;
  readonly authUrl: string;
  readonly interface: string;
  readonly region: string | undefined;
}

export interface UserReader {
  /** By id or by whole name, in every domain that these credentials see. */
  find(nameOrId: string): Promise<readonly CloudUser[]>;
  /** In which the user has a role. */
  projects(userId: string): Promise<readonly CloudProject[]>;
  /** Names of the application credentials. Keystone has them since Queens. */
  applicationCredentials(userId: string): Promise<readonly string[]>;
  own(): Promise<OwnLogin>;
}

export interface UserWriter {
  setPassword(userId: string, password: string): Promise<void>;
  /** Of the user and the project that are logged in; Keystone makes them for nobody else. */
  addApplicationCredential(userId: string, name: string): Promise<{ readonly id: string; readonly secret: string }>;
  /** Every one of this name. */
  removeApplicationCredential(userId: string, name: string): Promise<void>;
}

export interface SecretFolderReader {
  /** SHA-256 of all that is in it; undefined: there is none. */
  digest(path: string): Promise<string | undefined>;
}

/** Folders that their owner alone may enter, with files that it alone may read. */
export interface SecretFolderWriter {
  /** Makes the folder whole or not at all. @throws Refused where there is something of that name */
  put(path: string, files: () => Promise<Readonly<Record<string, string>>>): Promise<void>;
  remove(path: string): Promise<void>;
}

/** All that a runbook may read with. */
export interface RunbookReaders extends ReportReaders {
  computeServices(): Promise<ComputeServiceReader>;
  serverRemains(): Promise<ServerRemainsReader>;
  hostRemains(): Promise<HostRemainsReader>;
  users(): Promise<UserReader>;
  readonly secretFolders: SecretFolderReader;
  diagnose(serverId: string): Promise<Diagnosis>;
}

/** All that a runbook may write with. */
export interface RunbookWriters extends Writers {
  computeServices(): Promise<ComputeServiceWriter>;
  servers(): Promise<ServerWriter>;
  hosts(): Promise<HostWriter>;
  users(): Promise<UserWriter>;
  readonly secretFolders: SecretFolderWriter;
}
