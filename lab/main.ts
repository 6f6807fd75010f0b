import { Command } from 'commander';
import { LabError } from './command';
import { down } from './down';
import { up } from './up';

const program = new Command('lab').description('A real OpenStack on this machine, in the folder STACKWARD_LAB.');
program.command('up').description('start it, installing and building what is missing').action(up);
program
  .command('down')
  .description('stop it')
  .option('--wipe', 'delete its data too')
  .action(({ wipe }: { wipe?: boolean }) => down(wipe ?? false));

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof LabError ? error.message : error);
  process.exit(1);
});
