/** The command `stackward`: what it accepts, and how it ends. */
import { Command, CommanderError, Help, Option } from 'commander';
import type { StateManifests } from '../adapters/terraform';
import { asStackwardError, summaries } from '../lib/errors';
import type { Manifest } from '../lib/manifest';
import type { Filter } from '../lib/plan';
import type { Sweep } from '../lib/reconciler';
import { printable } from '../lib/printable';
import { renderErrorJson } from '../lib/render/json';
import { colored, plain, type Style } from '../lib/render/style';
import { sweepOf } from '../lib/sweep';
import { formatTime, parseTimeZone } from '../lib/time';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { applyCommand, destroyCommand, planCommand } from './commands';
import { runsCommand, verifyCommand } from './commands';
import { readConfiguration, readManifests } from './inputs';
import { rollbackCommand } from './rollback';
import { applySaved, readSavedPlan } from './saved';
import { complain, say } from './terminal';
import { connect, type Connections } from './wire';
import type { Options, Run } from './run';

const isColored = (options: Pick<Options, 'json' | 'color'>): boolean =>
  !options.json && (options.color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR));

const styleOf = (options: Pick<Options, 'json' | 'color'>): Style => (isColored(options) ? colored : plain);

/** Ends with the exit code of `work`, or says what was wrong. */
async function ending(options: Pick<Options, 'json' | 'color'>, work: () => number | Promise<number>): Promise<void> {
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
function run(
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

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

const withColor = (command: Command): Command =>
  command
    .option('--json', 'one JSON document instead of text')
    .addOption(new Option('--color', 'colour even without a terminal'))
    .addOption(new Option('--no-color', 'no colour; so does NO_COLOR'));

const withSelection = (command: Command, stack = 'only this stack; repeatable'): Command =>
  withColor(command)
    .option('--config <file>', 'default: stackward.yaml in this folder, if there is one')
    .option('--stack <name>', stack, collect, [])
    .option('--kind <kind>', `only this kind (${kinds.map((kind) => kind.kind).join(', ')}); repeatable`, collect, [])
    .option('--target <target>', 'only this target, such as database:neutron; repeatable', collect, [])
    .option('--timezone <zone>', "of times that are shown, such as Asia/Seoul; default: this machine's");

const withManifest = (command: Command, stack?: string): Command =>
  withSelection(command, stack).option(
    '--manifest <file>',
    'a manifest, instead of the state of this folder\'s stacks; "-" is stdin; repeatable',
    collect,
    [],
  );

const withJournal = (command: Command): Command =>
  command.option('--journal <folder>', 'where runs are recorded', 'runs');

const withApproval = (command: Command): Command => withJournal(command).option('--auto-approve', "don't ask");

/** An empty list is no default that anybody needs to read. */
const describeOption = (option: Option): string =>
  Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option);

function program(): Command {
  const root = new Command('stackward')
    .description(
      "Keeps what Terraform can't reach in OpenStack as the code says.\n" +
        'Exit codes: 0 as the code says, 2 changes pending or waiting, 1 a problem.',
    )
    .version(version)
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .configureOutput({ writeOut: say, writeErr: complain });
  const reading =
    (options: Options, only: () => readonly string[] = () => options.stack): (() => Promise<StateManifests>) =>
    async () =>
      readManifests(options.manifest, only(), process.env);
  const add = (
    name: string,
    description: string,
    command: (run: Run) => Promise<number>,
    read: (options: Options) => () => Promise<StateManifests> = reading,
    stack?: string,
  ): Command =>
    withManifest(root.command(name).description(description), stack).action((options: Options) =>
      run(options, read(options), command),
    );
  add('plan', 'show what apply would do; changes nothing', planCommand).option(
    '--out <file>',
    'also keep the plan in a new file, for `apply FILE`',
  );
  withApproval(withManifest(root.command('apply [plan]').description('show the plan, ask, do it, and look again')))
    .option('--again', 'of a saved plan: also where a run applied it before, or it was rolled back')
    .action((file: string | undefined, options: Options) =>
      run(
        options,
        // A saved plan is of the stacks of its own filter.
        reading(options, () => (file === undefined ? options.stack : readSavedPlan(file).filter.stacks)),
        (one) => (file === undefined ? applyCommand(one) : applySaved(one, file)),
      ),
    );
  add('verify', 'say of every resource whether it is as the code says; writes nothing', verifyCommand);
  // Who owns a stack without a manifest, the others say.
  const destroying = (options: Options): (() => Promise<StateManifests>) => reading(options, () => []);
  withApproval(
    add(
      'destroy',
      'remove what apply made for one stack, before `cdktf destroy NAME`',
      destroyCommand,
      destroying,
      'the stack to clean up after (required); repeatable',
    ),
  );
  withApproval(withSelection(root.command('rollback <run>').description('bring back what a run changed, under the same guards')))
    .option('--from-elsewhere', 'the run was recorded on another machine, such as that of another CI job')
    .action((name: string, options: Options) => run(options, async () => ({ manifests: [], unapplied: [] }), (one) => rollbackCommand(one, name))); // prettier-ignore
  withJournal(withColor(root.command('runs').description('list what was applied from here, and how it ended')))
    .action((options: Options) => ending(options, () => runsCommand(options))); // prettier-ignore
  // Of the command alone: what comes after it has its own help.
  root.showHelpAfterError(`Commands: ${root.commands.map((one) => one.name()).join(', ')}.`);
  return root;
}

async function main(): Promise<void> {
  try {
    if (process.argv.length <= 2) program().outputHelp();
    else await program().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

void main();
