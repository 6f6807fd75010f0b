/** Judges the services that pass the work on: conductor, scheduler, and the network agent of the host. */
import { isAlive, subjectOf } from '../../heartbeats';
import { heartbeatEvidence } from '../../heartbeat-words';
import { bindsOn } from '../../l2-agents';
import { sayHost } from '../facts';
import { named, ruledOut, unknown, type Examine, type Examined, type Finding } from '../finding';
import { lineWith, noReason } from '../situation';
import { messageLost } from './message';
import { unanswered, unplugged } from './recorded';
import { evidenceOf } from './rows';

function controlDead({ facts, situation, task, words, show }: Examined): Finding {
  const { services, hasAllServices } = facts;
  if (!services.isRead) return unknown('control-dead', services.why);
  if (situation.is === 'failed' && words !== '' && !unanswered.test(words))
    return ruledOut('control-dead', 'Nova recorded another failure');
  const needed = ['nova-conductor', ...(task.asksScheduler === true || situation.is === 'failed' ? ['nova-scheduler'] : [])]; // prettier-ignore
  for (const binary of needed) {
    const beats = services.value.filter(({ name }) => name === binary);
    if (beats.some(isAlive)) continue;
    if (beats.length === 0 && !hasAllServices)
      return unknown('control-dead', `the databases that stackward.yaml names have no ${binary}, and further cells may have it`); // prettier-ignore
    const hosts = [...new Set(beats.map(({ host }) => host))].join(', ');
    return named('control-dead', {
      found: `No ${binary} is alive, and ${binary === 'nova-scheduler' ? 'it chooses the host' : 'everything that Nova does to a server goes through it'}.`,
      evidence:
        beats.length === 0
          ? [`Nova lists no ${binary}`]
          : beats.flatMap((beat) => [subjectOf(beat), ...evidenceOf(facts, beat, show)]),
      step: `Look on ${hosts === '' ? 'the controllers' : hosts} why ${binary} ended, and start it again; it carries no traffic of customers.`,
    });
  }
  const alive = services.value.filter((beat) => needed.includes(beat.name) && isAlive(beat));
  return ruledOut('control-dead', `alive: ${alive.map(subjectOf).join(', ')}`);
}

function agentDead({ facts, host, hostUntold, situation, task, words, show }: Examined): Finding {
  const { agents, ports } = facts;
  if (!agents.isRead) return unknown('agent-dead', agents.why);
  const isUnplugged = unplugged.test(words);
  if (situation.is === 'failed' && words === '') return unknown('agent-dead', noReason);
  if (situation.is === 'failed' && !isUnplugged) return ruledOut('agent-dead', 'Nova recorded another failure');
  // While a server is being built, its ports may not exist yet.
  if (task.kind !== 'build' && ports.isRead && ports.value.length === 0 && !isUnplugged) return ruledOut('agent-dead', 'it has no port that somebody would have to plug in'); // prettier-ignore
  if (host === undefined)
    return hostUntold === undefined
      ? ruledOut('agent-dead', 'no host was chosen for it yet')
      : unknown('agent-dead', hostUntold);
  const mine = bindsOn(host, agents.value);
  const dead = mine.find((beat) => !isAlive(beat));
  const failure = isUnplugged ? [lineWith(words, unplugged) ?? ''] : [];
  if (dead === undefined) {
    const now = mine.length === 0 ? `Neutron has no agent on ${host}` : `${mine.map(subjectOf).join(', ')}: alive`;
    return isUnplugged
      ? unknown('agent-dead', `nova-compute waited in vain until its port was plugged in; ${now} now, and nobody tells how it was then`) // prettier-ignore
      : ruledOut('agent-dead', now);
  }
  return named('agent-dead', {
    found: `${subjectOf(dead)} is dead, so the host waits for a network that nobody plugs in.`,
    evidence: [...failure, sayHost(facts, host), ...heartbeatEvidence(dead, show)],
    step: `Look on ${host} whether the agent runs, and at the end of its log; start this one agent again. What it has set up keeps working meanwhile.`,
  });
}

export const control: Examine = (examined) => [controlDead(examined), messageLost(examined), agentDead(examined)];
