/** The command `stackward`: what it accepts, what it prints where, and how it ends. */
import { createInterface } from 'node:readline/promises';
import { Command, CommanderError, Option } from 'commander';
import { apply, everything, plan } from '../lib/engine';
import { asStackwardError, InvalidConfiguration, summaries } from '../lib/errors';
import { applyExitCode, planExitCode } from '../lib/exit-code';
import type { Manifest } from '../lib/manifest';
import type { Filter, Plan } from '../lib/plan';
import { renderPlanJson, renderReportJson } from '../lib/render/json';
import { colored, plain, printable, type Style } from '../lib/render/style';
import { renderPlan, renderReport, renderResult, renderVerification } from '../lib/render/text';
import { formatTime, parseTimeZone } from '../lib/time';
import { kinds } from '../reconcilers/registry';
import { version } from '../package.json';
import { readConfiguration, readManifests } from './inputs';
import { connect, type Connections } from './wire';

interface Options {
  readonly manifest: readonly string[];
  readonly config?: string;
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
  readonly json?: true;
  readonly color?: boolean;
  readonly timezone?: string;
  readonly autoApprove?: true;
}

/** One run: what was read, and how to answer. */
interface Run {
  readonly manifests: readonly Manifest[];
  readonly connections: Connections;
  readonly filter: Filter;
  readonly options: Options;
  readonly style: Style;
}

const say = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

async function planCommand({ manifests, connections, filter, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter);
  say(options.json ? renderPlanJson('plan', planned) : `${renderPlan(planned, style)}${hint(planned)}`);
  return planExitCode(planned);
}

const hint = (planned: Plan): string =>
  planned.steps.length > 0 ? '\nTo perform these actions, run `stackward apply`.\n' : '';

async function verifyCommand({ manifests, connections, filter, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

async function applyCommand({ manifests, connections, filter, options, style }: Run): Promise<number> {
  const planned = await plan(manifests, kinds, connections.readers, filter);
  if (!options.json) say(renderPlan(planned, style));
  if (planned.steps.length > 0 && !(await approved(options))) {
    say('\nApply cancelled; nothing was changed.');
    return 1;
  }
  const stop = stopOnInterrupt();
  let ended = 0;
  const report = await apply(planned, kinds, manifests, connections.readers, connections.writers, {
    filter,
    signal: stop.signal,
    onResult: (result) => {
      ended += 1;
      if (!options.json) say(renderResult(result, `${ended} of ${planned.steps.length}`, style));
    },
  });
  stop.done();
  if (options.json) say(renderReportJson(planned, report));
  else if (planned.steps.length > 0) say(`\n${renderReport(planned, report, style)}`);
  return applyExitCode(planned, report);
}

/** Says what becomes of everything that one stack declares; no kind of today removes anything. */
async function destroyCommand({ manifests, filter, options }: Run): Promise<number> {
  if (filter.stacks.length === 0)
    throw new InvalidConfiguration(
      'destroy needs --stack NAME: it is the step before `cdktf destroy NAME`, one stack at a time',
    );
  const chosen = manifests.map((manifest) => ({ ...manifest, removed: manifest.resources, resources: [] }));
  const { leaving, stacks } = await plan(
    chosen.filter((manifest) => filter.stacks.includes(manifest.stack)),
    kinds,
    noReaders,
  );
  if (options.json) say(JSON.stringify({ formatVersion: '1.0', command: 'destroy', stacks, leaving, exitCode: 0 }));
  else {
    for (const { where, message } of leaving) say(printable(`${where} ${message}`));
    say(
      `${leaving.length > 0 ? '\n' : ''}Destroy complete. Resources: 0 destroyed. Now run \`cdktf destroy ${stacks.join(' ')}\`.`,
    );
  }
  return 0;
}

const noReaders = {
  cloud: 'none',
  database: () => Promise.reject(new InvalidConfiguration('destroy reads no database')),
  network: () => Promise.reject(new InvalidConfiguration('destroy reads no API')),
};

async function approved(options: Options): Promise<boolean> {
  if (options.autoApprove) return true;
  if (options.json || !process.stdin.isTTY)
    throw new InvalidConfiguration(
      'apply would ask for approval, and nobody can answer here; look at `stackward plan`, then run `stackward apply --auto-approve`',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    '\nDo you want to perform these actions?\n  Only "yes" is accepted to approve.\n\n  Enter a value: ',
  );
  terminal.close();
  say('');
  return answer.trim() === 'yes';
}

/** The first interrupt lets the step under way end; a second one ends the process. */
function stopOnInterrupt(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.stderr.write(
      '\nInterrupted: finishing the step under way. A second interrupt ends at once, and may leave its outcome unknown.\n',
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, done: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

function isColored(options: Options): boolean {
  if (options.json) return false;
  return options.color ?? (process.stdout.isTTY === true && !process.env.NO_COLOR);
}

/** Reads the inputs, runs, closes the connections, and ends with the command's exit code. */
async function run(command: (run: Run) => Promise<number>, options: Options): Promise<void> {
  const style = isColored(options) ? colored : plain;
  let connections: Connections | undefined;
  try {
    const timeZone = parseTimeZone(options.timezone);
    const configuration = readConfiguration(options.config, process.env);
    const manifests = await readManifests(options.manifest, process.env);
    connections = connect(configuration, process.env);
    if (!options.json) say(`${style.dim(printable(heading(manifests, formatTime(new Date(), timeZone))))}\n\n`);
    const filter = { ...everything, stacks: options.stack, kinds: options.kind, targets: options.target };
    process.exitCode = await command({ manifests, connections, filter, options, style });
  } catch (error) {
    process.exitCode = fail(error, options, style);
  } finally {
    await connections?.close();
  }
}

const heading = (manifests: readonly Manifest[], time: string): string =>
  `stackward ${version}, ${time}, ${manifests.length === 1 ? 'stack' : 'stacks'} ${manifests.map((one) => one.stack).join(', ')}`;

function fail(error: unknown, options: Options, style: Style): number {
  const { reason, message } = asStackwardError(error);
  if (options.json) say(JSON.stringify({ formatVersion: '1.0', error: { reason, message }, exitCode: 1 }));
  else
    process.stderr.write(
      printable(`${style.red(`Error: ${summaries[reason]}`)}\n  ${message.split('\n').join('\n  ')}\n`),
    );
  return 1;
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function withOptions(command: Command): Command {
  return command
    .option(
      '--manifest <file>',
      'a manifest, instead of the state of this folder\'s stacks; "-" is stdin; repeatable',
      collect,
      [],
    )
    .option('--config <file>', 'default: stackward.yaml in this folder, if there is one')
    .option('--stack <name>', 'only this stack; repeatable', collect, [])
    .option('--kind <kind>', `only this kind (${kinds.map((kind) => kind.kind).join(', ')}); repeatable`, collect, [])
    .option('--target <target>', 'only this target, such as database:neutron; repeatable', collect, [])
    .option('--json', 'one JSON document instead of text')
    .option('--timezone <zone>', "of times that are shown, such as Asia/Seoul; default: this machine's")
    .addOption(new Option('--color', 'colour even without a terminal'))
    .addOption(new Option('--no-color', 'no colour; so does NO_COLOR'));
}

function program(): Command {
  const root = new Command('stackward')
    .description(
      "Keeps what Terraform can't reach in OpenStack as the code says.\nExit codes: 0 as the code says, 2 changes pending or waiting, 1 a problem.",
    )
    .version(version)
    .exitOverride();
  const add = (name: string, description: string, command: (run: Run) => Promise<number>): Command =>
    withOptions(root.command(name).description(description)).action((options: Options) => run(command, options));
  add('plan', 'show what apply would do; writes nothing', planCommand);
  add('apply', 'show the plan, ask, do it, and look again', applyCommand).option('--auto-approve', "don't ask");
  add('verify', 'say of every resource whether it is as the code says; writes nothing', verifyCommand);
  add('destroy', 'the step before `cdktf destroy NAME`; needs --stack NAME', destroyCommand);
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
