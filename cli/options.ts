/** The options that several commands share, each group beside the type of its values. */
import { Option, type Command } from 'commander';
import type { RunStore } from '../adapters/files/run-store';
import { kindNames } from '../reconcilers/kind-names';
import type { PacketOptions } from '../reports/trace/packet/question';
import type { RunbookOptions } from '../runbooks/runbook';

/** Options about the output of a command. */
export interface OutputOptions {
  readonly json?: true;
  readonly color?: boolean;
}

/** Options about the inputs of a command, and about its output. */
export interface ContextOptions extends OutputOptions {
  readonly config?: string;
  readonly timezone?: string;
}

/** Options that select resources. */
export interface SelectionOptions extends ContextOptions {
  readonly stack: readonly string[];
  readonly kind: readonly string[];
  readonly target: readonly string[];
}

export interface ManifestOptions extends SelectionOptions {
  readonly manifest: readonly string[];
}

export interface ConfiguredJournal {
  readonly folder: string;
  readonly store?: RunStore;
}

export interface JournalOptions {
  readonly journal: string;
  /** The journal of stackward.yaml. Undefined if the file names none, or if --journal was given. */
  readonly configuredJournal?: ConfiguredJournal;
}

export interface ApprovalOptions extends JournalOptions {
  readonly autoApprove?: true;
}

export interface PlanOptions extends ManifestOptions, JournalOptions {
  readonly out?: string;
  /** True: numbers in place of the steps. */
  readonly summary?: true;
}

export interface ApplyOptions extends ManifestOptions, ApprovalOptions {
  /** True: the saved plan may have been applied before. */
  readonly again?: true;
}

export interface DestroyOptions extends ManifestOptions, ApprovalOptions {
  /** True: Terraform's half too, after stackward's. */
  readonly bothHalves?: true;
}

export interface DeployOptions extends ContextOptions, ApprovalOptions {
  readonly stack: readonly string[];
  /** False: cdktf.out is taken as it is. */
  readonly synth: boolean;
}

export interface ReviewOptions extends ContextOptions, JournalOptions {
  readonly stack: readonly string[];
  readonly format: 'text' | 'markdown' | 'html' | 'json';
  /** A folder for the bundle that `deploy` takes. */
  readonly out?: string;
  /** False: the synthesized code is taken as it is. */
  readonly synth: boolean;
}

export interface VerifyOptions extends ManifestOptions, JournalOptions {
  /** True: Terraform's half too. */
  readonly bothHalves?: true;
  /** True: Terraform compares the code with its state alone. */
  readonly fast?: true;
}

export interface RollbackOptions extends SelectionOptions, ApprovalOptions {
  /** True: the run may have been recorded on another machine. */
  readonly fromElsewhere?: true;
}

export interface RunOptions extends ContextOptions, JournalOptions, RunbookOptions {
  readonly plan?: true;
  readonly yes?: true;
  /** The name of a run; true: the latest that is open. */
  readonly resume?: string | true;
  readonly fromElsewhere?: true;
}

export interface RunsOptions extends OutputOptions, JournalOptions {}

export interface DoctorOptions extends ContextOptions {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Name or id; only this server is examined. */
  readonly server?: string;
  readonly host?: string;
}

export interface ConsoleOptions extends ContextOptions {
  readonly open?: true;
}

export interface InventoryOptions extends ContextOptions {
  readonly columns?: string;
  readonly where: readonly string[];
  readonly vcpuRatio?: string;
  readonly csv?: true;
}

export interface ImportOptions extends ContextOptions {
  /** Name or id. */
  readonly project: string;
  readonly out?: string;
}

export interface WhereOptions extends ContextOptions {
  readonly host: string;
}

export interface TraceFloatingIpOptions extends ContextOptions {
  readonly port?: string;
  /** Seconds. */
  readonly count?: string;
}

export interface TracePacketOptions extends ContextOptions, PacketOptions {}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export const withOutput = (command: Command): Command =>
  withColor(command.option('--json', 'one JSON document instead of text'));

export const withColor = (command: Command): Command =>
  command
    .addOption(new Option('--color', 'colour even without a terminal'))
    .addOption(new Option('--no-color', 'no colour; so does NO_COLOR'));

/** Options about the inputs of a report, and about its output. */
export const withContext = (command: Command): Command =>
  withOutput(command)
    .option('--config <file>', 'default: stackward.yaml in this folder, if there is one')
    .option('--timezone <zone>', "of times that are shown, such as Asia/Seoul; default: this machine's");

export const withSelection = (command: Command, stack = 'only this stack; repeatable'): Command =>
  withContext(command)
    .option('--stack <name>', stack, collect, [])
    .option('--kind <kind>', `only this kind (${kindNames.join(', ')}); repeatable`, collect, [])
    .option('--target <target>', 'only this target, such as database:neutron; repeatable', collect, []);

export const withReview = (command: Command): Command =>
  withJournal(withContext(command))
    .option('--stack <name>', 'only this stack; repeatable', collect, [])
    .addOption(
      new Option('--format <name>', 'of the review').choices(['text', 'markdown', 'html', 'json']).default('text'),
    )
    .option('--out <folder>', 'also keep it in a new folder with both plans of each stack, for `deploy`')
    .option('--no-synth', "don't run the code; take what it synthesized last");

export const withManifest = (command: Command, stack?: string): Command =>
  withSelection(command, stack).option(
    '--manifest <file>',
    'a manifest, instead of the state of this folder\'s stacks; "-" is stdin; repeatable',
    collect,
    [],
  );

export const withJournal = (command: Command): Command =>
  command.option('--journal <folder>', 'where runs are recorded, in place of what stackward.yaml says', 'runs');

export const withDeploy = (command: Command): Command =>
  withApproval(withContext(command))
    .option('--stack <name>', 'only this stack; repeatable', collect, [])
    .option('--no-synth', 'take cdktf.out as it is, in place of synthesizing it from the code');

export const withApproval = (command: Command): Command => withJournal(command).option('--auto-approve', "don't ask");

export const withChecks = (command: Command): Command =>
  withContext(command)
    .option('--only <code>', 'only this check, such as SW-1001; repeatable', collect, [])
    .option('--skip <code>', 'not this check; repeatable', collect, [])
    .option('--host <name>', 'only what is about hosts, and of them this one');

export const withInventory = (command: Command): Command =>
  withContext(command)
    .option('--columns <names>', 'these columns, with commas between; `stackward explain inventory` names all')
    .option(
      '--where <condition>',
      'only servers with FIELD=VALUE, FIELD!=VALUE, or VALUE as a part: FIELD~VALUE; repeatable',
      collect,
      [],
    )
    .option('--vcpu-ratio <number>', 'vCPUs that a host gives for each of its processors, where no database tells it')
    .addOption(new Option('--csv', 'a table for spreadsheets instead of text').conflicts('json'));
