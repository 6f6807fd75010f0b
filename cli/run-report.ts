/** One run of a report: configuration and connections, without a manifest and without a way to write. */
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../lib/basics/printable';
import type { Clock } from '../lib/contract/clock';
import type { Watch } from '../reports/watch';
import type { Configuration } from './config';
import { readConfiguration } from './inputs';
import type { ContextOptions } from './options';
import { answerOf, ending } from './run';
import { complain } from './terminal';
import { wire, type ReadingContext } from './wire';

/** Ends with the exit code of `report`, or says why there is none. */
export function runReport(
  options: ContextOptions,
  report: (context: ReadingContext, configuration: Configuration) => Promise<number>,
): Promise<void> {
  return ending(options, async () => {
    const configuration = readConfiguration(options.config, process.env);
    const { context, close } = wire(configuration, process.env, [], answerOf(options));
    try {
      const exitCode = await report(context, configuration);
      for (const { where, message } of context.warnings())
        complain(`${context.style.yellow('Warning:')} ${printable(where)}\n  ${printable(message)}\n`);
      return exitCode;
    } finally {
      await close();
    }
  });
}

/** Tells whoever waits at the terminal why it takes time. */
export const watchOf = (clock: Clock): Watch => ({
  now: () => clock.now(),
  pause: async (seconds, why) => {
    complain(`${printable(why)}\n`);
    await sleep(seconds * 1000);
  },
  waitFor: (what) => {
    const timer = setTimeout(() => complain(`Waiting for ${printable(what)}.\n`), patienceMs);
    return () => clearTimeout(timer);
  },
});

/** From then on whoever waits is told for what, also where stderr is a file: a log then shows where the time went. */
const patienceMs = 5_000;

/** Width of the terminal; 120 for a file or a pipe. */
export const terminalWidth = (): number => Math.max(process.stdout.columns ?? 120, 60);
