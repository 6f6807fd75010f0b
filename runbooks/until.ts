import type { Looking } from './context';

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
      await watch.sleep(1);
    }
    return await isSo();
  } finally {
    done();
  }
}
