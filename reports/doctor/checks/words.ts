/** The words that checks of heartbeats share. */
import { sayDuration } from '../../../lib/render/table';
import { disabledBy, intervals, type Heartbeat } from '../../heartbeats';
import type { ShowTime } from '../check';

export function heartbeatEvidence(beat: Heartbeat, show: ShowTime): readonly string[] {
  const { at: last, ageSeconds, hasMoved, service, isUp, isForcedDown, writtenBy } = beat;
  const { report, down } = intervals[service];
  const off = disabledBy(beat);
  return [
    `the API says ${isUp ? 'up' : 'down'}${isForcedDown === undefined ? '' : `, forced_down is ${isForcedDown}`}${off === undefined ? ', enabled' : `, disabled ${off}`}`,
    last === undefined
      ? 'the API tells no heartbeat'
      : `last heartbeat ${show(last)}, ${sayDuration(ageSeconds)} old, written by the clock of ${whoseClock(writtenBy)}; one is due every ${report} s, and after ${down} s the API says down`,
    ...(hasMoved === undefined
      ? []
      : [`looked at twice, more than ${report} s apart: the heartbeat ${hasMoved ? 'moved' : 'stood still'}`]),
  ];
}

const whoseClock = (writtenBy: string): string => (writtenBy === 'conductor' ? 'nova-conductor' : writtenBy);
