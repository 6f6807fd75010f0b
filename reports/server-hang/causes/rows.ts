/** Says in words which heartbeats Nova's database has. Pure. */
import { sayAge } from '../../../lib/render/table';
import { disabledBy, healthOf, slackSeconds, subjectOf, type Heartbeat } from '../../heartbeats';
import { heartbeatEvidence } from '../../heartbeat-words';
import type { HangFacts } from '../facts';

/** The evidence for a service's health, from the API or from the database, whichever had it. */
export function evidenceOf(facts: HangFacts, beat: Heartbeat, show: (time: Date) => string): readonly string[] {
  const rows = sayRows(facts, beat);
  if (facts.hasAllServices) return [...heartbeatEvidence(beat, show), ...rows];
  const off = disabledBy(beat);
  return [`the API tells no services; by the database it is ${healthOf(beat)}${off === undefined ? ', enabled' : `, disabled ${off}`}`, ...rows]; // prettier-ignore
}

/** Before Liberty, enabling and disabling write the column of the heartbeat as well. */
function sayMoved(hasMoved: boolean | undefined): string {
  const doubt = 'updated_at is written by enabling and disabling as well';
  if (hasMoved === undefined) return `its report_count was not read twice; ${doubt}`;
  return hasMoved
    ? 'its report_count moved between two looks'
    : `its report_count stood still over two looks, so it reports no more; ${doubt}`;
}

/** For example `nova.services: last_seen_up 4 s old by the database's clock, written by that of nova-conductor`. */
export function sayRows({ rows }: Pick<HangFacts, 'rows'>, beat: Pick<Heartbeat, 'name' | 'host'>): readonly string[] {
  if (!rows.isRead) return [`the table services was not looked at (${rows.why})`];
  const { beats, column, moved } = rows.value;
  const subject = subjectOf(beat);
  const row = beats.find((each) => subjectOf(each) === subject);
  if (row === undefined) return [`the table services has no row of ${subject}`];
  const writer = row.writtenBy === 'conductor' ? 'nova-conductor' : 'its own host';
  const doubt = column === 'last_seen_up' ? [] : [sayMoved(moved.get(subject))];
  const age = sayAge(row.ageSeconds, slackSeconds);
  return [
    `the table services: ${column} is ${age.endsWith('future') ? age : `${age} old`} by the database's clock; the clock of ${writer} wrote it`,
    ...doubt,
  ];
}
