/** One run of a command: what it is given, what it reads, and how it ends. */
import type { StateManifests } from '../adapters/process/terraform';
import { asStackwardError, summaries } from '../lib/basics/errors';
import type { Manifest } from '../lib/contract/manifest';
import type { Filter } from '../lib/run/plan';
import { printable } from '../lib/basics/printable';
import type { Sweep } from '../lib/contract/reconciler';
import { renderErrorJson } from '../lib/render/json';
import { colored, plain, type Style } from '../lib/render/style';
import { sweepOf } from '../lib/run/sweep';
import { formatTime, parseTimeZone } from '../lib/basics/time';
import { version } from '../package.json';
import { readConfiguration, readManifests } from './inputs';
import { complain, say } from './terminal';
import { connect, type Connections } from './wire';

export interface Options {
  readonly manifest: readonly string[];
  readonly config?: string;
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
  readonly json?: true;
  readonly color?: boolean;
  readonly timezone?: string;
  readonly autoApprove?: true;
  readonly journal: string;
  readonly out?: string;
  /** Of a rollback: the run was recorded on another machine. */
  readonly fromElsewhere?: true;
  /** Of a saved plan: it was applied before. */
  readonly again?: true;
}

/** One run: what was read, and how to answer. */
export interface Run {
  readonly manifests: readonly Manifest[];
  /** Stacks of which there is no manifest yet. */
  readonly unapplied: readonly string[];
  readonly connections: Connections;
  readonly filter: Filter;
  /** What this run may remove. */
  readonly sweep: readonly Sweep[];
  readonly options: Options;
  readonly style: Style;
}

const isColored = (options: Pick<Options, 'json' | 'color'>): boolean =>
  !options.json && (options.color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR));

const styleOf = (options: Pick<Options, 'json' | 'color'>): Style => (isColored(options) ? colored : plain);

/** Ends with the exit code of `work`, or says what was wrong. */
export async function ending(
  options: Pick<Options, 'json' | 'color'>,
  work: () => number | Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = 1;
    const met = asStackwardError(error);
    if (options.json) say(renderErrorJson(met));
    else {
      // Whatever begins to write reports by itself.
      const title = styleOf(options).red(`Error: ${summaries[met.reason]}; nothing was changed`);
      complain(`${title}\n  ${printable(met.message)}\n`);
    }
  }
}

/** Reads the inputs, runs, and closes the connections. */
export function connectAndRun(
  options: Options,
  read: () => Promise<StateManifests>,
  command: (run: Run) => Promise<number>,
): Promise<void> {
  return ending(options, async () => {
    let connections: Connections | undefined;
    try {
      const timeZone = parseTimeZone(options.timezone);
      const configuration = readConfiguration(options.config, process.env);
      const { manifests, unapplied } = await read();
      connections = connect(configuration, process.env, manifests);
      const style = styleOf(options);
      const stacks = manifests.map((one) => one.stack);
      const heading = `stackward ${version}, ${formatTime(new Date(), timeZone)}${stacks.length === 0 ? '' : `, ${stacks.length === 1 ? 'stack' : 'stacks'} ${stacks.join(', ')}`}`;
      if (!options.json) say(`${style.dim(printable(heading))}\n\n`);
      const filter = { stacks: options.stack, kinds: options.kind, targets: options.target };
      return await command({
        ...{ manifests, unapplied, connections, filter, options, style },
        sweep: unapplied.length > 0 ? sweepOf(manifests, filter) : sweepFor(manifests, filter, options),
      });
    } finally {
      await connections?.close();
    }
  });
}

/** The state of every stack is all that an owner has; a manifest that is given tells of its own stack alone. */
function sweepFor(manifests: readonly Manifest[], filter: Filter, options: Options): Sweep[] {
  const sweep = sweepOf(manifests, filter);
  return (options.manifest ?? []).length > 0 ? sweep : sweep.map(({ owner }) => ({ owner, stacks: 'all' as const }));
}

/**
 * Runs a command on the manifests that the options name.
 * @param only of the state of this folder's app: these stacks; none: every one
 */
export const runWith = (
  options: Options,
  only: readonly string[] | (() => readonly string[]),
  command: (run: Run) => Promise<number>,
): Promise<void> =>
  connectAndRun(
    options,
    async () => readManifests(options.manifest, typeof only === 'function' ? only() : only, process.env),
    command,
  );
