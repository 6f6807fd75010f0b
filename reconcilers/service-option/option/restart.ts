/** Restarts of one run: one host after the other, and none behind a host on which the service did not come up. */
import { Blocked, TransientError, type StackwardError } from '../../../lib/basics/errors';
import type { Writers } from '../../../lib/contract/ports';
import type { Host } from '../../../lib/hosts/host';
import { restartService } from '../../../lib/hosts/restart-service';

interface Turn {
  last: Promise<unknown>;
  /** Where a service is down. */
  readonly down: Map<string, string>;
}

/** Hosts are written side by side; a run has its own writers. */
const turns = new WeakMap<Writers, Turn>();

/** Returns why the service was not restarted, or is not up again. */
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
