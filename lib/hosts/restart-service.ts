/** Restarts a service of the control plane on one host, and waits until it is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asStackwardError, TransientError, UnrecoverableError, type StackwardError } from '../basics/errors';
import { valueOf, type Host, type HostReader } from './host';
import { heldBy, socketText } from './service-answers';

/** How long a service may take until it is up. */
const maxSeconds = 90;

/**
 * If the service was down before, nobody knows where it will listen. Then it counts as up after it ran for so many
 * seconds.
 */
const looksFromDown = 10;

export interface RunningUnit {
  readonly pids: ReadonlySet<number>;
  /** The processes that none of the others started. They stay while the service runs; a worker may be replaced. */
  readonly main: readonly number[];
  /** The start of the youngest process in `main`, by the host's clock; undefined if there is none. */
  readonly startedAt: Date | undefined;
  /** The sockets on which the service accepts connections. */
  readonly sockets: ReadonlySet<string>;
  readonly hasFailed: boolean;
}

/**
 * @param unit a unit of systemd, such as `nova-api.service`
 * @returns the reason if the service did not come up
 */
export async function restartService(host: Host, unit: string): Promise<StackwardError | undefined> {
  try {
    const before = await lookAtUnit(host, unit);
    const [[outcome] = []] = await host.write([[{ verb: 'restart-unit', unit }]]);
    if (outcome === undefined) throw new TransientError('the host gave no answer to the restart; plan again');
    valueOf(outcome);
    return await waitFor(host, unit, before);
  } catch (error) {
    return asStackwardError(error);
  }
}

async function waitFor(host: HostReader, unit: string, before: RunningUnit): Promise<StackwardError | undefined> {
  const end = performance.now() + maxSeconds * 1000;
  let last: RunningUnit | undefined;
  let steady = 0;
  const needed = before.pids.size === 0 ? looksFromDown : 1;
  while (performance.now() < end) {
    const now = await lookAtUnit(host, unit);
    // A service that starts, fails and is started again has other processes at the second look.
    if (now.hasFailed) return notUp(unit, 'systemd says that it failed');
    steady = isUp(before, now) && [...now.pids].some((pid) => last?.pids.has(pid)) ? steady + 1 : 0;
    if (steady >= needed) return undefined;
    last = now;
    await sleep(1000);
  }
  const missing = [...before.sockets].filter((socket) => !last?.sockets.has(socket));
  const seen =
    missing.length === 0 ? 'no lasting process of it is there' : `nothing of it listens on ${missing.join(', ')}`;
  return notUp(unit, `${seen} after ${maxSeconds} s`);
}

const notUp = (unit: string, why: string): UnrecoverableError =>
  new UnrecoverableError(`${unit} was restarted and did not come up: ${why}; look at \`journalctl -u ${unit}\` there`);

const isUp = (before: RunningUnit, now: RunningUnit): boolean =>
  now.pids.size > 0 &&
  [...now.pids].every((pid) => !before.pids.has(pid)) &&
  [...before.sockets].every((socket) => now.sockets.has(socket));

export async function lookAtUnit(host: HostReader, unit: string): Promise<RunningUnit> {
  const [processes, listeners, clock, state] = await host.read([
    { verb: 'service-processes' },
    { verb: 'listeners' },
    { verb: 'clock' },
    { verb: 'run-reader', argv: ['systemctl', 'is-active', unit] },
  ]);
  const own = valueOf(processes).processes.filter((process) => process.unit === unit);
  const pids = new Set(own.map(({ pid }) => pid));
  const roots = own.filter(({ parent }) => !pids.has(parent));
  const held = heldBy(valueOf(listeners).sockets, own);
  const [youngest] = roots.toSorted((a, b) => a.aliveSeconds - b.aliveSeconds);
  return {
    pids,
    main: roots.map(({ pid }) => pid).sort((a, b) => a - b),
    startedAt: youngest && new Date((valueOf(clock).time - youngest.aliveSeconds) * 1000),
    sockets: new Set(held.map(socketText)),
    hasFailed: state.ok && state.value.stdout.trim() === 'failed',
  };
}
