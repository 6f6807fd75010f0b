/** Lists of any length. Some 100,000 arguments of one call end the program with a RangeError, so lint lets nothing be spread into arguments. */

/** Puts all of them behind what the list has. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** The greatest of them, and at least `least`. */
export const greatest = (numbers: Iterable<number>, least: number): number => {
  let most = least;
  for (const one of numbers) if (one > most) most = one;
  return most;
};
