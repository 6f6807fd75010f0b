/**
 * The number of cases of a fuzzer, and their seed, from `npm run fuzz`. Without it, a number for which `npm test` has
 * time.
 */
const [count, seed] = [process.env.STACKWARD_FUZZ_COUNT, process.env.STACKWARD_FUZZ_SEED];

/** Cases of each fuzzer. */
export const fuzzCount = Number(count ?? 2_000);

/** The seed of a run, printed when the run fails, so that it can be run again. */
export const fuzzSeed = Number(seed ?? Math.floor(Math.random() * 2 ** 31));

/** For `fc.assert`. */
export const fuzzing = { numRuns: fuzzCount, seed: fuzzSeed };

/** A jest time-out that grows with the count: no time is asserted, and a hang still ends. */
export const fuzzTimeoutMs = 300_000 + fuzzCount * 20;
