/** Helps the checks of stackward's own things to judge host by host. */
import { untried } from '../../looked';
import type { OwnFile, OwnPlaces, OwnThings } from '../../own-things';
import { notLookedAt, type Result } from '../check';
import { noHostNamed } from './words';

/**
 * @param judge judges one host; [] if the host has nothing that the check is about
 * @param nothing the text of one result for all such hosts, if no host has anything that the check is about
 */
export function judgeHosts(
  { places, unknown }: OwnPlaces,
  judge: (host: string, things: OwnThings) => readonly Result[],
  nothing: string,
): readonly Result[] {
  if (places.length === 0 && unknown === undefined) return [notLookedAt('hosts', untried(noHostNamed))];
  const judged = places.map(({ host, things }) => ({
    host,
    results: things.isRead ? judge(host, things.value) : [notLookedAt(`host ${host}`, things)],
  }));
  const results = [
    ...judged.flatMap((each) => each.results),
    ...(unknown === undefined ? [] : [notLookedAt('hosts of Neutron’s agents', unknown)]),
  ];
  const empty = judged.filter((each) => each.results.length === 0).map(({ host }) => host);
  if (empty.length === 0 || results.some(({ result }) => result !== 'not looked at')) return results;
  return [{ result: 'fine', subject: 'hosts', found: `${empty.join(', ')}: ${nothing}` }, ...results];
}

export const unreadFiles = (host: string, files: readonly OwnFile[]): readonly Result[] =>
  files.flatMap(({ path, content }) => (content.isRead ? [] : [notLookedAt(`${path} on ${host}`, content)]));
