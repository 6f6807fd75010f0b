/** Builds the targets and findings of a kind's `locate`. */
import { nameFirst } from '../basics/name-first';
import type { Located, Wanted } from './reconciler';
import type { Target } from './target';

/** Puts each spec on its target. A target keeps its specs in the given order. */
export function placeByTarget<On>(pairs: readonly (readonly [Target, Wanted<On>])[]): Located<On>['placements'] {
  const byTarget = new Map<Target, Wanted<On>[]>();
  for (const [target, resource] of pairs) {
    const wanted = byTarget.get(target);
    if (wanted) wanted.push(resource);
    else byTarget.set(target, [resource]);
  }
  return [...byTarget].map(([target, wanted]) => ({ target, wanted }));
}

/** The beginning of a finding about hosts to which stackward has no way. */
export function noEntryFor(names: readonly string[]): string {
  return `no entry of "hosts" in stackward.yaml matches ${nameFirst(names)}`;
}
