/**
 * The command line: every command with its options. Each command's work is a file of `commands/`, which is loaded when
 * the command runs, so that `--version` and `--help` load none of it.
 */
import { Command, Help, Option } from 'commander';
import { version } from '../package.json';
import { addCompletion } from './completion/command';
import { addExamples } from './examples';
import type { InitOptions } from './commands/init';
import { forges } from './new-project/ci-files';
import { engines } from './new-project/engines';
import * as shared from './options';
import { addTrace } from './trace-commands';
import { complain, say } from './terminal';

/** Hides defaults that are empty lists, because nobody needs to read them. */
const describeOption = (option: Option): string =>
  Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option);

export function program(): Command {
  const root = new Command('stackward')
    .description(
      "Keeps what Terraform can't reach in OpenStack as the code says.\n" +
        'Exit codes: 0 as the code says, 2 changes pending or waiting, 1 a problem.',
    )
    .version(version)
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .configureOutput({ writeOut: say, writeErr: complain });
  for (const add of [
    addInit,
    addImport,
    addSynth,
    addReview,
    addPlan,
    addApply,
    addDeploy,
    addVerify,
    addDestroy,
    addRollback,
    addRuns,
    addRun,
    addServices,
    addBroker,
    addWhere,
    addInventory,
    addConsole,
    addDoctor,
    addTrace,
    addProvider,
    addExplain,
    addCompletion,
  ])
    add(root);
  root.hook('preAction', async (_, command) => {
    // Commander gives an option of both to the parent.
    const holder = [command.parent, command].find((each) => each?.getOptionValueSource('journal') !== undefined);
    if (holder?.getOptionValueSource('journal') === 'default')
      await (await import('./journal-place.js')).placeJournal(holder);
  });
  addExamples(root);
  // A command's own help says what follows the command's name.
  root.showHelpAfterError(`Commands: ${root.commands.map((command) => command.name()).join(', ')}.`);
  return root;
}

const addInit = (root: Command): Command =>
  root
    .command('init')
    .description('write the files of a new project into this folder; changes no existing file')
    .addOption(
      new Option('--engine <name>', 'default: the one of package.json, or else what runs here').choices(engines),
    )
    .option('--cloud <name>', 'the entry of clouds.yaml')
    .addOption(
      new Option('--ci <forge>', 'also write a workflow that reviews, deploys and looks for drift').choices(forges),
    )
    .option('--yes', 'ask nothing')
    .action(async (options: InitOptions) => (await import('./commands/init.js')).init(options));

const addImport = (root: Command): Command =>
  shared
    .withColor(root.command('import'))
    .description('write the TypeScript of a project that exists into a new file; changes nothing else')
    .requiredOption('--project <name>', 'name or id of the project')
    .option('--out <file>', 'the new file; default: the name of its function, such as projectAcme.ts')
    .option('--config <file>', 'default: stackward.yaml in this folder, if there is one')
    .action(async (options: shared.ImportOptions) => (await import('./commands/import.js')).importProject(options));

const addSynth = (root: Command): Command =>
  root
    .command('synth')
    .description('check main.ts and its types, and write what Terraform reads; asks nothing of the cloud')
    .action(async () => (await import('./commands/synth.js')).synth());

const addProvider = (root: Command): Command =>
  root
    .command('provider [version]')
    .description(
      'make sure that Terraform finds the provider, also without access to its registry; prints variables for the shell\n' +
        'Use: eval "$(npx stackward provider)"',
    )
    .action(async (wanted: string | undefined) => (await import('./commands/provider.js')).provider(wanted));

const addReview = (root: Command): Command =>
  shared
    .withReview(
      root
        .command('review')
        .description(
          "show what the code would change in both halves, Terraform's and stackward's; changes nothing\n" +
            'Exit codes: 0 nothing to do, 2 something to do, 1 a problem, or a risk that stackward.yaml forbids.',
        ),
    )
    .action(async (options: shared.ReviewOptions) => (await import('./commands/review.js')).review(options));

const addPlan = (root: Command): Command =>
  shared
    .withJournal(shared.withManifest(root.command('plan').description('show what apply would do; changes nothing')))
    .option('--out <file>', 'also keep the plan in a new file, for `apply FILE`')
    .addOption(new Option('--summary', 'the number of changes by kind, and what needs attention').conflicts('json'))
    .action(async (options: shared.PlanOptions) => (await import('./commands/plan.js')).plan(options));

const addApply = (root: Command): Command =>
  shared
    .withApproval(
      shared.withManifest(root.command('apply [plan]').description('show the plan, ask, do it, and look again')),
    )
    .option('--again', 'of a saved plan: also where a run applied it before, or it was rolled back')
    .action(async (file: string | undefined, options: shared.ApplyOptions) =>
      (await import('./commands/apply.js')).apply(file, options),
    );

const addDeploy = (root: Command): Command =>
  shared
    .withDeploy(
      root
        .command('deploy [bundle]')
        .description(
          "apply Terraform's half and stackward's, stack after stack, and nothing that was not reviewed\n" +
            'Exit codes: 0 all done, 2 something is left, 1 a problem.',
        ),
    )
    .action(async (bundle: string | undefined, options: shared.DeployOptions) =>
      (await import('./commands/deploy.js')).deploy(bundle, options),
    );

const addVerify = (root: Command): Command =>
  shared
    .withJournal(
      shared.withManifest(
        root.command('verify').description('say of every resource whether it is as the code says; writes nothing'),
      ),
    )
    .option('--both-halves', "also Terraform's half, by its own plan")
    .option('--fast', 'of --both-halves: Terraform compares the code with its state alone')
    .action(async (options: shared.VerifyOptions) => (await import('./commands/verify.js')).verify(options));

const addDestroy = (root: Command): Command =>
  shared
    .withApproval(
      shared.withManifest(
        root.command('destroy').description('remove what apply made for one stack, before `cdktf destroy NAME`'),
        'the stack to clean up after (required); repeatable',
      ),
    )
    .option('--both-halves', "then also Terraform's half, in place of `cdktf destroy NAME`")
    .action(async (options: shared.DestroyOptions) => (await import('./commands/destroy.js')).destroy(options));

const addRollback = (root: Command): Command =>
  shared
    .withApproval(
      shared.withSelection(
        root
          .command('rollback <run>')
          .description('bring back what a run changed, under the same guards; RUN as `runs show` takes it'),
      ),
    )
    .option('--from-elsewhere', 'the run was recorded on another machine, such as that of another CI job')
    .action(async (run: string, options: shared.RollbackOptions) =>
      (await import('./commands/rollback.js')).rollback(run, options),
    );

function addRuns(root: Command): Command {
  const runs = root
    .command('runs')
    .description('list what was applied from here: how it ended, who did it, from where, and what rolled it back');
  shared
    .withJournal(shared.withOutput(runs))
    .action(async (options: shared.RunsOptions) => (await import('./commands/runs.js')).runs(options));
  const show = runs
    .command('show <run>')
    .description(
      'say all that is recorded of one run, by its name, the beginning of it or of its last digits, or `last`',
    );
  // The options of the line belong to runs, which has the same ones.
  shared
    .withJournal(shared.withOutput(show))
    .action(async (run: string, _: object, command: Command) =>
      (await import('./commands/runs.js')).showRun(run, command.optsWithGlobals<shared.RunsOptions>()),
    );
  return root;
}

const addRun = (root: Command): Command =>
  shared
    .withJournal(
      shared.withContext(
        root
          .command('run [runbook] [thing]')
          .description(
            'a runbook: work at night on one thing, step by step with a way back; without a name, the list of them\n' +
              'Exit codes: 0 done, 2 steps are open, 1 a problem.',
          ),
      ),
    )
    .option('--plan', 'show preconditions, steps and their undo with live values; changes nothing')
    .option('--yes', "don't ask")
    .option('--resume [run]', 'finish a run that was interrupted or failed; default: the latest')
    .option('--from-elsewhere', 'of --resume: the run was recorded on another machine')
    .option('--reason <text>', 'of disable-compute: why, for whoever finds the host disabled')
    .option('--active', 'of reset-state: to active; default: to error')
    .option('--host <host>', 'of restart-service: on this host alone; default: on every host where it runs')
    .option('--peers <hosts>', 'of measure-throughput: the other ends, such as web1,web2=192.0.2.7')
    .option('--seconds <n>', 'of measure-throughput: of each test, 1 to 30; default: 5')
    .option('--mbit <n>', 'of measure-throughput: the most Mbit/s of a test; default: 1000')
    .option('--yes-it-runs', 'of delete-stuck-server, and of its --resume: also a server that runs')
    .addOption(new Option('--application-credential', 'of hand-out-credentials: for yourself').conflicts('password'))
    .option('--password', 'of hand-out-credentials: a new password; the one of now ends')
    .option('--project <name>', 'of hand-out-credentials --password: the project to log in to')
    .option('--to <folder>', 'of hand-out-credentials: where the folder with the files is made; default: here')
    .action(async (name: string | undefined, thing: string | undefined, options: shared.RunOptions) =>
      (await import('./commands/runbook.js')).run(name, thing, options),
    );

const addServices = (root: Command): Command =>
  shared
    .withContext(
      root
        .command('services')
        .description('list the services of Nova and Cinder and the agents of Neutron, with their heartbeats'),
    )
    .action(async (options: shared.ContextOptions) => (await import('./commands/services.js')).services(options));

const addInventory = (root: Command): Command =>
  shared
    .withInventory(
      root
        .command('inventory')
        .description(
          'list every server with host, project, addresses, volumes and more, by databases or the API\nExit codes: 0 all was read, 1 something that was asked for is missing.',
        ),
    )
    .action(async (options: shared.InventoryOptions) => (await import('./commands/inventory.js')).inventory(options));

const addWhere = (root: Command): Command =>
  shared
    .withContext(
      root
        .command('where <service>')
        .description(
          'say where a service such as nova-api is on a host: process, unit, packages, files that it reads, logs, ports',
        )
        .requiredOption('--host <host>', 'the host, by its name in stackward.yaml'),
    )
    .action(async (service: string, options: shared.WhereOptions) =>
      (await import('./commands/where.js')).where(service, options),
    );

const addConsole = (root: Command): Command =>
  shared
    .withContext(
      root
        .command('console <server>')
        .description("print the address of a server's noVNC console; whoever has the address has the console"),
    )
    .addOption(new Option('--open', 'open it in the browser of the desktop, and print nothing').conflicts('json'))
    .action(async (server: string, options: shared.ConsoleOptions) =>
      (await import('./commands/console.js')).consoleOf(server, options),
    );

const addBroker = (root: Command): Command =>
  shared
    .withContext(
      root
        .command('broker')
        .description(
          'list the queues of the message broker that nobody takes from, backlogs, alarms, and connections by host',
        ),
    )
    .action(async (options: shared.ContextOptions) => (await import('./commands/broker.js')).broker(options));

function addDoctor(root: Command): Command {
  const exitCodes = 'Exit codes: 0 nothing found, 2 found something, 1 could not look at something that was asked for.';
  const doctor = root
    .command('doctor')
    .description(
      `say what is wrong in the cloud, with evidence and the smallest safe step; changes nothing\n${exitCodes}`,
    );
  shared
    .withChecks(doctor)
    .option('--server <server>', 'examine only this server, by name or id: why it hangs or failed (SW-1010)')
    .action(async (options: shared.DoctorOptions) => (await import('./commands/doctor.js')).doctor(options));
  const preflight = doctor
    .command('preflight')
    .description(`say before the first apply whether all is there that the code needs\n${exitCodes}`);
  // The options before the word `preflight` belong to doctor, which has the same ones.
  shared
    .withChecks(preflight)
    .action(async (_: shared.DoctorOptions, command: Command) =>
      (await import('./commands/doctor.js')).preflight(command.optsWithGlobals<shared.DoctorOptions>()),
    );
  return root;
}

const addExplain = (root: Command): Command =>
  shared
    .withColor(
      root
        .command('explain [topic...]')
        .description('show what a code of doctor, a page of the documentation or the words of a message mean'),
    )
    .action(async (topic: readonly string[], options: shared.OutputOptions) =>
      (await import('./commands/explain.js')).explain(topic, options),
    );
