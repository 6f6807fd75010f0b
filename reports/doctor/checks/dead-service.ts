import { healthOf, subjectOf, type Heartbeat } from '../../heartbeats';
import { sayDuration } from '../../../lib/render/table';
import { defineCheck } from '../check';
import { judgeSettled, readSettled, type Settled } from './settled';
import { heartbeatEvidence } from '../../heartbeat-words';

const isConductor = ({ name }: Heartbeat): boolean => name === 'nova-conductor';

/** Without a conductor nobody writes the heartbeats of nova-compute, so each of them looks dead. */
function lacksConductor(settled: Settled): boolean {
  const conductors = settled.flatMap(({ beats }) => (beats.isRead ? beats.value.filter(isConductor) : []));
  return conductors.length > 0 && !conductors.some((beat) => healthOf(beat) === 'up');
}

/** Puts the service first whose death makes others look dead. */
const conductorsFirst = (settled: Settled): Settled =>
  settled.map(({ service, beats }) => ({
    service,
    beats: beats.isRead
      ? { ...beats, value: [...beats.value.filter(isConductor), ...beats.value.filter((beat) => !isConductor(beat))] }
      : beats,
  }));

function consequenceOf({ name }: Heartbeat, isOrphaned: boolean): string {
  if (name === 'nova-conductor')
    return isOrphaned ? ' It writes the heartbeats of nova-compute, so those look dead too: begin here.' : '';
  if (name !== 'nova-compute') return '';
  if (isOrphaned) return ' No nova-conductor is up to write this heartbeat: begin there. nova-compute may be well.';
  return ' Servers there keep running; new ones, and changes to them, wait.';
}

export const deadService = defineCheck({
  code: 'SW-1001',
  title: 'a service of Nova or Cinder is dead',
  needs: ['the API'],
  isOfHosts: true,
  read: readSettled('nova', 'cinder'),
  judge(settled, show) {
    const isOrphaned = lacksConductor(settled);
    return judgeSettled(
      conductorsFirst(settled),
      (beat) => {
        const health = healthOf(beat);
        if (health !== 'dead') return health === 'up' ? 'good' : { leftOut: health };
        const { host, ageSeconds, isEnabled } = beat;
        return {
          result: isEnabled ? 'fault' : 'risk',
          subject: subjectOf(beat),
          found: `It has sent no heartbeat for ${sayDuration(ageSeconds)}.${consequenceOf(beat, isOrphaned)}`,
          evidence: heartbeatEvidence(beat, show),
          step: `Look on ${host} whether the process runs, and at the end of its log, before you start it again.`,
        };
      },
      ['service sends heartbeats', 'services send heartbeats'],
    );
  },
  page: {
    means:
      'The process has stopped, or can no longer reach the message queue or the database: its heartbeat stood still over two looks that were one report interval apart. Servers on a host with a dead nova-compute keep running. Builds, deletes, resizes and consoles of that host wait.',
    evidence:
      'Nova or Cinder says `down`, nobody forced it down, and the heartbeat did not move between the two looks.',
    alike:
      'If a slow clock writes the heartbeat of a living service, the heartbeat moves between the looks: SW-1002. An operator may have fenced the service off: SW-1003. A living service without a connection to RabbitMQ sends no heartbeat either; its log then repeats AMQP errors. A dead nova-conductor makes every nova-compute look dead, because it writes their heartbeats.',
    step: 'On the host: does the process exist, and what are the last lines of its log? Start the one service again. A restart of nova-compute doesn’t affect running servers.',
    never:
      'Do not restart the host or its network: that cuts customers off, although their servers still work. Do not evacuate before you know that the servers are down: two copies of one server write to one disk.',
  },
});
