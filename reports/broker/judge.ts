/** Finds faults of a broker's queues, nodes and connections. Pure. */
import type { BrokerConnection, BrokerNode, BrokerQueue } from '../../lib/contract/broker-ports';
import { ownerOf, type QueueOwner } from './queue-owner';

/** From this number of waiting messages on, a queue is behind for more than a moment. */
export const backlogFrom = 1_000;

export interface IdleQueue {
  readonly queue: BrokerQueue;
  readonly owner: QueueOwner;
  /** `note`: common, and harmless so far. */
  readonly is: 'fault' | 'risk' | 'note';
}

export const nameOf = ({ vhost, name }: BrokerQueue): string =>
  vhost === '/' ? name : `${name} (virtual host ${vhost})`;

export const untoldQueues = (queues: readonly BrokerQueue[]): readonly BrokerQueue[] =>
  queues.filter(({ consumers }) => consumers === undefined);

/** Queues without a consumer. A queue is left out if the number of its consumers is not known. */
export const idleQueues = (queues: readonly BrokerQueue[]): readonly IdleQueue[] =>
  queues
    .filter(({ consumers }) => consumers === 0)
    .map((queue) => {
      const owner = ownerOf(queue.name);
      return { queue, owner, is: weigh(owner, queue.ready ?? 0) };
    });

function weigh({ kind }: QueueOwner, ready: number): IdleQueue['is'] {
  if (kind === 'service') return 'fault';
  if (kind === 'host') return ready > 0 ? 'fault' : 'risk';
  if (kind === 'unknown') return ready > 0 ? 'risk' : 'note';
  return ready >= backlogFrom ? 'risk' : 'note';
}

/** Queues whose consumers are too slow, or don't confirm. */
export const backlogs = (queues: readonly BrokerQueue[]): readonly BrokerQueue[] =>
  queues
    .filter(
      ({ consumers, ready = 0, unacked = 0 }) => consumers !== 0 && (ready >= backlogFrom || unacked >= backlogFrom),
    )
    .sort((a, b) => (b.ready ?? 0) + (b.unacked ?? 0) - (a.ready ?? 0) - (a.unacked ?? 0));

/** Queues that may be behind: the broker did not count all their messages. */
export const uncountedQueues = (queues: readonly BrokerQueue[]): readonly BrokerQueue[] =>
  queues.filter(
    ({ consumers, ready, unacked }) => consumers !== 0 && Math.max(ready ?? 0, unacked ?? 0) < backlogFrom && (ready === undefined || unacked === undefined), // prettier-ignore
  );

/** A node that doesn't run has no alarms. */
export const isAlarmUntold = ({ isRunning, alarms }: BrokerNode): boolean => isRunning && alarms === undefined;

export const isNodeSick = ({ isRunning, alarms = [], partitions }: BrokerNode): boolean =>
  !isRunning || alarms.length > 0 || partitions.length > 0;

export const alarmsUntold = 'the broker does not tell them this way; stackward.yaml can name its management API';

export function sayNode({ isRunning, alarms, partitions }: BrokerNode): string {
  if (!isRunning) return 'does not run';
  const parts = [
    ...(alarms ?? []).map((alarm) => `${alarm} alarm: it takes no message`),
    ...(partitions.length > 0 ? [`does not see ${partitions.join(', ')}, which run: the cluster is split`] : []),
  ];
  if (alarms === undefined) parts.push(`runs; its alarms were not looked at (${alarmsUntold})`);
  return parts.join('; ') || 'well';
}

export interface ClientHost {
  readonly from: string;
  readonly connections: number;
  /** The connections among them that the broker blocks. */
  readonly blocked: number;
}

export function clientHosts(connections: readonly BrokerConnection[]): readonly ClientHost[] {
  const hosts = new Map<string, { connections: number; blocked: number }>();
  for (const { from, state } of connections) {
    const host = hosts.get(from) ?? { connections: 0, blocked: 0 };
    hosts.set(from, {
      connections: host.connections + 1,
      blocked: host.blocked + (state === 'blocked' || state === 'blocking' ? 1 : 0),
    });
  }
  return [...hosts].map(([from, counts]) => ({ from, ...counts })).sort((a, b) => b.connections - a.connections);
}
