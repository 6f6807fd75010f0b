/** The clock of a run, and the messages that tell for what it waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/contract/clock';
import type { Watch } from '../lib/contract/watch';
import { wrapText } from '../lib/render/table';
import { complain, errorWidth } from './terminal';

const sayWaiting = (text: string): void => complain(`${wrapText(text, errorWidth()).join('\n')}\n`);

/** Tells the person at the terminal why the report takes time. */
export const watchOf = (clock: Clock): Watch => ({
  now: () => clock.now(),
  pause: async (seconds, why) => {
    sayWaiting(why);
    await sleep(seconds * 1000);
  },
  sleep: (seconds) => sleep(seconds * 1000),
  waitFor: (what) => {
    const timer = setTimeout(() => sayWaiting(`Waiting for ${what}.`), patienceMs);
    return () => clearTimeout(timer);
  },
});

/**
 * After this time the reason for waiting is printed, also if stderr is a file: the log then shows what took the time.
 */
const patienceMs = 5_000;
