/** Names that somebody may have meant by another one. Pure. */

/** Longer than any rule's name; comparing takes the square of the length. */
const maxLength = 120;

/** At most three of `names`, nearest first; none that differs in more than a quarter of its letters. */
export function nearestNames(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > maxLength) return [];
  const near: { readonly candidate: string; readonly steps: number }[] = [];
  for (const candidate of names) {
    const most = Math.floor(Math.max(name.length, candidate.length) / 4);
    const steps = distance(name, candidate, most);
    if (steps <= most) near.push({ candidate, steps });
  }
  near.sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, 3).map(({ candidate }) => candidate);
}

/** Letters to put in, take out or change (Levenshtein). More than `most` is not worked out: then any such number. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let index = 0; index < a.length; index++) {
    const next = [index + 1];
    let least = index + 1;
    for (let to = 1; to <= b.length; to++) {
      const change = (row[to - 1] ?? 0) + (b[to - 1] === a[index] ? 0 : 1);
      const steps = Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, change);
      next.push(steps);
      if (steps < least) least = steps;
    }
    if (least > most) return least;
    row = next;
  }
  return row[b.length] ?? 0;
}
