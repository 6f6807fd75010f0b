/** The command `stackward`: runs the command line and ends with its exit code. */
import { CommanderError } from 'commander';
import { program } from './program';

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
