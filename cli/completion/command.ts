/** The command `completion` on the command line. */
import { Argument, type Command } from 'commander';
import { shells, type Shell } from './shells';

export const addCompletion = (root: Command): Command =>
  root
    .command('completion')
    .description(
      'print what makes a shell complete the commands and options of stackward\n' +
        'Use: eval "$(stackward completion bash)"; stackward completion fish | source',
    )
    .addArgument(new Argument('<shell>').choices(shells))
    .action(async (shell: Shell) => (await import('../commands/completion.js')).completion(shell, root));
