/** Runs a report: with configuration and connections, without a manifest and without anything that can write. */
import { printable } from '../lib/basics/printable';
import { hideSecrets, withoutSecrets } from '../lib/basics/without-secrets';
import { wrapText } from '../lib/render/table';
import type { Configuration } from './config';
import { readConfiguration } from './inputs';
import type { ContextOptions } from './options';
import { answerOf, endWith } from './run';
import { complain, endOnInterrupt, errorWidth, say, sayCsv } from './terminal';
import { wire, type ReadingContext } from './wire';

export { terminalWidth } from './terminal';

export { watchOf } from './watch';

/** The result of a report, and how to show it. */
export interface Report<Seen> {
  readonly seen: Seen;
  readonly exitCode: number;
  readonly text: (seen: Seen) => string;
  readonly json: (seen: Seen) => string | Iterable<string>;
  readonly csv?: (seen: Seen) => Iterable<string>;
  /** Lines for stderr, so that the person sees them also where a program reads the report. */
  readonly notes?: (seen: Seen) => readonly string[];
}

/**
 * Ends with the exit code of the report, or says why there is none. All reports are shown here and nowhere else. So
 * secrets are removed here from each text that came from outside.
 */
export const runReport = <Seen>(
  options: ContextOptions & { readonly csv?: boolean },
  make: (context: ReadingContext, configuration: Configuration) => Promise<Report<Seen>>,
): Promise<void> =>
  runReading(options, async (context, configuration) => {
    const { seen, exitCode, text, json, csv, notes } = await make(context, configuration);
    const shown = hideSecrets(seen);
    if (options.json) for (const line of linesOf(json(shown))) say(line);
    else if (options.csv && csv) for (const line of csv(shown)) sayCsv(line);
    else say(text(shown));
    for (const note of notes?.(shown) ?? []) {
      const text = wrapText(`Note: ${note}`, errorWidth()).join('\n');
      complain(`${context.style.yellow('Note:')}${text.slice('Note:'.length)}\n`);
    }
    return exitCode;
  });

const linesOf = (told: string | Iterable<string>): Iterable<string> => (typeof told === 'string' ? [told] : told);

/** Runs a command whose result is a secret, so that secrets can't be removed from it. Other readings are reports. */
export function runReading(
  options: ContextOptions,
  work: (context: ReadingContext, configuration: Configuration) => Promise<number>,
): Promise<void> {
  const reading = async (): Promise<number> => {
    const configuration = readConfiguration(options.config, process.env);
    const { context, close } = wire(configuration, process.env, [], answerOf(options));
    try {
      const exitCode = await work(context, configuration);
      for (const { where, message } of context.warnings())
        complain(`${context.style.yellow('Warning:')} ${printable(where)}\n  ${printable(withoutSecrets(message))}\n`);
      return exitCode;
    } finally {
      await close();
    }
  };
  endOnInterrupt();
  return endWith(options, reading, withoutSecrets);
}
