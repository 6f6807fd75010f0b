/** The order in which a person counts: Branch2 before Branch10. */

/** Numbers stand at the odd places, without leading zeros. */
const partsOf = (text: string): readonly string[] =>
  text.split(/(\d+)/).map((part, index) => (index % 2 === 1 ? part.replace(/^0+/, '') : part));

/** Both are digits. A number with more digits is greater. */
const compareNumbers = (left: string, right: string): number => left.length - right.length || compareTexts(left, right);

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const a = left[index] ?? '';
    const b = right[index] ?? '';
    if (a === b) continue;
    const order = index % 2 === 1 ? compareNumbers(a, b) : compareTexts(a, b);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** A new list in natural order. Items of equal texts keep their order. */
export const inNaturalOrder = <T>(items: readonly T[], textOf: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, parts: partsOf(textOf(item)) }))
    .sort((left, right) => compareParts(left.parts, right.parts))
    .map(({ item }) => item);
