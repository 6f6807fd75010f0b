/** The order in which a person counts: Branch2 before Branch10. */

/**
 * A text whose order as a text is the natural order. Before each number stands how many digits it has without leading
 * zeros, so that 2 comes before 10. Before that stands the least of all characters, so that `Branch` comes first, then
 * `Branch2`, then `Branches`.
 */
const keyOf = (text: string): string =>
  text.replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+/, '');
    return `\u0000${String.fromCharCode(number.length)}${number}`;
  });

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** A new list in natural order. Items of equal texts keep their order. */
export const inNaturalOrder = <T>(items: readonly T[], textOf: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, key: keyOf(textOf(item)) }))
    .sort((left, right) => compareTexts(left.key, right.key))
    .map(({ item }) => item);
