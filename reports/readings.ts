/** Types of readings from a cloud, each of which may have failed. */
import type { ClockReading, Connection, DatabaseProbe, Endpoint, KnockAnswer } from '../lib/contract/report-ports';
import type { HostFacts } from '../lib/hosts/host';
import type { HostFiles } from './host-files';
import type { Looked } from './looked';

export interface Knock {
  readonly endpoint: Endpoint;
  readonly answer: KnockAnswer;
}

export interface ProbedDatabase extends Omit<DatabaseProbe, 'connect' | 'grants' | 'schema'> {
  readonly connection: Looked<Connection>;
}

export interface GrantedDatabase extends Pick<DatabaseProbe, 'name' | 'schema' | 'user'> {
  readonly grants: Looked<readonly string[]>;
}

export interface HostClock {
  readonly host: string;
  /** True if the place uses this machine's clock. */
  readonly isHere: boolean;
  readonly clock: Looked<ClockReading>;
}

export interface ReachedHost {
  readonly host: string;
  readonly facts: Looked<HostFacts>;
}

export interface HostWithFiles {
  readonly host: string;
  readonly files: Looked<HostFiles>;
}

/** The subject of a run. */
export interface Focus {
  /** The server's name or id. */
  readonly server?: string;
  /** The only host that is looked at. */
  readonly host?: string;
}
