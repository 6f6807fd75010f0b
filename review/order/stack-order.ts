/** The order of stacks by pairs of which the first comes before the other. Pure, and it knows names alone. */

import { groupedBy } from '../../lib/basics/groups';

export interface Pair {
  readonly first: string;
  readonly then: string;
}

/** A stack removes a thing of which the first stack lets go. */
export interface Removal extends Pair {
  /** False: OpenStack would remove the thing all the same. */
  readonly isRefused: boolean;
}

export interface StackOrder<R extends Removal> {
  readonly names: readonly string[];
  /** The removals that the order keeps to. */
  readonly follows: readonly R[];
  /** The removals that nothing can keep to, each with the stacks from its `then` to its `first`. */
  readonly broken: readonly { readonly removal: R; readonly circle: readonly string[] }[];
}

/**
 * Moves forward only what has to come before something.
 * @param names in the order that holds where no pair says otherwise
 * @param needs without a circle. Pairs of both lists name different stacks of `names`
 */
export function orderStacks<R extends Removal>(
  names: readonly string[],
  needs: readonly Pair[],
  removals: readonly R[],
): StackOrder<R> {
  const refused = removals.filter(({ isRefused }) => isRefused);
  const all = new Ways([...needs, ...refused]);
  const follows: R[] = [];
  const broken: { removal: R; circle: readonly string[] }[] = [];
  const searched = new Map<string, Reached>();
  for (const removal of refused) {
    const reached = searched.get(removal.then) ?? all.from(removal.then);
    searched.set(removal.then, reached);
    const circle = wayTo(removal.first, reached);
    if (circle === undefined) follows.push(removal);
    else broken.push({ removal, circle });
  }
  const kept = new Ways([...needs, ...follows]);
  const wishes = removals.filter(({ isRefused }) => !isRefused);
  for (const [then, group] of groupedBy(wishes, (wish) => wish.then)) {
    // A pair that ends here leads nowhere new from here, so one search is enough for the group.
    const reached = kept.from(then);
    for (const wish of group.filter(({ first }) => !reached.has(first))) {
      kept.add(wish);
      follows.push(wish);
    }
  }
  return { names: inOrder(names, [...needs, ...follows]), follows, broken };
}

class Ways {
  readonly #after = new Map<string, Set<string>>();

  constructor(pairs: readonly Pair[]) {
    for (const pair of pairs) this.add(pair);
  }

  add({ first, then }: Pair): void {
    const after = this.#after.get(first) ?? new Set();
    this.#after.set(first, after.add(then));
  }

  from(start: string): Reached {
    const reached = new Map<string, string | undefined>([[start, undefined]]);
    for (const name of reached.keys())
      for (const next of this.#after.get(name) ?? []) if (!reached.has(next)) reached.set(next, name);
    return reached;
  }
}

/** Each name that can be reached → the name before it on a shortest way. */
type Reached = ReadonlyMap<string, string | undefined>;

/** With both ends. Undefined if there is no way. */
function wayTo(end: string, reached: Reached): readonly string[] | undefined {
  if (!reached.has(end)) return undefined;
  const way: string[] = [];
  for (let name: string | undefined = end; name !== undefined; name = reached.get(name)) way.push(name);
  return way.reverse();
}

/** @param pairs without a circle */
function inOrder(names: readonly string[], pairs: readonly Pair[]): readonly string[] {
  const places = new Map(names.map((name, place) => [name, place]));
  const firsts = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { first, then } of pairs) firsts.get(then)?.push(first);
  for (const list of firsts.values()) list.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  const done = new Set<string>();
  for (const name of names) {
    const open = [name];
    for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
      const missing = firsts.get(next)?.find((first) => !done.has(first));
      if (missing !== undefined) open.push(missing);
      else done.add(open.pop() ?? '');
    }
  }
  return [...done];
}
