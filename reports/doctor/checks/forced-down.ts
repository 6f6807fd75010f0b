import { healthOf, subjectOf } from '../../heartbeats';
import { defineCheck } from '../check';
import { judgeSettled, readSettled } from './settled';
import { heartbeatEvidence } from '../../heartbeat-words';

export const forcedDown = defineCheck({
  code: 'SW-1003',
  title: 'a service was forced down',
  needs: ['the API'],
  isOfHosts: true,
  read: readSettled('nova'),
  judge: (settled, show) =>
    judgeSettled(
      settled,
      (beat) =>
        healthOf(beat) === 'forced down'
          ? {
              result: 'fault',
              subject: subjectOf(beat),
              found: 'Somebody set forced_down, so Nova takes it for dead whatever its heartbeat says.',
              evidence: heartbeatEvidence(beat, show),
              step: `Ask who fenced ${beat.host} off, and whether its servers were evacuated. Only then clear it: \`nova service-force-down --unset ${beat.host} ${beat.name}\`.`,
            }
          : beat.isForcedDown === undefined
            ? { leftOut: 'without forced_down' }
            : 'good',
      ['service is not forced down', 'services are not forced down'],
    ),
  page: {
    means:
      'An operator or a monitor (Masakari, Pacemaker) told Nova that this host is dead, so that its servers can be evacuated at once. Until somebody clears it the host gets no server, even if the host works. Releases before Liberty do not have it.',
    evidence: 'The service list has `forced_down: true` (API 2.11 and later). The heartbeat may be fresh.',
    alike: 'A dead service (SW-1001) has no fresh heartbeat and no forced_down. A disabled one (SW-1004) is up.',
    step: 'Find out who fenced the host off. When the host works again, and its evacuated servers no longer run there, clear forced_down.',
    never:
      'Do not clear it while evacuations of that host are `done` and nova-compute was not started since: Nova refuses with 400, and the old copies of the servers may still run there.',
  },
});
