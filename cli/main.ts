/** The command `stackward`: its subcommands, and how it ends. */
import { Command, CommanderError, Help, type Option } from 'commander';
import { version } from '../package.json';
import { addApply } from './commands/apply';
import { addDestroy } from './commands/destroy';
import { addPlan } from './commands/plan';
import { addRollback } from './commands/rollback';
import { addRuns } from './commands/runs';
import { addVerify } from './commands/verify';
import { complain, say } from './terminal';

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
  for (const add of [addPlan, addApply, addVerify, addDestroy, addRollback, addRuns]) add(root);
  // Of the command alone: what comes after it has its own help.
  root.showHelpAfterError(`Commands: ${root.commands.map((command) => command.name()).join(', ')}.`);
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
