import { setTimeout as sleep } from 'node:timers/promises';
import type { Looking } from './context';

const betweenMs = 1_000;

/** Asks once a second. @returns false if the answer is still no after these seconds */
export async function until(
  { watch }: Looking,
  seconds: number,
  what: string,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const done = watch.waitFor(what);
  try {
    for (let second = 0; second < seconds; second++) {
      if (await isSo()) return true;
      await sleep(betweenMs);
    }
    return await isSo();
  } finally {
    done();
  }
}
