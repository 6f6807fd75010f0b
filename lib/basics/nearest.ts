/** Finds names that somebody may have meant when they wrote another name. Pure. */
import { nameFirst } from './name-first';

/** Longer than any rule's name. The time for comparing grows with the square of the length. */
const maxLength = 120;

/** Lists that are longer, such as the users of a directory, would take seconds. */
const mostCompared = 5_000;

/** At most three of `names`, nearest first; none that differs in more than a quarter of its letters. */
export const nearestNames = (name: string, names: Iterable<string>): readonly string[] =>
  namesWithin(1 / 4, name, names).slice(0, 3);

/** Nearest first. @param share of the letters in which a name may differ */
function namesWithin(share: number, name: string, names: Iterable<string>): readonly string[] {
  if (name.length > maxLength) return [];
  const near: { readonly candidate: string; readonly steps: number }[] = [];
  for (const candidate of names) {
    const most = Math.floor(Math.max(name.length, candidate.length) * share);
    // Each letter that only the longer name has needs at least one change.
    if (Math.max(name.length, candidate.length) - sharedLetters(name, candidate) > most) continue;
    const steps = distance(name, candidate, most);
    if (steps <= most) near.push({ candidate, steps });
  }
  near.sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1));
  return near.map(({ candidate }) => candidate);
}

/**
 * The names that there are instead of one that is not there, for the end of `there …`: `is none`, `are a, b and 3 more`.
 * Names that may be meant come first: those that differ little (of at most 5,000 names), then those that contain the other.
 */
export function sayOthers(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'is none';
  const meant = name.toLowerCase();
  const isPart = (candidate: string): boolean => {
    const low = candidate.toLowerCase();
    return Math.min(low.length, meant.length) > 2 && (low.includes(meant) || meant.includes(low));
  };
  // Two letters of a short name that changed places are already a third of it.
  const near = names.length > mostCompared ? [] : namesWithin(1 / 3, name, names);
  const ordered = [...new Set([...near, ...names.filter(isPart).sort(), ...[...names].sort()])];
  return `${ordered.length === 1 ? 'is' : 'are'} ${nameFirst(ordered, 10)}`;
}

const counts = new Int16Array(128);

const add = (letter: number, by: number): number => (counts[letter & 127] = (counts[letter & 127] ?? 0) + by);

/** The number of letters that both names have, wherever they are in the name; never too small. */
function sharedLetters(a: string, b: string): number {
  counts.fill(0);
  for (let index = 0; index < a.length; index++) add(a.charCodeAt(index), 1);
  let shared = 0;
  for (let index = 0; index < b.length; index++) if (add(b.charCodeAt(index), -1) >= 0) shared++;
  return shared;
}

const row = new Uint8Array(maxLength * 2);

/**
 * The number of letters to insert, remove or change (Levenshtein). If it is more than `most`, the result is any number
 * above `most`.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  for (let index = 0; index <= b.length; index++) row[index] = index;
  for (let index = 0; index < a.length; index++) {
    const letter = a.charCodeAt(index);
    let [diagonal, left] = [index, index + 1];
    let least = left;
    row[0] = left;
    for (let to = 1; to <= b.length; to++) {
      const above = row[to] ?? 0;
      const changed = b.charCodeAt(to - 1) === letter ? diagonal : diagonal + 1;
      left = Math.min(above + 1, left + 1, changed);
      row[to] = left;
      diagonal = above;
      if (left < least) least = left;
    }
    if (least > most) return least;
  }
  return row[b.length] ?? 0;
}
