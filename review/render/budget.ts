/** Divides room among parts, so that a long part leaves the others theirs. */

/**
 * The room of each part. A part that fits gets its whole size. The others divide the remaining room by their weights.
 */
export function divideRoom(sizes: readonly number[], room: number, weights: readonly number[] = []): number[] {
  const weightOf = (index: number): number => weights[index] ?? 1;
  const given = new Map<number, number>();
  const open = new Set(sizes.keys());
  let left = room;
  for (;;) {
    const weight = [...open].reduce((sum, index) => sum + weightOf(index), 0);
    const share = weight === 0 ? 0 : Math.max(0, left) / weight;
    const fitting = [...open].filter((index) => (sizes[index] ?? 0) <= share * weightOf(index));
    for (const index of fitting) {
      given.set(index, sizes[index] ?? 0);
      left -= sizes[index] ?? 0;
      open.delete(index);
    }
    if (fitting.length === 0) {
      for (const index of open) given.set(index, Math.floor(share * weightOf(index)));
      return sizes.map((_, index) => given.get(index) ?? 0);
    }
  }
}
