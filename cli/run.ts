/** Runs a command: reads its options and inputs, and sets its exit code at the end. */
import type { StateManifests, UnreadStack } from '../adapters/terraform/manifests-in-state';
import { asStackwardError, InvalidCommand, type StackwardError, titleOf } from '../lib/basics/errors';
import { printable } from '../lib/basics/printable';
import { formatTime, parseTimeZone } from '../lib/basics/time';
import type { Manifest } from '../lib/contract/manifest';
import type { Writers } from '../lib/contract/ports';
import type { Sweep } from '../lib/contract/reconciler';
import { renderErrorJson } from '../lib/render/json';
import { sayMore, topicsIn } from '../lib/render/page';
import { colored, plain, type Style } from '../lib/render/style';
import { wrapText } from '../lib/render/table';
import { UnknownSelection, type Filter, type Note } from '../lib/run/plan';
import { sweepOf } from '../lib/run/sweep';
import { version } from '../package.json';
import { readConfiguration, readManifests } from './inputs';
import type { ContextOptions, JournalOptions, ManifestOptions, OutputOptions, SelectionOptions } from './options';
import { progressOnTerminal, watchedReaders } from './progress';
import { complain, endOnInterrupt, errorWidth, say } from './terminal';
import { wire, type Answer, type ReadingContext } from './wire';

/** One run with everything that was read, and the functions for its output. */
export interface Run<Options = SelectionOptions> extends ReadingContext {
  readonly manifests: readonly Manifest[];
  /** Stacks that have no manifest yet. */
  readonly unapplied: readonly string[];
  /** Stacks whose state could not be read; the run is about the others. */
  readonly unread: readonly UnreadStack[];
  /** Warnings about stacks whose code is gone while Terraform still keeps things for them. */
  readonly gone: readonly Note[];
  readonly filter: Filter;
  /** The things that this run may remove. */
  readonly sweep: readonly Sweep[];
  readonly options: Options;
}

export interface WritingRun<Options = SelectionOptions> extends Run<Options> {
  readonly writers: Writers;
}

const isColored = ({ json, color }: OutputOptions): boolean =>
  !json && (color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR));

const styleOf = (options: OutputOptions): Style => (isColored(options) ? colored : plain);

/** Adds the option to an error about a part of the filter. */
const inOptions = (error: StackwardError): StackwardError =>
  error instanceof UnknownSelection ? new InvalidCommand(`--${error.detail}`) : error;

/** The fields that a document with an error gets beside the error. */
type Done = () => object | undefined;

/**
 * Ends with the exit code of `work`, or says why there is none.
 * @param shown returns the part of an error's message that may be shown
 * @param done what was written before an error, for --json; undefined if nothing was written
 */
export async function endWith(
  options: OutputOptions,
  work: () => number | Promise<number>,
  shown = (message: string): string => message,
  done: Done = () => undefined,
): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = 1;
    const met = inOptions(asStackwardError(error));
    if (options.json) say(renderErrorJson({ reason: met.reason, message: shown(met.message) }, done()));
    else {
      const left = done() !== undefined ? 'what was done before it stays' : 'nothing was changed';
      const title = styleOf(options).red(`Error: ${titleOf(met)}; ${left}`);
      const message = shown(met.message);
      const lines = [message, ...sayMore(topicsIn(message))].flatMap((text) => wrapText(text, errorWidth(), '  '));
      complain(`${[title, ...lines].join('\n')}\n`);
    }
  }
}

function timeZoneOf({ timezone }: ContextOptions): string | undefined {
  const timeZone = timezone === undefined ? undefined : parseTimeZone(timezone);
  if (timezone !== undefined && timeZone === undefined)
    throw new InvalidCommand(`--timezone "${timezone}" is not a time zone; write it as UTC or Asia/Seoul`);
  return timeZone;
}

export function answerOf(options: ContextOptions): Answer {
  const timeZone = timeZoneOf(options);
  const clock = { now: () => new Date(), show: (time: Date) => formatTime(time, timeZone) };
  return { style: styleOf(options), clock };
}

/** Reads the inputs, runs, and closes the connections. */
export function connectAndRun<Options extends SelectionOptions>(
  options: Options,
  read: () => Promise<StateManifests & { readonly gone?: readonly Note[] }>,
  command: (run: WritingRun<Options>) => Promise<number>,
  done?: Done,
): Promise<void> {
  const work = async (): Promise<number> => {
    const answer = answerOf(options);
    const configuration = readConfiguration(options.config, process.env);
    const { manifests, unapplied, unread = [], gone = [] } = await read();
    const { context: wired, writers, close } = wire(configuration, process.env, manifests, answer);
    const progress = options.json ? undefined : progressOnTerminal();
    const context = progress === undefined ? wired : { ...wired, readers: watchedReaders(wired.readers, progress) };
    try {
      if (!options.json) say(`${headingOf(context, manifests)}\n\n`);
      const filter = { stacks: options.stack, kinds: options.kind, targets: options.target };
      const sweep =
        unapplied.length + unread.length > 0 ? sweepOf(manifests, filter) : sweepFor(manifests, filter, options);
      return await command({ ...context, writers, manifests, unapplied, unread, gone, filter, sweep, options });
    } finally {
      progress?.end();
      await close();
    }
  };
  endOnInterrupt();
  return endWith(options, work, undefined, done);
}

function headingOf({ style, clock }: Answer, manifests: readonly Manifest[]): string {
  const stacks = manifests.map(({ stack }) => stack);
  const named = stacks.length === 0 ? '' : `, ${stacks.length === 1 ? 'stack' : 'stacks'} ${stacks.join(', ')}`;
  return style.dim(printable(`stackward ${version}, ${clock.show(clock.now())}${named}`));
}

/**
 * Tells whether this run sees all stacks of an owner. The state of this folder's app contains every stack; a manifest
 * from a file describes only its own stack.
 */
function sweepFor(
  manifests: readonly Manifest[],
  filter: Filter,
  { manifest = [] }: SelectionOptions & Partial<ManifestOptions>,
): Sweep[] {
  const sweep = sweepOf(manifests, filter);
  return manifest.length > 0 ? sweep : sweep.map(({ owner }) => ({ owner, stacks: 'all' as const }));
}

/**
 * Runs a command on the manifests that the options name.
 * @param only the stacks that are read from this folder's app; none: every stack
 */
export const runWith = <Options extends ManifestOptions & Partial<JournalOptions>>(
  options: Options,
  only: readonly string[] | (() => readonly string[]),
  command: (run: WritingRun<Options>) => Promise<number>,
): Promise<void> =>
  connectAndRun(
    options,
    async () => {
      const stacks = typeof only === 'function' ? only() : only;
      return readManifests(options.manifest, stacks, process.env, { journal: options.journal });
    },
    command,
  );
