/**
 * Judges whether the message to the service that should work on the server was lost. If nobody has begun, everybody is
 * alive and no queue has the message, then it is lost. The logs show how far the request came: if the API's log has it,
 * and the receiver's log reaches back to that time without it, the message was lost between them. Pure.
 */
import type { ServerAction } from '../../../lib/contract/server-ports';
import { count } from '../../../lib/render/text';
import { sayDuration } from '../../../lib/render/table';
import { sayHost } from '../facts';
import { named, ruledOut, unknown, type Examined, type Finding } from '../finding';
import type { LogTrace } from '../logs';
import { isHanging, lastAction, lineWith, noReason, patienceSeconds, tracesOf } from '../situation';
import { wayOut } from '../tasks';
import { unanswered } from './recorded';

const cause = 'message-lost';

export function messageLost(examined: Examined): Finding {
  const { facts, situation, words } = examined;
  if (situation.is === 'failed') return ofFailure(words);
  const { actions } = facts;
  if (!actions.isRead) return unknown(cause, actions.why);
  const action = lastAction(facts);
  if (action !== undefined && action.events === undefined)
    return unknown(cause, `Nova shows the events of ${action.action} only to an administrator, and no database of Nova has them`); // prettier-ignore
  const event = action?.events?.at(-1);
  const { show } = examined;
  if (event !== undefined && event.finishedAt === undefined)
    return ruledOut(
      cause,
      `${event.event} began${event.startedAt === undefined ? '' : ` ${show(event.startedAt)}`}, so the host has the message`,
    );
  if (!isHanging(situation))
    return unknown(cause, `it is too early to tell: a message counts as lost after ${sayDuration(patienceSeconds)}`);
  // nova-compute copies memory in a separate thread. The event already ends when this thread has started.
  if (facts.server.taskState === 'migrating' && event?.event.includes('live_migration') === true && event.result !== 'Error') // prettier-ignore
    return unknown(cause, `${event.event} ended, and nova-compute tells of no event while it copies memory; \`openstack server migration list --server ${facts.server.id}\` tells how far it is`); // prettier-ignore
  const receiver = receiverOf(examined);
  const taken = receiver.logs.find(({ ofRequest = 0 }) => ofRequest > 0);
  if (taken !== undefined && event === undefined)
    return ruledOut(cause, `${taken.path} on ${taken.host} has ${action?.requestId ?? 'its request'}, so ${receiver.name} has the message`); // prettier-ignore
  return lost(examined, receiver, action);
}

function ofFailure(words: string): Finding {
  if (words === '') return unknown(cause, noReason);
  return unanswered.test(words)
    ? named(cause, {
        found: 'A service asked another over the message queue, and had no answer in time.',
        evidence: [lineWith(words, unanswered) ?? ''],
        step: 'Look at the queues (`stackward broker`): one without a consumer, or a backlog, names the service.',
      })
    : ruledOut(cause, 'Nova recorded a failure, so its messages came through');
}

interface Receiver {
  readonly name: string;
  readonly logs: readonly LogTrace[];
}

/** The service that the message was for. */
function receiverOf({ facts, host }: Examined): Receiver {
  const ofService = (form: RegExp) => tracesOf(facts).filter(({ service }) => form.test(service));
  const { cell } = facts.record;
  if (host !== undefined)
    return { name: `nova-compute on ${host}`, logs: ofService(/^nova-compute/).filter((trace) => trace.host === host) };
  if (cell.isRead && cell.value.is === 'cell')
    return { name: 'the nova-compute that was chosen', logs: ofService(/^nova-compute/) };
  return { name: 'nova-conductor or nova-scheduler', logs: ofService(/^nova-(conductor|scheduler)/) };
}

function lost(examined: Examined, receiver: Receiver, action: ServerAction | undefined): Finding {
  const { facts, situation, host, task, show } = examined;
  const event = action?.events?.at(-1);
  const seconds = situation.is === 'under way' ? situation.seconds : undefined;
  const began =
    event?.finishedAt === undefined
      ? `Nova's API took the request ${sayDuration(seconds)} ago, and nobody has begun with it`
      : `${event.event} ended ${show(event.finishedAt)}, and nobody has begun with the next step`;
  const request = action?.requestId ?? 'its request';
  return named(cause, {
    // If nobody looked at the queues, the message may still be in one of them.
    found: `The message to ${receiver.name} ${facts.queues.isRead ? 'is lost' : 'did not arrive'}: ${began}.`,
    evidence: [
      action === undefined
        ? 'Nova keeps no action of it: no conductor has taken the request'
        : `action ${action.action} (${action.requestId}) has no event that is under way`,
      ...(host === undefined ? [] : [sayHost(facts, host)]),
      ...sayRecord(examined),
      ...sayLogs(examined, receiver, action),
    ],
    step: `${facts.queues.isRead ? '' : 'Look at the queues (`stackward broker`) first: the message may still wait in one that nobody takes from. Where all have consumers, t'}${facts.queues.isRead ? 'T' : ''}he sender wrote into a connection that the broker had closed, or to a queue that was gone at that moment: ${wayOut(task, request)}. \`heartbeat_in_pthread\` of nova-api prevents the next one.`,
  });
}

function sayRecord({ facts: { record } }: Examined): readonly string[] {
  const { cell, isRequested } = record;
  return [
    ...(isRequested.isRead
      ? [`nova_api.build_requests ${isRequested.value ? 'still has its request' : 'has no request of it any more'}`]
      : []),
    ...(cell.isRead
      ? [
          cell.value.is === 'cell'
            ? `nova_api.instance_mappings: it is in ${cell.value.name}, so a conductor had it`
            : `nova_api.instance_mappings gives it no cell: no conductor has had it`,
        ]
      : [`nova_api was not looked at (${cell.why})`]),
  ];
}

/** How far the logs show the request, and which logs couldn't be searched. */
function sayLogs({ facts, show }: Examined, receiver: Receiver, action: ServerAction | undefined): readonly string[] {
  if (facts.logs.length === 0) return ['logs were not looked at (stackward.yaml leads to none of the hosts)'];
  const has = tracesOf(facts).filter(({ ofRequest = 0 }) => ofRequest > 0).map((trace) => `${trace.path} on ${trace.host} has ${action?.requestId ?? ''}: ${count(trace.ofRequest ?? 0, 'line')}`); // prettier-ignore
  const hasNot = receiver.logs.filter(({ ofRequest }) => ofRequest === 0).map((trace) => `${trace.path} on ${trace.host} does not have it${reach(trace, action, show)}`); // prettier-ignore
  const unread = facts.logs.flatMap(({ host, traces: there, missed }) => [
    ...(there.isRead ? [] : [`the logs on ${host} were not looked at (${there.why})`]),
    ...missed.map((log) => `not looked at on ${host}: ${log}`),
  ]);
  const none = action === undefined ? ['logs can not be searched for its request, whose id is kept nowhere'] : [];
  return [...none, ...has, ...hasNot, ...unread];
}

function reach({ since }: LogTrace, action: ServerAction | undefined, show: (time: Date) => string): string {
  if (since === undefined || action?.startedAt === undefined) return ', and nobody tells since when it was written';
  return since <= action.startedAt
    ? ` and was written all the time, since ${show(since)}`
    : `, and begins later than it (${show(since)}), so that says nothing`;
}
