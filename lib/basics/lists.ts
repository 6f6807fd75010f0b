/** Works on lists of any length. A call with some 100,000 arguments throws a RangeError, so lint forbids spreading into arguments. */

/** Appends the items to the list. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** The greatest of the numbers, and at least `least`. */
export const greatest = (numbers: Iterable<number>, least: number): number => {
  let most = least;
  for (const number of numbers) if (number > most) most = number;
  return most;
};
