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
      'The scheduler gives the host no new servers (Nova, Cinder), or the agent no new routers and networks (Neutron). What runs there goes on.',
    evidence:
      'The list has `status: disabled`, or an agent `admin_state_up: false`. A reason that begins with `AUTO:` is written by nova-compute itself, when libvirt is gone or builds failed in a row.',
    alike:
      'A dead service (SW-1001) is down. "No valid host" has other causes too: a flavor that fits nowhere, a full host.',
    step: 'Read the reason. An operator’s: ask, then enable. Nova’s own: mend libvirt or the failing builds; Nova enables it again.',
    never: 'Do not enable a host that somebody disabled for work on it before that work is done.',
  },
});
