/** The order in which a person counts: Branch2 before Branch10. */

const partsOf = (text: string): readonly string[] => text.split(/(\d+)/);

/** Both are digits. Leading zeros don't count; a number with more digits is greater. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  return a.length - b.length || compareTexts(a, b);
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [a = '', b = ''] = [left[index], right[index]];
    // `split` puts the digits at the odd places.
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
