/** What the parts of the kind log-collection say to each other. */
import type { Step } from '../../lib/contract/reconciler';
import type { HostLogs, LogFilesSeen, LogPart } from '../../lib/hosts/log-answers';

export const kind = 'log-collection';

export const pathOf = (id: string): string => id.slice(kind.length + 1);

export const nothing: LogPart = { listen: null, send: null };

export const isNothing = ({ listen, send }: LogPart): boolean => listen === null && send === null;

export interface LogsObserved extends Omit<HostLogs, 'wanted'> {
  readonly host: string;
  /** By the id of the resource that wants it. */
  readonly wanted: ReadonlyMap<string, LogFilesSeen>;
}

export interface LogStep extends Step {
  readonly owner: string;
  /** The collection's files as they were seen. */
  readonly files: LogFilesSeen;
  readonly after: LogPart;
}
