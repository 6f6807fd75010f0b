/** Types that the files of the kind log-collection share. */
import type { Step } from '../../lib/contract/reconciler';
import type { HostLogs, LogFilesSeen, LogPart, LogText } from '../../lib/hosts/log-answers';

export const kind = 'log-collection';

export const pathOf = (id: string): string => id.slice(kind.length + 1);

export const nothing: LogPart = { listen: null, send: null };

export const isNothing = ({ listen, send }: LogPart): boolean => listen === null && send === null;

export interface LogsObserved extends Omit<HostLogs, 'wanted'> {
  readonly host: string;
  /** The key is the id of the resource. */
  readonly wanted: ReadonlyMap<string, LogFilesSeen>;
  /** The texts that a write changes, by `textsKey`; or the reason why nobody can tell them. */
  readonly texts: ReadonlyMap<string, readonly LogText[]> | string;
}

export const textsKey = ({ owner, path, seen }: Pick<LogFilesSeen, 'owner' | 'path' | 'seen'>): string =>
  `${owner} ${path} ${seen}`;

export interface LogStep extends Step {
  readonly owner: string;
  /** The collection's files as the host program reported them. */
  readonly files: LogFilesSeen;
  readonly after: LogPart;
}
