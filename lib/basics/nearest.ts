/** Names that somebody may have meant by another one. Pure. */

/** Longer than any rule's name; comparing takes the square of the length. */
const maxLength = 120;

/** At most three of `names`, nearest first; none that differs in more than a quarter of its letters. */
export function nearestNames(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > maxLength) return [];
  return [...names]
    .map((candidate) => ({ candidate, steps: distance(name, candidate) }))
    .filter(({ candidate, steps }) => steps * 4 <= Math.max(name.length, candidate.length))
    .sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Letters to put in, take out or change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let to = 1; to <= b.length; to += 1)
      next.push(
        Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + (b[to - 1] === letter ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
