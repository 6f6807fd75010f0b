/**
 * The moments at which a run is struck: killed, cut off, or refused by its file system. Each of them is to be survived.
 * `npm run nightly` visits all. `npm test` has time for about a fifth, which it chooses anew each time; what fails names its
 * moment. Other long lists of cases that are alike, and tests that are alike, are visited in the same way.
 */
const isEvery = process.env.STACKWARD_EVERY_MOMENT === '1';

const nextStep = (): number => (isEvery ? 1 : 1 + Math.floor(Math.random() * 9));

/**
 * Visits moments from the first on, until one comes after the end.
 *
 * @param visit answers whether the moment struck the run
 * @returns the number of moments; without STACKWARD_EVERY_MOMENT up to eight more
 */
export async function visitMoments(visit: (moment: number) => Promise<boolean>): Promise<number> {
  for (let moment = 1; ; moment += nextStep()) if (!(await visit(moment))) return moment - 1;
}

/** Those of so many moments, counted from 0, that are visited. The first and the last are always among them. */
export function* momentsOf(count: number): Generator<number> {
  for (let moment = 0; moment < count - 1; moment += nextStep()) yield moment;
  if (count > 0) yield count - 1;
}

/** About a fifth of these cases, among them the first and the last. */
export const someOf = <T>(cases: readonly T[]): readonly T[] =>
  [...momentsOf(cases.length)].map((index) => cases[index] as T);

/** One of these cases; nightly all. For tests that are alike for each case, as the same write with either packet filter. */
export const anyOf = <T>(cases: readonly T[]): readonly T[] => {
  const drawn = Math.floor(Math.random() * cases.length);
  return isEvery ? cases : cases.slice(drawn, drawn + 1);
};

/**
 * A test that has several like it in its suite: another cause for the same page, another release for the same write. About a
 * third of them run. The suite keeps at least one plain `test` for what they share.
 */
export function alikeTest(name: string, run: () => unknown, timeoutMs?: number): void {
  if (isEvery || Math.random() < 1 / 3) test(name, async () => void (await run()), timeoutMs);
}

/** So much of what only lasts, such as packets beside churn: in `npm test` a third of it. */
export const lasting = (nightly: number): number => (isEvery ? nightly : Math.ceil(nightly / 3));

/** The number of random cases of a law, of which `npm run nightly` tries ten times as many. */
export const numberOfRuns = (usual: number): number => (isEvery ? 10 * usual : usual);
