/** Decides which values of a list may stay in place when another list is wanted: a longest common subsequence. */

export interface PresentValue {
  /** Undefined: the text depends on other options, so it equals no wanted value. */
  readonly text: string | undefined;
  /** The value can't be changed. It stays in place if that is possible at all. */
  readonly isFixed: boolean;
}

/** The values between two values that stay. */
export interface Gap<Present> {
  /** The value before the gap, which stays. */
  readonly before: Present | undefined;
  readonly instead: readonly Present[];
  readonly values: readonly string[];
  readonly after: Present | undefined;
}

/** The most pairs that are compared: (present + 1) × (wanted + 1). */
export const maxCompared = 1_000_000;

export function alignValues<Present extends PresentValue>(
  present: readonly Present[],
  wanted: readonly string[],
): readonly Gap<Present>[] {
  const kept = [...commonPairs(present, wanted), [present.length, wanted.length] as const];
  let [from, wantedFrom] = [0, 0];
  return kept.map(([index, wantedIndex]) => {
    const gap = {
      before: present[from - 1],
      instead: present.slice(from, index),
      values: wanted.slice(wantedFrom, wantedIndex),
      after: present[index],
    };
    [from, wantedFrom] = [index + 1, wantedIndex + 1];
    return gap;
  });
}

function commonPairs(
  present: readonly PresentValue[],
  wanted: readonly string[],
): readonly (readonly [number, number])[] {
  const width = wanted.length + 1;
  const weights = new Float64Array((present.length + 1) * width);
  const weight = (index: number, wantedIndex: number): number => weights[index * width + wantedIndex] ?? 0;
  const gain = (index: number, wantedIndex: number): number => {
    const value = present[index];
    if (value?.text === undefined || value.text !== wanted[wantedIndex]) return 0;
    return value.isFixed ? maxCompared : 1;
  };
  for (let index = present.length - 1; index >= 0; index--)
    for (let wantedIndex = wanted.length - 1; wantedIndex >= 0; wantedIndex--) {
      const gained = gain(index, wantedIndex);
      weights[index * width + wantedIndex] = Math.max(
        gained > 0 ? gained + weight(index + 1, wantedIndex + 1) : 0,
        weight(index + 1, wantedIndex),
        weight(index, wantedIndex + 1),
      );
    }
  const pairs: (readonly [number, number])[] = [];
  for (let [index, wantedIndex] = [0, 0]; index < present.length && wantedIndex < wanted.length;) {
    const here = weight(index, wantedIndex);
    if (here === weight(index + 1, wantedIndex)) index += 1;
    else if (here === weight(index, wantedIndex + 1)) wantedIndex += 1;
    else pairs.push([index++, wantedIndex++]);
  }
  return pairs;
}
