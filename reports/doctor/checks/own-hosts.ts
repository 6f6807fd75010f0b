/** What the checks of stackward's own things share: they judge host by host. */
import { untried } from '../../looked';
import type { OwnPlaces, OwnThings } from '../../own-things';
import { notLookedAt, type Result } from '../check';
import { noHostNamed } from './words';

/** @param judge of one host; [] where nothing there is the check's matter */
export function judgeHosts(
  { places, unknown }: OwnPlaces,
  judge: (host: string, things: OwnThings) => readonly Result[],
): readonly Result[] {
  if (places.length === 0 && unknown === undefined) return [notLookedAt('hosts', untried(noHostNamed))];
  const results = places.flatMap(({ host, things }) =>
    things.isRead ? judge(host, things.value) : [notLookedAt(`host ${host}`, things)],
  );
  return unknown === undefined ? results : [...results, notLookedAt('hosts of Neutron’s agents', unknown)];
}

/** Where no host has anything of the check's matter, this is one result and not one for each host. */
export const orNothing = (results: readonly Result[], places: OwnPlaces['places'], what: string): readonly Result[] => {
  const looked = places.filter(({ things }) => things.isRead).map(({ host }) => host);
  if (looked.length === 0 || results.some(({ result }) => result !== 'not looked at')) return results;
  return [{ result: 'fine', subject: 'hosts', found: `${looked.join(', ')}: ${what}` }, ...results];
};
