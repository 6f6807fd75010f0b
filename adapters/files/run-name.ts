/** Such as `20261129T140212.345Z-ab9cdc`. */
export const runName = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-[0-9a-f]{6}$/;

/** A clock is wrong by less than this, in milliseconds. */
const clockErrorMs = 24 * 3_600_000;

/** @returns milliseconds; NaN if it is no name of a run */
export const momentOf = (name: string): number => Date.parse(name.replace(runName, '$1-$2-$3T$4:$5:$6Z'));

/** True if the run's time lies further in the future than any wrong clock would explain. */
export const isAhead = (name: string, time: number): boolean => momentOf(name) > time + clockErrorMs;
