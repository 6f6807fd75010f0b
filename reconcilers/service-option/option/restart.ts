/**
 * Hosts whose services are restarted take turns: a host is written and restarted, then the next one begins. So if a
 * service does not come up, no other host has the option in its files.
 */
import { TransientError, type StackwardError } from '../../../lib/basics/errors';
import type { Writers } from '../../../lib/contract/ports';
import type { Host } from '../../../lib/hosts/host';
import { restartService } from '../../../lib/hosts/restart-service';

export interface Turn {
  last: Promise<unknown>;
  /** The key is a service that did not come up, the value is the host on which it did not. */
  readonly down: Map<string, string>;
}

/** A run writes to several hosts at the same time. Its hosts share one turn, and each run has its own writers. */
const turns = new WeakMap<Writers, Turn>();

export function turnOf(run: Writers): Turn {
  const turn = turns.get(run) ?? { last: Promise.resolve(), down: new Map<string, string>() };
  turns.set(run, turn);
  return turn;
}

/** Does the work after the work of the hosts before, whether that succeeded or not. */
export async function inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
  const mine = turn.last.then(work);
  turn.last = mine.catch(() => undefined);
  return mine;
}

/** @returns the reason if the service was not restarted or did not come up */
export async function restartIn(
  { down }: Turn,
  host: Host,
  { unit, service }: { readonly unit: string; readonly service: string },
  stop: AbortSignal,
): Promise<StackwardError | undefined> {
  if (stop.aborted)
    return new TransientError('the option is written, and the run was stopped before the restart; apply again');
  const error = await restartService(host, unit);
  if (error) down.set(service, host.name);
  return error;
}
