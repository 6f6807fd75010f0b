/**
 * Packets between network namespaces, and what became of each: UDP flows that are counted by sequence number, and single
 * TCP connections. One process sends and counts all flows of a run, so that two cores are enough and all share one clock.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';

const tickMs = 5;
/** The operating system's Python. Another Python may come first in PATH and be slower. */
const python = '/usr/bin/python3';

export interface Flow {
  /** Namespaces of the sender and of the receiver. */
  readonly from: string;
  readonly to: string;
  /** Source of the packets; need not be an address of the sender. */
  readonly source: string;
  readonly address: string;
  /** Packets per second, a whole part of 200. Default: 200. */
  readonly rate?: number;
  /**
   * True: each packet has another source port, so the packet filter sees each as a new connection. Default: one port
   * for all.
   */
  readonly newPorts?: boolean;
  /** Writes whole frames with these two MACs into a device of the sender. Default: the kernel does it, by its routes and neighbours. */
  readonly frame?: { readonly device: string; readonly from: string; readonly to: string };
}

export interface Counts {
  readonly sent: number;
  readonly received: number;
  /**
   * Runs of lost packets, each as `COUNT at NUMBER of the first`. If several flows lose packets together, the cause is
   * the same.
   */
  readonly gaps: readonly string[];
}

interface Snapshot {
  readonly sent: number;
  readonly received: number;
}
type Snapshots<Name extends string> = Readonly<Record<Name, Snapshot>>;

interface Report {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly flows: Readonly<Record<string, { sent: number; duplicates: number; arrived: readonly [number, number][] }>>;
}

/** Flows that run until they are stopped, or have sent as many packets as they may. */
export class PacketFlows<Name extends string> {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #marks = new Map<string, Snapshots<Name>>();
  #turn: Promise<unknown> = Promise.resolve();
  #report: Report | undefined;

  /** @param limit packets of one flow */
  constructor(flows: Readonly<Record<Name, Flow>>, limit: number) {
    this.#child = spawn(python, [join(__dirname, 'packet-flows.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
    const plan = Object.entries<Flow>(flows).map(([name, { rate = 1000 / tickMs, newPorts = false, ...flow }]) => ({
      name,
      newPorts,
      everyTicks: 1000 / tickMs / rate,
      ...flow,
    }));
    this.#child.stdin?.write(`${JSON.stringify({ limit, flows: plan })}\n`);
  }

  /** The packets that each flow has sent and received so far. */
  now(): Promise<Snapshots<Name>> {
    return this.#ask<Snapshots<Name>>('mark');
  }

  /** Names this moment, for `between`. */
  async mark(name: string): Promise<void> {
    this.#marks.set(name, await this.now());
  }

  /** The number of packets that the flow had sent at this mark. */
  sentAt(name: Name, mark: string): number {
    return this.#at(name, mark).sent;
  }

  /**
   * Counts the packets that arrived between two marks, whenever they were sent. A sender keeps packets while it doesn't
   * know the neighbour's MAC.
   */
  arrived(name: Name, from: string, to: string): number {
    return this.#at(name, to).received - this.#at(name, from).received;
  }

  #at(name: Name, mark: string): Snapshot {
    const sentAt = this.#marks.get(mark);
    if (!sentAt) throw new Error(`no such mark: ${mark}`);
    return sentAt[name];
  }

  /** Waits until a packet of this flow arrives that was sent after now. */
  async untilReceived(name: Name): Promise<void> {
    const { sent, received } = (await this.now())[name];
    await this.#until(name, (now) => now.sent > sent && now.received > received);
  }

  /** Waits until this number of packets in a row got lost. */
  async untilSilent(name: Name, packets: number): Promise<void> {
    let quiet = (await this.now())[name];
    await this.#until(name, (now) => {
      if (now.received > quiet.received) quiet = now;
      return now.sent - quiet.sent >= packets;
    });
  }

  /** Waits until each flow has sent this number of further packets. */
  async untilSent(packets: number): Promise<void> {
    const before = await this.now();
    for (const name of Object.keys(before) as Name[])
      await this.#until(name, (now) => now.sent >= before[name].sent + packets);
  }

  async #until(name: Name, isSo: (now: Snapshot) => boolean): Promise<void> {
    while (!isSo((await this.now())[name])) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  async stop(): Promise<Report> {
    this.#report ??= await this.#ask<Report>('stop');
    this.#child.stdin?.end();
    this.#lines.close();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return this.#report;
  }

  /** Ends all flows at once. For a test that failed before it read the report. */
  close(): void {
    this.#child.kill();
    this.#lines.close();
  }

  /** Counts the packets that were sent between two marks (default: the start, the end). Only after `stop`. */
  between(name: Name, from?: string, to?: string): Counts {
    const flow = this.#report?.flows[name];
    if (!flow) throw new Error('the flows were not stopped yet');
    const first = from === undefined ? 0 : this.sentAt(name, from);
    const end = to === undefined ? flow.sent : this.sentAt(name, to);
    const runs = flow.arrived
      .map(([start, last]): [number, number] => [Math.max(start, first), Math.min(last, end - 1)])
      .filter(([start, last]) => start <= last);
    const received = runs.reduce((sum, [start, last]) => sum + last - start + 1, 0);
    const edges = [[first, first - 1] as const, ...runs, [end, end] as const];
    const gaps = edges.slice(1).flatMap(([start], index) => {
      const after = edges[index]![1] + 1;
      return start > after ? [`${String(start - after)} at ${String(after)}`] : [];
    });
    return { sent: end - first, received, gaps };
  }

  #ask<Answer>(command: string): Promise<Answer> {
    const answer = this.#turn.then(async () => {
      this.#child.stdin?.write(`${command}\n`);
      const { value, done } = await this.#answers.next();
      if (done) throw new Error('the flows ended by themselves: the test took too long, or they could not start');
      return JSON.parse(value as string) as Answer;
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }
}

/** True if a TCP connection from this source carries a word in both directions within three seconds. */
export async function connects(from: string, source: string, to: string, address: string): Promise<boolean> {
  const argv = [join(__dirname, 'packet-connect.py'), from, source, to, address];
  const { stdout } = await promisify(execFile)(python, argv);
  return stdout.trim() === 'yes';
}
