/** The order of stacks by pairs of which the first comes before the other. Pure, and it knows names alone. */

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
  for (const removal of refused) {
    const circle = all.find(removal.then, removal.first);
    if (circle === undefined) follows.push(removal);
    else broken.push({ removal, circle });
  }
  const kept = new Ways([...needs, ...follows]);
  for (const wish of removals.filter(({ isRefused }) => !isRefused)) {
    if (kept.find(wish.then, wish.first) !== undefined) continue;
    kept.add(wish);
    follows.push(wish);
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

  /** The shortest way along the pairs, with both ends. Undefined if there is none. */
  find(from: string, to: string): readonly string[] | undefined {
    const before = new Map<string, string | undefined>([[from, undefined]]);
    for (const name of before.keys()) {
      if (name === to) return wayTo(name, before);
      for (const next of this.#after.get(name) ?? []) if (!before.has(next)) before.set(next, name);
    }
    return undefined;
  }
}

function wayTo(end: string, before: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let name: string | undefined = end; name !== undefined; name = before.get(name)) way.unshift(name);
  return way;
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
