import { healthOf, subjectOf } from '../../heartbeats';
import { bindsPorts } from '../../l2-agents';
import { sayDuration } from '../../../lib/render/table';
import { untried } from '../../looked';
import type { HostClock } from '../../sources';
import { defineCheck } from '../check';
import { judgeSettled } from './settled';
import { agentBehind, readSkew } from './skewed-heartbeat';
import { heartbeatEvidence } from '../../heartbeat-words';

/** The effect that customers notice, by the agent's binary. */
const effects: readonly (readonly [RegExp, string])[] = [
  [/l3-agent/, 'Routers and floating IPs there keep passing packets; changes to them wait.'],
  [/dhcp-agent/, 'Running servers keep their addresses until the lease ends; new ones may get none.'],
  [/metadata-agent/, 'New servers there may get no user data.'],
];
const portsEffect =
  'Running servers keep their network; ports can no longer be bound on this host, so new servers there end in ERROR.';

function sayClock(name: string, hosts: readonly HostClock[]): string {
  const clock = hosts.find(({ host }) => host === name)?.clock ?? untried('stackward.yaml does not name the host');
  if (!clock.isRead) return `the clock of ${name} was not looked at (${clock.why})`;
  const { aheadSeconds } = clock.value;
  return `the clock of ${name} is ${sayDuration(Math.abs(aheadSeconds))} ${aheadSeconds < 0 ? 'behind' : 'ahead of'} this machine`;
}

export const deadAgent = defineCheck({
  code: 'SW-1005',
  title: 'an agent of Neutron is dead',
  needs: ['the API', 'hosts'],
  isOfHosts: true,
  read: readSkew,
  judge: ({ settled, hosts }, show) =>
    judgeSettled(
      settled.filter(({ service }) => service === 'neutron'),
      (beat) => {
        const health = healthOf(beat);
        if (health !== 'dead') return health === 'up' ? 'good' : { leftOut: health };
        if (agentBehind(beat, hosts) !== undefined) return { leftOut: 'skewed' };
        const effect = bindsPorts(beat)
          ? portsEffect
          : (effects.find(([pattern]) => pattern.test(beat.name))?.[1] ?? '');
        return {
          result: beat.isEnabled ? 'fault' : 'risk',
          subject: subjectOf(beat),
          found: `It has sent no report for ${sayDuration(beat.ageSeconds)}. ${effect}`.trimEnd(),
          evidence: [...heartbeatEvidence(beat, show), sayClock(beat.host, hosts)],
          step: `Look on ${beat.host} whether the agent runs, and at the end of its log, before you start it again.`,
        };
      },
      ['agent sends reports', 'agents send reports'],
    ),
  page: {
    means:
      'The agent has stopped, or can no longer reach RabbitMQ. What it has set up keeps working: bridges, flows, routers and NAT rules stay in the kernel. Nothing new is set up.',
    evidence: 'Neutron says `alive: false`, and the heartbeat did not move between two looks 34 s apart.',
    alike:
      'After a restart of neutron-server, an agent whose host’s clock is slow looks the same: that is SW-1002, which doctor can only recognize if stackward.yaml names the host. An agent that hangs in a loop sends no report either; its log shows its last action.',
    step: 'On the host: does the process exist, and what are the last lines of its log? Start this one agent again. The Open vSwitch agent keeps flows over a restart, and writes the packet filter anew.',
    never:
      'Do not restart Open vSwitch, the network or the host: that cuts customers off. Do not delete the agent in Neutron: its routers and networks go with it.',
  },
});
