/** Items by key, in the order of their first appearance. */
export function groupedBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The first item of each key. */
export const firstBy = <T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T> =>
  new Map([...items].reverse().map((item) => [keyOf(item), item]));

/** Reads the items once, and then finds those of a key, in their order. */
export function lookupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): (key: K) => readonly T[] {
  const groups = groupedBy(items, keyOf);
  return (key) => groups.get(key) ?? [];
}

/** Reads the items once, and then finds those that have any of the keys, each once and in their order. */
export function lookupByAny<T, K>(
  items: readonly T[],
  keysOf: (item: T) => readonly K[],
): (keys: readonly K[]) => readonly T[] {
  const all = items.flatMap((item, place) => keysOf(item).map((key) => ({ key, item, place })));
  const withKey = lookupBy(all, ({ key }) => key);
  return (keys) => {
    const found = new Map(keys.flatMap(withKey).map(({ item, place }) => [place, item]));
    return [...found].sort(([a], [b]) => a - b).map(([, item]) => item);
  };
}
