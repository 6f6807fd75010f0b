/** Whoever passes the work on: conductor, scheduler, and the messages between them and the host. */
import { sayDuration } from '../../../lib/render/table';
import { healthOf, subjectOf, type Heartbeat } from '../../heartbeats';
import { heartbeatEvidence } from '../../heartbeat-words';
import { bindsPorts } from '../../l2-agents';
import { sayHost } from '../facts';
import { named, ruledOut, unknown, type Examine, type Examined, type Finding } from '../finding';
import { isHanging, lastAction, patienceSeconds } from '../situation';

const unanswered = /MessagingTimeout|Timed out waiting for a reply/;
const isAlive = (beat: Heartbeat): boolean => ['up', 'skewed'].includes(healthOf(beat));

function controlDead({ facts: { services }, situation, words, show }: Examined): Finding {
  if (!services.isRead) return unknown('control-dead', services.why);
  if (situation.is === 'failed' && !unanswered.test(words))
    return ruledOut('control-dead', 'Nova recorded another failure');
  for (const binary of ['nova-conductor', 'nova-scheduler']) {
    const beats = services.value.filter(({ name }) => name === binary);
    if (beats.some(isAlive)) continue;
    const hosts = beats.map(({ host }) => host).join(', ');
    return named('control-dead', {
      found: `No ${binary} is alive, and every new server needs it.`,
      evidence:
        beats.length === 0
          ? [`Nova lists no ${binary}`]
          : beats.flatMap((beat) => [subjectOf(beat), ...heartbeatEvidence(beat, show)]),
      step: `Look on ${hosts === '' ? 'the controllers' : hosts} why ${binary} ended, and start it again; it carries no traffic of customers.`,
    });
  }
  const alive = services.value.filter((beat) => /conductor|scheduler/.test(beat.name) && isAlive(beat));
  return ruledOut('control-dead', `alive: ${alive.map(subjectOf).join(', ')}`);
}

/** Without a word from whoever has the work, the message that should have told them of it never came. */
function messageLost(examined: Examined): Finding {
  const { facts, situation, words, host, show } = examined;
  if (situation.is === 'failed')
    return unanswered.test(words)
      ? named('message-lost', {
          found: 'A service asked another over the message queue, and had no answer in time.',
          evidence: [
            words
              .split('\n')
              .find((line) => unanswered.test(line))
              ?.trim()
              .slice(0, 300) ?? '',
          ],
          step: 'Look at the queues (`stackward broker`): one without a consumer, or a backlog, names the service.',
        })
      : ruledOut('message-lost', 'Nova recorded a failure, so its messages came through');
  const { actions } = facts;
  if (!actions.isRead) return unknown('message-lost', actions.why);
  const action = lastAction(facts);
  if (action !== undefined && action.events === undefined)
    return unknown('message-lost', `Nova shows the events of ${action.action} to an administrator alone`);
  const event = action?.events?.at(-1);
  if (event !== undefined && event.finishedAt === undefined)
    return ruledOut(
      'message-lost',
      `${event.event} began${event.startedAt === undefined ? '' : ` ${show(event.startedAt)}`}, so the host has the message`,
    );
  if (situation.is !== 'under way' || !isHanging(situation))
    return unknown(
      'message-lost',
      `it is too early to tell: a message counts as lost after ${sayDuration(patienceSeconds)}`,
    );
  const to = host === undefined ? 'nova-conductor or nova-scheduler' : `nova-compute on ${host}`;
  const began =
    event?.finishedAt === undefined
      ? `Nova's API took the request ${sayDuration(situation.seconds)} ago, and nobody has begun with it`
      : `${event.event} ended ${show(event.finishedAt)}, and nobody has begun with the next step`;
  const isBuild = facts.server.status === 'BUILD';
  return named('message-lost', {
    found: `The message to ${to} is lost: ${began}.`,
    evidence: [
      action === undefined
        ? 'Nova keeps no action of it: no conductor has taken the request'
        : `action ${action.action} (${action.requestId}) has no event that is under way`,
      host === undefined ? 'no host was chosen' : sayHost(facts, host),
    ],
    step: `Look at the queues (\`stackward broker\`). Where all have consumers, the sender wrote into a connection that the broker had closed: ${isBuild ? 'delete this server and create it anew' : `read the logs of Nova for ${action?.requestId ?? 'its request'}, and change the state of the server only when you know where its disk is`}; \`heartbeat_in_pthread\` of nova-api prevents the next one.`,
  });
}

function agentDead({ facts, host, situation, show }: Examined): Finding {
  const { agents } = facts;
  if (!agents.isRead) return unknown('agent-dead', agents.why);
  if (situation.is === 'failed') return ruledOut('agent-dead', 'the failure tells more');
  if (host === undefined) return ruledOut('agent-dead', 'no host was chosen for it yet');
  const mine = agents.value.filter((beat) => beat.host === host && bindsPorts(beat));
  const dead = mine.find((beat) => !isAlive(beat));
  if (dead === undefined)
    return ruledOut(
      'agent-dead',
      mine.length === 0 ? `Neutron has no agent on ${host}` : `${mine.map(subjectOf).join(', ')}: alive`,
    );
  return named('agent-dead', {
    found: `${subjectOf(dead)} is dead, so the host waits for a network that nobody plugs in.`,
    evidence: [sayHost(facts, host), ...heartbeatEvidence(dead, show)],
    step: `Look on ${host} whether the agent runs, and at the end of its log; start this one agent again. What it has set up keeps working meanwhile.`,
  });
}

/** A cause that explains the silence: then no message needs to be lost. */
export const control: Examine = (examined) => [controlDead(examined), messageLost(examined), agentDead(examined)];
