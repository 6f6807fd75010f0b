import type { Heartbeat } from '../../heartbeats';
import { healthOf, slackSeconds, subjectOf } from '../../heartbeats';
import { sayDuration } from '../../../lib/render/table';
import type { HostClock, Sources } from '../../sources';
import { defineCheck, type ShowTime } from '../check';
import { judgeSettled, readSettled, type Settled, type Verdict } from './settled';
import { heartbeatEvidence } from '../../heartbeat-words';

export interface Skew {
  readonly settled: Settled;
  /** Read only if an agent looks dead, because Neutron drops the reports of an agent whose clock is behind. */
  readonly hosts: readonly HostClock[];
}

export async function readSkew(sources: Sources): Promise<Skew> {
  const settled = await readSettled('nova', 'neutron', 'cinder')(sources);
  const isDead = settled.some(
    ({ service, beats }) =>
      service === 'neutron' && beats.isRead && beats.value.some((beat) => healthOf(beat) === 'dead'),
  );
  return { settled, hosts: isDead ? await sources.hostClocks() : [] };
}

/** How many seconds the clock of a dead agent's host is behind; undefined if it isn't, or if nobody knows. */
export function agentBehind(beat: Heartbeat, hosts: readonly HostClock[]): number | undefined {
  const clock = hosts.find(({ host }) => host === beat.host)?.clock;
  if (beat.service !== 'neutron' || healthOf(beat) !== 'dead' || clock?.isRead !== true) return undefined;
  const { aheadSeconds, withinSeconds } = clock.value;
  return aheadSeconds + withinSeconds < -slackSeconds ? -aheadSeconds : undefined;
}

function verdictOf(beat: Heartbeat, hosts: readonly HostClock[], show: ShowTime): Verdict {
  const { isUp, ageSeconds = 0, writtenBy } = beat;
  const shared = { result: isUp ? 'risk' : 'fault', subject: subjectOf(beat) } as const;
  const behind = agentBehind(beat, hosts);
  if (behind !== undefined)
    return {
      ...shared,
      found: `It looks dead, and the clock of its host is ${sayDuration(behind)} behind, so Neutron may drop its reports.`,
      evidence: heartbeatEvidence(beat, show),
      step: `Set the clock of ${beat.host} right (chrony, ntpd) and wait for 30 s; the agent needs no restart.`,
    };
  const health = healthOf(beat);
  if (health !== 'skewed') {
    if (beat.at === undefined) return { leftOut: 'without a heartbeat' };
    return health === 'up' ? 'good' : { leftOut: health };
  }
  const found =
    ageSeconds < 0
      ? `Its heartbeat lies ${sayDuration(-ageSeconds)} in the future: the clock of ${writtenBy} is ahead.`
      : `It is alive, and its heartbeat is written ${sayDuration(ageSeconds)} late: the clock of ${writtenBy} is behind.`;
  return {
    ...shared,
    found,
    evidence: heartbeatEvidence(beat, show),
    step: `Compare the clocks (SW-2001), and set right the one of ${writtenBy}; the service itself needs no restart.`,
  };
}

export const skewedHeartbeat = defineCheck({
  code: 'SW-1002',
  title: 'a heartbeat was written by a clock that is wrong',
  needs: ['the API', 'hosts'],
  isOfHosts: true,
  read: readSkew,
  judge: ({ settled, hosts }, show) =>
    judgeSettled(settled, (beat) => verdictOf(beat, hosts, show), [
      'heartbeat fits the clock of the API',
      'heartbeats fit the clock of the API',
    ]),
  page: {
    means:
      'The service is alive, but the API takes it for dead, or soon will. For the API a service is dead if its heartbeat is more than 60 s (Nova, Cinder) or 75 s (Neutron) away from now, also if it is in the future. nova-compute does not write its own heartbeat: nova-conductor does, with its own clock. neutron-server writes the heartbeats of Neutron’s agents.',
    evidence:
      'The heartbeat moved between two looks although the API says `down`, or it lies in the future. For an agent: its heartbeat stands still, and the clock of its host is behind. Neutron drops a report with a time before the start of neutron-server, and logs that only at DEBUG level.',
    alike:
      'A dead service: its heartbeat stands still, and no clock is wrong. An API server whose own clock is wrong makes every service look skewed.',
    step: 'Find the wrong clock (SW-2001) and let chrony or ntpd set it. The service needs no restart.',
    never:
      'Do not restart services, or set `service_down_time` higher: the clock stays wrong, and tokens, certificates and logs depend on it too.',
  },
});
