/** Answers of a pure function that are kept for the next time. */

/**
 * The same function, which computes nothing again for the texts that it was asked about last: at least `count` of them.
 * It forgets the others, and never keeps more than twice as many.
 */
export function recalling<T>(count: number, compute: (text: string) => T): (text: string) => T {
  let recent = new Map<string, T>();
  let former = new Map<string, T>();
  return (text) => {
    if (recent.has(text)) return recent.get(text) as T;
    const answer = former.has(text) ? (former.get(text) as T) : compute(text);
    if (recent.size === count) [recent, former] = [new Map(), recent];
    recent.set(text, answer);
    return answer;
  };
}
