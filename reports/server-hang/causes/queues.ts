/**
 * Judges the broker between the services that work on a server: its alarms, and queues from which nobody takes
 * messages, or not fast enough.
 */
import type { BrokerQueue } from '../../../lib/contract/broker-ports';
import { count } from '../../../lib/render/text';
import { alarmsUntold, backlogFrom, isAlarmUntold, isNodeSick, nameOf, sayNode } from '../../broker/judge';
import { isOfCinder, isOfNova, ownerOf, sayOwner } from '../../broker/queue-owner';
import { waitingIn } from '../../broker/settle';
import { named, ruledOut, unknown, type Examine, type Examined, type Finding } from '../finding';
import { unanswered } from './recorded';

/** The queues of Nova that the messages of the server's task go through. */
function novaQueues({ task, host, hostUntold }: Examined): readonly string[] {
  return [
    'conductor',
    ...(task.asksScheduler === true ? ['scheduler'] : []),
    ...(host === undefined || hostUntold !== undefined ? [] : [`compute.${host}`]),
  ];
}

interface OfCinder {
  readonly needed: readonly string[];
  /** Queues of volumes in which nothing waits and that nobody takes from, while others are served. */
  readonly perhaps: readonly string[];
}

/**
 * The queues of Cinder that the server's task goes through, if its server has a volume. Nobody tells which queue of
 * volumes is the server's. The queue of a removed backend stays behind without a consumer.
 */
function cinderQueues({ task }: Examined, all: readonly BrokerQueue[]): OfCinder {
  if (task.asksCinder !== true || !all.some(isOfCinder)) return { needed: [], perhaps: [] };
  const ofVolumes = all.filter(({ name }) => name.startsWith('cinder-volume.'));
  const kept = new Set(
    ofVolumes.filter((queue) => queue.consumers !== 0 || waitingIn(queue) > 0).map(({ name }) => name),
  );
  const names = [...new Set(ofVolumes.map(({ name }) => name))];
  const isAnyServed = ofVolumes.some(({ consumers }) => consumers !== 0);
  if (names.length === 0) return { needed: ['cinder-scheduler', 'cinder-volume'], perhaps: [] };
  if (!isAnyServed) return { needed: ['cinder-scheduler', ...names], perhaps: [] };
  return { needed: ['cinder-scheduler', ...kept], perhaps: names.filter((name) => !kept.has(name)) };
}

/** Only one process takes from such a queue. If a message is there in two looks, nobody is working on it. */
const isOfHost = ({ name }: { readonly name: string }): boolean => ownerOf(name).kind === 'host';
const isFull = (queue: BrokerQueue): boolean => waitingIn(queue) >= (isOfHost(queue) ? 1 : backlogFrom);

const say = (queue: BrokerQueue): string =>
  `${nameOf(queue)}: ${queue.consumers === undefined ? '?' : count(queue.consumers, 'consumer')}, ${queue.ready ?? '?'} messages wait, ${queue.unacked ?? '?'} are taken and not confirmed`;

function stuck({ facts: { nodes } }: Examined): Finding {
  if (!nodes.isRead) return unknown('broker-stuck', nodes.why);
  const sick = nodes.value.filter(isNodeSick);
  if (sick.length > 0)
    return named('broker-stuck', {
      found: `The broker is not well: ${sick.map((node) => `${node.name} ${node.isRunning ? 'has ' : ''}${sayNode(node)}`).join('; ')}.`, // prettier-ignore
      evidence: [],
      step: 'Mend the broker first (SW-6003): with an alarm it takes no message of anybody, and the halves of a split cluster hand on none.',
    });
  if (nodes.value.some(isAlarmUntold)) return unknown('broker-stuck', alarmsUntold);
  return ruledOut('broker-stuck', `${count(nodes.value.length, 'node')} of the broker, without alarm or partition`);
}

interface Needed {
  readonly name: string;
  /** One per virtual host. [] if the broker has no queue of this name. */
  readonly found: readonly BrokerQueue[];
}

/** Set if nobody can rule out that the task waits for Cinder: the reason. */
function whyCinderUntold({ task, facts }: Examined, all: readonly BrokerQueue[], perhaps: OfCinder['perhaps']) {
  if (perhaps.length > 0)
    return `nobody takes from ${perhaps.join(', ')}, and nobody told whether a volume of this server is there`;
  const needsCinder = task.asksCinder === true && facts.server.imageId === undefined;
  return needsCinder && !all.some(isOfCinder)
    ? 'this broker has no queue of Cinder, so another one has them, and this server boots from a volume'
    : undefined;
}

function unserved(needed: readonly Needed[], all: readonly BrokerQueue[], cinderUntold: string | undefined): Finding {
  const cause = 'queue-unserved';
  const missing = needed.filter(({ found }) => found.length === 0);
  const isElsewhere = missing.some(isOfHost) && !all.some(({ name }) => name.startsWith('compute.'));
  const idle = needed.filter(({ found }) => found.length > 0 && found.every(({ consumers }) => consumers === 0));
  const names = [...missing, ...idle].map(({ name }) => name);
  const services = names.map((name) => sayOwner(ownerOf(name)).split(';')[0] ?? name);
  if (!all.some(isOfNova)) return unknown(cause, 'this broker has no queue of Nova, so another one has them');
  if (isElsewhere && idle.length === 0)
    return unknown(cause, 'this broker has no queue of a host, so the hosts of this cell have another one');
  if (names.length > 0)
    return named(cause, {
      found: `Nobody takes from the ${names.length === 1 ? 'queue' : 'queues'} ${names.join(', ')}.`,
      evidence: [
        ...missing.map(({ name }) => `the broker has no queue ${name}, and drops what is sent there`),
        ...idle.flatMap(({ found }) => found.map(say)),
        ...(names.some((name) => isOfCinder({ name })) ? ['a server waits for Cinder only if it has a volume'] : []),
      ],
      step: `Look why ${services.join(', ')} takes nothing: whether it reaches this broker and this virtual host ("transport_url"), and at the end of its log. Start this one service again; a message that waits in the queue is then worked on.`,
    });
  const untold = needed.find(({ found }) => !found.some(({ consumers = 0 }) => consumers > 0));
  if (untold !== undefined) return unknown(cause, `nobody told how many consumers ${untold.name} has`);
  if (cinderUntold !== undefined) return unknown(cause, cinderUntold);
  return ruledOut(cause, `${needed.map(({ name }) => name).join(', ')}: each has a consumer`);
}

function full(needed: readonly Needed[]): Finding {
  const cause = 'queue-full';
  const queues = needed.flatMap(({ found }) => found);
  const late = queues.filter((queue) => isFull(queue) && queue.consumers !== 0);
  if (late.length > 0)
    return named(cause, {
      found: `Messages pile up in ${late.map(nameOf).join(', ')}, whose consumers do not take them.`,
      evidence: [...late.map(say), 'looked at twice: they waited both times'],
      step: `Look at the log and the load of ${late.map(({ name }) => sayOwner(ownerOf(name)).split(';')[0] ?? name).join(', ')}: whether it hangs in a call to its database, to libvirt or to storage. Do not purge the queue: the request of this server lies in it.`,
    });
  if (queues.some(({ ready, unacked }) => ready === undefined || unacked === undefined))
    return unknown(cause, 'nobody told how many messages wait');
  return ruledOut(cause, `${queues.map(nameOf).join(', ')}: no message waits that was there before`);
}

export const queues: Examine = (examined) => {
  const { facts, situation, words } = examined;
  const ofQueues = ['queue-unserved', 'queue-full'] as const;
  if (situation.is === 'failed' && words !== '' && !unanswered.test(words))
    return (['broker-stuck', ...ofQueues] as const).map((cause) =>
      ruledOut(cause, 'Nova recorded a failure, so its messages came through'),
    );
  const known = facts.queues;
  if (!known.isRead) return [stuck(examined), ...ofQueues.map((cause) => unknown(cause, known.why))];
  const all = known.value;
  const ofCinder = cinderQueues(examined, all);
  const needed = [...novaQueues(examined), ...ofCinder.needed].map((name) => ({
    name,
    found: all.filter((queue) => queue.name === name),
  }));
  const cinderUntold = whyCinderUntold(examined, all, ofCinder.perhaps);
  return [stuck(examined), unserved(needed, all, cinderUntold), full(needed)];
};
