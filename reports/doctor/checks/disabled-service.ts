import { disabledBy, healthOf, subjectOf } from '../../heartbeats';
import { defineCheck } from '../check';
import { judgeSettled, readSettled } from './settled';
import { heartbeatEvidence } from '../../heartbeat-words';

export const disabledService = defineCheck({
  code: 'SW-1004',
  title: 'a service or an agent is switched off',
  needs: ['the API'],
  isOfHosts: true,
  read: readSettled('nova', 'neutron', 'cinder'),
  judge: (settled, show) =>
    judgeSettled(
      settled,
      (beat) => {
        const by = disabledBy(beat);
        // Another code reports a dead service, with the same evidence.
        if (by === undefined) return 'good';
        const health = healthOf(beat);
        if (health === 'dead' || health === 'forced down') return { leftOut: `${health} and disabled` };
        const isOwn = by.startsWith('by Nova itself');
        return {
          result: isOwn ? 'fault' : 'risk',
          subject: subjectOf(beat),
          found: `It was disabled ${by}. The API says ${beat.isUp ? 'up' : 'down'}.`,
          evidence: heartbeatEvidence(beat, show),
          step: isOwn
            ? `Look at the log of ${beat.name} on ${beat.host}: Nova enables it again by itself once the cause is gone.`
            : 'Ask who disabled it. Where the work is done, enable it again; nothing that runs there changes by that.',
        };
      },
      ['service or agent is enabled', 'services and agents are enabled'],
    ),
  page: {
    means:
      'The scheduler gives the host no new servers (Nova, Cinder), or the agent no new routers and networks (Neutron). Whatever runs there keeps running.',
    evidence:
      'The list has `status: disabled`, or an agent `admin_state_up: false`. nova-compute itself writes a reason that begins with `AUTO:`, when libvirt is gone or several builds failed in a row.',
    alike:
      'A dead service (SW-1001) is down. "No valid host" has other causes too: a flavor that fits nowhere, a full host.',
    step: 'Read the reason. If an operator gave it, ask, then enable the host. If Nova gave it, repair libvirt or the failing builds; then Nova enables the host itself.',
    never: 'Do not enable a host that somebody disabled for work on it before that work is done.',
  },
});
