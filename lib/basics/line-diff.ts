/** The lines of a text that change, as `diff -u` shows them. Pure. */

const context = 3;

/**
 * One hunk around all changes, so that two changes far apart show what stands between them. `before` undefined: there
 * was no text.
 */
export function lineDiff(name: string, before: string | undefined, after: string | undefined): string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let first = 0;
  while (first < old.length && first < now.length && old[first] === now[first]) first++;
  let same = 0;
  while (same < old.length - first && same < now.length - first && old.at(-1 - same) === now.at(-1 - same)) same++;
  const begin = Math.max(0, first - context);
  const [oldEnd, nowEnd] = [old.length - same, now.length - same];
  const rest = Math.min(same, context);
  return [
    `--- ${before === undefined ? '/dev/null' : name}`,
    `+++ ${after === undefined ? '/dev/null' : name}`,
    `@@ -${rangeOf(begin, oldEnd + rest)} +${rangeOf(begin, nowEnd + rest)} @@`,
    ...old.slice(begin, first).map((text) => ` ${text}`),
    ...old.slice(first, oldEnd).map((text) => `-${text}`),
    ...now.slice(first, nowEnd).map((text) => `+${text}`),
    ...old.slice(oldEnd, oldEnd + rest).map((text) => ` ${text}`),
  ];
}

const rangeOf = (begin: number, end: number): string => `${end > begin ? begin + 1 : begin},${end - begin}`;

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
