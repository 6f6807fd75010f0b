/** Finds services that are alive and have no queue at the broker that was read. Pure. */
import type { BrokerQueue } from '../../lib/contract/broker-ports';
import { isAlive, type Heartbeat } from '../heartbeats';

/** Program → topic. Each of its processes takes from a queue of its own, TOPIC.HOST. */
const topics: Readonly<Record<string, string>> = {
  'nova-conductor': 'conductor',
  'nova-scheduler': 'scheduler',
  'nova-compute': 'compute',
  'cinder-scheduler': 'cinder-scheduler',
  'cinder-volume': 'cinder-volume',
  'neutron-l3-agent': 'l3_agent',
  'neutron-dhcp-agent': 'dhcp_agent',
};

export interface Elsewhere {
  readonly name: string;
  readonly host: string;
  /** The queue that the broker does not have. */
  readonly queue: string;
}

/**
 * The services that reach each other through another broker, or whose queue the broker has dropped. A service that is
 * alive reaches a broker, because its heartbeat goes through it or its process asks another service.
 */
export function servedElsewhere(queues: readonly BrokerQueue[], beats: readonly Heartbeat[]): readonly Elsewhere[] {
  const there = new Set(queues.map(({ name }) => name));
  return beats.filter(isAlive).flatMap(({ name, host }) => {
    const topic = Object.hasOwn(topics, name) ? topics[name] : undefined;
    const queue = `${topic}.${host}`;
    return topic === undefined || there.has(queue) ? [] : [{ name, host, queue }];
  });
}
