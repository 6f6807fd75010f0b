import { subjectOf, type Heartbeat } from '../../heartbeats';
import { writesRules } from '../../l2-agents';
import { sayDuration } from '../../../lib/render/table';
import { defineCheck } from '../check';
import { judgeSettled, type Settled } from './settled';

/** An agent may need this long to write the packet filter of a full host anew. */
const settledSeconds = 60;

/**
 * The seconds from its start to its last report, by the clock that wrote both times; undefined if the release doesn't
 * show the start.
 */
const sinceStart = ({ startedAt, at: reportedAt, ageSeconds }: Heartbeat): number | undefined =>
  startedAt === undefined || reportedAt === undefined || ageSeconds === undefined
    ? undefined
    : (reportedAt.getTime() - startedAt.getTime()) / 1000 + ageSeconds;

export const freshAgent = defineCheck<Settled>({
  code: 'SW-8005',
  title: 'an agent has just started, so its rules may be in flux',
  needs: ['the API'],
  isOfHosts: true,
  read: async (sources) => [{ service: 'neutron', beats: await sources.heartbeats.neutron() }],
  judge: (settled, show) =>
    judgeSettled(
      settled,
      (beat) => {
        if (!writesRules(beat)) return { leftOut: 'that write no rules' };
        const seconds = sinceStart(beat);
        if (seconds === undefined) return { leftOut: 'without a start' };
        if (seconds > settledSeconds) return 'good';
        return {
          result: 'risk',
          subject: subjectOf(beat),
          found: `It started ${sayDuration(Math.max(seconds, 0))} ago: it may still write the packet filter of its host.`,
          evidence: beat.startedAt === undefined ? [] : [`started ${show(beat.startedAt)}`],
          step: 'Wait for a minute, and look again before you judge rules or exceptions of that host.',
        };
      },
      ['agent has run for more than a minute', 'agents have run for more than a minute'],
    ),
  page: {
    means:
      'An Open vSwitch or Linux bridge agent started within the last minute. It writes the packet filter of its host anew, port by port, so a reading now may show only a part of it.',
    evidence: 'The time of the agent’s start in Neutron, by Neutron’s clock.',
    alike: 'An agent that starts again and again: look once more after two minutes, then at the end of its log.',
    step: 'Wait for a minute, and look again.',
    never: 'Do not restart the agent once more because rules are missing: that begins anew.',
  },
});
