/** The preconditions of load between two hosts. A run checks them before it shows its plan, and again before each test. */
import { nameFirst } from '../../lib/basics/name-first';
import { throughputPort } from '../../lib/hosts/throughput-writes';
import { addressOf, sharedAddresses, type Interface } from '../../lib/throughput/interfaces';
import type { Looking } from '../context';
import { fails, holds, looked } from '../precondition';
import type { Precondition } from '../runbook';
import { deviceTo, type End, type LookedEnd } from './ends';

export interface Pair {
  readonly from: string;
  readonly to: string;
  /** Of `to`; undefined: one in a network that both are in. */
  readonly address: string | undefined;
}

export interface Load {
  readonly mbit: number;
  /** The user said how much; then a host of the cloud may be loaded as well. */
  readonly isChosen: boolean;
}

export interface Path {
  readonly address: string;
  readonly fromDevice: Interface | undefined;
  readonly toDevice: Interface | undefined;
}

/** A test is refused where more than this part of its bound is in use already. */
const busyPart = 0.1;

/** The connections of stackward itself need less. */
const leastBusyMbit = 1;

const notLooked = (said: string): Precondition => ({ is: 'not looked at', said });

/** @returns the path, if there is any, and what speaks for and against a test on it */
export async function lookAtPath(
  pair: Pair,
  ends: ReadonlyMap<string, End>,
  load: Load,
  looking: Looking,
): Promise<{ readonly path: Path | undefined; readonly asked: readonly Precondition[] }> {
  const [from, to] = [ends.get(pair.from), ends.get(pair.to)];
  const unseen = [from, to].flatMap((end) => (end?.is === 'not looked at' ? [notLooked(`${end.host} could not be looked at: ${end.why}`)] : [])); // prettier-ignore
  if (from?.is !== 'looked at' || to?.is !== 'looked at') return { path: undefined, asked: unseen };
  if (from.machine !== undefined && from.machine === to.machine)
    return { path: undefined, asked: [fails(`${from.host} and ${to.host} are one machine, and no traffic between them leaves it; name two machines`)] }; // prettier-ignore
  const asked = [...[from, to].map(hasTool), ...[from, to].map((end) => mayBeLoaded(end, load)), isFree(to)];
  const address = pair.address ?? sharedAddress(from, to);
  if (typeof address !== 'string') return { path: undefined, asked: [...asked, address] };
  const device = await looked(() => deviceTo(address, from.host, looking), `the way from ${from.host} to ${address}`);
  if (typeof device === 'object') return { path: undefined, asked: [...asked, device] };
  const path = {
    address,
    fromDevice: from.interfaces.find(({ name }) => name === device),
    toDevice: to.interfaces.find(({ addresses }) => addresses.some((each) => addressOf(each) === address)),
  };
  return { path, asked: [...asked, ...isReached(pair, path), ...quiet(from, path.fromDevice, load), ...quiet(to, path.toDevice, load)] }; // prettier-ignore
}

const hasTool = ({ host, tool }: LookedEnd): Precondition =>
  tool === undefined
    ? fails(`iperf3 is not installed on ${host}; install it there, such as by \`apt-get install iperf3\``)
    : holds(`${host} has ${tool}`);

const isFree = ({ host, onPort }: LookedEnd): Precondition =>
  onPort === undefined
    ? holds(`nothing listens on TCP port ${throughputPort} of ${host}`)
    : fails(`${onPort} listens on TCP port ${throughputPort} of ${host} already, maybe for somebody's measurement; wait for it, or end it there`); // prettier-ignore

function mayBeLoaded({ host, carries }: LookedEnd, { mbit, isChosen }: Load): Precondition {
  if (carries.length === 0) return holds(`${host} runs no service of OpenStack, and carries no server's traffic`);
  const what = `${host} serves the cloud (${nameFirst(carries)})`;
  return isChosen
    ? holds(`${what}, and you allow ${mbit} Mbit/s there`)
    : fails(`${what}, and a test would take from its network what others need; say by --mbit N how much it may take`);
}

function sharedAddress(from: LookedEnd, to: LookedEnd): string | Precondition {
  const shared = sharedAddresses(from.interfaces, to.interfaces);
  const [first] = shared;
  if (first !== undefined && shared.length === 1) return first;
  if (first === undefined)
    return fails(`${from.host} and ${to.host} are in no common network; say which address is meant: --peers ${to.host}=ADDRESS`); // prettier-ignore
  return fails(`${from.host} and ${to.host} are in several common networks (${nameFirst(shared)}); say which address is meant: --peers ${to.host}=${first}`); // prettier-ignore
}

function isReached({ from, to }: Pair, { address, fromDevice, toDevice }: Path): readonly Precondition[] {
  if (fromDevice === undefined) return [fails(`${from} has no way to ${address}; look at its routes by \`ip route get ${address}\` there`)]; // prettier-ignore
  // No device of a server has the server's floating IP.
  return toDevice === undefined
    ? [fails(`${to} has no device with ${address}, so it can't listen there; give an address of its own: --peers ${to}=ADDRESS`)] // prettier-ignore
    : [holds(`${from} reaches ${to} by ${fromDevice.name} at ${address} (its ${toDevice.name})`)];
}

function quiet({ host, traffic }: LookedEnd, device: Interface | undefined, { mbit }: Load): readonly Precondition[] {
  if (device === undefined) return [];
  const counted = traffic.get(device.name);
  if (counted === undefined) return [notLooked(`how much ${device.name} of ${host} carries now is not known: its counters were not read twice; look by \`ip -s link show ${device.name}\` there`)]; // prettier-ignore
  const now = Math.round(counted * 10) / 10;
  const most = Math.max(mbit * busyPart, leastBusyMbit);
  return now <= most
    ? [holds(`${device.name} of ${host} carries ${now} Mbit/s now`)]
    : [fails(`${device.name} of ${host} carries ${now} Mbit/s now, and a test would take from that; wait until it is below ${most} Mbit/s`)]; // prettier-ignore
}
