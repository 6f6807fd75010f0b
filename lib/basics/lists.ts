/** Lists of any length. Some 100,000 arguments of one call end the program with a RangeError, so lint lets nothing be spread into arguments. */

/** Puts the items behind those that the list has. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** The greatest of the numbers, and at least `least`. */
export const greatest = (numbers: Iterable<number>, least: number): number => {
  let most = least;
  for (const number of numbers) if (number > most) most = number;
  return most;
};
