/** SW-6001 and following: checks of the message broker, all from one reading. */
import type { BrokerQueue } from '../../../lib/contract/broker-ports';
import { count } from '../../../lib/render/text';
import { alarmsUntold, backlogFrom, backlogs, clientHosts, idleQueues, isAlarmUntold, isNodeSick, nameOf, sayNode, uncountedQueues, untoldQueues, type IdleQueue } from '../../broker/judge'; // prettier-ignore
import { servedElsewhere } from '../../broker/elsewhere';
import { ownerOf, sayOwner } from '../../broker/queue-owner';
import type { BrokerLooks } from '../../broker/read';
import type { Heartbeat } from '../../heartbeats';
import type { Sources } from '../../sources';
import { untried, type Looked } from '../../looked';
import { defineCheck, judgeLooked, notLookedAt, type Result, type Trouble } from '../check';

const read = (sources: Sources) => sources.broker();
const needs = ['the message broker'] as const;
const mostFindings = 30;

const waiting = ({ queue: { ready } }: IdleQueue): string =>
  ready === undefined ? 'nobody told how many messages wait' : `${count(ready, 'message')} ${ready === 1 ? 'waits' : 'wait'}`; // prettier-ignore

function judgeIdle(idle: IdleQueue): readonly Result[] {
  const { queue, owner, is } = idle;
  if (is === 'note') return [];
  const { service = 'the service', host } = owner;
  const shared = { result: is, subject: `queue ${nameOf(queue)}`, evidence: [`0 consumers, ${waiting(idle)}`, sayOwner(owner)] } as const; // prettier-ignore
  const steps: Readonly<Record<typeof owner.kind, Pick<Trouble, 'found' | 'step'>>> = {
    service: {
      found: `No ${service} takes from it, so whatever is sent there waits.`,
      step: `Look why ${service} runs nowhere, or with another "transport_url"; start it, which cuts nobody off.`,
    },
    host: {
      found: `${service} on ${host ?? '?'} takes nothing from it.`,
      step: `Where the host is in use: look whether ${service} runs there and reaches this broker (SW-1001, SW-1005). Where it was removed: delete the queue.`,
    },
    fanout: { found: 'A process that is gone left it, and messages pile up in it.', step: 'Delete the queue: nobody will take from it again.' }, // prettier-ignore
    reply: { found: 'A process that is gone left it, and answers pile up in it.', step: 'Delete the queue: nobody will take from it again.' }, // prettier-ignore
    notifications: {
      found: 'Notifications pile up, because nobody takes them; in the end they fill the broker.',
      step: 'Start what should take them (ceilometer, an auditor), or set the driver of notifications to "noop"; then purge the queue.',
    },
    unknown: { found: 'Messages wait in it, and nobody takes them.', step: 'Find out whose it is by its bindings (`rabbitmqctl list_bindings`).' }, // prettier-ignore
  };
  return [{ ...shared, ...steps[owner.kind] }];
}

/** @param untold what nobody told */
function unreadQueues(queues: readonly BrokerQueue[], untold: string): readonly Result[] {
  if (queues.length === 0) return [];
  const names = queues.slice(0, 3).map(nameOf).join(', ');
  return [notLookedAt(`${count(queues.length, 'queue')}, ${names}${queues.length > 3 ? ', …' : ''}`, untried(`nobody told ${untold}, as of a queue that has just been declared or whose node is down`))]; // prettier-ignore
}

interface QueuesSeen {
  readonly broker: Looked<BrokerLooks>;
  /** Of Nova, Cinder and Neutron, each as far as it answers. */
  readonly beats: readonly Looked<readonly Heartbeat[]>[];
}

async function readWithBeats(sources: Sources): Promise<QueuesSeen> {
  const { nova, cinder, neutron } = sources.heartbeats;
  const [broker, ...beats] = await Promise.all([read(sources), nova(), cinder(), neutron()]);
  return { broker, beats };
}

/** stackward reads one broker. The services of another cell, or with other hosts in their configuration, have another. */
function otherBrokers(queues: readonly BrokerQueue[], beats: QueuesSeen['beats']): readonly Result[] {
  const elsewhere = servedElsewhere(queues, beats.flatMap((each) => (each.isRead ? each.value : []))); // prettier-ignore
  if (elsewhere.length === 0) return [];
  const named = elsewhere.slice(0, 3).map(({ name, host }) => `${name} on ${host}`).join(', '); // prettier-ignore
  const { host = '', queue = '' } = elsewhere[0] ?? {};
  return [notLookedAt(`the broker of ${count(elsewhere.length, 'service')}, ${named}${elsewhere.length > 3 ? ', …' : ''}`, untried(`they are alive, and the broker that stackward.yaml names has no queue of theirs, such as ${queue}; see which hosts "transport_url" or "rabbit_hosts" names on ${host}, and whether each is a node of this cluster: another cluster or cell has its own queues, and stackward reads one broker`))]; // prettier-ignore
}

function judgeQueues(known: readonly BrokerQueue[], beats: QueuesSeen['beats']): readonly Result[] {
  const idle = idleQueues(known);
  const found = idle.flatMap(judgeIdle).slice(0, mostFindings);
  const noted = idle.filter(({ is }) => is === 'note');
  const kinds = [...new Set(noted.map(({ owner }) => owner.kind))].join(', ');
  const left = noted.length === 0 ? '' : `; ${noted.length} without a consumer and of no consequence (${kinds})`;
  const untold = untoldQueues(known);
  const unread = [...unreadQueues(untold, 'how many consumers there are'), ...otherBrokers(known, beats)];
  if (found.length > 0 || untold.length === known.length) return [...found, ...unread];
  return [{ result: 'fine', subject: 'queues', found: `${count(known.length - untold.length, 'queue')}, each of a service with a consumer${left}` }, ...unread]; // prettier-ignore
}

export const idleQueue = defineCheck({
  code: 'SW-6001',
  title: 'a queue of the broker has no consumer',
  needs,
  read: readWithBeats,
  judge: ({ broker, beats }) =>
    judgeLooked('broker', broker, ({ queues }) => judgeLooked('queues', queues, (known) => judgeQueues(known, beats))),
  page: {
    means:
      'Nobody reads the messages in this queue. If it is the queue of a service, requests hang: servers stay in BUILD, ports in DOWN, volumes in creating. A queue of notifications without a consumer is common. It becomes a risk when a thousand messages wait.',
    evidence:
      'The broker reports 0 consumers. The name of a queue shows which service it belongs to: `conductor`, `compute.cnode01`, `q-plugin`, `cinder-volume.ctl1@lvm`; `reply_…` and `…_fanout_…` belong to one process and stay behind when it is killed. Services that are alive and have no queue of their own at this broker (`compute.cnode01`) use another one, whose queues are told as not looked at.',
    alike:
      'A service that is alive by its heartbeat may have no consumer: heartbeats go through the database (Nova, Cinder) and not through this queue. A queue of a removed host is harmless.',
    step: 'Find out why the service does not take from its queue: not running, another broker or virtual host in `transport_url`, a connection that is blocked (SW-6003).',
    never:
      'Do not purge the queue of a service: requests in it are lost, and their servers hang for ever. Do not restart RabbitMQ: every service would connect again at once.',
  },
});

export const backlog = defineCheck({
  code: 'SW-6002',
  title: 'messages pile up in a queue of the broker',
  needs,
  read,
  judge: (broker) =>
    judgeLooked('broker', broker, ({ queues }) =>
      judgeLooked('queues', queues, (known): readonly Result[] => {
        const full = backlogs(known).slice(0, mostFindings);
        const uncounted = uncountedQueues(known);
        const unread = unreadQueues(uncounted, 'how many messages wait or are taken');
        if (full.length === 0 && uncounted.length === known.length) return unread;
        if (full.length === 0) return [{ result: 'fine', subject: 'queues', found: `${count(known.length - uncounted.length, 'queue')}, none with ${backlogFrom} messages or more that its consumers leave` }, ...unread]; // prettier-ignore
        const found = full.map((queue): Result => ({
          result: 'risk',
          subject: `queue ${nameOf(queue)}`,
          found: `Its consumers don't keep up: ${queue.ready ?? '?'} messages wait, ${queue.unacked ?? '?'} are taken and not confirmed.`,
          evidence: [`${queue.consumers ?? '?'} consumers`, sayOwner(ownerOf(queue.name))],
          step: 'Look at the log and the load of the service; more workers of it, or a database that answers faster, help. Wait, where the number falls.',
        }));
        return [...found, ...unread];
      }),
    ),
  page: {
    means:
      'The service is too slow for its requests, or hangs with messages that it has taken. Requests are answered late, or time out.',
    evidence: `At least ${backlogFrom} messages wait in a queue that has consumers, or are taken and not confirmed.`,
    alike: 'A queue without a consumer: SW-6001. A moment’s peak: ask again, and see whether the number falls.',
    step: 'Look at the service’s log and load, and at its database. Add workers where it is busy.',
    never: 'Do not purge the queue: requests in it are lost, and their servers hang for ever.',
  },
});

function judgeHealth({ nodes, connections }: BrokerLooks): readonly Result[] {
  const ofNodes = judgeLooked('nodes', nodes, (known): readonly Result[] =>
    known.filter(isNodeSick).map((node) => ({
      result: 'fault',
      subject: `node ${node.name}`,
      found: `It ${node.isRunning ? 'has ' : ''}${sayNode(node)}.`,
      evidence: [`running: ${node.isRunning ? 'yes' : 'no'}`, `alarms: ${node.alarms?.join(', ') ?? '?'}`, `partitions: ${node.partitions.join(', ') || 'none'}`], // prettier-ignore
      step: node.alarms?.includes('disk') ? 'Free disk space on the node; it takes messages again by itself.' : node.alarms?.includes('memory') ? 'Find the queue that fills the memory (SW-6001, SW-6002); the node takes messages again by itself.' : node.isRunning ? 'Decide which side of the split cluster is to stay, before anything is restarted.' : 'Look at the log of RabbitMQ on this node before it is started.', // prettier-ignore
    })),
  );
  const ofClients = judgeLooked('connections', connections, (known): readonly Result[] => {
    const blocked = clientHosts(known).filter((host) => host.blocked > 0);
    if (blocked.length === 0) return [];
    return [{ result: 'fault', subject: 'connections', found: `The broker holds up connections from ${count(blocked.length, 'address', 'addresses')}.`, evidence: blocked.slice(0, 10).map(({ from, blocked: number }) => `${from}: ${number}`), step: 'End the alarm of the node: its memory or disk is full.' }]; // prettier-ignore
  });
  const untold = nodes.isRead ? nodes.value.filter(isAlarmUntold) : [];
  const unread = untold.map(({ name }) => notLookedAt(`alarms of node ${name}`, untried(alarmsUntold)));
  const all = [...ofNodes, ...ofClients];
  if (all.length > 0 || !nodes.isRead) return [...all, ...unread];
  const told = connections.isRead ? `, ${count(connections.value.length, 'connection')}, none held up` : '';
  return [{ result: 'fine', subject: 'broker', found: `${count(nodes.value.length, 'node')} without ${untold.length > 0 ? 'partition' : 'alarm or partition'}${told}` }, ...unread]; // prettier-ignore
}

export const brokerHealth = defineCheck({
  code: 'SW-6003',
  title: 'the broker has an alarm, is split, or holds connections up',
  needs,
  read,
  judge: (broker) => judgeLooked('broker', broker, judgeHealth),
  page: {
    means:
      'With an alarm of memory or disk the broker accepts no message at all: every request of the cloud hangs, and services look alive. In a split cluster each side has its own queues, and messages of one side never reach the other.',
    evidence:
      'Alarms and partitions that each node reports; connections in the state `blocked` or `blocking`; nodes that are members and do not run.',
    alike: 'A service that can’t reach the broker at all: its log tells of refused connections.',
    step: 'Disk: free space. Memory: find the queue that fills it. Partition: decide which side stays, and restart RabbitMQ only on the other side.',
    never:
      'Do not restart all nodes at once. Do not raise the watermark of memory to end an alarm before you know what fills it.',
  },
});

export const brokerChecks = [idleQueue, backlog, brokerHealth];
