import { healthOf, subjectOf } from '../../heartbeats';
import { sayDuration } from '../../../lib/render/table';
import { defineCheck } from '../check';
import { judgeSettled, readSettled } from './settled';
import { heartbeatEvidence } from './words';

export const deadService = defineCheck({
  code: 'SW-1001',
  title: 'a service of Nova or Cinder is dead',
  needs: ['the API'],
  read: readSettled('nova', 'cinder'),
  judge: (settled, show) =>
    judgeSettled(
      settled,
      (beat) => {
        const health = healthOf(beat);
        if (health !== 'dead') return health === 'up' ? 'good' : { leftOut: health };
        const { name, host, ageSeconds, isEnabled } = beat;
        const what = name === 'nova-compute' ? ' Servers there keep running; new ones, and changes to them, wait.' : '';
        return {
          result: isEnabled ? 'fault' : 'risk',
          subject: subjectOf(beat),
          found: `It has sent no heartbeat for ${sayDuration(ageSeconds)}.${what}`,
          evidence: heartbeatEvidence(beat, show),
          step: `Look on ${host} whether the process runs, and at the end of its log, before you start it again.`,
        };
      },
      'services send heartbeats',
    ),
  page: {
    means:
      'The process has stopped, or can no longer reach the message queue or the database: its heartbeat stood still over two looks that were one report interval apart. Servers on a host with a dead nova-compute keep running. Builds, deletes, resizes and consoles of that host wait.',
    evidence:
      'Nova or Cinder says `down`, nobody forced it down, and the heartbeat did not move between the two looks.',
    alike:
      'A service that is alive and written by a clock that is behind moves between the looks: SW-1002. A service that an operator fenced off: SW-1003. A service that is alive and whose connection to RabbitMQ is dead sends no heartbeat either; its log then repeats AMQP errors.',
    step: 'On the host: is the process there, and what are the last lines of its log? Start the one service again. Restarting nova-compute leaves running servers alone.',
    never:
      'Do not restart the host or its network: that cuts customers off, and the servers there are well. Do not evacuate before you know that the servers are down: two copies of one server write to one disk.',
  },
});
