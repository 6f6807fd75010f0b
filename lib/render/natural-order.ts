/** The order in which a person counts: Branch2 before Branch10. */

const isDigit = (text: string, place: number): boolean => {
  const code = text.charCodeAt(place);
  return code >= 48 && code <= 57;
};

/** The first place behind the digits that stand there. */
function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text, end)) end++;
  return end;
}

const withoutZeros = (digits: string): string => digits.replace(/^0+/, '');

const compare = <T extends string | number>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

/** A number of any length, with or without leading zeros. */
function compareNumbers(left: string, right: string): number {
  const [number, otherNumber] = [withoutZeros(left), withoutZeros(right)];
  return compare(number.length, otherNumber.length) || compare(number, otherNumber);
}

/** A number comes before every other character, so `Branch2` comes before `Branches`. */
function compareTexts(left: string, right: string): number {
  let [here, there] = [0, 0];
  while (here < left.length && there < right.length) {
    const [isNumber, isOtherNumber] = [isDigit(left, here), isDigit(right, there)];
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    if (isNumber) {
      const [end, otherEnd] = [endOfDigits(left, here), endOfDigits(right, there)];
      const order = compareNumbers(left.slice(here, end), right.slice(there, otherEnd));
      if (order !== 0) return order;
      [here, there] = [end, otherEnd];
    } else {
      const order = left.charCodeAt(here) - right.charCodeAt(there);
      if (order !== 0) return order;
      here++;
      there++;
    }
  }
  return left.length - here - (right.length - there);
}

/** A new list in natural order. Items of equal texts keep their order. */
export const inNaturalOrder = <T>(items: readonly T[], textOf: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, text: textOf(item) }))
    .sort((left, right) => compareTexts(left.text, right.text))
    .map(({ item }) => item);
