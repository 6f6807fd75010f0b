/** Heartbeats of all services after the second look, as several checks judge them. */
import type { BeatingService, Heartbeat } from '../../heartbeats';
import type { Looked } from '../../looked';
import type { Sources } from '../../sources';
import { notLookedAt, type Result, type Trouble } from '../check';

export type Settled = readonly { readonly service: BeatingService; readonly beats: Looked<readonly Heartbeat[]> }[];

export const readSettled =
  (...services: readonly BeatingService[]) =>
  (sources: Sources): Promise<Settled> =>
    Promise.all(services.map(async (service) => ({ service, beats: await sources.settledHeartbeats[service]() })));

/** The troubles among the heartbeats, else that all of them are fine; and which service was not looked at. */
export function judgeSettled(
  settled: Settled,
  judge: (beat: Heartbeat) => Trouble | undefined,
  fine: string,
): readonly Result[] {
  const read = settled.flatMap(({ beats }) => (beats.isRead ? [...beats.value] : []));
  const troubles = read.flatMap((beat) => judge(beat) ?? []);
  const unread = settled.flatMap(({ service, beats }) => (beats.isRead ? [] : [notLookedAt(service, beats)]));
  const looked = settled.flatMap(({ service, beats }) => (beats.isRead ? [service] : []));
  if (troubles.length > 0 || looked.length === 0) return [...troubles, ...unread];
  return [{ result: 'fine', subject: looked.join(', '), found: `${read.length} ${fine}` }, ...unread];
}
