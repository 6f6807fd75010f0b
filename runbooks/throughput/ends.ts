/** The two ends of a measurement: what is on them, and how much traffic they have now. */
import { asStackwardError } from '../../lib/basics/errors';
import type { HostReader } from '../../lib/hosts/host';
import { isUnknownThere, olderProgram } from '../../lib/hosts/older-program';
import { valueOf } from '../../lib/hosts/host';
import { throughputPort } from '../../lib/hosts/throughput-writes';
import { parseInterfaces, routedBy, type Interface } from '../../lib/throughput/interfaces';
import type { Looking } from '../context';

export interface LookedEnd {
  readonly is: 'looked at';
  readonly host: string;
  /** The same for all names of one machine. */
  readonly machine: string | undefined;
  /** The program with its version, such as `iperf 3.12`; undefined if it isn't installed. */
  readonly tool: string | undefined;
  /** Who listens on iperf3's port, such as `iperf3 (process 77)`. */
  readonly onPort: string | undefined;
  /** Services of OpenStack, and devices of servers that others run there. */
  readonly carries: readonly string[];
  readonly interfaces: readonly Interface[];
  /** Mbit/s on each device now, both ways together. A device whose counters were not read is absent. */
  readonly traffic: ReadonlyMap<string, number>;
}

export type End = LookedEnd | { readonly is: 'not looked at'; readonly host: string; readonly why: string };

const links = { verb: 'run-reader', argv: ['ip', '-s', '-o', 'link'] } as const;
const addresses = { verb: 'run-reader', argv: ['ip', '-o', 'addr', 'show'] } as const;
const version = { verb: 'run-reader', argv: ['iperf3', '--version'] } as const;

/** How long traffic is counted. */
const countedSeconds = 2;

/** Devices through which a compute host or a network node carries the traffic of servers. */
const ofServers = /^(tap|qvo|qvb|qbr|br-int$|br-tun$|br-ex$)/;

/** Looks at all of them at once, twice. */
export async function lookAtEnds(hosts: readonly string[], looking: Looking): Promise<ReadonlyMap<string, End>> {
  const { readers, watch } = looking;
  const first = await Promise.all(
    hosts.map(async (host) => attempted(host, async () => look(await readers.host(`host:${host}`), host))),
  );
  await watch.pause(countedSeconds, 'Counting the traffic of now');
  const both = await Promise.all(
    first.map((end) =>
      end.is === 'not looked at'
        ? end
        : attempted(end.host, async () => counted(end, await readers.host(`host:${end.host}`))),
    ),
  );
  return new Map(both.map(({ host, ...end }) => [host, { host, ...end } as End]));
}

async function attempted<T extends { readonly is: string }>(
  host: string,
  work: () => Promise<T>,
): Promise<T | Extract<End, { is: 'not looked at' }>> {
  try {
    return await work();
  } catch (error) {
    return { is: 'not looked at', host, why: asStackwardError(error).message };
  }
}

type FirstLook = Omit<LookedEnd, 'traffic'> & { readonly time: number };

async function look(reader: HostReader, host: string): Promise<FirstLook | Extract<End, { is: 'not looked at' }>> {
  const [facts, clock, told, shown, tool, listeners, processes] = await reader.read([
    { verb: 'facts' },
    { verb: 'clock' },
    links,
    addresses,
    version,
    { verb: 'listeners' },
    { verb: 'service-processes' },
  ]);
  if (isUnknownThere(tool) || isUnknownThere(processes))
    return { is: 'not looked at', host, why: olderProgram('measures no throughput') };
  const isMissing = !tool.ok && tool.reason === 'no-tool';
  const holder = valueOf(listeners).sockets.find(({ port }) => port === throughputPort)?.holders[0];
  const isHeld = valueOf(listeners).sockets.some(({ port }) => port === throughputPort);
  const interfaces = parseInterfaces(valueOf(told).stdout, valueOf(shown).stdout);
  const services = valueOf(processes).processes.flatMap(({ service }) => service ?? []);
  const devices = interfaces.map(({ name }) => name).filter((name) => ofServers.test(name));
  return {
    is: 'looked at',
    host,
    machine: valueOf(facts).machine ?? undefined,
    tool: isMissing ? undefined : (valueOf(tool).stdout.split('\n', 1)[0] ?? ''),
    onPort: isHeld ? (holder === undefined ? 'a program' : `${holder.program} (process ${holder.pid})`) : undefined,
    carries: [...new Set([...services, ...devices])].sort(),
    interfaces,
    time: valueOf(clock).time,
  };
}

async function counted({ time, ...end }: FirstLook, reader: HostReader): Promise<LookedEnd> {
  const [clock, told] = await reader.read([{ verb: 'clock' }, links]);
  const seconds = Math.max(valueOf(clock).time - time, 0.001);
  const now = new Map(parseInterfaces(valueOf(told).stdout, '').map(({ name, bytes }) => [name, bytes]));
  const traffic = end.interfaces.flatMap(({ name, bytes }): [string, number][] => {
    const later = now.get(name);
    // The counters of a device that was made anew begin at 0, so they tell nothing about the time between the two looks.
    if (bytes === undefined || later === undefined || later < bytes) return [];
    return [[name, ((later - bytes) * 8) / seconds / 1e6]];
  });
  return { ...end, traffic: new Map(traffic) };
}

/** The device by which the host sends to the address. @throws StackwardError */
export async function deviceTo(address: string, host: string, { readers }: Looking): Promise<string | undefined> {
  const reader = await readers.host(`host:${host}`);
  const [route] = await reader.read([{ verb: 'run-reader', argv: ['ip', '-o', 'route', 'get', address] }]);
  const { code, stdout } = valueOf(route);
  return code === 0 ? routedBy(stdout) : undefined;
}
