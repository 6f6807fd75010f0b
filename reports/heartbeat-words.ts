/** Describes the readings of a heartbeat in words. Pure. */
import { sayAge } from '../lib/render/table';
import { disabledBy, intervals, slackSeconds, type Heartbeat } from './heartbeats';

export function heartbeatEvidence(beat: Heartbeat, show: (time: Date) => string): readonly string[] {
  const { at: last, ageSeconds, hasMoved, service, isUp, isForcedDown, writtenBy } = beat;
  const { report, down } = intervals[service];
  const off = disabledBy(beat);
  return [
    `the API says ${isUp ? 'up' : 'down'}${isForcedDown === undefined ? '' : `, forced_down is ${isForcedDown}`}${off === undefined ? ', enabled' : `, disabled ${off}`}`,
    last === undefined
      ? 'the API tells no heartbeat'
      : `last heartbeat ${show(last)}, ${ageOf(ageSeconds)}, written by the clock of ${whoseClock(writtenBy)}; one is due every ${report} s, and after ${down} s the API says down`,
    ...(hasMoved === undefined
      ? []
      : [`looked at twice, more than ${report} s apart: the heartbeat ${hasMoved ? 'moved' : 'stood still'}`]),
  ];
}

/** `4 s old`, `60 min in the future`. */
function ageOf(seconds: number | undefined): string {
  const age = sayAge(seconds, slackSeconds);
  return age.endsWith('future') ? age : `${age} old`;
}

const whoseClock = (writtenBy: string): string => (writtenBy === 'conductor' ? 'nova-conductor' : writtenBy);
