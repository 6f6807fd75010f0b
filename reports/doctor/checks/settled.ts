/** Judges the heartbeats of all services after the second look, for several checks. */
import { count } from '../../../lib/render/text';
import type { BeatingService, Heartbeat } from '../../heartbeats';
import { untried, type Looked } from '../../looked';
import type { Sources } from '../../sources';
import { notLookedAt, type Fine, type NotLookedAt, type Trouble } from '../check';

export type Settled = readonly { readonly service: BeatingService; readonly beats: Looked<readonly Heartbeat[]> }[];

export const readSettled =
  (...services: readonly BeatingService[]) =>
  (sources: Sources): Promise<Settled> =>
    Promise.all(services.map(async (service) => ({ service, beats: await sources.settledHeartbeats[service]() })));

/**
 * `good` heartbeats are counted. A heartbeat is left out if another code reports it, or if it shows too little;
 * `leftOut` is the reason.
 */
export type Verdict = Trouble | 'good' | { readonly leftOut: string };

/**
 * The troubles among the heartbeats. Without a trouble: how many are good, how many were left out, and which services
 * were not looked at.
 */
export function judgeSettled(
  settled: Settled,
  judge: (beat: Heartbeat) => Verdict,
  [fine, allFine]: readonly [singular: string, many: string],
): readonly (Trouble | Fine | NotLookedAt)[] {
  const verdicts = settled.flatMap(({ beats }) => (beats.isRead ? beats.value.map(judge) : []));
  const troubles = verdicts.flatMap((verdict) => (typeof verdict === 'object' && 'result' in verdict ? verdict : []));
  const unread = settled.flatMap(({ service, beats }) => (beats.isRead ? [] : [notLookedAt(service, beats)]));
  const looked = settled.flatMap(({ service, beats }) => (beats.isRead ? [service] : []));
  if (troubles.length > 0 || looked.length === 0) return [...troubles, ...unread];
  const subject = looked.join(', ');
  const good = verdicts.filter((verdict) => verdict === 'good').length;
  const left = leftOut(verdicts);
  if (good === 0) return [notLookedAt(subject, untried(`nothing is left to judge: ${left}`)), ...unread];
  const found = `${count(good, fine, allFine)}${left === '' ? '' : `; left out: ${left}`}`;
  return [{ result: 'fine', subject, found }, ...unread];
}

/** Such as `1 dead, 2 forced down`. */
function leftOut(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const verdict of verdicts)
    if (typeof verdict === 'object' && 'leftOut' in verdict)
      counts.set(verdict.leftOut, (counts.get(verdict.leftOut) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
