/**
 * The restarts of a run: one host after the other. After a host on which the service did not come up, no other is
 * restarted.
 */
import { Blocked, TransientError, type StackwardError } from '../../../lib/basics/errors';
import type { Writers } from '../../../lib/contract/ports';
import type { Host } from '../../../lib/hosts/host';
import { restartService } from '../../../lib/hosts/restart-service';

interface Turn {
  last: Promise<unknown>;
  /** The key is a service that did not come up, the value is the host on which it did not. */
  readonly down: Map<string, string>;
}

/** A run writes to several hosts at the same time. Its hosts share one turn, and each run has its own writers. */
const turns = new WeakMap<Writers, Turn>();

/** @returns the reason if the service was not restarted or did not come up */
export async function restartInTurn(
  run: Writers,
  host: Host,
  { unit, service }: { readonly unit: string; readonly service: string },
  stop: AbortSignal,
): Promise<StackwardError | undefined> {
  const turn = turns.get(run) ?? { last: Promise.resolve(), down: new Map<string, string>() };
  turns.set(run, turn);
  const mine = turn.last.then(async (): Promise<StackwardError | undefined> => {
    const down = turn.down.get(service);
    if (down !== undefined)
      return new Blocked(
        `the option is written, and ${service} was not restarted: on ${down} it did not come up; see to that, then apply again`,
      );
    if (stop.aborted)
      return new TransientError(`the option is written, and the run was stopped before the restart; apply again`);
    const error = await restartService(host, unit);
    if (error) turn.down.set(service, host.name);
    return error;
  });
  turn.last = mine;
  return mine;
}
